"""Who may call what: one table, one row an operation, denied unless it is here.

A gate looks at roles only. Whether a case is the caller's to see is the
transaction's scope, and whether an action is theirs is the transition table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.access.errors import NotPermitted, TokenRefused
from server.cases.roles import STAFF_ROLES, Role
from server.cases.step_up import MAY_ASK, KeyUse

if TYPE_CHECKING:
    from server.access.principals import Principal


@dataclass(frozen=True, slots=True)
class Gate:
    name: str
    roles: frozenset[Role] | None
    """``None``: roles are not asked for."""

    needs_login: bool = True

    def admit(self, caller: Principal | None) -> None:
        """Let the caller in, or raise `TokenRefused` or `NotPermitted`."""
        if not self.needs_login:
            return
        if caller is None:
            raise TokenRefused
        if self.roles is not None and not self.roles & caller.roles:
            raise NotPermitted


open_to_all: Final = Gate("open_to_all", None, needs_login=False)
signed_in: Final = Gate("signed_in", None)


def only(*roles: Role) -> Gate:
    """Return the gate that asks for one of ``roles``."""
    return Gate("only", frozenset(roles))


# GB/T 22239-2019: the three administration roles are kept off the cases.
WORKS_ON_CASES: Final = frozenset(r for r in STAFF_ROLES if not r.is_administration)
staff_on_cases: Final = only(*WORKS_ON_CASES)
anybody_on_cases: Final = only(Role.APPLICANT, *WORKS_ON_CASES)

# Who prepares, decides or inspects; who meets in the ceremony; who reads what is filed.
TEAM: Final = frozenset(
    {
        Role.ASSISTANT,
        Role.NOTARY,
        Role.SECOND_HANDLER,
        Role.CHECKER,
        Role.APPROVER,
        Role.DIRECTOR,
        Role.INSPECTOR,
    }
)
team: Final = only(*TEAM)
party_and_team: Final = only(Role.APPLICANT, *TEAM)
readers_of_papers: Final = only(Role.APPLICANT, Role.ARCHIVIST, *TEAM)
in_the_room: Final = only(Role.APPLICANT, Role.ASSISTANT, Role.NOTARY, Role.SECOND_HANDLER)
# Whoever may be asked to agree to it; what each of them finds in it is another matter.
takes_evidence: Final = only(*MAY_ASK[KeyUse.TAKE_EVIDENCE])

# A witness, an interpreter or a consular witness takes part without being a party (PIPL Art. 6):
# whose matter it is not applies for nothing, withdraws nothing and reads no papers but the deed.
OF_WHO_TAKES_PART: Final = frozenset(
    {
        "get_case",
        "give_consent",
        "withdraw_consent",
        "begin_upload",
        "request_identity_check",
        "issue_identity_challenge",
        "get_identity_check",
        "confirm_identity_fields",
        "get_deed",
        "get_deed_page",
        "confirm_interview",
        "countersign_correction",
        "get_ceremony",
        "join_ceremony",
        "offer_device",
        "join_at_device",
        "leave_device",
        "step_ceremony",
        "add_ceremony_event",
        "list_ceremony_events",
        "stream_ceremony_events",
        "add_segment",
        "get_act",
        "get_ceremony_form",
        "report_tech_check",
        "issue_media_ticket",
        "get_media_room",
        "request_key_frame",
        "ask_for_picture",
    }
)

PERMISSIONS: Final[dict[str, Gate]] = {
    # Health, keys and documentation
    "get_health": open_to_all,
    "get_readiness": open_to_all,
    "get_token_keys": open_to_all,
    "list_problem_types": open_to_all,
    "get_problem_type": open_to_all,
    # Signing in and out
    "send_code": open_to_all,
    "redeem_code": open_to_all,
    "sign_in_staff": open_to_all,
    "refresh_session": open_to_all,
    "get_me": signed_in,
    "list_sessions": signed_in,
    "end_session": signed_in,
    "sign_out": signed_in,
    "add_device": signed_in,
    "list_devices": signed_in,
    "revoke_device": signed_in,
    # Catalogue and notices
    "list_offices": open_to_all,
    "get_office": open_to_all,
    "list_matters": open_to_all,
    "get_matter": open_to_all,
    "check_eligibility": open_to_all,
    "list_notices": open_to_all,
    "get_notice": open_to_all,
    # Uploads and long work
    "begin_upload": anybody_on_cases,
    "get_upload": anybody_on_cases,
    "sign_upload_parts": anybody_on_cases,
    "complete_upload": anybody_on_cases,
    "get_operation": anybody_on_cases,
    # The case
    "list_cases": anybody_on_cases,
    "create_case": only(Role.APPLICANT, Role.ASSISTANT),
    "get_case": anybody_on_cases,
    "update_intake": only(Role.APPLICANT, Role.ASSISTANT),
    "act_on_case": anybody_on_cases,
    "list_events": staff_on_cases,
    # Parties and consents
    "add_party": only(Role.APPLICANT, Role.ASSISTANT, Role.NOTARY),
    "bind_witness": only(Role.ASSISTANT, Role.NOTARY),
    "read_party_id_number": only(
        Role.ASSISTANT,
        Role.NOTARY,
        Role.SECOND_HANDLER,
        Role.CHECKER,
        Role.APPROVER,
        Role.DIRECTOR,
        Role.ISSUING_CLERK,
    ),
    "give_consent": only(Role.APPLICANT),
    "withdraw_consent": only(Role.APPLICANT),
    # Materials
    "attach_material": only(Role.APPLICANT, Role.ASSISTANT, Role.NOTARY),
    "decide_material": only(Role.ASSISTANT, Role.NOTARY),
    "get_material_content": readers_of_papers,
    # Identity checks
    "request_identity_check": only(Role.APPLICANT, Role.ASSISTANT, Role.NOTARY),
    "issue_identity_challenge": only(Role.APPLICANT, Role.ASSISTANT, Role.NOTARY),
    "get_identity_check": party_and_team,
    "get_identity_picture": team,
    "confirm_identity_fields": only(Role.APPLICANT),
    "decide_identity_check": only(Role.NOTARY),
    "open_identity_visit": only(Role.ASSISTANT, Role.NOTARY),
    "report_identity_visit": only(Role.ASSISTANT, Role.NOTARY, Role.SECOND_HANDLER),
    "compare_identity": only(Role.NOTARY),
    # Whoever has the second seat (server.cases.seating).
    "agree_to_comparison": only(Role.ASSISTANT, Role.NOTARY, Role.SECOND_HANDLER),
    # Handling: seats, review, verification, fee
    "assign_staff": only(Role.NOTARY, Role.DIRECTOR),
    "answer_review": only(Role.NOTARY),
    "open_verification": only(Role.ASSISTANT, Role.NOTARY, Role.SECOND_HANDLER),
    "close_verification": only(Role.ASSISTANT, Role.NOTARY, Role.SECOND_HANDLER),
    "quote_fee": only(Role.ASSISTANT, Role.NOTARY),
    "put_fee_on_account": only(Role.CASHIER),
    # Asked again before a key is used; whose act it is stands beside the act
    "begin_step_up": only(*frozenset().union(*MAY_ASK.values())),
    # Deed and interview record
    "write_deed": only(Role.ASSISTANT, Role.NOTARY),
    "get_deed": readers_of_papers,
    "get_deed_page": readers_of_papers,
    "sign_deed": only(Role.APPLICANT),
    "write_interview": only(Role.NOTARY),
    "confirm_interview": only(Role.APPLICANT),
    "correct_interview": only(Role.NOTARY),
    "countersign_correction": only(Role.APPLICANT),
    # Ceremonies
    "plan_ceremony": only(Role.ASSISTANT, Role.NOTARY),
    "get_ceremony": party_and_team,
    "give_seat": only(Role.ASSISTANT, Role.NOTARY),
    "invite_participant": only(Role.ASSISTANT, Role.NOTARY),
    "list_invitations": team,
    "revoke_invitation": only(Role.ASSISTANT, Role.NOTARY),
    # Whoever was invited is nobody yet: the secret and the code are what is asked for.
    "look_up_invitation": open_to_all,
    "accept_invitation": open_to_all,
    "join_ceremony": in_the_room,
    "offer_device": in_the_room,
    "join_at_device": in_the_room,
    "leave_device": in_the_room,
    "step_ceremony": in_the_room,
    "add_ceremony_event": in_the_room,
    "list_ceremony_events": in_the_room,
    "stream_ceremony_events": in_the_room,
    "add_segment": in_the_room,
    "confirm_presence": only(Role.NOTARY),
    "get_act": party_and_team,
    "get_ceremony_form": party_and_team,
    "report_tech_check": in_the_room,
    "set_challenge": only(Role.NOTARY),
    "look_at_participant": only(Role.NOTARY),
    "identify_participant": only(Role.NOTARY),
    "answer_questions": only(Role.NOTARY),
    "hand_over_ceremony": only(Role.NOTARY, Role.DIRECTOR),
    "issue_media_ticket": in_the_room,
    "get_media_room": in_the_room,
    "request_key_frame": in_the_room,
    "put_out_participant": only(Role.NOTARY),
    "readmit_participant": only(Role.NOTARY),
    "ask_for_picture": in_the_room,
    "close_media_room": only(Role.NOTARY),
    "get_composite": team,
    "get_composite_file": team,
    "request_composite": only(Role.ASSISTANT, Role.NOTARY, Role.INSPECTOR),
    # Draft, check, approval
    "write_draft": only(Role.ASSISTANT, Role.NOTARY),
    # Whoever has it sealed reads what is sealed.
    "get_draft": only(Role.ISSUING_CLERK, *TEAM),
    "give_check": only(Role.CHECKER),
    "give_approval": only(Role.APPROVER, Role.DIRECTOR),
    # Certificates, deliveries, register
    "request_issue": only(Role.NOTARY, Role.ISSUING_CLERK),
    "list_certificates": anybody_on_cases,
    "get_certificate": anybody_on_cases,
    "get_certificate_file": anybody_on_cases,
    "list_evidence_packages": takes_evidence,
    "request_evidence_package": takes_evidence,
    "get_evidence_package": takes_evidence,
    "get_evidence_package_file": takes_evidence,
    "list_deliveries": anybody_on_cases,
    "give_receipt": only(Role.APPLICANT),
    "get_register": only(Role.DIRECTOR, Role.ARCHIVIST, Role.INSPECTOR),
    # Verification of certificates
    "verify_by_public_id": open_to_all,
    "verify_by_number": open_to_all,
    "verify_document": open_to_all,
}
