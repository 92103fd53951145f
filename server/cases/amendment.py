"""What the certificate in preparation is to an earlier one of the case (公证程序规则 Art. 63)."""

from __future__ import annotations

from enum import StrEnum


class Amendment(StrEnum):
    CORRECTION = "correction"  # 更正重发: supersedes the earlier one.
    SUPPLEMENT = "supplement"  # 补正公证书: stands beside the earlier one.
