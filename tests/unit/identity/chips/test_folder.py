"""Chips and trust as files: what the command prints, and what it refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from asn1crypto import pem

from identity.chips.folder import read_folder, read_trust, read_trust_signed_for, report_on_folder
from identity.chips.refusal import ChipFault, ChipFile, ChipRefused
from tests.unit.identity.chips import making
from tests.unit.identity.chips.answering import sign_plainly
from tests.unit.identity.chips.issuing import AT, revocation_list
from tests.unit.identity.chips.making import state
from tests.unit.identity.chips.signing import ec_key
from tests.unit.identity.chips.test_trust import list_signer, listed, signed_list

if TYPE_CHECKING:
    from pathlib import Path


DUMPED: Final = {
    ChipFile.COM: "ef011E",
    ChipFile.SOD: "ef011D",
    ChipFile.DG1: "ef0101",
    ChipFile.DG2: "ef0102",
    ChipFile.DG14: "ef010E",
    ChipFile.DG15: "ef010F",
}


CHIP: Final = making.chip()


def written(folder: Path, *, as_dumped: bool) -> Path:
    for file, content in CHIP.contents.items():
        name = DUMPED[file] if as_dumped else f"EF_{file.value}"
        (folder / f"{name}.bin").write_bytes(content)
    return folder


@pytest.mark.parametrize("as_dumped", [True, False])
def test_files_are_found_under_either_kind_of_name(tmp_path: Path, as_dumped: bool) -> None:
    (tmp_path / "notes.txt").write_text("not of the chip")

    assert read_folder(written(tmp_path, as_dumped=as_dumped)) == CHIP


def test_the_report_can_be_written_as_json(tmp_path: Path) -> None:
    (tmp_path / "list.ml").write_bytes(listed(state().root_certificate))
    (tmp_path / "chip").mkdir()
    folder = written(tmp_path / "chip", as_dumped=True)

    report = report_on_folder(folder, master_list=tmp_path / "list.ml", at=AT)

    told = json.loads(json.dumps(report))
    assert told["outcome"] == "person_decides"
    assert told["data"] == "as_signed"
    assert told["holder"]["surname"] == "SPECIMEN"
    assert told["portrait"]["format"] == "image/jp2"
    assert told["authorities_known"] == 1
    assert told["hints"] == ["copy_not_excluded", "revocation_unknown"]


def test_an_active_authentication_beside_the_chips_files_is_verified(tmp_path: Path) -> None:
    folder = written(tmp_path, as_dumped=True)
    (folder / "AA_CHALLENGE.bin").write_bytes(bytes(8))
    (folder / "AA_RESPONSE.bin").write_bytes(sign_plainly(ec_key("active"), bytes(8)))

    report = report_on_folder(folder, master_list=None, at=AT)

    assert report["hints"] == ["signer_unknown"]


def test_a_folder_of_thousands_of_files_is_not_read(tmp_path: Path) -> None:
    for number in range(2001):
        (tmp_path / f"{number}.bin").touch()

    assert report_on_folder(tmp_path, master_list=None, at=AT)["fault"] == "too_many_values"


def test_the_report_of_an_altered_chip_has_its_reason_and_nothing_of_the_holder(
    tmp_path: Path,
) -> None:
    folder = written(tmp_path, as_dumped=False)
    (folder / "EF_DG1.bin").write_bytes(making.holder(making.ZONE.replace("ANNA", "EMMA")))

    report = report_on_folder(folder, master_list=None, at=AT)

    assert report == {
        "outcome": "refused",
        "data": "altered",
        "fault": "hash_mismatch",
        "file": "DG1",
    }


def test_a_report_without_portrait_says_so(tmp_path: Path) -> None:
    groups = making.groups() | {ChipFile.DG2: making.portrait(b"\x65\x10" + bytes(9))}
    for file, content in making.chip(groups).contents.items():
        (tmp_path / f"{file.value}.bin").write_bytes(content)

    assert report_on_folder(tmp_path, master_list=None, at=AT)["portrait"] is None


def test_trust_is_read_from_a_list_and_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "list.ml").write_bytes(listed(state().root_certificate))
    folder = tmp_path / "countries"
    folder.mkdir()
    (folder / "nl.der").write_bytes(state().root_certificate)
    (folder / "README").write_text("ours")

    assert read_trust(tmp_path / "list.ml") == read_trust(folder) == state().trust


def test_a_folder_may_hold_text_forms_and_revocation_lists(tmp_path: Path) -> None:
    armoured = pem.armor("CERTIFICATE", state().root_certificate)
    (tmp_path / "nl.pem").write_bytes(armoured * 2)
    (tmp_path / "nl.crl").write_bytes(revocation_list(state().root, 77))

    found = read_trust(tmp_path)

    assert found.authorities == state().trust.authorities * 2
    assert [each.revoked for each in found.revocations] == [{77}]


def test_a_broken_text_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nl.pem").write_text("-----BEGIN CERTIFICATE-----\nno end")

    with pytest.raises(ChipRefused) as refused:
        read_trust(tmp_path)
    assert refused.value.fault is ChipFault.MALFORMED


def test_a_file_of_a_chip_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "DG1.bin").write_bytes(bytes(512 * 1024 + 1))

    report = report_on_folder(tmp_path, master_list=None, at=AT)

    assert report["fault"] == "file_too_large"


def test_a_signed_list_is_believed_for_an_anchor_of_ours(tmp_path: Path) -> None:
    content = listed(state().root_certificate)
    (tmp_path / "list.ml").write_bytes(signed_list(state(), content, list_signer(state())))
    anchors = tmp_path / "anchors"
    anchors.mkdir()
    (anchors / "nl.der").write_bytes(state().root_certificate)

    found = read_trust_signed_for(tmp_path / "list.ml", anchors=anchors, at=AT)

    assert found == state().trust


def test_the_specimen_passport_verifies_up_to_its_signer(shared_chips: Path) -> None:
    """Its test country is in no published list, so who signed it stays for a person."""
    countries = shared_chips / "masterList.bin"
    issued = datetime(2006, 10, 1, tzinfo=UTC)

    report = report_on_folder(shared_chips / "loes2006", master_list=countries, at=issued)

    assert report["data"] == "as_signed"
    assert report["authorities_known"] == 581
    assert report["hints"] == ["copy_not_excluded", "signer_unknown"]
    assert report["evidence"] == [
        {"step": "signature", "detail": "RSA sha256 by RSA 2048, certificate a7c5a5fcbf4360f4"},
        {"step": "hashes", "detail": "sha256: DG1, DG2, DG15"},
        {"step": "holder", "detail": "TD3"},
        {"step": "portrait", "detail": "image/jp2 449 x 598"},
    ]


def test_the_specimen_passport_has_expired_since(shared_chips: Path) -> None:
    report = report_on_folder(shared_chips / "loes2006", master_list=None, at=AT)

    assert report["data"] == "as_signed"
    assert report["outcome"] == "refused"
    assert "document_expired" in str(report["hints"])
