"""One more archive time-stamp over a file that already has one (ETSI EN 319 142-1 5.4.3).

A revision of validation data and a stamp: nothing that is seen, and not a byte
of what is there is touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from esign.pdf.growing_file import GrowingFile
from esign.pdf.security_store import extend_store
from esign.pdf.signature_form import STAMP, SignatureForm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from esign.tsa.client import DocumentStamper


def append_stamp(
    document: bytes,
    *,
    certificates: Iterable[bytes],
    lists: Iterable[bytes],
    stamper: DocumentStamper,
) -> bytes:
    """Return ``document`` with validation data (DER) and a stamp over all of it appended.

    Raises `FormUnexpected` for a file that is not written as ours are, and
    `TimeStampUnavailable`.
    """
    file = GrowingFile(document)
    form = SignatureForm(file)
    name, beside = form.next_renewal()
    extend_store(file, certificates=certificates, lists=lists)
    number = file.new_number()
    form.add_stamp_field(name, beside=beside, stamp=number)
    file.fill(stamper.stamp(file.close(number, STAMP, stamper.room)))
    return file.document()
