"""What a signature costs: beside stock pyHanko and beside the bare key operations.

Run ``python -m tests.benchmarks.esign_seal [rounds]``. One document (typeset, one page),
one key, every level; interleaved rounds, medians of the CPU time (user and
system) of this process. Writes ``build/bench/esign_seal.json`` and a plot, and
prints a table.

The time-stamping authority is ours, in this process and without a network, for
all alike, and what it spends is counted for all alike. Both we and pyHanko ask for
one stamp before anything is signed, to see that there are any. The bare key
operations are therefore these, in two rows:

- ``private``: the signatory's signature, and those of the authority: none for B-B,
  2 for B-T and B-LT, 3 for B-LTA;
- ``all keys``: these, and a check of each stamp, which RFC 3161 2.2 asks for.

We remember what was proven of certificates, as in production; pyHanko gets a new
validation context for each signature, as its documentation has it.

Bars, for P-256 at B-LTA: at most 1/`OF_PYHANKO` of stock pyHanko's CPU, at most
`OF_PRIVATE_KEYS` times the private key operations (the stricter of the two rows), and
ahead of every peer at each level that it reaches. It ends with 1 where one is missed.
Time on the processor still grows on a machine that others use: what is in the caches is
theirs, and a bare key operation needs nothing of it.

Peers are measured when ``FEIGUI_SIGNING_PEERS`` names a Python that has them, in
a process of their own (`tests.benchmarks.esign_peers`).
"""

from __future__ import annotations

import json
import logging
import statistics
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import typst
from asn1crypto import crl as asn1_crl
from asn1crypto import tsp
from cryptography.hazmat.backends.openssl.backend import backend
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext

from esign.asn1 import to_asn1
from esign.authorities import profiles
from esign.authorities.directory import TSA
from esign.custody.keyring import Keyring
from esign.custody.uris import KeyUri
from esign.pdf.fields import NOTARY_FIELD, prepare_fields
from esign.pdf.levels import PadesLevel
from esign.pdf.signing import Act, sign_field
from esign.testing import key_signature, running_office, sealing_places
from esign.tsa.authority import TimeStampingAuthority
from esign.tsa.client import TimeStampSource
from tests.benchmarks.bars import draw_bars
from tests.benchmarks.esign_peers import DURABLE, measure_peers, peers_folder
from tests.benchmarks.spent import machine, said_of_the_machine, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from esign.custody.ports import Custody
    from esign.testing import PrivateKey, RunningOffice

    Run = Callable[[], object]

ROUNDS: Final = 25
LEAST_SPENT_S: Final = 0.01
"""A run is repeated until it has spent this much, so that short ones are not all noise."""

OF_PYHANKO: Final = 20
OF_PRIVATE_KEYS: Final = 12
JUDGED: Final = f"P-256 {PadesLevel.B_LTA}"

STAMPS: Final = {PadesLevel.B_B: 0, PadesLevel.B_T: 2, PadesLevel.B_LT: 2, PadesLevel.B_LTA: 3}
"""How many are asked for, the one that only shows that there are any included."""

AT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
OUTPUT: Final = Path("build/bench/esign_seal.json")
PAPER: Final = (
    '#set document(title: "公证书", date: datetime(year: 2026, month: 3, day: 1))\n'
    '#set text(font: "Noto Serif CJK SC", lang: "zh")\n= 公证书\n' + "兹证明某某人来到本处。" * 40
)
PACKAGES: Final = ("pyhanko", "pyhanko-certvalidator", "cryptography", "asn1crypto", "typst")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What all are to do."""

    office: RunningOffice
    authority: TimeStampingAuthority
    prepared: bytes
    level: PadesLevel
    key: PrivateKey


class KeyInHand:
    """Custody without its process and its audit: what they cost is not the question."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key

    def sign_digest(self, _: str, digest: bytes) -> bytes:
        return key_signature(self._key, digest)


