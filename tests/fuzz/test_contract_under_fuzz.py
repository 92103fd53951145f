"""The whole contract under generated requests: no 5xx, and nothing undocumented.

conventions.md D9. Every check of schemathesis is on; what is generated is the
same in every run.
"""

from __future__ import annotations

import itertools
import json
import os
import time
import warnings
import zlib
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import GenerationConfig, SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Err
from schemathesis.generation.modes import GenerationMode

from tests.functional.case.platform import ROOT
from tests.fuzz.cast import VOICES, Voice
from tests.fuzz.sending import aim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case
    from schemathesis.schemas import APIOperation, BaseSchema

    Operation = APIOperation[Any, Any, Any, Any]

    from tests.servers.whole import Whole

AT_LEAST: Final = 5000
EXAMPLES: Final = int(os.environ.get("FEIGUI_FUZZ_EXAMPLES", "8"))
# Of the others, one is refused nearly everything and one walks every boundary besides.
ASKED_MOST: Final = ("stranger", "applicant", "notary")
OTHERS_EXAMPLES: Final = max(1, EXAMPLES // 4)
# A process or a slow hash of its own stands behind each of these.
SLOW: Final = frozenset({"verify_document", "sign_in_staff", "add_device"})
# Boundaries are the same for everybody; this voice gets furthest with them.
WALKS_BOUNDARIES: Final = frozenset({"office"})
MODES: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
PATIENCE: Final = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CONFIG: Final = {
    # No JSON schema can say that NUL is refused; tests/edge/test_contract.py does.
    "generation": {"allow-x00": False},
    "checks": {
        # A rule may stand against a well-formed request: 409, 412 and 422 say which.
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "401", "403", "404", "409", "412", "422", "428", "429"]
        },
        "negative_data_rejection": {
            "expected-statuses": [
                "400",
                "401",
                "403",
                "404",
                "405",
                "409",
                "412",
                "413",
                "415",
                "422",
                "428",
                "429",
            ]
        },
        "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "428"]},
    },
    # Bytes are a file whatever they were before; no type can be violated.
    "operations": [
        {
            "include-operation-id": "verify_document",
            "checks": {"negative_data_rejection": {"enabled": False}},
        }
    ],
}


@pytest.fixture(scope="module")
def contract(whole: Whole) -> BaseSchema:
    document = json.loads((ROOT / "mobile_api_spec" / "openapi.bundled.json").read_text())
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(CONFIG))
    schema.app = whole.platform.app
    return schema


class Fuzzing:
    """Sends cases as one voice and keeps the first failure of each kind."""

    def __init__(self, voice: Voice, tally: Counter[str]) -> None:
        self.voice = voice
        self.tally = tally
        self.statuses: Counter[int] = Counter()
        self.failures: dict[tuple[str, str], str] = {}

    def send(self, case: Case[Any]) -> None:
        about = aim(case, self.voice)
        self.tally[self.voice.name] += 1
        try:
            response = case.call()
            self.statuses[response.status_code] += 1
            etag = response.headers.get("etag", [None])[0]
            self.voice.saw(about, status=response.status_code, etag=etag)
            case.validate_response(response)
        except FailureGroup as group:
            for failure in group.exceptions:
                self._keep(case, failure)
        except Failure as failure:
            self._keep(case, failure)

    def _keep(self, case: Case[Any], failure: BaseException) -> None:
        where = (case.operation.label, type(failure).__name__)
        self.failures.setdefault(where, f"{failure}\n{case.as_curl_command()}")


def operations(contract: BaseSchema) -> Iterator[Operation]:
    for found in contract.get_all_operations():
        if isinstance(found, Err):
            raise found.err()
        yield found.ok()


@pytest.mark.slow
@pytest.mark.parametrize("name", VOICES)
def test_no_request_is_answered_with_what_the_contract_does_not_say(
    name: str, contract: BaseSchema, voices: dict[str, Voice], tally: Counter[str]
) -> None:
    fuzzing = Fuzzing(voices[name], tally)
    began, slowest = time.monotonic(), Counter[str]()
    for operation in operations(contract):
        begun = time.monotonic()
        for mode in MODES:
            generate(fuzzing, operation, mode)
        if name in WALKS_BOUNDARIES:
            walk(fuzzing, operation)
        slowest[operation.label] += round((time.monotonic() - begun) * 1000)
    print(  # noqa: T201  # the numbers are part of what this test is for
        f"\n{name}: {tally[name]} cases, {time.monotonic() - began:.0f} s,"
        f" {dict(sorted(fuzzing.statuses.items()))},"
        f" ms {slowest.most_common(3)}"
    )
    assert not fuzzing.failures, "\n\n".join(
        f"{label} {kind}: {told}" for (label, kind), told in fuzzing.failures.items()
    )


def walk(fuzzing: Fuzzing, operation: Operation) -> None:
    """Send each boundary of the schema once, a missing header and a wrong method included."""
    cases = operation.schema.iter_coverage_cases(
        operation, generation_modes=list(MODES), generation_config=GenerationConfig(allow_x00=False)
    )
    is_slow = operation.definition.raw["operationId"] in SLOW
    for case in itertools.islice(cases, 3 if is_slow else None):
        fuzzing.send(case)


def generate(
    fuzzing: Fuzzing,
    operation: Operation,
    mode: GenerationMode,
) -> None:
    same_every_time = zlib.crc32(f"{fuzzing.voice.name} {operation.label} {mode}".encode())
    is_slow = operation.definition.raw["operationId"] in SLOW
    examples = EXAMPLES if fuzzing.voice.name in ASKED_MOST else OTHERS_EXAMPLES
    patience = settings(PATIENCE, max_examples=2 if is_slow else examples)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")

        @seed(same_every_time)
        @patience
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Case[Any]) -> None:
            fuzzing.send(case)

        # What takes no input at all cannot be asked wrongly.
        with suppress(Unsatisfiable):
            send()


@pytest.mark.slow
def test_enough_was_sent(tally: Counter[str]) -> None:
    print(f"\ncases in all: {tally.total()} {dict(tally)}")  # noqa: T201  # see above
    assert sum(tally[name] for name in ASKED_MOST) >= AT_LEAST
