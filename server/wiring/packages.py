"""What makes and ends evidence packages, on the platform's own store and signer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from server.catalogue.notices import read_notices
from server.http.shown.evidence_packages import taken_by
from server.tasks.ending_packages import EndingDesk
from server.tasks.packaging import PackagingDesk
from server.wiring.evidence import packaging
from server.wiring.parts import now
from server.wiring.press import fault_point

if TYPE_CHECKING:
    from server.cases.actor import Actor
    from server.cases.case import Case
    from server.register.certificates import Certificate
    from server.tasks.packaging import Pack
    from server.transaction import Transaction
    from server.wiring.parts import Parts


def packaging_desk(parts: Parts) -> PackagingDesk:
    reach = fault_point(parts.settings.fault)
    package = packaging(fetch=parts.get, signing=parts.signing, notices=read_notices(), reach=reach)

    def gather(tx: Transaction, case: Case, certificate: Certificate, actor: Actor) -> Pack:
        takes = taken_by(case, actor, partial(tx.cases.events, case.id))
        return package(tx, case, certificate, takes)

    return PackagingDesk(
        open_transaction=parts.open_transaction,
        gather=gather,
        put=parts.put_package,
        keep=parts.package_days,
        now=now,
        reach=reach,
    )


def ending_desk(parts: Parts) -> EndingDesk:
    return EndingDesk(open_transaction=parts.open_transaction, discard=parts.store.discard, now=now)
