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
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation.errors import SignatureValidationError

from esign.errors import Tampered
from esign.verification.strict_cms import MALFORMED

if TYPE_CHECKING:
    from esign.asn1 import Asn1


_ALLOWED: Final = frozenset(
    {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING}
)


def check_changes(signature: Asn1) -> str:
    """Return what kind of changes follow ``signature``, or raise `Tampered`."""
    try:
        signature.compute_integrity_info()
        facts = signature.summarise_integrity_info()
    except (*MALFORMED, PdfError, SignatureValidationError) as error:
        raise Tampered("what follows a signature cannot be read") from error
    changes = facts["diff_result"]
    level = getattr(changes, "modification_level", ModificationLevel.OTHER)
    if facts["docmdp_ok"] is not True or level not in _ALLOWED:
        raise Tampered("the document was changed after it was signed")
    return str(level.name).lower()
