"""Who can act on a case. The words of the glossary; nothing is implied by another."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    APPLICANT = "applicant"  # 申请人: the party who applies
    ASSISTANT = "assistant"  # 公证员助理: prepares, never what is personal to the notary
    NOTARY = "notary"  # 公证员
    SECOND_HANDLER = "second_handler"  # 共同办理人员
    CHECKER = "checker"  # 核稿人
    APPROVER = "approver"  # 审批人
    DIRECTOR = "director"  # 主任
    CASHIER = "cashier"  # 收费员
    ISSUING_CLERK = "issuing_clerk"  # 发证员
    ARCHIVIST = "archivist"  # 档案员
    INSPECTOR = "inspector"  # 质检员: reads, changes nothing
    SYSADMIN = "sysadmin"  # 系统管理员: no cases
    SECADMIN = "secadmin"  # 安全管理员: no cases
    AUDITOR = "auditor"  # 审计管理员: the audit trail, no cases
    SYSTEM = "system"  # the platform itself, never a login

    @property
    def is_administration(self) -> bool:
        """One of the three roles that GB/T 22239-2019 keeps apart and off the cases."""
        return self in {Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR}


STAFF_ROLES = frozenset(Role) - {Role.APPLICANT, Role.SYSTEM}
