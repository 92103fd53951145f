"""``TimeStampResp`` of RFC 3161 2.4.2, with its token optional as the RFC has it.

asn1crypto's own class demands the token, and so can neither write nor read a
rejection.
"""

from __future__ import annotations

from typing import Any, ClassVar

from asn1crypto import cms, tsp
from asn1crypto.core import Sequence


class TimeStampAnswer(Sequence):  # type: ignore[misc]  # asn1crypto ships no types
    _fields: ClassVar[list[Any]] = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def rejection(failure: str) -> bytes:
    """Return a rejection with its reason, in DER; no token is the whole of it."""
    answer = TimeStampAnswer({"status": {"status": "rejection", "fail_info": {failure}}})
    encoded: bytes = answer.dump()
    return encoded


def failure_words(response: bytes) -> str:
    """Return why the authority refused, in RFC 3161's words; empty when it does not say."""
    try:
        reasons = TimeStampAnswer.load(response, strict=True)["status"]["fail_info"].native
    except (ValueError, TypeError, KeyError):
        return ""
    return ", ".join(sorted(reasons or ()))
