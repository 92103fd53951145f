"""Key-encryption keys by URI: found, or refused without telling what was there."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from storage.errors import KeyExposed, KeyUnavailable, NotForProduction
from storage.keys.local import LOCAL_SCHEMES, LocalKey
from storage.keys.ring import KeyRing, open_ring

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "0123456789abcdef" * 4


def open_one(uri: str) -> KeyRing:
    return open_ring([uri], schemes=LOCAL_SCHEMES)


def key_file(folder: Path, *, text: str = SECRET + "\n", mode: int = 0o600) -> Path:
    path = folder / "evidence.key"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_a_private_file_holds_a_key(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ring = open_one(f"file:{key_file(tmp_path)}")
    assert ring.wrapping.name == LocalKey(bytes.fromhex(SECRET)).name


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_file_that_others_may_touch_warns(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path, mode=mode)
    with pytest.warns(KeyExposed, match="chmod 600"):
        open_one(f"file:{path}")


def test_the_environment_holds_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_KEY", SECRET)
    assert open_one("env:EVIDENCE_KEY").wrapping.name == LocalKey(bytes.fromhex(SECRET)).name


def test_a_key_in_memory_warns_and_is_a_new_one_each_time() -> None:
    with pytest.warns(NotForProduction):
        ring = open_ring(["memory:", "memory:"], schemes=LOCAL_SCHEMES)
    assert ring.wrapping.name != open_one("memory:").wrapping.name


def test_the_first_key_wraps_and_all_are_known_by_name(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    ring = open_ring(["memory:", f"file:{path}"], schemes=LOCAL_SCHEMES)
    name = LocalKey(bytes.fromhex(SECRET)).name
    assert ring.wrapping.name != name
    assert ring.named(name).name == name


def test_a_name_does_not_give_the_key_away() -> None:
    assert SECRET[:8] not in LocalKey(bytes.fromhex(SECRET)).name


@pytest.mark.parametrize(
    "text",
    [
        # Too short, too long, not hex, not even text, upper case, empty.
        SECRET[1:],
        SECRET + "0",
        "z" * 64,
        "密" * 64,
        SECRET.upper(),
        "",
    ],
)
def test_a_file_without_a_whole_key_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(KeyUnavailable) as refusal:
        open_one(f"file:{key_file(tmp_path, text=text)}")
    assert not text or text not in str(refusal.value)


def test_a_missing_file_or_variable_is_refused(tmp_path: Path) -> None:
    for uri in (f"file:{tmp_path / 'nothing'}", f"file:{tmp_path}", "env:FEIGUI_NO_SUCH_KEY"):
        with pytest.raises(KeyUnavailable):
            open_one(uri)


def test_a_key_given_in_place_of_a_uri_is_not_repeated() -> None:
    with pytest.raises(KeyUnavailable, match="env, file, memory") as refusal:
        open_one(SECRET)
    assert SECRET not in str(refusal.value)


def test_a_ring_without_keys_is_refused() -> None:
    with pytest.raises(KeyUnavailable):
        open_ring([], schemes=LOCAL_SCHEMES)
