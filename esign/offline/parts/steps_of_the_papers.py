"""The signed papers: certificate and deed."""

from __future__ import annotations

from esign.offline.parts.certificates import name_of, office_of
from esign.offline.parts.documents import Document, check_document
from esign.offline.parts.faults import require
from esign.offline.parts.report import Asked, Found, Step, shown


def step_certificate(step: Step, asked: Asked, found: Found) -> None:
    require("certificate.pdf" in found.files, "file_missing", "certificate.pdf")
    document = check_document(
        found.files["certificate.pdf"], "certificate.pdf", found.roots, asked.at
    )
    roles = sorted(each.role for each in document.signatures)
    require(roles == ["notary", "office_seal"], "pdf_signers", "certificate.pdf", ", ".join(roles))
    found.certificate = document
    _show_document(step, document)
    office = next(each for each in document.signatures if each.role == "office_seal")
    if found.seal is not None:
        require(office_of(office.signer) == office_of(found.seal.signer), "office_differs")


def step_deed(step: Step, asked: Asked, found: Found) -> None:
    if found.about["deed_sha256"] is None and "deed.pdf" not in found.files:
        step.notes_that("本案没有当事人签署的文书", "no deed was signed in this case")
        return
    require("deed.pdf" in found.files, "file_missing", "deed.pdf")
    document = check_document(found.files["deed.pdf"], "deed.pdf", found.roots, asked.at)
    roles = {each.role for each in document.signatures}
    require(roles == {"party"}, "pdf_signers", "deed.pdf", ", ".join(sorted(roles)))
    found.deed = document
    _show_document(step, document)


def _show_document(step: Step, document: Document) -> None:
    for each in document.signatures:
        step.shows(
            f"{name_of(each.signer)} [{each.role}] 签于 {shown(each.at)}",
            f"{name_of(each.signer)} [{each.role}] signed by {shown(each.at)}",
        )
    step.shows(
        f"归档时间戳 {shown(document.archived[-1])}",
        f"archive time-stamp {shown(document.archived[-1])}",
    )
