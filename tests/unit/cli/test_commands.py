"""What an operator types, reads and gets back as exit code."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from server.cli import Commands, notary_group
from server.cli.authorities import AuthoritiesCommands, NotYet
from server.cli.codes import DEPENDENCY_DOWN, INCONSISTENT, REFUSED
from server.cli.evidence import EvidenceCommands, Wanted
from server.cli.identity import Faces, IdentityCommands, Measured
from server.cli.log import LogCommands, LogUnbelieved, LogUnreachable, Watch
from server.cli.stamps import StampCommands
from server.wiring.ceremonies import key_commands

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from click.testing import Result

USAGE = 2


@dataclass(slots=True)
class Platform:
    """Remembers what was asked of it, and stands as it is told to."""

    asked: list[tuple[object, ...]] = field(default_factory=list)
    parts: dict[str, str | None] = field(default_factory=dict)
    trails: dict[str, str | None] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    """Of the identity or log command that is asked next."""

    trouble: Exception | None = None
    """Of the log that is watched."""
    records: dict[str, list[str]] = field(default_factory=dict)

    fault: int = 0
    """What the verifier of packages returns."""
    due: list[Mapping[str, str | None]] = field(default_factory=list)
    ended: list[Mapping[str, str | None]] = field(default_factory=list)

    def commands(self) -> Commands:
        def played(into: Path) -> Mapping[str, Any]:
            for name in ("summary.json", "certificate.pdf"):
                (into / name).write_bytes(b"")
            return {"certificate": "（2026）云昆内证字第1号"}

        def verified(office: str) -> Mapping[str, str | None]:
            self.asked.append(("verify", office))
            return self.trails

        return Commands(
            serve=lambda port, demo: self.asked.append(("serve", port, demo)),
            run_demo=played,
            prepare_ceremony=lambda port: self.asked.append(("ceremony", port)),
            tell_code=lambda who: self.asked.append(("code", who)),
            work=lambda ready: self.asked.append(("work", ready)),
            migrate=lambda: self.asked.append(("migrate",)),
            examine=lambda: self.parts,
            verify_audit=verified,
            identity=self.identity(),
            log=self.log(),
            keys=key_commands(),
            evidence=self.evidence(),
            stamps=StampCommands(due=lambda: self.due, renew=self.renew),
            authorities=AuthoritiesCommands(
                records=lambda: self.records, delete_records=self.delete
            ),
        )

    def renew(self, tell: Callable[[Mapping[str, str | None]], None]) -> None:
        for each in self.ended:
            tell(each)

    def delete(self, serials: Sequence[str]) -> None:
        if "early" in serials:
            raise NotYet("kept until 2031-03-01")
        self.asked.append(("delete", *serials))

    def identity(self) -> IdentityCommands:
        def evaluated(faces: Faces, say: Callable[[str], None]) -> Measured:
            say("looking at 1 of 2")
            return Measured(report={"people": 2}, table="EER 3.1 %", plot="<svg/>")

        return IdentityCommands(
            evaluate=evaluated,
            evaluate_documents=lambda folder: {"sides": {}},
            evaluate_liveness=lambda folder, models: {"challenge": None},
            read=lambda images, kind: self.answer,
            match=lambda reference, live, quality: self.answer,
            chip=lambda folder, master_list: self.answer,
            faces=lambda: self.answer,
        )

    def log(self) -> LogCommands:
        def shown(index: int) -> Mapping[str, Any]:
            if index:
                raise LookupError(index)
            return self.answer

        def watched(watch: Watch, tell: Callable[[int, int], None]) -> Mapping[str, Any]:
            self.asked.append(("watch", watch))
            tell(20_000, 20_000)
            if self.trouble is not None:
                raise self.trouble
            return self.answer

        return LogCommands(check=lambda _: self.answer, show=shown, watch=watched)

    def evidence(self) -> EvidenceCommands:
        def exported(wanted: Wanted) -> bytes:
            self.asked.append((wanted.case, wanted.certificate, wanted.recordings))
            return b"PK"

        def verified(arguments: Sequence[str]) -> int:
            self.asked.append(tuple(arguments))
            return self.fault

        return EvidenceCommands(export=exported, verify=verified)

    def told(self, *arguments: str) -> Result:
        return CliRunner().invoke(notary_group(self.commands()), arguments)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        # Without a word, the port of the README and no invented people.
        (["serve"], ("serve", 8000, False)),
        (["serve", "--port", "9000", "--demo"], ("serve", 9000, True)),
        (["worker"], ("work", None)),
        (["worker", "--ready", "ready.txt"], ("work", Path("ready.txt"))),
        (["migrate"], ("migrate",)),
        (["audit", "verify", "kunming-demo"], ("verify", "kunming-demo")),
    ],
)
def test_a_command_asks_for_what_was_typed(typed: list[str], asked: tuple[object, ...]) -> None:
    platform = Platform()
    assert platform.told(*typed).exit_code == 0
    assert platform.asked == [asked]


@pytest.mark.parametrize(
    ("parts", "exit_code"),
    [
        # Everything answers.
        ({"database": None, "object store": None}, 0),
        # One part is down, and that is enough.
        ({"database": None, "object store": "no answer"}, DEPENDENCY_DOWN),
    ],
)
def test_the_doctor_says_the_same_to_people_and_to_machines(
    parts: dict[str, str | None], exit_code: int
) -> None:
    platform = Platform(parts=parts)
    for_people, for_machines = platform.told("doctor"), platform.told("doctor", "--json")
    assert for_people.exit_code == for_machines.exit_code == exit_code
    assert json.loads(for_machines.output) == parts
    down = [line for line in for_people.output.splitlines() if line.startswith("DOWN")]
    assert down == [f"DOWN  {part}  {why}" for part, why in parts.items() if why]


def test_a_broken_trail_is_named_and_fails() -> None:
    found = Platform(trails={"c-1": None, "c-2": "link 3 does not follow"})
    told = found.told("audit", "verify", "kunming-demo")
    assert told.exit_code == INCONSISTENT
    assert told.output.splitlines() == [
        "BROKEN  c-2  link 3 does not follow",
        "1 of 2 trails are whole",
    ]


def test_the_demo_says_where_everything_is(tmp_path: Path) -> None:
    told = Platform().told("demo", "run", "--into", str(tmp_path))
    assert told.exit_code == 0
    lines = told.output.splitlines()
    assert "（2026）云昆内证字第1号" in lines[1]
    assert [line.strip() for line in lines[2:]] == [
        str(tmp_path / "certificate.pdf"),
        str(tmp_path / "summary.json"),
    ]


def test_the_demo_prepares_a_ceremony_and_tells_codes() -> None:
    platform = Platform()
    assert platform.told("demo", "ceremony", "--port", "8001").exit_code == 0
    assert platform.told("demo", "code", "km.notary").exit_code == 0
    assert platform.asked == [("ceremony", 8001), ("code", "km.notary")]


@pytest.mark.parametrize(
    "typed",
    [
        # A command that does not exist.
        ["erase"],
        # A port that is none.
        ["serve", "--port", "web"],
        # An office is asked for.
        ["audit", "verify"],
    ],
)
def test_what_cannot_be_read_is_a_usage_error(typed: list[str]) -> None:
    platform = Platform()
    assert platform.told(*typed).exit_code == USAGE
    assert platform.asked == []


def test_help_tells_every_command_with_a_sentence() -> None:
    help_text = Platform().told("--help").output
    listed = help_text.split("Commands:")[1].split("\n")
    told = {words[0]: len(words) for line in listed if (words := line.split())}
    assert set(told) >= {"serve", "worker", "migrate", "doctor", "audit", "keys", "demo"}
    assert min(told.values()) > 1


READ = {
    "images": [
        {
            "file": "front.jpg",
            "side": "id_card_front",
            "fields": {
                "name": {"text": "欧阳明", "confidence": 0.99},
                "sex": {"text": "男", "confidence": 0.6},
            },
            "fields_to_confirm": ["sex"],
            "hints": [{"code": "screen", "zh": "疑似翻拍屏幕", "en": "looks like a screen"}],
        },
        {"file": "other.jpg", "refused": "type_heic"},
    ],
    "documents": [{"side": "id_card_front", "doubts": ["back_missing"]}],
}


def test_what_was_read_is_told_line_by_line_and_what_is_unsure_is_marked(tmp_path: Path) -> None:
    image = tmp_path / "front.jpg"
    image.touch()
    told = Platform(answer=READ).told("identity", "read", str(image))
    assert told.exit_code == 0
    lines = told.output.splitlines()
    assert lines[0] == "front.jpg  id_card_front"
    assert lines[1].split() == ["name", "0.99", "欧阳明"]
    assert lines[2].split() == ["?", "sex", "0.60", "男"]
    assert lines[3] == "  ! 疑似翻拍屏幕 · looks like a screen"
    assert lines[4:] == ["other.jpg  type_heic", "doubts of id_card_front: back_missing"]
    as_json = Platform(answer=READ).told("identity", "read", "--json", str(image))
    assert json.loads(as_json.output) == READ


MATCHED: dict[str, Any] = {"band": "match", "score": 0.7, "advice": {}}
DOUBTED: dict[str, Any] = {"band": "a_person_decides", "score": 0.4, "advice": {"d": ["中", "en"]}}


@pytest.mark.parametrize(
    ("answer", "line", "code"),
    [
        (MATCHED, "match  score 0.7", 0),
        # A person decides: no error of the command.
        (DOUBTED, "a_person_decides  score 0.4", 0),
        # Another person, and a file that is not let in: scripts can tell by the code.
        ({**MATCHED, "band": "no_match"}, "no_match  score 0.7", REFUSED),
        ({"refused": "file_truncated"}, "refused: file_truncated", REFUSED),
    ],
)
def test_a_comparison_tells_its_band(
    answer: dict[str, Any], line: str, code: int, tmp_path: Path
) -> None:
    picture = tmp_path / "face.jpg"
    picture.touch()
    told = Platform(answer=answer).told("identity", "match", str(picture), str(picture))
    assert (told.output.splitlines()[0], told.exit_code) == (line, code)


GENUINE: dict[str, Any] = {
    "outcome": "person_decides",
    "data": "as_signed",
    "evidence": [{"step": "signature", "detail": "RSA"}],
    "hints": ["signer_unknown"],
}
ALTERED = {"outcome": "refused", "data": "altered", "fault": "hash_mismatch", "file": "DG1"}


@pytest.mark.parametrize(
    ("answer", "last", "code"),
    [
        (GENUINE, "! signer_unknown", 0),
        (ALTERED, "hash_mismatch  DG1", REFUSED),
    ],
)
def test_a_chip_tells_what_is_proven_or_its_fault(
    answer: dict[str, Any], last: str, code: int, tmp_path: Path
) -> None:
    told = Platform(answer=answer).told("identity", "chip", str(tmp_path))
    assert (told.output.splitlines()[-1].strip(), told.exit_code) == (last, code)
    as_json = Platform(answer=answer).told("identity", "chip", "--json", str(tmp_path))
    assert (json.loads(as_json.output), as_json.exit_code) == (answer, code)


@pytest.mark.parametrize(
    ("state", "code"),
    [("normal", 0), ("alarm", INCONSISTENT), ("filing_due", INCONSISTENT)],
)
def test_many_stored_faces_are_an_alarm(state: str, code: int) -> None:
    counted = {"people": 80_000, "state": state, "citation": "第十五条"}
    told = Platform(answer=counted).told("identity", "faces")
    assert (told.output, told.exit_code) == (f"80000 people  {state}  第十五条\n", code)
    as_json = Platform(answer=counted).told("identity", "faces", "--json")
    assert json.loads(as_json.output) == counted


def test_error_rates_are_a_table_a_report_and_a_plot(tmp_path: Path) -> None:
    plot = tmp_path / "det.svg"
    told = Platform().told("identity", "evaluate", str(tmp_path), "--plot", str(plot))
    assert "EER 3.1 %" in told.stdout
    assert "looking at 1 of 2" in told.stderr
    assert plot.read_text() == "<svg/>"
    as_json = Platform().told("identity", "evaluate", str(tmp_path), "--json")
    assert json.loads(as_json.stdout) == {"people": 2}


@pytest.mark.parametrize("command", ["evaluate-documents", "evaluate-liveness"])
def test_folders_of_documents_and_attacks_are_measured_too(command: str, tmp_path: Path) -> None:
    assert json.loads(Platform().told("identity", command, str(tmp_path)).output)


@pytest.mark.parametrize("typed", [["read"], ["match", "nowhere.jpg"], ["chip", "nowhere"]])
def test_what_is_not_there_is_a_usage_error(typed: list[str]) -> None:
    assert Platform().told("identity", *typed).exit_code == USAGE


CHECKED = {"entries": 3, "checkpoints": 1, "tiles": 1, "certificates": 2, "faults": []}
FAULT = {"kind": "entry_altered", "where": "entry 1"}


def test_a_whole_log_passes_and_a_fault_is_named_and_fails() -> None:
    whole = Platform(answer=CHECKED).told("log", "fsck")
    assert (whole.exit_code, whole.output) == (
        0,
        "3 entries, 1 checkpoints, 1 tiles, 2 certificates: 0 faults\n",
    )
    broken = Platform(answer={**CHECKED, "faults": [FAULT]})
    for_people, for_machines = broken.told("log", "fsck"), broken.told("log", "fsck", "--json")
    assert for_people.exit_code == for_machines.exit_code == INCONSISTENT
    assert for_people.output.startswith("FAULT  entry_altered  entry 1\n")
    assert json.loads(for_machines.output)["faults"] == [FAULT]


def test_an_entry_is_shown_or_missed() -> None:
    platform = Platform(answer={"index": 0})
    assert json.loads(platform.told("log", "show", "0").output) == {"index": 0}
    assert platform.told("log", "show", "1").exit_code == USAGE


SEEN = {
    "key": "log.example+0+k",
    "first_key": True,
    "size": 2,
    "root": "r",
    "entries": [{"index": 1, "entry": "{}"}],
    "trouble": None,
}


def test_a_monitor_prints_what_is_new_and_says_whose_word_it_took_for_the_key() -> None:
    platform = Platform(answer=SEEN)
    told = platform.told("log", "monitor", "http://log.example", "--state", "s.json")
    assert told.exit_code == 0
    assert told.stdout == "1  {}\n"
    assert "taken from the log itself" in told.stderr
    assert "20,000 of 20,000" in told.stderr
    assert platform.asked == [
        ("watch", Watch(url="http://log.example", state=Path("s.json"), key=None))
    ]
    again = Platform(answer={**SEEN, "first_key": False})
    told = again.told("log", "monitor", "http://log.example", "--state", "s.json", "--json")
    assert json.loads(told.stdout)["size"] == 2
    assert "itself" not in told.stderr


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_a_monitor_that_finds_a_fork_says_so_loudly_and_fails(option: tuple[str, ...]) -> None:
    trouble = {"kind": "LogForked", "why": "two trees", "evidence": "s.json.evidence"}
    platform = Platform(answer={"entries": [], "trouble": trouble})
    told = platform.told("log", "monitor", "http://log.example", "--state", "s.json", *option)
    assert told.exit_code == INCONSISTENT
    assert "!!! LogForked: two trees" in told.stderr
    assert "s.json.evidence" in told.stderr


@pytest.mark.parametrize(
    ("trouble", "exit_code"),
    [(LogUnreachable("no answer"), DEPENDENCY_DOWN), (LogUnbelieved("a stranger"), REFUSED)],
)
def test_a_monitor_that_learns_nothing_says_why(trouble: Exception, exit_code: int) -> None:
    platform = Platform(trouble=trouble)
    told = platform.told("log", "monitor", "http://log.example", "--state", "s.json")
    assert told.exit_code == exit_code
    assert str(trouble) in told.stderr


def test_a_package_is_written_where_the_operator_says(tmp_path: Path) -> None:
    platform, into = Platform(), tmp_path / "e.zip"
    told = platform.told("evidence", "export", "case-1", "--into", str(into), "--recordings")
    assert (told.exit_code, into.read_bytes()) == (0, b"PK")
    assert platform.asked == [("case-1", None, True)]


@pytest.mark.parametrize(("fault", "code"), [(0, 0), (1, INCONSISTENT)])
def test_a_package_with_a_fault_ends_as_an_inconsistency(
    tmp_path: Path, fault: int, code: int
) -> None:
    package = tmp_path / "e.zip"
    package.write_bytes(b"PK")
    platform = Platform(fault=fault)
    keys = ("--witness-key", "w1+00+AA==", "--witness-key", "w2+00+AA==")
    told = platform.told("evidence", "verify", str(package), "--lang", "zh", "--json", *keys)
    assert told.exit_code == code
    assert platform.asked == [(str(package), "--lang", "zh", *keys, "--json")]


def due_stamp(state: str, until: str | None = "2028-03-01") -> Mapping[str, str | None]:
    return {
        "office": "kunming-demo",
        "kind": "certificate",
        "subject": "n-1",
        "state": state,
        "carries_until": until,
        "trouble": "StampLapsed" if state == "refused" else None,
    }


def ended_stamp(came: str) -> Mapping[str, str | None]:
    return {"kind": "deed", "subject": "c-1", "came": came, "trouble": None}


def test_stamps_that_are_due_are_listed_with_when_they_end() -> None:
    platform = Platform(due=[due_stamp("kept"), due_stamp("kept", None)])
    told = platform.told("stamps", "due")
    assert told.exit_code == 0
    assert "until 2028-03-01" in told.output
    assert "not looked at" in told.output
    assert json.loads(platform.told("stamps", "due", "--json").output) == platform.due


def test_a_refused_stamp_is_an_inconsistency_that_a_person_looks_at() -> None:
    platform = Platform(due=[due_stamp("refused")])
    assert platform.told("stamps", "due").exit_code == INCONSISTENT
    assert platform.told("stamps", "renew", "--dry-run").exit_code == INCONSISTENT


def test_how_many_files_nobody_can_prove_is_told_in_one_line() -> None:
    stolen = {**due_stamp("refused"), "trouble": "StamperStolen"}
    platform = Platform(due=[stolen, stolen, due_stamp("kept")])
    told = platform.told("stamps", "due").output
    assert told.splitlines()[-1] == "3 files are due: 2 StamperStolen, 1 kept"


def test_a_dry_run_renews_nothing() -> None:
    platform = Platform(due=[due_stamp("kept")], ended=[ended_stamp("renewed")])
    told = platform.told("stamps", "renew", "--dry-run")
    assert told.exit_code == 0
    assert "renewed" not in told.output


@pytest.mark.parametrize(
    ("came", "code"),
    [
        ([], 0),
        (["renewed", "carries"], 0),
        # The authority is down: another try will do.
        (["renewed", "waits"], DEPENDENCY_DOWN),
        # A person has to look, whatever else happened.
        (["waits", "refused"], INCONSISTENT),
        (["failed"], INCONSISTENT),
    ],
)
def test_renewing_tells_of_every_file_and_ends_with_what_is_left_to_do(
    came: list[str], code: int
) -> None:
    platform = Platform(due=[due_stamp("kept")] * len(came), ended=[*map(ended_stamp, came)])
    told = platform.told("stamps", "renew")
    assert told.exit_code == code
    assert [f"{n}/{len(came)}" in told.output for n in range(1, len(came) + 1)] == [True] * len(
        came
    )
    assert all(f"{each}: " in told.output for each in came)


def test_records_that_may_go_are_named_and_unfinished_ones_raise_an_alarm() -> None:
    platform = Platform(records={"kept": ["a"], "deletable": ["b"], "unfinished": []})
    told = platform.told("authorities", "records")
    assert told.output == "1 kept, 1 may be deleted\ndeletable   b\n"
    assert told.exit_code == 0
    platform.records["unfinished"] = ["a"]
    told = platform.told("authorities", "records")
    assert "UNFINISHED  a" in told.output
    assert told.exit_code == INCONSISTENT


def test_records_are_deleted_by_number_and_never_early() -> None:
    platform = Platform()
    assert platform.told("authorities", "delete-records", "a", "b").output == "2 deleted\n"
    assert platform.asked == [("delete", "a", "b")]
    told = platform.told("authorities", "delete-records", "early")
    assert "kept until 2031-03-01" in told.output
    assert told.exit_code == REFUSED
    assert platform.told("authorities", "delete-records").exit_code == USAGE
