"""A key ceremony as two officers type it, over real keys in files and in a token."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from esign.keyceremony.refusals import Refusal
from server.cli.codes import DEPENDENCY_DOWN, INCONSISTENT, REFUSED
from server.cli.keys import keys_group
from server.wiring.ceremonies import WORDS, key_commands
from tests.servers.softhsm import new_token

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

PASSPHRASE = "correct horse battery"
OFFICERS = ("key-officer-a", "key-officer-b")


class Desk:
    """Two officers at one machine, each with a credential and a passphrase."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.passphrase = folder / "passphrase"
        self.passphrase.write_text(PASSPHRASE + "\n")

    def typed(self, *arguments: str, entered: str | None = None) -> Result:
        return CliRunner().invoke(keys_group(key_commands()), arguments, input=entered)

    def done(self, *arguments: str) -> str:
        result = self.typed(*arguments)
        assert result.exit_code == 0, result.output
        return result.output

    def with_officers(self) -> Desk:
        for name in OFFICERS:
            file = str(self.folder / name)
            self.done("officers", "credential", file, "--passphrase-file", str(self.passphrase))
            self.done("officers", "add", name, f"{file}.pub")
        return self

    def by(self, name: str) -> list[str]:
        secret = ["--passphrase-file", str(self.passphrase)]
        return ["--officer", name, "--credential", str(self.folder / name), *secret]

    def ceremony(self, action: str, subject: str, *more: str) -> str:
        request = str(self.folder / f"{action}-{subject}.json")
        self.done("plan", action, subject, "--reason", "启用", "--out", request, *more)
        for name in OFFICERS:
            self.done("approve", request, *self.by(name))
        return self.done("perform", request, *self.by(OFFICERS[1]), "--yes")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("FEIGUI_AUTHORITIES", str(tmp_path / "authorities"))
    monkeypatch.setenv("FEIGUI_PUBLIC_URL", "http://127.0.0.1:8000")
    monkeypatch.delenv("FEIGUI_KEY_PLACE", raising=False)
    (tmp_path / "authorities").mkdir()
    return Desk(tmp_path).with_officers()


def test_an_office_founds_replaces_and_gives_up_its_keys(desk: Desk) -> None:
    desk.ceremony("create", "root", "--name", "飞柜根 Root")
    desk.ceremony("create", "office.a.authority", "--name", "甲公证处 CA")
    desk.ceremony("create", "office.a.seal", "--name", "甲公证处", "--organization", "甲公证处")
    printed = desk.ceremony("rotate", "office.a.seal")
    assert "更换密钥 · the key was replaced" in printed
    assert "批准 · approved: key-officer-a" in printed
    assert "操作 · performed by: key-officer-b" in printed
    desk.ceremony("compromise", "office.a.seal", "--since", "2026-01-01")
    found = json.loads(desk.done("list", "--json"))
    states = {each["name"]: each["state"] for each in found}
    assert states == {
        "root": "in_use",
        "root.responder": "in_use",
        "office.a.authority": "in_use",
        "office.a.authority.responder": "in_use",
        "office.a.seal": "replaced",
        "office.a.seal.2": "stopped",
        "office.a.seal.3": "in_use",
    }
    assert "stopped    office.a.seal.2" in desk.done("list")
    digest = next(
        line.rpartition(" ")[2] for line in printed.splitlines() if line.startswith("请求摘要")
    )
    assert desk.done("protocol", digest[:12]).rstrip() == printed.rstrip()
    assert json.loads(desk.done("protocol", digest, "--json"))["request_sha256"] == digest
    assert desk.done("audit").count("完整 · whole") == 2


