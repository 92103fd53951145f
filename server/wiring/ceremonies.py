"""Key ceremonies for the command line; needs the authorities and no platform around them."""

from __future__ import annotations

import functools
import os
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import click

from esign.authorities.directory import TSA, AuthorityDirectory
from esign.custody.audit import verify_trail
from esign.custody.keyring import Keyring
from esign.custody.places import KeyPlace
from esign.errors import CustodyError, EsignError, TrailBroken
from esign.keyceremony.approvals import SignedRequest, approve
from esign.keyceremony.house import House, fingerprint
from esign.keyceremony.officers import Officer, new_credential, open_credential
from esign.keyceremony.performing import Ceremonies
from esign.keyceremony.planning import Wish, plan
from esign.keyceremony.refusals import CeremonyRefused, Refusal
from esign.keyceremony.requests import Action
from server.cli.codes import DEPENDENCY_DOWN, REFUSED
from server.cli.keys import KeyCommands, Planned, Signer
from server.settings import KeySettings, SettingsError
from server.wiring.parts import now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from esign.keyceremony.officers import Credential
    from esign.keyceremony.requests import KeyRequest

P = ParamSpec("P")
T = TypeVar("T")

WORDS: Final[Mapping[Refusal, tuple[str, str]]] = {
    Refusal.REQUEST_UNREADABLE: ("文件内容无法识别", "this cannot be read, or names nothing"),
    Refusal.NOT_IN_TIME: ("请求不在有效期内", "the request is not within its time"),
    Refusal.APPROVALS_MISSING: (
        "须两名不同的密钥管理员批准, 并由其中一人操作",
        "two different officers have to approve, and one of them performs",
    ),
    Refusal.APPROVAL_FORGED: ("签名与内容不符", "a signature does not belong to what it is under"),
    Refusal.OFFICER_UNKNOWN: ("没有这名密钥管理员", "nobody of this id is registered"),
    Refusal.OFFICER_EXISTS: ("编号或公钥已登记", "the id or the key is registered already"),
    Refusal.TOO_FEW_OFFICERS: ("撤销后不足两人", "fewer than two would be left"),
    Refusal.DUAL_CONTROL: (
        "已有两名密钥管理员, 请用 keys plan add_officer",
        "two officers are registered; plan add_officer instead",
    ),
    Refusal.CREDENTIAL_WRONG: (
        "凭证或口令不对 (口令至少 12 个字符)",
        "wrong credential or passphrase (12 characters at least)",
    ),
    Refusal.ALREADY_PERFORMED: ("该请求已执行过", "this request was performed already"),
    Refusal.STATE_CHANGED: (
        "计划之后情况已变, 请重新计划",
        "something changed since it was planned; plan it anew",
    ),
    Refusal.SM2_NOT_IN_TOKENS: (
        "PKCS#11 (v2.40) 没有 SM2 机制, 密码卡中不能生成 SM2 密钥; 可改用 file: 存放位置",
        "PKCS#11 (v2.40) has no mechanism for SM2, so tokens make no such keys; file: does",
    ),
    Refusal.AUTHORITY_ENDED: (
        "签发机构的证书已到期或已停用, 请先更换该机构的密钥",
        "the authority above is past its end or retired; give it another key first",
    ),
    Refusal.IMPOSSIBLE: ("不能对该对象执行此事项", "this cannot be done to this subject"),
}

AFTER_THEFT: Final = (
    "被盗密钥所盖的时间戳不再凭其自身日期采信。下一步: notary stamps renew 给另有证据证明在被盗",
    "之前已经存在的文件重新盖时间戳, 并说明份数; notary stamps due 列出无从证明的文件。",
    "No stamp of the stolen key counts by its own date any more. Next: `notary stamps renew`",
    "stamps anew what something else proves to have been there before, and says how many files;",
    "`notary stamps due` lists those of which nothing proves it (StamperStolen).",
)
"""To the officer who gives up the time-stamper's key: the papers are not at these keys."""


class CeremonyEnded(click.ClickException):
    exit_code = REFUSED


class KeysUnreachable(click.ClickException):
    exit_code = DEPENDENCY_DOWN


def key_commands() -> KeyCommands:
    return KeyCommands(
        new_credential=_told(new_credential),
        register=_told(lambda officer, key: _ceremonies().register_first(Officer(officer, key))),
        officers=_told(_officers),
        plan=_told(_plan),
        approve=_told(_approve),
        check=_told(_check),
        perform=_told(_perform),
        afterwards=lambda text: _afterwards(SignedRequest.from_json(text).request),
        listed=_told(_listed),
        audit=_told(_audit),
        protocol=_told(_protocol),
    )


