"""What others can be asked about: the number, and the log."""

from __future__ import annotations

import re

from esign.offline.parts.digests import sha256
from esign.offline.parts.documents import Document
from esign.offline.parts.faults import Fault, require
from esign.offline.parts.log_proofs import (
    check_checkpoint,
    check_inclusion,
    read_log_proof,
    seen_at,
)
from esign.offline.parts.plain_json import canonical, read_json
from esign.offline.parts.report import Asked, Found, Step, shown
from esign.offline.parts.steps_of_the_papers import LOG_PROOF


def step_number(step: Step, _: Asked, found: Found) -> None:
    about = found.about
    # The QR code's address, which the certificate spells out for screen readers.
    printed = set(
        re.findall(rb"/verify/([a-z2-7]{26})(?![a-z0-9])", found.files["certificate.pdf"])
    )
    stated = {str(about["public_id"]).encode()}
    require(printed == stated, "number_differs", "certificate.pdf", about["public_id"])
    step.shows(f"公证书上的二维码是 {about['public_id']}", f"the QR code says {about['public_id']}")
    step.notes_that(
        f"请目视核对公证书所印编号：{about['number']}",
        f"compare by eye the number that is printed: {about['number']}",
    )
    if about["status"] != "valid":
        step.notes_that(f"！登记状态：{about['status']}", f"! registered as {about['status']}")


def step_log(step: Step, asked: Asked, found: Found) -> None:
    if LOG_PROOF not in found.files:
        step.notes_that("本包没有透明日志证明", "the package has no proof of a transparency log")
        return
    try:
        proof = read_log_proof(found.files[LOG_PROOF])
    except (ValueError, IndexError) as error:
        raise Fault("log_form", LOG_PROOF) from error
    # The log calls a certificate by a digest of what its QR code says.
    leaf, about = proof.extra or b"", found.about
    mark = sha256(b"feigui.certificate\x00" + str(about["public_id"]).encode()).hex()
    entry = read_json(leaf, LOG_PROOF)
    named = (entry["certificate"], entry["sealed_sha256"]) == (mark, about["sealed_sha256"])
    require(named and canonical(entry) == leaf, "log_leaf", LOG_PROOF)
    check_inclusion(proof, leaf)
    key = asked.log_key
    if key is None:
        key = found.files.get("trust/log.vkey", b"").decode()
        step.notes_that(
            "！日志公钥取自证据包本身，请用 --log-key 指定另行取得的公钥",
            "! The log's key is the package's own: pass one that you got another way with --log-key",
        )
    check_checkpoint(proof, key)
    for at in [at for each in (key, *asked.witness_keys) for at in seen_at(proof, each)]:
        step.shows(
            f"不晚于 {shown(at)} 已列入日志（有签名的时刻）",
            f"in the log at the latest at {shown(at)}, as a signature says",
        )
    _show_deed(step, entry.get("deed_sha256"), found.deed)
    step.shows(
        f"{proof.origin} 第 {proof.index} 条，共 {proof.size} 条",
        f"entry {proof.index} of {proof.size} in {proof.origin}",
    )


def _show_deed(step: Step, logged: str | None, deed: Document | None) -> None:
    """Say whether the log tells of this deed; another certificate's may have taken its place."""
    if logged is None or deed is None:
        return
    kept = (deed.pdf.data[: each.end] for each in deed.pdf.revisions)
    if logged in {sha256(each).hex() for each in kept}:
        step.shows(
            "日志条目所列文书即本包中的文书", "the entry names the deed that is in the package"
        )
    else:
        step.notes_that(
            "！日志条目所列文书不是本包中的文书",
            "! the entry names another deed than the one in the package",
        )
