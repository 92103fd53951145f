"""The made-up staff of the two demonstration offices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from server.cases.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStaff:
    office: str
    login: str
    name: str
    name_latin: str
    roles: frozenset[Role]


KUNMING: Final = "kunming-demo"
HEKOU: Final = "hekou-demo"


def _staff(
    office: str, prefix: str, *rows: tuple[str, str, str, tuple[Role, ...]]
) -> list[DemoStaff]:
    return [
        DemoStaff(
            office=office,
            login=f"{prefix}.{login}",
            name=name,
            name_latin=latin,
            roles=frozenset(roles),
        )
        for login, name, latin, roles in rows
    ]


STAFF: Final = (
    *_staff(
        KUNMING,
        "km",
        ("assistant", "方助理", "Fang", (Role.ASSISTANT,)),
        ("notary", "陈公证", "Chen", (Role.NOTARY,)),
        ("checker", "何核稿", "He", (Role.CHECKER,)),
        ("approver", "沈审批", "Shen", (Role.APPROVER,)),
        ("director", "陆主任", "Lu", (Role.DIRECTOR,)),
        ("cashier", "钱收费", "Qian", (Role.CASHIER,)),
        ("clerk", "吴发证", "Wu", (Role.ISSUING_CLERK,)),
        ("archivist", "郑档案", "Zheng", (Role.ARCHIVIST,)),
        ("inspector", "冯质检", "Feng", (Role.INSPECTOR,)),
        ("sysadmin", "系统管理", "Sysadmin", (Role.SYSADMIN,)),
        ("secadmin", "安全管理", "Secadmin", (Role.SECADMIN,)),
        ("auditor", "审计管理", "Auditor", (Role.AUDITOR,)),
    ),
    *_staff(
        HEKOU,
        "hk",
        ("assistant", "马助理", "Ma", (Role.ASSISTANT,)),
        ("notary", "刀公证", "Dao", (Role.NOTARY,)),
        ("approver", "岩审批", "Yan", (Role.APPROVER, Role.DIRECTOR)),
    ),
)