class LocalStamper(TimeStamper):
    """Our authority without the network, for pyHanko as it comes."""

    def __init__(self, authority: TimeStampingAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko types no constructor
        self._authority = authority

    async def async_request_tsa_response(self, req: Any) -> Any:  # noqa: ANN401 - untyped port
        return tsp.TimeStampResp.load(self._authority.answer(req.dump()))


def feigui(task: Task) -> Run:
    signatory = task.office.signatory(profiles.NOTARY, key=task.key)
    revocation = task.office.revocation()
    source = TimeStampSource(
        "", roots=task.office.roots, now=task.office.now, exchange=task.authority.answer
    )
    act = Act(field=NOTARY_FIELD, level=task.level, certifies=True, at=AT)

    def sign() -> object:
        stamper = source.stamper() if task.level.has_time_stamp else None
        return sign_field(task.prepared, act, signatory, revocation=revocation, stamper=stamper)

    return sign


def stock_pyhanko(task: Task) -> Run:
    """Return signing as pyHanko's documentation shows it, into a field that is not seen."""
    revocation = task.office.revocation()
    trust = revocation.trust
    signer = _simple_signer(task)
    lists = [revocation.office_list, trust.root_list]

    def sign() -> object:
        durable = task.level in DURABLE
        meta = PdfSignatureMetadata(
            field_name="Signature1",
            md_algorithm="sha256",
            certify=True,
            subfilter=SigSeedSubFilter.PADES,
            embed_validation_info=durable,
            use_pades_lta=task.level is PadesLevel.B_LTA,
            signer_key_usage={"digital_signature"},
            validation_context=ValidationContext(
                trust_roots=[to_asn1(trust.root)],
                other_certs=[to_asn1(trust.authority), to_asn1(trust.time_stamper)],
                crls=[asn1_crl.CertificateList.load(der) for der in lists],
                moment=AT,
                allow_fetching=False,
                revocation_mode="require",
            )
            if durable
            else None,
        )
        stamper = LocalStamper(task.authority) if task.level.has_time_stamp else None
        writer = IncrementalPdfFileWriter(BytesIO(task.prepared))
        return sign_pdf(writer, meta, signer, timestamper=stamper)

    return sign


def _simple_signer(task: Task) -> SimpleSigner:
    certificate = task.office.signatory(profiles.NOTARY, key=task.key).certificate
    authority = task.office.revocation().trust.authority
    with tempfile.TemporaryDirectory() as place:
        names = [Path(place) / name for name in ("key.pem", "own.pem", "authority.pem")]
        names[0].write_bytes(
            task.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        names[1].write_bytes(certificate.public_bytes(Encoding.PEM))
        names[2].write_bytes(authority.public_bytes(Encoding.PEM))
        key, own, issuer = map(str, names)
        found: SimpleSigner | None = SimpleSigner.load(key, own, ca_chain_files=(issuer,))
    if found is None:
        raise SystemExit("pyHanko could not load the key")
    return found


def private_keys(task: Task) -> Run:
    digest, stamping = bytes(32), _stamping_key(task.office)

    def sign() -> object:
        stamps = [key_signature(stamping, digest) for _ in range(STAMPS[task.level])]
        return key_signature(task.key, digest), stamps

    return sign


def all_keys(task: Task) -> Run:
    digest, stamping = bytes(32), _stamping_key(task.office)
    public, algorithm = stamping.public_key(), ec.ECDSA(Prehashed(hashes.SHA256()))

    def sign_and_check() -> object:
        for _ in range(STAMPS[task.level]):
            public.verify(key_signature(stamping, digest), digest, algorithm)
        return key_signature(task.key, digest)

    return sign_and_check


def _stamping_key(office: RunningOffice) -> ec.EllipticCurvePrivateKey:
    key = Keyring(office.files.keys).load(KeyUri("file", TSA))
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SystemExit("time is stamped by P-256")
    return key


RIVALS: Final[dict[str, Callable[[Task], Run]]] = {
    "feigui": feigui,
    "pyhanko": stock_pyhanko,
    "private": private_keys,
    "all keys": all_keys,
}


def measure(runs: dict[str, dict[str, Run]], rounds: int) -> dict[str, dict[str, float]]:
    """Return task -> rival -> median of CPU in ms."""
    spent: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds + 1):
        for task, rivals in runs.items():
            for name, run in rivals.items():
                spent.setdefault((task, name), []).append(_cpu_ms(run))
    return {
        # The first round warms up.
        task: {name: statistics.median(spent[task, name][1:]) for name in rivals}
        for task, rivals in runs.items()
    }


def _cpu_ms(run: Run) -> float:
    start, times = time.process_time(), 0
    while (spent := time.process_time() - start) < LEAST_SPENT_S:
        run()
        times += 1
    return spent / times * 1000


def main(rounds: int = ROUNDS) -> None:
    warnings.simplefilter("ignore")
    # It says at every signature that it was told not to use the network.
    logging.getLogger("pyhanko").setLevel(logging.ERROR)
    keys: dict[str, PrivateKey] = {
        "P-256": ec.generate_private_key(ec.SECP256R1()),
        "RSA-3072": rsa.generate_private_key(65537, 3072),
    }
    prepared = prepare_fields(
        typst.compile(PAPER.encode(), pdf_standards=["a-2b"]), sealing_places()
    )
    with tempfile.TemporaryDirectory() as place, running_office(Path(place), at=AT) as office:
        authority = TimeStampingAuthority(
            certificate=office.files.certificate(TSA),
            key=f"file:{TSA}",
            custody=cast("Custody", KeyInHand(_stamping_key(office))),
            now=office.now,
            proof=lambda: None,
        )
        runs = {
            f"{kind} {level}": {
                name: rival(
                    Task(
                        office=office,
                        authority=authority,
                        prepared=prepared,
                        level=level,
                        key=key,
                    )
                )
                for name, rival in RIVALS.items()
            }
            for kind, key in keys.items()
            for level in PadesLevel
        }
        medians = measure(runs, rounds)
    folder = peers_folder()
    peers = measure_peers(keys, prepared, folder) if folder else {}
    _tell(medians, peers, rounds=rounds, size=len(prepared))
    if faults := missed(medians, peers):
        sys.exit("".join(f"MISSED: {each}\n" for each in faults))


def _tell(
    medians: dict[str, dict[str, float]],
    peers: dict[str, dict[str, float | str]],
    *,
    rounds: int,
    size: int,
) -> None:
    result = {
        "what": "one signature into one document, time-stamps in-process and counted for all",
        "unit": "ms CPU (user and system), median",
        "rounds": rounds,
        "document_bytes": size,
        "medians": medians,
        "pyhanko_to_feigui": {t: m["pyhanko"] / m["feigui"] for t, m in medians.items()},
        "feigui_to_private_keys": {t: m["feigui"] / m["private"] for t, m in medians.items()},
        "feigui_to_all_keys": {t: m["feigui"] / m["all keys"] for t, m in medians.items()},
        "peers": peers,
        "machine": machine(),
        "versions": {**versions(PACKAGES), "openssl": backend.openssl_version_text()},
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(result, indent=2))
    draw_bars(
        {task: found for task, found in medians.items() if task.startswith("P-256")},
        title=str(result["what"]),
        unit=str(result["unit"]),
        into=OUTPUT.with_suffix(".png"),
    )
    say = sys.stdout.write
    say(f"{'ms of CPU':15}{''.join(f'{name:>10}' for name in RIVALS)}")
    say(f"{'pyhanko /':>12}{'/ private':>11}{'/ all keys':>11}\n")
    for task, found in medians.items():
        ours = found["feigui"]
        say(f"{task:15}{''.join(f'{found[name]:10.3f}' for name in RIVALS)}")
        ratios = (found["pyhanko"] / ours, ours / found["private"], ours / found["all keys"])
        say("{:12.1f}{:11.1f}{:11.1f}\n".format(*ratios))
    for task, others in peers.items():
        for name, told in others.items():
            say(f"{task:15} {name:15} {told if isinstance(told, str) else round(told, 3)}\n")
    say(f"{said_of_the_machine(PACKAGES)}\n")


def missed(
    medians: Mapping[str, Mapping[str, float]], peers: Mapping[str, Mapping[str, float | str]]
) -> list[str]:
    """Return what is not as the bars have it."""
    judged = medians[JUDGED]
    of_pyhanko = judged["pyhanko"] / judged["feigui"]
    of_keys = judged["feigui"] / judged["private"]
    found = []
    if not of_pyhanko >= OF_PYHANKO:
        found.append(f"stock pyHanko takes {of_pyhanko:.1f} times as long, not {OF_PYHANKO}")
    if not of_keys <= OF_PRIVATE_KEYS:
        found.append(f"{of_keys:.1f} times the private key operations, not {OF_PRIVATE_KEYS}")
    return found + [
        f"{name} is ahead at {task}"
        for task, others in peers.items()
        for name, told in others.items()
        if not isinstance(told, str) and not medians[task]["feigui"] < told
    ]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
