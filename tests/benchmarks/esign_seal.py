"""What sealing costs: beside the bare key operations and beside plain pyHanko.

Run ``python -m tests.benchmarks.esign_seal``.  Interleaved rounds, medians of
CPU time of this process; writes ``build/bench/esign_seal.json`` and prints a
table.  Keys and time-stamps are in-process for all, so that only the work on
documents differs.
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import tempfile
import time
import warnings
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asn1crypto import crl as asn1_crl
from asn1crypto import tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from esign.asn1 import to_asn1
from esign.authorities.directory import TSA, notary_name, office_name
from esign.custody.keyring import Keyring
from esign.custody.uris import KeyUri
from esign.testing import NOTARY, OFFICE, RunningOffice, archival_page, running_office
from esign.trust import office_trust
from esign.tsa.authority import TimeStampingAuthority
from tests.benchmarks.bars import draw_bars

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 30
KEY_OPERATIONS = 6
"""Two signatures, a stamp for each, the archive stamp, and one to see that stamps can be had."""

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
OUTPUT = Path("build/bench/esign_seal.json")


class LocalStamper(TimeStamper):
    """Our authority without the network, for pyHanko as it comes."""

    def __init__(self, authority: TimeStampingAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko types no constructor
        self._authority = authority

    async def async_request_tsa_response(self, req: Any) -> Any:  # noqa: ANN401 - untyped port
        return tsp.TimeStampResp.load(self._authority.answer(req.dump()))


def plain_pyhanko(office: RunningOffice) -> Callable[[], object]:
    """Return notary and seal with stock pyHanko: same keys, level and page."""
    trust = office_trust(office.files, OFFICE)
    lists = [trust.root_list, office.vault.revocation_list(office=OFFICE)]
    authority = TimeStampingAuthority(
        certificate=trust.time_stamper,
        key=f"file:{TSA}",
        custody=office.vault,
        now=office.now,
        proof=lambda: None,
    )
    store = SimpleCertificateStore()
    store.register(to_asn1(trust.authority))

    def signer(name: str) -> SimpleSigner:
        pem = office.files.keys / f"{name}.pem"
        found = SimpleSigner.load(str(pem), str(office.files.public / f"{name}.pem"))
        if found is None:
            raise SystemExit("no key")
        return SimpleSigner(
            signing_cert=found.signing_cert, signing_key=found.signing_key, cert_registry=store
        )

    signers = [signer(notary_name(OFFICE, NOTARY)), signer(office_name(OFFICE, "seal"))]

    def seal() -> object:
        document = archival_page()
        for number, by in enumerate(signers):
            meta = PdfSignatureMetadata(
                field_name=f"Signature{number}",
                md_algorithm="sha256",
                certify=number == 0,
                subfilter=SigSeedSubFilter.PADES,
                embed_validation_info=number == 1,
                use_pades_lta=number == 1,
                signer_key_usage={"digital_signature"},
                validation_context=ValidationContext(
                    trust_roots=[to_asn1(trust.root)],
                    other_certs=[to_asn1(trust.authority), to_asn1(trust.time_stamper)],
                    crls=[asn1_crl.CertificateList.load(der) for der in lists],
                    moment=AT,
                    allow_fetching=False,
                    revocation_mode="require",
                ),
            )
            writer = IncrementalPdfFileWriter(BytesIO(document))
            output = sign_pdf(writer, meta, by, timestamper=LocalStamper(authority))
            document = output.getvalue()
        return document

    return seal


def bare_keys(office: RunningOffice) -> Callable[[], object]:
    key = Keyring(office.files.keys).load(KeyUri("file", office_name(OFFICE, "seal")))
    algorithm = ec.ECDSA(Prehashed(hashes.SHA256()))
    return lambda: [key.sign(bytes(32), algorithm) for _ in range(KEY_OPERATIONS)]


def measure(rivals: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    spent: dict[str, list[float]] = {name: [] for name in rivals}
    for run in rivals.values():
        run()
    for _ in range(rounds):
        for name, run in rivals.items():
            start = time.process_time()
            run()
            spent[name].append((time.process_time() - start) * 1000)
    return spent


def main(rounds: int = ROUNDS) -> None:
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as place, running_office(Path(place), at=AT) as office:
        office.sealed()
        rivals = {
            "feigui": office.sealed,
            "pyhanko": plain_pyhanko(office),
            "bare keys": bare_keys(office),
        }
        spent = measure(rivals, rounds)
    medians = {name: statistics.median(times) for name, times in spent.items()}
    result = {
        "what": "notary signature + office seal + archive time-stamp, B-LTA, P-256",
        "unit": "ms CPU, median",
        "rounds": rounds,
        "medians": medians,
        "feigui_to_pyhanko": medians["feigui"] / medians["pyhanko"],
        "feigui_to_bare_keys": medians["feigui"] / medians["bare keys"],
        "versions": {name: version(name) for name in ("pyhanko", "cryptography", "asn1crypto")},
        "python": platform.python_version(),
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(result, indent=2))
    draw_bars(
        {"one certificate": medians},
        title=str(result["what"]),
        unit="ms of CPU, median",
        into=OUTPUT.with_suffix(".png"),
    )
    for name, median in medians.items():
        sys.stdout.write(f"{name:10} {median:9.2f} ms\n")
    sys.stdout.write(f"to plain pyHanko {result['feigui_to_pyhanko']:.2f}, ")
    sys.stdout.write(f"to bare keys {result['feigui_to_bare_keys']:.0f}\n")


if __name__ == "__main__":
    main()
