"""Countries that are believed: master lists, link certificates, revocation lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from identity.chips.certificates import read_certificate
from identity.chips.chain import MOST_LINKS, find_chain
from identity.chips.finding import ChipHint
from identity.chips.keys import describe
from identity.chips.master_list import read_master_list, read_signed_master_list
from identity.chips.refusal import ChipFault, ChipRefused
from identity.chips.revocation import read_revocation_list
from identity.chips.trust import Trust, kinds_of_keys
from identity.chips.verifying import verify_chip
from tests.unit.identity.chips import der, making
from tests.unit.identity.chips.issuing import (
    AT,
    Certificate,
    authority,
    key_id,
    name,
    revocation_list,
)
from tests.unit.identity.chips.making import State, state
from tests.unit.identity.chips.signing import Signer, ec_key, rsa_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MASTER_LIST: Final = "2.23.136.1.1.2"
LIST_SIGNER: Final = "2.23.136.1.1.3"
OLD, OLDEST = (Signer(key=ec_key(each)) for each in ("old", "oldest"))


def trusting(*certificates: bytes) -> Trust:
    return Trust(authorities=tuple(read_certificate(each) for each in certificates))


def link(to: Signer, by: Signer, *, own_name: str, issuer_name: str) -> bytes:
    """The older key's word for a newer one (ICAO 9303-12, 4.1)."""
    spec = replace(
        authority(to, common=own_name),
        issuer=name(common=issuer_name),
        authority_key=key_id(by),
        valid_from=datetime(2024, 6, 1, tzinfo=UTC),
    )
    return spec.by(by)


def older(signer: Signer, common: str) -> bytes:
    valid_from = datetime(2015, 1, 1, tzinfo=UTC)
    return replace(authority(signer, common=common), valid_from=valid_from).by(signer)


def length_of_chain(trust: Trust) -> int | None:
    signer = read_certificate(state().signer_certificate)
    chain = find_chain(signer, trust, judged_at=AT)
    return len(chain) if chain else None


def test_a_link_certificate_leads_from_the_new_key_to_the_old_one() -> None:
    linked = link(state().root, OLD, own_name="CSCA Specimen", issuer_name="CSCA Old")

    assert length_of_chain(trusting(linked, older(OLD, "CSCA Old"))) == 3


def test_two_links_lead_further_back() -> None:
    linked = link(state().root, OLD, own_name="CSCA Specimen", issuer_name="CSCA Old")
    before = replace(
        authority(OLD, common="CSCA Old"),
        issuer=name(common="CSCA Oldest"),
        authority_key=key_id(OLDEST),
        valid_from=datetime(2020, 1, 1, tzinfo=UTC),
    ).by(OLDEST)

    assert length_of_chain(trusting(linked, before, older(OLDEST, "CSCA Oldest"))) == 4


def test_a_link_whose_older_key_is_not_believed_leads_nowhere() -> None:
    linked = link(state().root, OLD, own_name="CSCA Specimen", issuer_name="CSCA Old")

    assert length_of_chain(trusting(linked)) is None


def test_a_link_that_another_key_signed_leads_nowhere() -> None:
    forged = link(state().root, OLD, own_name="CSCA Specimen", issuer_name="CSCA Old")
    genuine = older(Signer(key=ec_key("thief")), "CSCA Old")

    assert length_of_chain(trusting(forged, genuine)) is None


def test_links_in_a_circle_end() -> None:
    there = link(state().root, OLD, own_name="CSCA Specimen", issuer_name="CSCA Old")
    back = link(OLD, state().root, own_name="CSCA Old", issuer_name="CSCA Specimen")

    assert length_of_chain(trusting(there, back)) is None


def test_a_row_of_links_longer_than_any_country_has_is_not_followed() -> None:
    keys = [state().root, *(Signer(key=ec_key(f"link {n}")) for n in range(MOST_LINKS))]
    names = ["CSCA Specimen", *(f"CSCA {n}" for n in range(MOST_LINKS))]
    rows = [
        link(keys[n], keys[n + 1], own_name=names[n], issuer_name=names[n + 1])
        for n in range(MOST_LINKS)
    ]

    assert length_of_chain(trusting(*rows, older(keys[-1], names[-1]))) is None


def test_a_root_that_its_own_key_did_not_sign_is_refused() -> None:
    forged = authority(state().root).by(Signer(key=ec_key("thief")))

    with pytest.raises(ChipRefused) as refused:
        length_of_chain(trusting(forged))
    assert refused.value.fault is ChipFault.AUTHORITY_SIGNATURE_INVALID


def test_a_renewed_certificate_of_the_same_key_serves_where_the_old_one_has_run_out() -> None:
    root = state().root
    ran_out = replace(authority(root), valid_until=AT - timedelta(days=1)).by(root)

    assert length_of_chain(trusting(ran_out, state().root_certificate)) == 2


def test_a_country_may_write_itself_in_small_letters() -> None:
    root = replace(authority(state().root), subject=name("nl"), issuer=name("nl"))

    assert length_of_chain(trusting(root.by(state().root))) == 2


def test_without_a_key_identifier_the_name_counts_and_another_generation_is_passed_over() -> None:
    spec = replace(state().signer_spec, authority_key=None)
    signer = read_certificate(spec.by(state().root))
    other = authority(OLD).by(OLD)

    chain = find_chain(signer, trusting(other, state().root_certificate), judged_at=AT)

    assert chain is not None
    assert len(chain) == 2
    assert find_chain(signer, trusting(other), judged_at=AT) is None


