"""The three steps alone that a certificate cannot be without: typeset, seal to B-LTA, store.

By the same functions as `tests.benchmarks.issuing_stages` and on its platform, but with keys,
authority and time-stamper in this process, as signing is measured in
`tests.benchmarks.esign_seal`: an audit line on the disk before each use of a key, and no socket.
What a case is given beside is left out: the typeset file in the store and the intent on
record before a key is touched, and the check of what was sealed.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from esign.pdf.certificate_sealer import Sealing, certificate_sealer
from esign.testing import NOTARY, OFFICE, running_office
from esign.tsa.client import TimeStampSource
from esign.verification.own_seal import check_own_seal
from server.cases.ids import OfficeId
from server.wiring.parts import now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from esign.sealing import DocumentSealer
    from esign.testing import RunningOffice
    from server.cases.case import Case
    from server.register.certificates import Certificate
    from server.wiring.parts import Parts

STEPS: Final = ("typeset", "seal to B-LTA", "store the sealed file")


@dataclass(frozen=True)
class Bench:
    """Where the three steps are at hand."""

    parts: Parts
    office: RunningOffice

    def steps(self, case: Case, certificate: Certificate) -> Iterator[str]:
        """Yield the name of each step once it is done; the paper has that certificate's number."""
        self.office.now.at = now()
        prepared = self.parts.printing.certificate(case, replace(certificate, intended_at=now()))
        yield STEPS[0]
        sealer = self._sealer()
        sealed = sealer.seal(sealer.prepare(prepared))
        yield STEPS[1]
        self.parts.put(OfficeId(case.office), sealed)
        yield STEPS[2]
        # After the last step, and so in none: what was measured is a certificate.
        check_own_seal(sealed, self.office.wanted(prepared), at=now())

    @cached_property
    def _stamps(self) -> TimeStampSource:
        office = self.office
        exchange = office.server.authority.answer
        return TimeStampSource("", roots=lambda: office.roots, now=office.now, exchange=exchange)

    def _sealer(self) -> DocumentSealer:
        return certificate_sealer(
            Sealing(office=OFFICE, notary=NOTARY),
            files=self.office.files,
            custody=self.office.vault,
            stamps=self._stamps,
            now=self.office.now,
        )


@contextmanager
def bench(parts: Parts, place: Path) -> Iterator[Bench]:
    """Make authorities of its own under ``place``: those of the platform have their signer."""
    with running_office(place, at=now()) as office:
        office.vault.enrol_notary(office=OFFICE, notary=NOTARY, common_name="王公证")
        yield Bench(parts, office)
