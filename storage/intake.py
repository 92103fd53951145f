"""From upload to evidence: inspected, hashed, encrypted, locked, and let go of.

May be run again after a crash at any line: nothing before the receipt is lost,
and nothing after it is done twice.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from storage.errors import ContentMismatch, ObjectMissing, UploadMissing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from storage.objects import EvidenceStore, StoredObject
    from storage.uploads import Upload, Uploads

HEAD: Final = 64 << 10
"""What an inspection sees: enough to tell what kind of file claims to be there."""


def admit(
    upload: Upload,
    *,
    uploads: Uploads,
    store: EvidenceStore,
    retain_until: datetime,
    inspect: Callable[[bytes], None],
) -> StoredObject:
    """Move a complete upload into the store.

    What ``inspect`` raises passes through, with nothing stored; the upload
    stays for the caller to abort.
    """
    try:
        staged = uploads.staged(upload)
    except ObjectMissing:
        # (0) An earlier run got as far as (4).  Without its receipt this would
        #     be somebody who knows a digest and has not sent the bytes.
        if not uploads.admitted(upload):
            raise UploadMissing("nothing was uploaded") from None
        return store.extend_retention(upload.office, upload.digest, until=retain_until)

    with staged:
        # (1) Refuse what is cheap to refuse, before anything is locked for years.
        if staged.seek(0, io.SEEK_END) != upload.size:
            raise ContentMismatch("the upload is not of the announced size")
        staged.seek(0)
        inspect(staged.read(HEAD))
        staged.seek(0)

        # (2) One reading hashes, encrypts and writes; a wrong digest at its end
        #     leaves nothing behind.
        stored = store.put(upload.office, staged, retain_until=retain_until, digest=upload.digest)

    # (3) The receipt, then (4) the plain bytes go.
    uploads.record_admitted(upload)
    return stored
