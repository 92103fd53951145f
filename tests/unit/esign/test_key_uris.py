"""How keys and the places where they are made are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from esign.custody.places import FILES, KeyPlace
from esign.custody.uris import KeyUri, KeyUse
from esign.errors import KeyUnknown

MODULE = "module-path=/usr/lib/softhsm/libsofthsm2.so"
PIN = "pin-source=file:/etc/feigui/pin"


@pytest.mark.parametrize(
    "text",
    [
        "file:office.kunming-a.seal",
        "memory:event." + "0" * 32,
        "pkcs11:token=feigui;object=root",
        # A label with what has a meaning in a URI.
        "pkcs11:token=a%20b%3B%2F%3D;object=root.2",
        # Two tokens may have one label.
        "pkcs11:token=feigui;serial=0815;object=tsa",
    ],
)
def test_a_key_is_written_as_it_was_read(text: str) -> None:
    assert str(KeyUri.parse(text)) == text


def test_the_attributes_of_a_token_s_key_may_stand_in_any_order() -> None:
    uri = KeyUri.parse("pkcs11:object=root;type=private;token=a%20b")
    assert (uri.name, uri.token) == ("root", "a b")


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("root", KeyUse.CERTIFY),
        ("office.kunming-a.authority", KeyUse.CERTIFY),
        # A later key of the same role is for the same.
        ("office.kunming-a.authority.2", KeyUse.CERTIFY),
        ("office.kunming-a.seal.12", KeyUse.SIGN),
        ("office.kunming-a.notary.n-1.2", KeyUse.SIGN),
        # A notary whose id is a number.
        ("office.kunming-a.notary.12", KeyUse.SIGN),
    ],
)
def test_the_name_says_what_a_key_is_for(name: str, use: KeyUse) -> None:
    assert KeyUri.parse(f"file:{name}").use is use


@pytest.mark.parametrize("name", ["seal", "office.a.seal.1", "office.a.seal.0", "office.a.b.seal"])
def test_a_name_that_says_nothing_is_no_key_s(name: str) -> None:
    with pytest.raises(KeyUnknown):
        _ = KeyUri.parse(f"file:{name}").use


@pytest.mark.parametrize(
    "text",
    [
        # No token, no object, or an object whose name is none.
        "pkcs11:object=root",
        "pkcs11:token=;object=root",
        "pkcs11:token=a",
        "pkcs11:token=a;object=..",
        # Each attribute restricts what is meant; one that we do not look at must not pass.
        "pkcs11:token=a;object=root;slot-id=1",
        "pkcs11:token=a;object=root;manufacturer=x",
        "pkcs11:token=a;object=root;type=public",
        # Twice is not once.
        "pkcs11:token=a;token=b;object=root",
        # A caller says neither where a PIN lies nor which library to load.
        "pkcs11:token=a;object=root?pin-value=1234",
        "pkcs11:token=a;object=root?module-path=/tmp/evil.so",
        # Not percent-encoded, not UTF-8.
        "pkcs11:token=a b;object=root",
        "pkcs11:token=%ff;object=root",
        "pkcs11:token=%4;object=root",
        "https://example.org/root",
        "file:",
        "file:root\n",
    ],
)
def test_what_cannot_be_followed_is_no_key(text: str) -> None:
    with pytest.raises(KeyUnknown):
        KeyUri.parse(text)


def test_a_place_names_keys_of_its_own() -> None:
    assert KeyPlace.parse("file:") == FILES
    assert str(FILES.uri("root")) == "file:root"
    place = KeyPlace.parse(f"pkcs11:token=a%20b;serial=7?{MODULE}&{PIN}")
    assert str(place.uri("root")) == "pkcs11:token=a%20b;serial=7;object=root"
    assert place.token
    assert place.token.pin_source == Path("/etc/feigui/pin")


@pytest.mark.parametrize(
    "text",
    [
        "memory:",
        "file:/somewhere",
        f"pkcs11:?{MODULE}&{PIN}",
        # Both have to be said.
        f"pkcs11:token=a?{MODULE}",
        f"pkcs11:token=a?{PIN}",
        "pkcs11:token=a",
        # A PIN in a URI is a PIN in every list of processes.
        f"pkcs11:token=a?{MODULE}&{PIN}&pin-value=1234",
        # RFC 7512 would run this.
        f"pkcs11:token=a?{MODULE}&pin-source=|/usr/bin/id",
        f"pkcs11:token=a?{MODULE}&pin-source=pin",
        f"pkcs11:token=a?module-path=softhsm.so&{PIN}",
    ],
)
def test_a_place_that_is_not_whole_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(KeyUnknown) as refused:
        KeyPlace.parse(text)
    assert "1234" not in str(refused.value)
