"""Where a case can stand, and who has to act before it moves on.

The main line of docs/case-lifecycle.md. Fee, materials, ceremony, delivery
and clock are machines of their own beside it.
"""

from __future__ import annotations

from enum import StrEnum


class CaseStatus(StrEnum):
    DRAFT = "draft"  # The applicant is still editing; nothing is promised.
    SUBMITTED = "submitted"  # The office looks whether it can take the case.
    SUPPLEMENT = "supplement"  # The applicant owes the items of one notice.
    TRANSFERRING = "transferring"  # The applicant decides on another office.
    TRANSFERRED = "transferred"  # Final here. It goes on as a case of the other office.
    LAPSED = "lapsed"  # Final. The supplement never came; no fee, data purged.
    NOT_ACCEPTED = "not_accepted"  # Final. Declined with a reason and a referral.
    ACCEPTED = "accepted"  # The notary has it; the statutory clock runs.
    REVIEW = "review"  # The notary examines under four heads.
    INTERVIEW_SET = "interview_set"  # Party and notary meet in the ceremony.
    INTERVIEWED = "interviewed"  # Record and deed are signed; drafting is next.
    DRAFTING = "drafting"  # The notary or assistant writes the certificate.
    CHECKING = "checking"  # The checker gives or withholds six ticks.
    TO_APPROVE = "to_approve"  # The approver decides; never a handler of the case.
    APPROVED = "approved"  # The system issues: number, seals, time-stamp.
    ISSUED = "issued"  # The issuing clerk delivers; correcting is now another act.
    DELIVERED = "delivered"  # The notary completes the contents list and files.
    FILING = "filing"  # The archivist seals the file or sends it back.
    ARCHIVED = "archived"  # At rest. Only a re-examination touches it again.
    TERMINATING = "terminating"  # The director decides on ending without certificate.
    REFUSING = "refusing"  # The director decides on the notary's proposed refusal.
    TERMINATED = "terminated"  # Ended; the papers still go to the file.
    REFUSED = "refused"  # Refused under 公证法 Art. 31; the papers go to the file.
    VOID = "void"  # A clerical mistake; the director may restore it.
    REEXAM = "reexam"  # Another notary looks again at an issued certificate.
    REVOKED = "revoked"  # Final. Void from the start; public notice given.
    ENFORCEMENT_REVIEW = "enforcement_review"  # The notary verifies what was performed.
    ENFORCEMENT_APPROVAL = "enforcement_approval"  # The approver decides on enforcement.
    ENFORCEMENT_APPROVED = "enforcement_approved"  # The system issues: number, seals.
    ENFORCEMENT_CLOSED = "enforcement_closed"  # No enforcement certificate; to be filed.

    @property
    def is_final(self) -> bool:
        """Nothing leads out of here any more."""
        return self in {
            CaseStatus.LAPSED,
            CaseStatus.NOT_ACCEPTED,
            CaseStatus.TRANSFERRED,
            CaseStatus.REVOKED,
        }

    @property
    def is_enforcement(self) -> bool:
        """An enforcement certificate is asked for (公证程序规则 Art. 55)."""
        return self in {
            CaseStatus.ENFORCEMENT_REVIEW,
            CaseStatus.ENFORCEMENT_APPROVAL,
            CaseStatus.ENFORCEMENT_APPROVED,
        }

    @property
    def is_ready_for_a_number(self) -> bool:
        """The system issues from here."""
        return self in {CaseStatus.APPROVED, CaseStatus.ENFORCEMENT_APPROVED}

    @property
    def has_certificate(self) -> bool:
        """A number was allotted and a certificate sealed."""
        return self in {
            CaseStatus.ISSUED,
            CaseStatus.DELIVERED,
            CaseStatus.REEXAM,
            CaseStatus.REVOKED,
        }
