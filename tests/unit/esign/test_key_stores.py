"""One contract for every store of keys: files, memory, and a token of a PKCS#11 module."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11 import Attribute, KeyType, ObjectClass, TokenFlag
from pkcs11.exceptions import AttributeSensitive
from pkcs11.util.ec import encode_named_curve_parameters

from esign.authorities import profiles
from esign.authorities.issuing import CertificateOrder, Issuer, Subject, issue
from esign.authorities.revocation import revocation_list
from esign.custody.keyring import Keyring
from esign.custody.places import FILES
from esign.custody.stores import token_session
from esign.custody.stores.token import TokenStore
from esign.custody.stores.token_key import TokenKey
from esign.custody.uris import KeyUri
from esign.errors import (
    KeyExists,
    KeyMisused,
    KeyStoreUnavailable,
    KeyUnknown,
    KeyUnsuitable,
    PinRefused,
    SignatureBroken,
)
from tests.servers.softhsm import PIN, SoftHsm, new_token, restart_module

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pkcs11 import Session

DATA = b"deed"
SHA256 = ec.ECDSA(hashes.SHA256())
AT = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Store:
    keyring: Keyring
    name: Callable[[str], KeyUri]


def p256(key: object) -> ec.EllipticCurvePrivateKey:
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


@pytest.fixture(scope="module")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> SoftHsm:
    return new_token(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture
def token(hsm: SoftHsm, tmp_path: Path) -> Keyring:
    return Keyring(tmp_path, hsm.place)


@pytest.fixture(params=["file", "memory", "pkcs11"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store of each scheme; names are new in every test, since tokens outlive it."""
    own = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]
    place = request.getfixturevalue("hsm").place if request.param == "pkcs11" else FILES

    def name(role: str) -> KeyUri:
        key = f"office.o{own}.{role}"
        return KeyUri("memory", key) if request.param == "memory" else place.uri(key)

    return Store(Keyring(tmp_path, place), name)


def test_a_key_signs_for_its_public_half(store: Store) -> None:
    made = store.keyring.make(store.name("seal"))
    key = p256(store.keyring.load(store.name("seal")))
    assert key.public_key() == made.public_key()
    key.public_key().verify(key.sign(DATA, SHA256), DATA, SHA256)
    prehashed = ec.ECDSA(Prehashed(hashes.SHA256()))
    signature = key.sign(hashlib.sha256(DATA).digest(), prehashed)
    key.public_key().verify(signature, DATA, SHA256)
    with pytest.raises(InvalidSignature):
        key.public_key().verify(signature, b"another", SHA256)


def test_a_name_that_is_taken_is_never_overwritten(store: Store) -> None:
    first = store.keyring.make(store.name("seal")).public_key()
    with pytest.raises(KeyExists):
        store.keyring.make(store.name("seal"))
    assert store.keyring.made(store.name("seal")).public_key() == first


def test_a_key_that_was_never_made_is_unknown(store: Store) -> None:
    assert not store.keyring.has(store.name("seal"))
    with pytest.raises(KeyUnknown):
        store.keyring.load(store.name("seal"))
    store.keyring.made(store.name("seal"))
    assert store.keyring.has(store.name("seal"))


def test_certificates_and_lists_are_signed_with_it(store: Store) -> None:
    key = p256(store.keyring.make(store.name("authority")))
    order = CertificateOrder(
        profile=profiles.ROOT, subject=Subject(common_name="Root"), public_key=key.public_key()
    )
    root = issue(order, Issuer(certificate=None, key=key), now=AT)
    root.verify_directly_issued_by(root)
    der = revocation_list(root, key, [], now=AT, valid_for=timedelta(days=1))
    assert x509.load_der_x509_crl(der).is_signature_valid(key.public_key())


def test_only_a_key_of_the_memory_is_used_up(store: Store) -> None:
    uri = store.name("seal")
    store.keyring.make(uri)
    if uri.scheme == "memory":
        store.keyring.take(uri)
        with pytest.raises(KeyUnknown):
            store.keyring.load(uri)
    else:
        with pytest.raises(KeyMisused):
            store.keyring.take(uri)
        assert store.keyring.has(uri)


