"""What goes into the evidence package of one certificate, and who seals it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from esign.algorithms import SigningAlgorithm
from esign.custody.log_signer import log_key
from esign.offline import INSTRUCTIONS, VERIFIER
from server.cases.errors import PartNotFound
from server.register.errors import NotInLog
from server.register.evidence_package import Contents
from server.register.log_proofs import proof_for
from server.register.package_seals import Sealing, sealed_package
from server.tasks.packaging import PackageFault
from server.wiring import evidence_parts as parts_of
from server.wiring.algorithms import algorithms_of_case
from server.wiring.package_trust import as_pem, trust_files
from storage.objects import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from cryptography import x509

    from esign.authorities.directory import AuthorityDirectory
    from server.cases.case import Case
    from server.cases.ids import OfficeId
    from server.catalogue.notices import Notices
    from server.ceremony.ceremony import Ceremony
    from server.http.shown.evidence_packages import TakenBy
    from server.register.certificates import Certificate
    from server.register.ports import TransparencyLog
    from server.transaction import Transaction
    from server.wiring.signing import Signing

    OpenBooks = Callable[[], AbstractContextManager[Transaction]]
    Package = Callable[[Transaction, Case, Certificate, TakenBy], Callable[[OpenBooks], bytes]]

MOST_RECORDING: Final = 256 * 1024 * 1024
"""Bytes of recordings in one package; more is handed over on a disk, beside it."""


def packaging(
    *,
    fetch: Callable[[OfficeId, Digest], bytes],
    signing: Signing,
    notices: Notices,
    reach: Callable[[str], None] = lambda _: None,
) -> Package:
    """Return what packs a certificate's evidence; ``reach`` is told of each step of the seal.

    Called in a transaction it reads what there is to read; what it returns fetches
    and seals, with no transaction open.
    """

    def gather(
        tx: Transaction, case: Case, certificate: Certificate, taken_by: TakenBy
    ) -> Callable[[OpenBooks], bytes]:
        ceremonies = tx.ceremonies.of_case(case.id)
        objects = _objects(case, certificate, taken_by, ceremonies=ceremonies)
        written = {
            **parts_of.consent_files(case, notices, taken_by),
            **{f"ceremony/{each.id}.json": parts_of.ceremony_file(each) for each in ceremonies},
            "audit/events.json": parts_of.audit_file(tx.cases.trail(case.id)),
            "identity/checks.json": parts_of.checks_file(
                tx.identity_checks.of_case(case.id), taken_by
            ),
            "materials.json": parts_of.materials_file(taken_by.materials),
            "recording.json": parts_of.recording_file(ceremonies, included=taken_by.recordings),
        }

        algorithms = algorithms_of_case(case, signing.packs)
        logged = _log(certificate, tx.transparency_log, signing.files)

        def seal(office: str, manifest: bytes) -> bytes:
            reach(PackageFault.SEAL_INTENDED)
            algorithm = SigningAlgorithm.of_package(algorithms)
            made = signing.seal_manifest(office, manifest, algorithm=algorithm)
            reach(PackageFault.SEAL_MADE)
            return made

        def pack(open_books: OpenBooks) -> bytes:
            fetched = {name: fetch(case.office, each) for name, each in objects.items()}
            contents = Contents(
                parts={
                    "VERIFY.md": INSTRUCTIONS.read_bytes(),
                    "verify.py": VERIFIER.read_bytes(),
                    **written,
                    **fetched,
                    **trust_files(
                        signing.files,
                        case.office,
                        case.staffing.handling_notary,
                        algorithms,
                    ),
                    **_party_trust(signing.party_roots),
                    **logged,
                },
                about=_about(case, certificate, taken_by, algorithms),
                left_out=parts_of.left_out(taken_by, recordings=taken_by.recordings),
            )
            return sealed_package(
                contents,
                office=case.office,
                case=case.id,
                certificate=certificate.id,
                sealing=Sealing(open_books=open_books, seal=seal, now=signing.now),
            )

        return pack

    return gather


def _about(
    case: Case,
    certificate: Certificate,
    taken_by: TakenBy,
    algorithms: Sequence[SigningAlgorithm],
) -> dict[str, str | None]:
    return {
        # So that none of two signatures can be left away.
        "algorithms": " ".join(algorithms),
        "case": case.id,
        "certificate": certificate.id,
        "deed_sha256": case.deed.signed_sha256 if case.deed else None,
        "issue_date": certificate.issue_date.isoformat(),
        "matter": certificate.matter,
        "number": certificate.number.text,
        "office": certificate.office,
        "public_id": certificate.public_id,
        "sealed_sha256": certificate.sealed_sha256,
        "status": certificate.status,
        "taken_by": taken_by.audience,
    }


def _objects(
    case: Case, certificate: Certificate, taken_by: TakenBy, *, ceremonies: Sequence[Ceremony]
) -> dict[str, Digest]:
    named = {
        "certificate.pdf": certificate.sealed_sha256,
        "deed.pdf": case.deed.signed_sha256 if case.deed else None,
        **{
            parts_of.material_name(number, material): material.object_sha256
            for number, material in enumerate(taken_by.materials, start=1)
        },
    }
    if taken_by.recordings:
        segments = [
            (parts_of.recording_name(ceremony, number), segment)
            for ceremony in ceremonies
            for number, segment in enumerate(ceremony.segments)
        ]
        if not sum(segment.size for _, segment in segments) <= MOST_RECORDING:
            raise PartNotFound("recordings of at most 256 MiB")
        named |= {name: segment.sha256 for name, segment in segments}
    return {name: Digest(digest) for name, digest in named.items() if digest is not None}


def _party_trust(roots: Sequence[x509.Certificate]) -> dict[str, bytes]:
    """Return the roots of the authorities that certify parties where an office names one."""
    pem = as_pem(roots)
    return {"trust/party-roots.pem": pem} if pem else {}


def _log(
    certificate: Certificate, log: TransparencyLog, files: AuthorityDirectory
) -> dict[str, bytes]:
    """Return the proof that its issue is in the log, or nothing until it is published."""
    try:
        proof = proof_for(certificate, log)
    except NotInLog:
        return {}
    return {
        "log/certificate.tlog-proof": proof,
        "trust/log.vkey": f"{log_key(files)}\n".encode(),
    }