def test_keys_of_a_ceremony_are_made_in_the_token_that_is_set(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    hsm = new_token(desk.folder / "hsm")
    monkeypatch.setenv("FEIGUI_KEY_PLACE", hsm.setting)
    desk.ceremony("create", "root", "--name", "Root")
    desk.ceremony("create", "office.a.authority", "--name", "甲公证处 CA")
    desk.ceremony("rotate", "office.a.authority")
    keys = {each["name"]: each["key"] for each in json.loads(desk.done("list", "--json"))}
    assert keys["office.a.authority.2"] == (
        "pkcs11:token=feigui%20test;object=office.a.authority.2"
    )
    assert not list((desk.folder / "authorities" / "keys").iterdir())
    hsm.pull_out()
    request = str(desk.folder / "again.json")
    try:
        planned = ("plan", "rotate", "office.a.authority", "--reason", "x", "--out", request)
        desk.done(*planned)
        for name in OFFICERS:
            desk.done("approve", request, *desk.by(name))
        result = desk.typed("perform", request, *desk.by(OFFICERS[0]), "--yes")
        assert (result.exit_code, "密钥不可用 · no keys" in result.output) == (
            DEPENDENCY_DOWN,
            True,
        )
    finally:
        hsm.plug_in()
    # With the token back, the very same command ends what it began.
    assert "更换密钥" in desk.done("perform", request, *desk.by(OFFICERS[0]), "--yes")


def test_who_gives_up_the_time_stamper_is_told_what_to_do_about_the_files(desk: Desk) -> None:
    desk.ceremony("create", "root", "--name", "Root")
    desk.ceremony("create", "tsa", "--name", "Time-Stamping")
    told = desk.ceremony("compromise", "tsa", "--since", "2026-03-01T14:00")
    assert "stamps anew what something else proves" in told
    assert "notary stamps due 列出无从证明的文件" in told
    assert "stamps renew" not in desk.ceremony("rotate", "tsa")


def test_without_yes_it_is_said_what_would_be_done_and_nothing_is(desk: Desk) -> None:
    request = str(desk.folder / "r.json")
    desk.done("plan", "create", "root", "--name", "R", "--reason", "x", "--out", request)
    refused = desk.typed("perform", request, *desk.by(OFFICERS[0]))
    assert refused.exit_code == REFUSED
    assert "两名不同的密钥管理员" in refused.output
    told = [desk.done("approve", request, *desk.by(name)) for name in OFFICERS]
    assert "key-officer-a, key-officer-b" in told[-1]
    would = desk.done("perform", request, *desk.by(OFFICERS[0]))
    assert "create root  file:root" in would
    assert "未执行 · nothing was done" in would
    assert json.loads(desk.done("list", "--json")) == []
    protocol = desk.folder / "protocol.txt"
    desk.done("perform", request, *desk.by(OFFICERS[0]), "--yes", "--protocol", str(protocol))
    assert "密钥仪式记录 · Protocol of a key ceremony" in protocol.read_text()
    again = desk.typed("perform", request, *desk.by(OFFICERS[0]), "--yes")
    assert (again.exit_code, "已执行过" in again.output) == (REFUSED, True)


def test_a_passphrase_is_asked_for_and_never_shown(desk: Desk) -> None:
    file = str(desk.folder / "third")
    made = desk.typed("officers", "credential", file, entered=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert made.exit_code == 0
    assert PASSPHRASE not in made.output
    assert (desk.folder / "third").stat().st_mode & 0o777 == 0o600
    assert desk.typed("officers", "credential", file, entered="x\nx\n").exit_code == 2
    short = desk.typed("officers", "credential", f"{file}4", entered="short\nshort\n")
    assert short.exit_code == REFUSED
    third = desk.typed("officers", "add", "third", f"{file}.pub")
    assert (third.exit_code, "add_officer" in third.output) == (REFUSED, True)
    desk.ceremony("add_officer", "third", "--public-key", f"{file}.pub")
    listed = json.loads(desk.done("officers", "list", "--json"))
    assert [each["officer"] for each in listed] == [*OFFICERS, "third"]
    assert "third" in desk.done("officers", "list")


def test_a_wrong_passphrase_approves_nothing(desk: Desk) -> None:
    request = desk.folder / "r.json"
    desk.done("plan", "create", "root", "--name", "R", "--reason", "x", "--out", str(request))
    before = request.read_bytes()
    desk.passphrase.write_text("something else entirely")
    result = desk.typed("approve", str(request), *desk.by(OFFICERS[0]))
    assert (result.exit_code, request.read_bytes()) == (REFUSED, before)


def test_a_broken_chain_is_named_and_fails(desk: Desk) -> None:
    desk.ceremony("create", "root", "--name", "R")
    records = desk.folder / "authorities" / "records"
    trail = records / "ceremonies.jsonl"
    whole = trail.read_bytes()
    trail.write_bytes(whole.replace(b"key-officer-a", b"key-officer-x", 1))
    result = desk.typed("audit")
    assert result.exit_code == INCONSISTENT
    assert "ceremonies.jsonl  断裂 · BROKEN  第 2 行 · line 2" in result.output
    trail.write_bytes(whole)
    (protocol,) = (records / "protocols").iterdir()
    protocol.write_bytes(protocol.read_bytes().replace(b'"R"', b'"S"'))
    assert "签名与内容不符" in desk.typed("audit").output


def test_what_is_not_set_or_not_possible_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = ["--reason", "x", "--out", str(desk.folder / "r.json")]
    nothing = desk.typed("plan", "rotate", "root", *out)
    assert (nothing.exit_code, "不能对该对象" in nothing.output) == (REFUSED, True)
    damaged = desk.folder / "authorities" / "records" / "ceremonies.jsonl"
    damaged.write_bytes(b"{}\n")
    request = desk.folder / "r.json"
    desk.done("plan", "create", "root", "--name", "R", *out)
    refused = desk.typed("perform", str(request), *desk.by(OFFICERS[0]))
    assert (refused.exit_code, "拒绝 · refused" in refused.output) == (REFUSED, True)
    monkeypatch.delenv("FEIGUI_AUTHORITIES")
    assert desk.typed("list").exit_code == DEPENDENCY_DOWN


def test_every_refusal_has_its_words_in_both_languages() -> None:
    assert set(WORDS) == set(Refusal)
    assert all(chinese and english for chinese, english in WORDS.values())


@pytest.mark.parametrize(
    "command", [[], ["plan"], ["approve"], ["perform"], ["officers"], ["audit"], ["protocol"]]
)
def test_every_command_explains_itself(desk: Desk, command: list[str]) -> None:
    told = desk.done(*command, "--help")
    assert len(told.splitlines()) > 4


def test_the_root_s_next_key_and_its_links_are_listed(desk: Desk) -> None:
    desk.ceremony("create", "root", "--name", "飞柜根")
    printed = desk.ceremony("rotate", "root")
    assert "更换密钥 · the key was replaced" in printed
    told = json.loads(desk.done("list", "--json"))
    states = {each["name"]: each["state"] for each in told}
    del states["root.responder"], states["root.2.responder"]
    assert states == {
        "root": "replaced",
        "root.2": "in_use",
        "root.2.under.root": "link",
        "root.under.root.2": "link",
    }
    assert "根密钥停用 · a key of the root was retired" in desk.ceremony("retire", "root")
    told = json.loads(desk.done("list", "--json"))
    assert next(each["state"] for each in told if each["name"] == "root") == "stopped"