def _told(command: Callable[P, T]) -> Callable[P, T]:
    """Return ``command`` with every refusal told in a line, in both languages."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except CeremonyRefused as refused:
            chinese, english = WORDS[refused.refusal]
            raise CeremonyEnded(f"{chinese} · {english}") from refused
        except (CustodyError, SettingsError) as error:
            raise KeysUnreachable(f"密钥不可用 · no keys: {error}") from error
        except EsignError as error:
            raise CeremonyEnded(f"拒绝 · refused: {error}") from error

    return run


def _ceremonies() -> Ceremonies:
    settings = KeySettings.from_environ(os.environ)
    files = AuthorityDirectory(settings.authorities)
    return Ceremonies(
        house=House(
            files=files,
            keyring=Keyring(files.keys, KeyPlace.parse(settings.key_place)),
            base_url=f"{settings.public_url}/authorities",
        ),
        now=now,
    )


def _opened(ceremonies: Ceremonies, signer: Signer) -> Credential:
    officer = ceremonies.officers.get(signer.officer)
    return open_credential(officer, signer.credential, signer.passphrase)


def _officers() -> Sequence[Mapping[str, Any]]:
    found = _ceremonies().officers.all()
    return [{"officer": each.id, "public_key": each.public_key} for each in found]


def _plan(planned: Planned) -> bytes:
    wish = Wish(
        action=Action(planned.action),
        subject=planned.subject,
        reason=planned.reason,
        lifetime=timedelta(hours=planned.hours),
        name=planned.name,
        organization=planned.organization,
        compromised_at=planned.since,
        public_key=planned.public_key,
        certificate=planned.certificate,
    )
    return SignedRequest(plan(_ceremonies(), wish, nonce=secrets.token_hex(16))).to_json()


def _approve(text: bytes, signer: Signer) -> tuple[bytes, Sequence[str]]:
    ceremonies = _ceremonies()
    signed = approve(SignedRequest.from_json(text), _opened(ceremonies, signer), now=now())
    return signed.to_json(), [each.officer for each in signed.approvals]


def _check(text: bytes) -> str:
    signed = SignedRequest.from_json(text)
    _ceremonies().check(signed)
    request = signed.request
    told = f"{request.action} {request.subject}  {request.key}  {request.digest[:12]}"
    return "\n".join([told, *_afterwards(request)])


def _perform(text: bytes, signer: Signer) -> str:
    ceremonies = _ceremonies()
    return ceremonies.perform(SignedRequest.from_json(text), _opened(ceremonies, signer)).printed()


def _afterwards(request: KeyRequest) -> tuple[str, ...]:
    is_theft = (request.action, request.subject) == (Action.COMPROMISE, TSA)
    return AFTER_THEFT if is_theft else ()


def _listed() -> Sequence[Mapping[str, Any]]:
    files = _ceremonies().house.files
    links = files.link_names()
    names = [path.stem for path in sorted(files.public.glob("*.pem"))]
    return [_told_of(files, name, is_link=name in links) for name in names]


def _told_of(files: AuthorityDirectory, name: str, *, is_link: bool) -> Mapping[str, Any]:
    certificate = files.certificate(name)
    if is_link:
        state = "link"
    elif files.is_stopped(name):
        state = "stopped"
    else:
        state = "in_use" if files.current(files.role_of(name)) == name else "replaced"
    return {
        "name": name,
        "state": state,
        "key": "" if is_link else str(files.uri(name)),
        "not_after": certificate.not_valid_after_utc.date().isoformat(),
        "fingerprint": fingerprint(certificate),
    }


def _audit() -> Mapping[str, str | None]:
    ceremonies = _ceremonies()
    trails: dict[str, Callable[[], object]] = {
        "audit.jsonl": lambda: verify_trail(ceremonies.house.files.records / "audit.jsonl"),
        "ceremonies.jsonl": ceremonies.audited,
    }
    return {name: _trouble(look) for name, look in trails.items()}


def _trouble(look: Callable[[], object]) -> str | None:
    try:
        look()
    except TrailBroken as broken:
        return f"第 {broken.line} 行 · line {broken.line}"
    except CeremonyRefused as refused:
        chinese, english = WORDS[refused.refusal]
        return f"{chinese} · {english}"
    return None


def _protocol(beginning: str, as_json: bool) -> str:  # noqa: FBT001  # as click hands it over
    found = _ceremonies().protocol(beginning)
    return found.to_json().decode() if as_json else found.printed()