def test_an_authority_without_a_key_identifier_is_found_by_its_name() -> None:
    root = replace(authority(state().root), own_key=None, authority_key=None)

    assert length_of_chain(trusting(root.by(state().root))) == 2


def listed(*certificates: bytes) -> bytes:
    return der.sequence(der.integer(0), der.set_of(*certificates))


def list_signer(of: State, **changes: object) -> Certificate:
    spec = replace(of.signer_spec, extended_usage=LIST_SIGNER, serial=99)
    return replace(spec, **changes)  # type: ignore[arg-type]  # the tests give what it takes


def signed_list(of: State, content: bytes, certificate: Certificate) -> bytes:
    spec = replace(
        of.signs(),
        content_type=MASTER_LIST,
        attribute_type=MASTER_LIST,
        certificates=(certificate.by(of.root), of.root_certificate),
        serial=certificate.serial,
    )
    return making.signed_content(content, spec)


def test_a_list_is_read_bare_and_signed() -> None:
    content = listed(state().root_certificate, older(OLD, "CSCA Old"))
    signed = signed_list(state(), content, list_signer(state()))

    assert len(read_master_list(content).authorities) == 2
    assert read_master_list(signed) == read_master_list(content)


def test_a_signed_list_is_believed_where_its_country_is() -> None:
    content = listed(older(OLD, "CSCA Old"))
    signed = signed_list(state(), content, list_signer(state()))

    found = read_signed_master_list(signed, anchors=state().trust, at=AT)

    assert found == read_master_list(content)


@pytest.mark.parametrize(
    ("anchors", "changes", "fault"),
    [
        # The country that signed it is not believed.
        (Trust(), {}, ChipFault.SIGNER_CERTIFICATE_INVALID),
        # A document signer of a country that is believed may not sign lists.
        (state().trust, {"extended_usage": None}, ChipFault.SIGNER_KEY_USAGE_WRONG),
        # Its certificate has run out.
        (state().trust, {"valid_until": AT - timedelta(days=1)}, ChipFault.SIGNER_EXPIRED),
    ],
)
def test_a_signed_list_is_refused_for_its_signer(
    anchors: Trust, changes: dict[str, object], fault: ChipFault
) -> None:
    signed = signed_list(state(), listed(older(OLD, "CSCA Old")), list_signer(state(), **changes))

    with pytest.raises(ChipRefused) as refused:
        read_signed_master_list(signed, anchors=anchors, at=AT)
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        # One certificate that cannot be read refuses the list, or a country would be missing.
        (lambda: listed(der.sequence(der.null())), ChipFault.MALFORMED),
        # A certificate larger than any.
        (lambda: listed(der.sequence(bytes(20_000))), ChipFault.FILE_TOO_LARGE),
        # No list at all.
        (lambda: der.sequence(der.set_of()), ChipFault.MALFORMED),
        # An empty sequence.
        (der.sequence, ChipFault.MALFORMED),
        # Seventeen megabytes.
        (lambda: bytes(17 * 1024 * 1024), ChipFault.FILE_TOO_LARGE),
    ],
)
def test_a_list_that_is_none_is_refused(make: Callable[[], bytes], fault: ChipFault) -> None:
    with pytest.raises(ChipRefused) as refused:
        read_master_list(make())
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        # A bare list has no signature to check.
        (lambda: listed(state().root_certificate), ChipFault.MALFORMED),
        # Seventeen megabytes.
        (lambda: bytes(17 * 1024 * 1024), ChipFault.FILE_TOO_LARGE),
    ],
)
def test_a_list_without_a_signature_is_refused_where_one_is_asked_for(
    make: Callable[[], bytes], fault: ChipFault
) -> None:
    with pytest.raises(ChipRefused) as refused:
        read_signed_master_list(make(), anchors=state().trust, at=AT)
    assert refused.value.fault is fault


def test_a_revocation_list_with_nothing_revoked_is_read() -> None:
    assert read_revocation_list(revocation_list(state().root)).revoked == frozenset()


def test_keys_are_counted_by_kind_and_what_is_unusable_by_its_fault() -> None:
    usable = authority(Signer(key=rsa_key("root"))).by(Signer(key=rsa_key("root")))
    odd = Signer(key=ec_key("odd"), explicit=True, other_a=True)
    trust = trusting(usable, authority(odd).by(odd))

    assert kinds_of_keys(trust.authorities) == {"RSA 2048": 1, "curve_unknown": 1}


def test_every_certificate_of_the_published_list_is_read_and_has_a_key_that_works(
    shared_chips: Path,
) -> None:
    authorities = read_master_list((shared_chips / "masterList.bin").read_bytes()).authorities

    assert len(authorities) == 581
    kinds = kinds_of_keys(authorities)
    assert sum(kinds.values()) == 581
    assert not set(ChipFault) & set(kinds)


def test_describing_a_key_names_its_curve() -> None:
    assert describe(ec_key("root").public_key()) == "EC brainpoolP256r1"


def test_a_chip_of_a_state_in_a_list_is_verified_by_it() -> None:
    trust = read_master_list(listed(state().root_certificate))

    found = verify_chip(making.chip(), trust, at=AT)

    assert ChipHint.SIGNER_UNKNOWN not in found.hints
