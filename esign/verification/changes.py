"""What changed between one signature and the next, and was it allowed.

pyHanko's difference analysis against the certification (DocMDP 2): further
signatures, their pictures and validation data, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

# It brings lxml, which pyHanko otherwise imports in the middle of its analysis; an import
# that fails there (the limited child has no memory left) it takes for a change.
import pyhanko.pdf_utils.metadata.xmp_xml  # noqa: F401 - see above
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffPolicy, ModificationLevel
from pyhanko.sign.validation.errors import SignatureValidationError

from esign.errors import Tampered
from esign.verification.strict_cms import MALFORMED

if TYPE_CHECKING:
    from esign.asn1 import Asn1


_ALLOWED: Final = frozenset(
    {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING}
)


class ReviewedOnce(DiffPolicy):
    """pyHanko's analysis, that remembers what it found out about a file while it is verified.

    pyHanko asks anew what follows each signature for every other one that it judges: of ten
    people who signed twice each, nearly nine hundred times instead of thirty-five.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Asn1] = {}

    def review_file(
        self,
        reader: Asn1,
        base_revision: Asn1,
        field_mdp_spec: Asn1 = None,
        doc_mdp: Asn1 = None,
    ) -> Asn1:
        def review() -> Asn1:
            return DEFAULT_DIFF_POLICY.review_file(reader, base_revision, field_mdp_spec, doc_mdp)

        if field_mdp_spec is not None or not isinstance(base_revision, int):
            return review()
        asked = (reader, base_revision, doc_mdp)
        if asked not in self._known:
            self._known[asked] = review()
        return self._known[asked]


def check_changes(signature: Asn1, policy: DiffPolicy) -> str:
    """Return what kind of changes follow ``signature``, or raise `Tampered`."""
    try:
        signature.compute_integrity_info(policy)
        facts = signature.summarise_integrity_info()
    except (*MALFORMED, PdfError, SignatureValidationError) as error:
        raise Tampered("what follows a signature cannot be read") from error
    changes = facts["diff_result"]
    level = getattr(changes, "modification_level", ModificationLevel.OTHER)
    if facts["docmdp_ok"] is not True or level not in _ALLOWED:
        raise Tampered("the document was changed after it was signed")
    return str(level.name).lower()
