"""The files of an evidence package that are written, not fetched: one function each.

What a caller may not see in the API is in no package of his either (D-28, P-60):
scores go to those who may judge them, other people's checks and consents are told
by their digest alone, pictures of faces and documents are in no package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from server.cases.identity_checks import bound_to_signature, digest_of
from server.ceremony.sharing import beside
from server.http.shown.identity_routes import comparison_as_seen, visit_as_seen
from server.http.shown.times import rfc3339, rfc3339_or_none
from server.http.shown.visibility import IDENTITY_CHECK, Audience
from server.register.canonical_json import canonical_json
from server.register.evidence_package import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from server.cases.case import Case
    from server.cases.identity_checks import CheckOutcome, IdentityCheck
    from server.cases.materials import Material
    from server.catalogue.notices import Notices
    from server.ceremony.ceremony import Ceremony
    from server.ceremony.chain import Link
    from server.http.shown.evidence_packages import TakenBy

SENSITIVE_READ: Final = "sensitive_read"

NEVER: Final = (
    LeftOut(
        what="identity_pictures",
        zh="证件照片、现场照片和视频只列摘要，不随包提供：仅由依法审查身份的人员查看。",
        en="Pictures of documents and faces are named by digest only: who decides on the identity "
        "sees them, nobody else.",
        citation="个人信息保护法 第六条、第二十八条；人脸识别技术应用安全管理办法",
    ),
    LeftOut(
        what="face_features",
        zh="人脸特征数据从不保存。",
        en="Feature vectors of faces are never kept.",
        citation="个人信息保护法 第十九条、第二十八条",
    ),
    LeftOut(
        what="sensitive_reads",
        zh="查阅个人信息、取得证据包的记录只保留其在审计链中的位置和哈希。",
        en="Who looked at personal data or took a package: only the places and hashes in the "
        "audit chain are here.",
        citation="个人信息保护法 第六条",
    ),
    LeftOut(
        what="internal_file",
        zh="副卷（讨论、审查、审批意见）不公开。",
        en="The internal file (discussion, review and approval) is not shown.",
        citation="公证程序规则 第六十条",
    ),
)
NO_RECORDINGS: Final = LeftOut(
    what="recordings",
    zh="录像本身由公证机构保管；此处为每段录像的摘要，取得录像后可逐段比对。",
    en="The recordings themselves are held by the office; their digests are here to compare with.",
    citation="公证程序规则 第六十条",
)
OTHERS: Final = LeftOut(
    what="other_people",
    zh="本包由一名当事人取得：他人的材料、身份核验和同意书未提供，核验分数亦未提供。",
    en="Taken by one of the parties: materials, checks and consents of others are left out, and "
    "so are scores.",
    citation="公证法 第十三条；个人信息保护法 第六条",
)


def checks_file(checks: Iterable[IdentityCheck], taken_by: TakenBy) -> bytes:
    return canonical_json([_check(each, taken_by) for each in checks])


def _check(check: IdentityCheck, taken_by: TakenBy) -> dict[str, Any]:
    digest = digest_of(check)
    if check.party not in taken_by.parties:
        return {"withheld": True, "evidence_sha256": digest}
    decision = check.decision
    full = {
        "id": check.id,
        "party": check.party,
        "state": check.state,
        "document": check.inputs.document,
        "route": check.inputs.route,
        "compares_face": check.inputs.shows_the_face,
        "reads_chip": check.inputs.chip is not None,
        "requested_at": rfc3339(check.requested_at),
        **_outcome(check.outcome),
        "decision": decision
        and {"proven": decision.proven, "reason": decision.reason, "at": rfc3339(decision.at)},
        "comparisons": list(map(comparison_as_seen, check.comparisons)),
        "visit": check.visit and visit_as_seen(check.visit),
    }
    audience = taken_by.audience
    seen = {name: v for name, v in full.items() if audience in IDENTITY_CHECK.get(name, ())}
    return {**seen, "evidence": bound_to_signature(check), "evidence_sha256": digest}


def _outcome(outcome: CheckOutcome | None) -> dict[str, Any]:
    if outcome is None:
        return {}
    return {
        "finished_at": rfc3339(outcome.finished_at),
        "doubts": outcome.doubts,
        "hints": outcome.hints,
        "policy": outcome.policy_citation,
        "face_score": outcome.face_score,
        "second_score": outcome.second_score,
        "liveness": outcome.liveness,
        "chip": outcome.chip,
        "register": outcome.register,
    }


def consent_files(case: Case, notices: Notices, taken_by: TakenBy) -> dict[str, bytes]:
    """Return the list of consents and every text as it was shown.

    Raises `NoticeUnknown` for a text that is no longer published: it must never go.
    """
    listed, files = [], {}
    for number, consent in enumerate(case.consents, start=1):
        if consent.party not in taken_by.parties:
            continue
        name = f"consents/{number:02}-{str(consent.purpose).replace('_', '-')}.txt"
        notice = notices.published(
            consent.notice_code, consent.notice_version, language=consent.language
        )
        files[name] = notice.text.encode()
        listed.append(
            {
                "party": consent.party,
                "purpose": consent.purpose,
                "notice": f"{consent.notice_code}@{consent.notice_version}",
                "language": consent.language,
                "file": name,
                "text_sha256": consent.text_sha256,
                "given_at": rfc3339(consent.given_at),
                "withdrawn_at": rfc3339_or_none(consent.withdrawn_at),
            }
        )
    return {"consents.json": canonical_json(listed), **files}


def material_name(number: int, material: Material) -> str:
    return f"materials/{number:02}-{material.item.lower().replace('_', '-')}"


def materials_file(materials: Sequence[Material]) -> bytes:
    return canonical_json(
        [
            {
                "item": each.item,
                "name": {"zh": each.name_zh, "en": each.name_en},
                "state": each.state,
                "media_type": each.media_type,
                "sha256": each.object_sha256,
                "file": material_name(number, each) if each.object_sha256 else None,
            }
            for number, each in enumerate(materials, start=1)
        ]
    )


def ceremony_file(ceremony: Ceremony) -> bytes:
    return canonical_json(
        {
            "ceremony": ceremony.id,
            "case": ceremony.case,
            "office": ceremony.office,
            "status": ceremony.status,
            "participants": [
                {"account": each.account, "seat": each.seat, "party": each.party}
                for each in ceremony.participants
            ],
            "links": list(map(_link, ceremony.links)),
        }
    )


def recording_name(ceremony: Ceremony, number: int) -> str:
    return f"recording/{ceremony.id}-{number:04}"


def recording_file(ceremonies: Sequence[Ceremony], *, included: bool) -> bytes:
    """Return every segment of every recording; ``included`` says that the files are here."""
    return canonical_json(
        [
            {
                "ceremony": ceremony.id,
                "participant": segment.participant,
                "beside": list(beside(ceremony, segment)),
                "index": segment.index,
                "starts_ms": segment.starts_ms,
                "ends_ms": segment.ends_ms,
                "bytes": segment.size,
                "sha256": segment.sha256,
                "media_type": segment.media_type,
                "file": recording_name(ceremony, number) if included else None,
            }
            for ceremony in ceremonies
            for number, segment in enumerate(ceremony.segments)
        ]
    )


def audit_file(trail: Sequence[Link]) -> bytes:
    """Return the trail as the chain that it is, up to the last thing that happened.

    That somebody took this package is itself an event; readings at the end are cut
    off, so that the next one takes the same bytes.
    """
    while trail and trail[-1].kind == SENSITIVE_READ:
        trail = trail[:-1]
    return canonical_json([_audited(each) for each in trail])


def _audited(link: Link) -> dict[str, Any]:
    if link.kind == SENSITIVE_READ:
        return {"index": link.index, "prev": link.prev, "hash": link.hash, "withheld": True}
    return _link(link)


def _link(link: Link) -> dict[str, Any]:
    return {
        "index": link.index,
        "kind": link.kind,
        "at": link.at,
        "body": dict(link.body),
        "prev": link.prev,
        "hash": link.hash,
    }


def left_out(taken_by: TakenBy, *, recordings: bool) -> list[LeftOut]:
    found = list(NEVER)
    if not recordings:
        found.append(NO_RECORDINGS)
    if taken_by.audience is Audience.PARTY:
        found.append(OTHERS)
    return found
