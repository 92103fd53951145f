"""A package of a real case is accepted by the shipped verifier, which needs nothing of us."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from esign.custody.log_signer import log_key
from esign.offline import verify
from esign.transparency.proofs import LogProof
from server.cases.errors import CaseNotFound
from server.cases.ids import CaseId, OfficeId
from server.catalogue.notices import read_notices
from server.cli.evidence import Wanted
from server.http.shown.evidence_packages import TakenBy
from server.http.shown.visibility import Audience
from server.register.errors import CertificateNotFound
from server.transaction import Scope
from server.wiring.evidence import packaging
from server.wiring.exporting import exported
from server.wiring.parts import now
from server.wiring.work import registry
from tests.functional.case.staging import good
from tests.functional.package.conftest import package_of
from tests.functional.package.kit import unpacked
from tests.functional.package.sealed_case import begun_case
from tests.functional.package.test_altered_packages import logged
from tests.functional.package.verifying import judged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.functional.case.staging import Staging
    from tests.functional.package.kit import Kit
    from tests.functional.package.verifying import Isolated
    from tests.servers.whole import Whole

COPY_CONFORMS = "ZZ01"
"""复印件与原件相符: free of approval, and nothing is signed by a party."""


def test_the_environment_knows_nothing_of_us(isolated: Isolated) -> None:
    for module in ("server", "esign", "identity", "storage", "pyhanko", "asn1crypto", "pikepdf"):
        done = isolated.run("-c", f"import {module}")
        assert "ModuleNotFoundError" in done.stderr, module
    done = isolated.run("-c", "import cryptography; print(cryptography.__file__)")
    assert str(isolated.folder) in done.stdout


@pytest.mark.parametrize("whose", ["package", "of_party", "of_another"])
def test_a_package_is_accepted_by_its_own_verifier(
    kit: Kit, isolated: Isolated, whose: str
) -> None:
    package = getattr(kit, whose)
    assert judged(package, roots=[kit.root]) == []
    assert isolated.judge(package, "--root", "root.pem") == (0, [])


def test_a_package_is_still_accepted_years_later(kit: Kit, isolated: Isolated) -> None:
    at = (now() + timedelta(days=3000)).isoformat()
    assert isolated.judge(kit.package, "--root", "root.pem", "--at", at) == (0, [])


@pytest.mark.parametrize(
    ("which", "says"),
    [
        # An entry of version 1 names none.
        (lambda _: None, (False, False)),
        (lambda deed: hashlib.sha256(deed).hexdigest(), (True, False)),
        (lambda _: "0" * 64, (False, True)),
    ],
    ids=["no deed", "this deed", "another deed"],
)
def test_a_proof_says_which_deed_the_log_names(
    kit: Kit,
    isolated: Isolated,
    which: Callable[[bytes], str | None],
    says: tuple[bool, bool],
) -> None:
    made = logged(kit, lambda log: log.proof(4), deed_sha256=which(kit.files["deed.pdf"]))
    path = isolated.folder / "logged.zip"
    path.write_bytes(made.package)
    options = ("--root", "root.pem", "--log-key", made.key, "--lang", "en")
    done = isolated.run("verify.py", str(path), *options)
    assert done.returncode == 0
    own, other = "the entry names the deed that is in the package", "! the entry names another deed"
    assert (own in done.stdout, other in done.stdout) == says


def test_a_package_with_a_proof_of_the_log_is_accepted(kit: Kit, isolated: Isolated) -> None:
    made = logged(kit, lambda log: log.proof(4))
    options = ("--root", "root.pem", "--log-key", made.key)
    assert isolated.judge(made.package, *options) == (0, [])
    assert judged(made.package, roots=[kit.root]) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        # Both languages, unless one is asked for.
        ([], "结论：全部通过。 · RESULT: everything holds."),
        (["--lang", "zh"], "结论：全部通过。"),
        (["--lang", "en"], "RESULT: everything holds."),
    ],
)
def test_a_person_reads_the_result_in_the_last_line(
    kit: Kit, isolated: Isolated, options: list[str], said: str
) -> None:
    path = isolated.folder / "whole.zip"
    path.write_bytes(kit.package)
    done = isolated.run("verify.py", str(path), "--root", "root.pem", *options)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, said)


def test_a_root_of_the_package_itself_is_taken_with_a_loud_note(
    kit: Kit, isolated: Isolated
) -> None:
    path = isolated.folder / "whole.zip"
    path.write_bytes(kit.package)
    done = isolated.run("verify.py", str(path), "--lang", "en")
    assert done.returncode == 0
    assert "! The root is the package's own" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["absent.zip"], ["verify.py", "--root", "verify.py"]])
def test_wrong_usage_is_told_apart_from_a_fault(isolated: Isolated, arguments: list[str]) -> None:
    assert isolated.run("verify.py", *arguments).returncode == 2


def test_two_exports_of_one_state_are_the_same_bytes(case: Staging, kit: Kit) -> None:
    assert package_of(case, case.notary) == kit.package
    assert package_of(case, case.applicant) == kit.of_party


def test_another_state_is_another_package_and_keeps_the_first_one_verifiable(
    whole: Whole, kit: Kit, isolated: Isolated
) -> None:
    case = begun_case(whole).issue()
    before = package_of(case, case.notary)
    case.deliver()
    after = package_of(case, case.notary)
    assert before != after
    for package in (before, after):
        assert isolated.judge(package, "--root", "root.pem") == (0, [])
    # Readings between two events keep their place in the chain and tell nothing.
    links = json.loads(unpacked(after)["audit/events.json"])
    withheld = [link for link in links if link.get("withheld")]
    assert withheld
    assert all(set(link) == {"index", "prev", "hash", "withheld"} for link in withheld)


def test_a_party_takes_no_scores_and_nothing_of_others(kit: Kit) -> None:
    of_team, of_party = (
        json.loads(unpacked(package)["identity/checks.json"])[0]
        for package in (kit.package, kit.of_party)
    )
    assert of_team["face_score"] == 0.97
    assert "face_score" not in of_party
    told = [e["what"] for e in json.loads(unpacked(kit.of_party)["manifest.json"])["left_out"]]
    assert "other_people" in told


def test_no_picture_of_a_face_or_document_is_in_a_package(
    whole: Whole, kit: Kit, case: Staging
) -> None:
    checks = good(case.notary.get(case.path()))["identity_checks"]
    assert checks
    named = json.loads(kit.files["identity/checks.json"])[0]["evidence"]["objects"]
    contents = {unit["sha256"] for unit in kit.json("manifest.json")["files"].values()}
    assert named
    assert not contents & set(named)


def test_an_operator_exports_what_the_notary_does_and_recordings_if_wanted(
    whole: Whole, kit: Kit, case: Staging, isolated: Isolated
) -> None:
    parts = whole.platform.parts
    wanted = Wanted(case=case.case, certificate=None, recordings=False)
    assert exported(parts, wanted) == kit.package
    with_recordings = exported(parts, replace(wanted, recordings=True))
    assert isolated.judge(with_recordings, "--root", "root.pem") == (0, [])
    files = unpacked(with_recordings)
    recorded = [files[each["file"]] for each in json.loads(files["recording.json"])]
    assert recorded == [b"one", b"two"]


@pytest.mark.parametrize(
    ("case_id", "error"), [("none", CaseNotFound), (None, CertificateNotFound)]
)
def test_an_operator_is_told_what_is_not_there(
    whole: Whole, case: Staging, case_id: str | None, error: type[Exception]
) -> None:
    wanted = Wanted(case=case_id or case.case, certificate="none", recordings=False)
    with pytest.raises(error):
        exported(whole.platform.parts, wanted)


def test_what_the_log_proves_is_packed_and_stays_what_it_was(
    whole: Whole, kit: Kit, case: Staging, isolated: Isolated
) -> None:
    parts = whole.platform.parts
    key = str(log_key(parts.authorities))
    options = ("--root", "root.pem", "--log-key", key)
    assert isolated.judge(kit.package, *options) == (0, [])
    entry = json.loads(LogProof.read(kit.files["log/certificate.tlog-proof"]).extra or b"")
    assert entry["deed_sha256"] == kit.json("manifest.json")["about"]["deed_sha256"]
    # The log grows; the proof is under the first checkpoint that had the entry.
    begun_case(whole).issue()
    registry(parts)["log.publish"].run()
    wanted = Wanted(case=case.case, certificate=None, recordings=False)
    assert exported(parts, wanted) == kit.package


def test_before_it_is_published_a_package_has_no_proof_and_nobody_s_checks_go_to_a_desk(
    whole: Whole, isolated: Isolated
) -> None:
    parts, case = whole.platform.parts, begun_case(whole).issue()
    scope = Scope(office=OfficeId("kunming-demo"))
    with parts.open_transaction(scope) as tx:
        of_case = tx.cases.get(CaseId(case.case))
        (certificate,) = tx.certificates.of_case(case.case)
        taken_by = TakenBy(audience=Audience.DESK, materials=[], parties=frozenset())
        gather = packaging(fetch=parts.get, signing=parts.signing, notices=read_notices())
        pack = gather(tx, of_case, certificate, taken_by)
    package = pack(lambda: parts.open_transaction(scope))
    assert isolated.judge(package, "--root", "root.pem") == (0, [])
    files = unpacked(package)
    assert not [name for name in files if "log" in name]
    assert all(each["withheld"] for each in json.loads(files["identity/checks.json"]))


@pytest.mark.parametrize("altered", [False, True])
def test_the_verifier_tells_people_and_machines_the_same(
    kit: Kit, tmp_path: Path, capsys: pytest.CaptureFixture[str], altered: bool
) -> None:
    path, root = tmp_path / "package.zip", tmp_path / "root.pem"
    path.write_bytes(kit.altered("verify.py", lambda c: c + b"#") if altered else kit.package)
    root.write_bytes(kit.root.public_bytes(Encoding.PEM))
    code = verify.main([str(path), "--root", str(root)])
    told = capsys.readouterr().out
    assert verify.main([str(path), "--root", str(root), "--json"]) == code == int(altered)
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == ("fault" if altered else "good")
    assert report["root_given"]
    for step in report["steps"]:
        assert f"[{step['number']:2}] {step['step']['zh']} · {step['step']['en']}" in told
    assert ("! file_digest" in told) is altered


def test_a_case_in_which_nobody_signs_a_deed_has_a_package_too(
    whole: Whole, isolated: Isolated
) -> None:
    case = begun_case(whole, matter=COPY_CONFORMS).sign()
    case.act(case.notary, "start_draft")
    case.draft("兹证明前面的复印件与原件相符。").check().print_it(case.notary)
    wanted = Wanted(case=case.case, certificate=None, recordings=False)
    package = exported(whole.platform.parts, wanted)
    assert "deed.pdf" not in unpacked(package)
    assert isolated.judge(package, "--root", "root.pem") == (0, [])
