"""Each way of altering a chip is refused for its own reason, about the file it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from asn1crypto.algos import SignedDigestAlgorithm

from identity.chips.finding import ChipHint
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from identity.chips.signatures import scheme_of
from tests.unit.identity.chips import (
    altered_data,
    altered_files,
    altered_signers,
    answering,
    der,
    making,
)
from tests.unit.identity.chips.altered_data import recoverable, zone
from tests.unit.identity.chips.altered_files import SOD
from tests.unit.identity.chips.altering import (
    CHALLENGE,
    Attempt,
    answered_by_chip,
    answered_by_curve,
    answered_by_rsa,
    by_certificate,
    signed_with,
    under,
)
from tests.unit.identity.chips.signing import ec_key, pss_parameters

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS: Final = [
    *altered_files.HOW_FILES_ARE_WRITTEN,
    *altered_files.WHAT_IS_SIGNED,
    *altered_files.WHAT_WAS_SENT,
    *altered_signers.WHO_SIGNED,
    *altered_signers.KEYS,
    *altered_data.WHAT_THE_DATA_SAY,
    *altered_data.WHOSE_CHIP_IT_IS,
]


@pytest.mark.parametrize(
    ("attempt", "fault", "place"),
    ROWS,
    ids=[f"{number}-{row[1]}" for number, row in enumerate(ROWS)],
)
def test_an_altered_chip_is_refused_for_its_reason(
    attempt: Callable[[], Attempt], fault: ChipFault, place: ChipFile
) -> None:
    with pytest.raises(ChipRefused) as refused:
        attempt().verify()
    assert (refused.value.fault, refused.value.place) == (fault, place)


def test_the_attempts_differ_from_a_chip_that_verifies_in_one_thing() -> None:
    """Or the table would prove nothing."""
    unaltered = (signed_with(), by_certificate(), under(making.state().root))
    answered = (
        answered_by_rsa(recoverable()),
        answered_by_curve(answering.sign_plainly(ec_key("active"), CHALLENGE)),
        answered_by_chip(),
    )
    usual = {ChipHint.REVOCATION_UNKNOWN}
    for attempt in unaltered:
        assert attempt.verify().hints == usual | {ChipHint.COPY_NOT_EXCLUDED}
    for attempt in answered:
        assert attempt.verify().hints == usual


def test_a_refusal_says_nothing_of_the_holder() -> None:
    with pytest.raises(ChipRefused, match=r"^mrz_invalid: DG1$"):
        zone(making.ZONE[:-1] + "9").verify()


@pytest.mark.parametrize(
    ("parameters", "fault"),
    [
        # A salt longer than any digest.
        (pss_parameters("sha256", salt=65), ChipFault.SIGNATURE_ALGORITHM_NOT_ALLOWED),
        # A digest that is not allowed.
        (pss_parameters("md5", salt=16), ChipFault.DIGEST_NOT_ALLOWED),
        # Something else in place of the parameters.
        (der.null(), ChipFault.MALFORMED),
        # None, which would mean SHA-1 to one reader and nothing to another.
        (b"", ChipFault.SIGNATURE_ALGORITHM_NOT_ALLOWED),
    ],
    ids=range(4),
)
def test_pss_parameters_out_of_reason_are_refused(parameters: bytes, fault: ChipFault) -> None:
    stated = der.sequence(der.oid("1.2.840.113549.1.1.10"), parameters)

    with pytest.raises(ChipRefused) as refused:
        scheme_of(SignedDigestAlgorithm.load(stated), digest=None, place=SOD)

    assert refused.value.fault is fault


def test_a_signature_of_a_kind_that_is_not_listed_is_refused() -> None:
    dsa = SignedDigestAlgorithm.load(der.sequence(der.oid("1.2.840.10040.4.3")))

    with pytest.raises(ChipRefused) as refused:
        scheme_of(dsa, digest="sha256", place=SOD)

    assert refused.value.fault is ChipFault.SIGNATURE_ALGORITHM_NOT_ALLOWED