def test_no_store_that_was_not_set_up_is_asked(tmp_path: Path, token: Keyring) -> None:
    with pytest.raises(KeyUnknown):
        Keyring(tmp_path).load(KeyUri.parse("pkcs11:token=a;object=root"))
    for elsewhere in ("pkcs11:token=another;object=root", "pkcs11:token=a;serial=1;object=root"):
        with pytest.raises(KeyUnknown):
            token.load(KeyUri.parse(elsewhere))


def in_token(hsm: SoftHsm, act: Callable[[Session], object]) -> None:
    place = hsm.place.token
    assert place
    token_session.TokenSession(place, refused=hsm.folder / "refused").use(act)


def test_a_key_of_a_token_cannot_leave_it(token: Keyring, hsm: SoftHsm) -> None:
    uri = token.place.uri("office.stays.seal")
    key = p256(token.make(uri))
    assert isinstance(key, TokenKey)
    assert (key.key_size, key.curve.name) == (256, "secp256r1")
    for take_out in (
        key.private_numbers,
        lambda: key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        lambda: key.exchange(ec.ECDH(), key.public_key()),
    ):
        with pytest.raises(KeyMisused):
            take_out()
    assert copy.copy(key) is copy.deepcopy(key) is key

    def look(session: Session) -> None:
        private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=uri.name)
        stays = (
            Attribute.PRIVATE,
            Attribute.SENSITIVE,
            Attribute.ALWAYS_SENSITIVE,
            Attribute.NEVER_EXTRACTABLE,
            Attribute.LOCAL,
        )
        assert [private[each] for each in stays] == [True] * len(stays)
        assert not private[Attribute.EXTRACTABLE]
        with pytest.raises(AttributeSensitive):
            private[Attribute.VALUE]

    in_token(hsm, look)


@pytest.mark.parametrize(
    ("curve", "private"),
    [
        # Whoever imported it may have it still, and the token would hand it out.
        ("secp256r1", {Attribute.EXTRACTABLE: True, Attribute.SENSITIVE: True}),
        ("secp256r1", {Attribute.EXTRACTABLE: False, Attribute.SENSITIVE: False}),
        # A curve that nobody verifies here.
        ("secp384r1", {Attribute.EXTRACTABLE: False, Attribute.SENSITIVE: True}),
    ],
)
def test_a_key_that_could_leave_or_is_of_another_kind_is_refused(
    token: Keyring, hsm: SoftHsm, curve: str, private: dict[Attribute, bool]
) -> None:
    name = f"office.{curve}.seal.{2 + sum(private.values())}{len(curve)}"
    uri = token.place.uri(name + str(int(private[Attribute.SENSITIVE])))

    def make(session: Session) -> None:
        parameters = {Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}
        session.create_domain_parameters(KeyType.EC, parameters, local=True).generate_keypair(
            label=uri.name, store=True, private_template={**private}
        )

    in_token(hsm, make)
    with pytest.raises(KeyUnsuitable):
        token.load(uri)


def test_two_keys_of_one_name_are_no_key(token: Keyring, hsm: SoftHsm) -> None:
    uri = token.place.uri("office.twins.seal")

    def make(session: Session) -> None:
        parameters = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        for _ in range(2):
            session.create_domain_parameters(KeyType.EC, parameters, local=True).generate_keypair(
                label=uri.name, store=True
            )

    in_token(hsm, make)
    with pytest.raises(KeyUnsuitable):
        token.load(uri)


def test_a_token_that_answers_with_anything_else_signs_nothing() -> None:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(SignatureBroken):
        TokenKey(public, lambda _: bytes(range(64))).sign(DATA, SHA256)


def test_a_token_makes_no_sm2_key_and_says_so(token: Keyring) -> None:
    """It would be a P-256 key under a name that says SM2."""
    uri = token.place.uri("sm2.office.kunming-a.seal")
    with pytest.raises(KeyUnsuitable):
        token.make(uri)
    assert not token.has(uri)


def test_a_module_that_begins_anew_is_signed_in_to_again(token: Keyring) -> None:
    key = p256(token.make(token.place.uri("office.anew.seal")))
    restart_module()
    key.public_key().verify(key.sign(DATA, SHA256), DATA, SHA256)


