"""The demonstration's office on the same platform, whose rules want other signatures."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from esign.authorities.creation import create_authorities
from server.catalogue.loading import load_catalogue
from server.catalogue.rule_packs import RulePacks, SignatureAlgorithm
from server.wiring.parts import Parts, now
from tests.servers.whole import WholePlatform

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.cases.ids import OfficeId
    from server.catalogue.loading import Catalogue
    from tests.servers.whole import Whole


@contextmanager
def signing_by(
    whole: Whole, office: OfficeId, algorithms: Sequence[SignatureAlgorithm]
) -> Iterator[Whole]:
    """Yield the platform for an office whose packs want ``algorithms``; its SM2 keys are made."""
    running = whole.platform.running
    parts = Parts(running.settings)
    catalogue = _with(load_catalogue(), office, tuple(algorithms))
    # Data of the offices is read at the start; this start reads other data.
    vars(parts)["catalogue"] = catalogue
    create_authorities(
        running.settings.authorities,
        now=now(),
        offices={office: catalogue.rule_packs.office(office).name.zh},
        sm2_offices=[office],
        base_url=f"{running.settings.public_url}/authorities",
    )
    platform = WholePlatform(
        open_transaction=parts.open_transaction,
        parts=parts,
        running=running,
        # No two applicants have one telephone, whichever rules their office has.
        _phones=whole.platform._phones,
    )
    try:
        yield replace(whole, platform=platform)
    finally:
        parts.engine.dispose()


def _with(
    catalogue: Catalogue, office: OfficeId, algorithms: tuple[SignatureAlgorithm, ...]
) -> Catalogue:
    offices = dict(catalogue.rule_packs.offices)
    packs = tuple(
        replace(pack, signatures=replace(pack.signatures, algorithms=algorithms))
        for pack in offices[office].packs
    )
    offices[office] = replace(offices[office], packs=packs)
    return replace(catalogue, rule_packs=RulePacks(offices))
