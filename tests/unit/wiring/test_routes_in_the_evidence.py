"""What an evidence package tells of a person who was compared by a notary or seen elsewhere."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from server.cases.identity_checks import digest_of
from server.cases.identity_comparisons import Likeness
from server.http.shown.evidence_packages import TakenBy
from server.http.shown.visibility import Audience
from server.register.canonical_json import canonical_json
from server.wiring.evidence_parts import checks_file
from tests.unit.cases.a_case import WANG
from tests.unit.cases.holding import opened
from tests.unit.cases.test_comparing import RECORDING as TO_RECORDING
from tests.unit.cases.test_comparing import SEEN, choosing, compared, to_compare
from tests.unit.cases.test_visiting import REPORT, a_case, reported
from tests.unit.cases.test_visiting import opened as asked

if TYPE_CHECKING:
    from server.cases.identity_checks import IdentityCheck
    from server.cases.ids import PartyId


def compared_check() -> IdentityCheck:
    case = choosing()
    return compared(case, opened(case, *TO_RECORDING), to_compare(case))


def visited_check() -> IdentityCheck:
    case = a_case()
    return reported(case, asked(case))


def told(check: IdentityCheck, *parties: PartyId) -> dict[str, Any]:
    taken_by = TakenBy(audience=Audience.PARTY, materials=(), parties=frozenset(parties))
    (one,) = json.loads(checks_file([check], taken_by))
    assert isinstance(one, dict)
    return one


def test_the_person_is_told_what_was_compared_and_others_only_its_digest() -> None:
    check = compared_check()
    own = told(check, WANG)
    assert own["route"] == "notary_compares"
    (comparison,) = own["comparisons"]
    assert (comparison["result"], comparison["reason"]) == ("same", SEEN.reason)
    others = told(check)
    assert others == {"withheld": True, "evidence_sha256": own["evidence_sha256"]}


@pytest.mark.parametrize("check", [compared_check(), visited_check()])
def test_whoever_verifies_can_work_the_digest_out_of_what_is_told(check: IdentityCheck) -> None:
    own = told(check, WANG)
    digest = hashlib.sha256(canonical_json(own["evidence"])).hexdigest()
    assert digest == own["evidence_sha256"] == digest_of(check)


def test_a_visit_is_told_with_the_digest_of_its_statement_and_without_a_number() -> None:
    own = told(visited_check(), WANG)
    assert own["visit"]["report"]["statement_sha256"] == REPORT.statement
    assert own["evidence"]["objects"] == [REPORT.statement]
    assert REPORT.id_number not in json.dumps(own["evidence"])


def test_comparing_again_changes_nothing_that_a_signature_was_bound_to() -> None:
    check = compared_check()
    again = replace(check.comparisons[0], link="9" * 64)
    unsure = replace(again, result=Likeness.UNSURE)
    proven = told(check, WANG)["evidence"]["compared"]
    later = replace(check, comparisons=(*check.comparisons, again))
    assert told(later, WANG)["evidence"]["compared"] == proven
    # Whatever led there does count.
    earlier = replace(check, comparisons=(unsure, *check.comparisons))
    assert told(earlier, WANG)["evidence"]["compared"] != proven
    # And one that proved nobody yet is told as it is.
    only = replace(check, comparisons=(unsure,))
    assert [each["result"] for each in told(only, WANG)["evidence"]["compared"]] == ["unsure"]