def test_a_token_that_is_pulled_out_is_missed_and_found_again(token: Keyring, hsm: SoftHsm) -> None:
    key = p256(token.make(token.place.uri("office.pulled.seal")))
    hsm.pull_out()
    try:
        for attempt in (lambda: key.sign(DATA, SHA256), lambda: token.has(token.place.uri("root"))):
            with pytest.raises(KeyStoreUnavailable):
                attempt()
    finally:
        hsm.plug_in()
    key.public_key().verify(key.sign(DATA, SHA256), DATA, SHA256)


def test_a_key_that_was_erased_is_unknown(token: Keyring, hsm: SoftHsm) -> None:
    uri = token.place.uri("office.erased.seal")
    key = p256(token.make(uri))
    in_token(
        hsm,
        lambda session: session.get_key(
            object_class=ObjectClass.PRIVATE_KEY, label=uri.name
        ).destroy(),
    )
    with pytest.raises(KeyUnknown):
        key.sign(DATA, SHA256)


def test_a_wrong_pin_is_tried_once_even_by_the_next_process(hsm: SoftHsm, tmp_path: Path) -> None:
    """What is counted is the token's own count: one more wrong try locks it for good."""
    uri = hsm.place.uri("office.pin.seal")
    key = p256(Keyring(tmp_path, hsm.place).make(uri))
    restart_module()
    hsm.write_pin("0000-wrong")
    try:
        with pytest.raises(PinRefused) as refused:
            key.sign(DATA, SHA256)
        assert "0000" not in str(refused.value)
        # From here on nobody asks the token, though it would now take the PIN.
        hsm.pull_out()
        hsm.plug_in()
        for again in (key, None):
            with pytest.raises(PinRefused, match="write the right one"):
                (again or p256(Keyring(tmp_path, hsm.place).load(uri))).sign(DATA, SHA256)
    finally:
        hsm.write_pin(PIN)
    key.public_key().verify(key.sign(DATA, SHA256), DATA, SHA256)
    assert not (tmp_path / "pin-refused").exists()


def test_the_last_try_is_left_to_a_person(token: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    key = p256(token.make(token.place.uri("office.lasttry.seal")))
    restart_module()
    # SoftHSM counts no tries; a flag that it does set stands for the one it does not.
    monkeypatch.setattr(token_session, "_NO_MORE_TRIES", TokenFlag.TOKEN_INITIALIZED)
    with pytest.raises(PinRefused, match="for a person"):
        key.sign(DATA, SHA256)


@pytest.mark.parametrize("spoil", ["gone", "open to everybody", "not a text"])
def test_a_pin_that_is_not_kept_well_is_not_used(hsm: SoftHsm, tmp_path: Path, spoil: str) -> None:
    restart_module()
    if spoil == "gone":
        hsm.pin.unlink()
    elif spoil == "open to everybody":
        hsm.pin.chmod(0o644)
    else:
        hsm.pin.write_bytes(b"\xff\xfe")
    try:
        with pytest.raises(KeyStoreUnavailable):
            Keyring(tmp_path, hsm.place).has(hsm.place.uri("root"))
    finally:
        hsm.write_pin(PIN)


def test_a_module_that_is_no_module_is_told(hsm: SoftHsm, tmp_path: Path) -> None:
    setting = hsm.setting.replace("/usr/lib/softhsm/libsofthsm2.so", str(tmp_path / "none.so"))
    keyring = Keyring(tmp_path, type(hsm.place).parse(setting))
    with pytest.raises(KeyStoreUnavailable):
        keyring.has(keyring.place.uri("root"))


def test_a_module_that_hangs_holds_up_nobody_for_long(hsm: SoftHsm, tmp_path: Path) -> None:
    """Whoever waits behind a call that does not return is told so, and goes on."""
    place = hsm.place.token
    assert place
    store = TokenStore(place, refused=tmp_path / "refused", patience_s=0.01)
    session = token_session.TokenSession(place, refused=tmp_path / "refused")

    def hang(_: Session) -> None:
        with pytest.raises(KeyStoreUnavailable, match="does not come back"):
            store.has(hsm.place.uri("root"))

    session.use(hang)
