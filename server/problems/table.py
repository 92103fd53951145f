"""The only place where a domain error becomes an HTTP answer.

A class that is not in the table is a bug of ours: the caller learns nothing
but "internal", and the log learns everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from esign.errors import CustodyUnavailable, EsignError, TimeStampUnavailable
from server.access import errors as access
from server.billing import errors as billing
from server.cases import errors as cases
from server.catalogue import errors as catalogue
from server.ceremony import errors as ceremony
from server.delivery import delivery
from server.problems import refusals, telling
from server.problems.problem import NOTHING, Problem
from server.register import errors as register
from server.transaction import (
    BooksUnavailable,
    KeyInFlight,
    KeyReused,
    OperationNotFound,
    UploadNotFound,
    UploadNotUsable,
)
from storage import errors as storage

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.problems.problem import Details

    Tell = Callable[[Any], Details]


INTERNAL: Final = Problem(status=500, code="internal")


@dataclass(frozen=True, slots=True)
class Row:
    status: int
    code: str
    tell: Tell | None = None
    """Adds what this error may tell; without it the code says all."""


PROBLEMS: Final[dict[type[Exception], Row]] = {
    # The form of the request
    refusals.NoSuchPath: Row(404, "not_found"),
    refusals.MethodNotServed: Row(405, "method_not_allowed", telling.allowed_methods),
    refusals.BodyMalformed: Row(400, "body_malformed", telling.code_at_body),
    refusals.BodyTooLarge: Row(413, "body_too_large"),
    refusals.MediaTypeRefused: Row(415, "media_type_refused"),
    refusals.IdempotencyKeyMissing: Row(400, "idempotency_key_missing"),
    refusals.PreconditionMissing: Row(428, "precondition_missing"),
    refusals.EntityChanged: Row(412, "entity_changed"),
    refusals.RequestInvalid: Row(422, "request_invalid", telling.faults),
    refusals.CursorRefused: Row(422, "cursor_refused"),
    refusals.RequestRefused: Row(400, "request_refused"),
    KeyInFlight: Row(409, "idempotency_key_in_flight", telling.try_again_soon),
    KeyReused: Row(409, "idempotency_key_reused"),
    # Access
    access.TokenRefused: Row(401, "token_refused", telling.bearer),
    access.TokenReplayed: Row(401, "token_replayed", telling.bearer),
    access.LoginRefused: Row(401, "login_refused", telling.bearer),
    access.LoginBlocked: Row(429, "login_blocked", telling.retry_after),
    access.TooManyCodes: Row(429, "too_many_codes", telling.retry_after),
    access.NotPermitted: Row(403, "not_permitted"),
    access.AccountNotFound: Row(404, "account_not_found"),
    access.SessionNotFound: Row(404, "session_not_found"),
    access.SecondFactorRefused: Row(403, "second_factor_refused"),
    access.DeviceNotFound: Row(404, "device_not_found"),
    access.DeviceRevoked: Row(409, "device_revoked"),
    access.DeviceKnown: Row(409, "device_known"),
    cases.DeviceKeyRefused: Row(422, "device_key_refused"),
    cases.DeviceSignatureRefused: Row(422, "device_signature_refused"),
    cases.StepUpNotFound: Row(404, "step_up_not_found"),
    cases.StepUpOfAnotherSession: Row(409, "step_up_of_another_session"),
    cases.StepUpOfAnotherCase: Row(409, "step_up_of_another_case"),
    cases.StepUpOfAnotherAct: Row(409, "step_up_of_another_act"),
    cases.StepUpOfAnotherDocument: Row(409, "step_up_of_another_document"),
    cases.StepUpExpired: Row(409, "step_up_expired"),
    cases.StepUpSpent: Row(409, "step_up_spent"),
    cases.StepUpUnanswered: Row(409, "step_up_unanswered"),
    # The case and its machines
    cases.CaseNotFound: Row(404, "case_not_found"),
    cases.PartNotFound: Row(404, "part_not_found", telling.part),
    cases.TransitionRefused: Row(409, "transition_refused", telling.case_step),
    cases.NotYourAction: Row(403, "not_your_action", telling.action),
    cases.ConditionsUnmet: Row(409, "conditions_unmet", telling.unmet),
    cases.NotEligible: Row(409, "not_eligible", telling.reasons),
    cases.TextDiffers: Row(409, "text_differs", telling.text),
    cases.NotEditable: Row(409, "not_editable", telling.locked_part),
    cases.ChallengeSpent: Row(409, "challenge_spent"),
    cases.ChipCannotBeAsked: Row(422, "chip_cannot_be_asked"),
    cases.StaleVersion: Row(409, "stale_version"),
    cases.FormIncomplete: Row(422, "form_incomplete", telling.missing_answers),
    cases.IssueOvertaken: Row(409, "issue_overtaken"),
    ceremony.CeremonyNotFound: Row(404, "ceremony_not_found"),
    ceremony.CeremonyRefused: Row(409, "ceremony_refused", telling.ceremony_step),
    ceremony.NotTakingPart: Row(403, "not_taking_part"),
    ceremony.ParticipantNotFound: Row(404, "participant_not_found"),
    ceremony.NotaryStays: Row(409, "notary_stays"),
    ceremony.NotRecording: Row(409, "not_recording"),
    ceremony.ChainBroken: Row(409, "chain_broken", telling.expected_link),
    ceremony.RecordingIncomplete: Row(409, "recording_incomplete"),
    ceremony.RecordingUnderWay: Row(409, "recording_under_way"),
    ceremony.PutOut: Row(403, "put_out"),
    ceremony.HereElsewhere: Row(409, "here_elsewhere"),
    ceremony.LineTakenOver: Row(409, "line_taken_over"),
    ceremony.RoomTaken: Row(409, "room_taken"),
    ceremony.TicketRefused: Row(401, "ticket_refused"),
    ceremony.LiveVideoOff: Row(503, "live_video_off"),
    ceremony.InvitationNotFound: Row(404, "invitation_not_found"),
    ceremony.InvitationForAnother: Row(403, "invitation_for_another"),
    ceremony.InvitationSpent: Row(409, "invitation_spent"),
    ceremony.InvitationExpired: Row(409, "invitation_expired"),
    ceremony.InvitationRevoked: Row(409, "invitation_revoked"),
    ceremony.TooManyInvitations: Row(429, "too_many_invitations", telling.retry_after),
    ceremony.FollowersFull: Row(503, "followers_full", telling.try_again_soon),
    billing.PropertyValueNeeded: Row(422, "property_value_needed"),
    billing.OfficePriceNeeded: Row(422, "office_price_needed"),
    billing.QuoteFactsInvalid: Row(422, "quote_facts_invalid"),
    billing.ReliefUnknown: Row(422, "relief_unknown"),
    billing.FeeTransitionRefused: Row(409, "fee_refused", telling.fee_step),
    billing.FeeActorRefused: Row(403, "fee_not_yours", telling.fee_actor),
    billing.RefundNeedsTwoPeople: Row(409, "refund_needs_two_people"),
    delivery.DeliveryNotFound: Row(404, "delivery_not_found"),
    delivery.DeliveryRefused: Row(409, "delivery_refused", telling.delivery_step),
    register.CertificateNotFound: Row(404, "certificate_not_found"),
    register.PackageNotFound: Row(404, "package_not_found"),
    register.PackageUnderWay: Row(409, "package_under_way"),
    register.PackageNotReady: Row(409, "package_not_ready", telling.package_state),
    register.PackageEnded: Row(409, "package_ended"),
    register.TooManyPackages: Row(429, "too_many_packages", telling.retry_after),
    # Catalogue
    catalogue.OfficeUnknown: Row(404, "office_unknown"),
    catalogue.MatterUnknown: Row(404, "matter_unknown"),
    catalogue.NoticeUnknown: Row(404, "notice_unknown"),
    catalogue.NoRulesInForce: Row(409, "no_rules_in_force"),
    # Uploads, long work, evidence
    BooksUnavailable: Row(503, "database_unavailable", telling.try_again_soon),
    UploadNotFound: Row(404, "upload_not_found"),
    UploadNotUsable: Row(409, "upload_not_usable", telling.upload),
    OperationNotFound: Row(404, "operation_not_found"),
    storage.ObjectMissing: Row(404, "evidence_missing"),
    storage.ContentMismatch: Row(422, "content_mismatch"),
    storage.UploadMissing: Row(409, "upload_ended"),
    storage.UploadIncomplete: Row(409, "upload_incomplete", telling.missing_parts),
    storage.UploadTooLarge: Row(422, "upload_too_large"),
    storage.StoreUnavailable: Row(503, "store_unavailable", telling.try_again_soon),
    CustodyUnavailable: Row(503, "seal_unavailable", telling.try_again_soon),
    TimeStampUnavailable: Row(503, "time_stamp_unavailable", telling.try_again_soon),
}

# Bases whose other members must never reach a caller: named so that a reader
# sees that they were thought of.
SILENT: Final = frozenset({EsignError, storage.StorageError, cases.CaseError})


def problem_for(error: Exception) -> Problem:
    """Return the problem of the nearest class that is in the table."""
    for known in type(error).__mro__:
        row = PROBLEMS.get(known)
        if row is not None:
            return _problem(row, error)
    return INTERNAL


def _problem(row: Row, error: Exception) -> Problem:
    details = NOTHING if row.tell is None else row.tell(error)
    return Problem(status=row.status, code=row.code, details=details)
