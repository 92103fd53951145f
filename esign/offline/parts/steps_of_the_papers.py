"""The signed papers: certificate and deed."""

from __future__ import annotations

from datetime import datetime

from esign.offline.parts.certificates import name_of, office_of, spki_of
from esign.offline.parts.documents import Document, check_document
from esign.offline.parts.faults import Fault, require
from esign.offline.parts.log_proofs import check_inclusion, read_log_proof, seen_at
from esign.offline.parts.plain_json import canonical, read_json
from esign.offline.parts.report import Asked, Found, Step, shown
from esign.offline.parts.signatures import kind_of_key
from esign.offline.parts.stamps import Signed

LOG_PROOF = "log/certificate.tlog-proof"


def step_certificate(step: Step, asked: Asked, found: Found) -> None:
    require("certificate.pdf" in found.files, "file_missing", "certificate.pdf")
    document = check_document(
        found.files["certificate.pdf"],
        "certificate.pdf",
        found.roots,
        asked.at,
        lists=found.lists,
        existed=_existed(asked, found),
    )
    for kind, signed in _by_kind(document, "certificate.pdf", found).items():
        roles = sorted(each.role for each in signed)
        told = ", ".join([kind, *roles])
        require(roles == ["notary", "office_seal"], "pdf_signers", "certificate.pdf", told)
    found.certificate = document
    _show_document(step, document)
    office = next(each for each in document.signatures if each.role == "office_seal")
    if found.seal is not None:
        require(office_of(office.signer) == office_of(found.seal.signer), "office_differs")


def _existed(asked: Asked, found: Found) -> list[tuple[bytes, datetime]]:
    """Return when, by the log, a file of which SHA-256 was there.

    Under keys that the caller got another way: who made up a package made up its log as well.
    What is wrong with the proof is told where the log is judged; here it only proves nothing.
    """
    keys = [key for key in (asked.log_key, *asked.witness_keys) if key]
    if LOG_PROOF not in found.files or not keys:
        return []
    try:
        proof = read_log_proof(found.files[LOG_PROOF])
        leaf = proof.extra or b""
        entry = read_json(leaf, LOG_PROOF)
        require(canonical(entry) == leaf, "log_leaf")
        check_inclusion(proof, leaf)
        seen = [at for key in keys for at in seen_at(proof, key)]
        # Entries of version 1 name no deed.
        named = [entry["sealed_sha256"], entry.get("deed_sha256")]
        return [(bytes.fromhex(each), at) for each in named if each is not None for at in seen]
    except (Fault, ValueError, LookupError, TypeError):
        return []


def step_deed(step: Step, asked: Asked, found: Found) -> None:
    if found.about["deed_sha256"] is None and "deed.pdf" not in found.files:
        step.notes_that("本案没有当事人签署的文书", "no deed was signed in this case")
        return
    require("deed.pdf" in found.files, "file_missing", "deed.pdf")
    document = check_document(
        found.files["deed.pdf"],
        "deed.pdf",
        found.roots,
        asked.at,
        party_roots=found.party_roots,
        lists=found.lists,
        existed=_existed(asked, found),
    )
    roles = {each.role for each in document.signatures}
    require(roles == {"party"}, "pdf_signers", "deed.pdf", ", ".join(sorted(roles)))
    kinds = _by_kind(document, "deed.pdf", found)
    signers = [sorted(name_of(each.signer) for each in signed) for signed in kinds.values()]
    require(all(each == signers[0] for each in signers), "pdf_signers", "deed.pdf", "by one only")
    found.deed = document
    _show_document(step, document)


def _by_kind(document: Document, where: str, found: Found) -> dict[str, list[Signed]]:
    """Return the signatures by the kind of their keys, which have to be those of the manifest."""
    kinds: dict[str, list[Signed]] = {}
    for each in document.signatures:
        kinds.setdefault(kind_of_key(spki_of(each.signer)), []).append(each)
    stated = found.algorithms
    require(
        not stated or sorted(kinds) == sorted(stated), "algorithm_other", where, " ".join(kinds)
    )
    return kinds


def _show_document(step: Step, document: Document) -> None:
    for each in document.signatures:
        who = f"{name_of(each.signer)} [{each.role}, {kind_of_key(spki_of(each.signer)).upper()}]"
        step.shows(f"{who} 签于 {shown(each.at)}", f"{who} signed by {shown(each.at)}")
    for stolen in sorted({each.stolen for each in document.stamps if each.stolen is not None}):
        step.notes_that(
            f"！时间戳机构的密钥自 {shown(stolen)} 起可能在他人手中；另有证据证明文件在此之前已经存在",
            f"! A time-stamper's key may have been in other hands since {shown(stolen)}; "
            "something else proves that the file was there before",
        )
    step.shows(
        f"归档时间戳 {shown(document.archived[-1])}",
        f"archive time-stamp {shown(document.archived[-1])}",
    )
