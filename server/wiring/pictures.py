"""What keeps and destroys pictures of faces, on the platform's own store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.tasks.ending_pictures import PictureDesk
from server.wiring.parts import now

if TYPE_CHECKING:
    from datetime import datetime

    from server.cases.ids import OfficeId
    from server.wiring.parts import Parts
    from storage.objects import Digest


def picture_desk(parts: Parts) -> PictureDesk:
    def renew(office: OfficeId, digest: Digest) -> None:
        lock, stored = parts.face_lock(office), parts.store.stat(office, digest)
        # Not every hour: each extension is a write, and half of it is time enough to be late.
        if stored.retain_until - now() < lock / 2:
            parts.store.extend_retention(office, digest, until=now() + lock)

    def extend(office: OfficeId, digest: Digest, until: datetime) -> None:
        parts.store.extend_retention(office, digest, until=until)

    return PictureDesk(
        open_transaction=parts.open_transaction,
        office=parts.catalogue.rule_packs.office,
        terms=parts.face_terms,
        renew=renew,
        extend=extend,
        discard=parts.store.discard,
        now=now,
    )
