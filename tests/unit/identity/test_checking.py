"""The whole check on rendered specimens and public photographs, through the real children."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from identity.checking import (
    ChipPortrait,
    IdCard,
    IdentityCheck,
    LiveFrames,
    LivePhoto,
    Passport,
    Upload,
)
from identity.confinement import ENGINE
from identity.images.refusal import ImageRefused, RefusalCode
from identity.judging import facts_stated, judge
from identity.policy import ReferenceQuality, before_a_ceremony_2026
from identity.specimens.drawing import card_back, card_front, passport_page
from identity.specimens.people import BAI_DENGYUN, OU_YANGMING
from identity.specimens.photographing import Shot, phone_photo
from identity.unavailable import Cause
from identity.verdict import Doubt, Outcome
from identity.worker import LimitedWorker
from tests.hostile import pngs
from tests.unit.identity.portraits import altered, chip_portrait, video

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from identity.specimens.people import SpecimenPerson
    from identity.verdict import Verdict

    Photograph = Callable[[str], bytes]

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
POLICY = before_a_ceremony_2026()


def upload(content: bytes) -> Upload:
    return Upload(content=content, media_type="image/jpeg")


def live(content: bytes) -> LivePhoto:
    return LivePhoto(upload=upload(content), received_at=NOW)


def card(person: SpecimenPerson, portrait: bytes, shot: Shot | None = None) -> IdCard:
    sides = (card_front(person, portrait), card_back(person))
    front, back = (phone_photo(side, shot) if shot else side for side in sides)
    return IdCard(front=upload(front), back=upload(back))


def verdict_of(check: IdentityCheck, document: IdCard | Passport, photo: bytes) -> Verdict:
    return judge(check.check(document, live(photo)).measurements, POLICY, now=NOW)


@pytest.mark.parametrize(
    "shot",
    [
        # A clean scan.
        None,
        # A careful photograph on a table.
        Shot(),
        # The telephone held sideways, and upside down.
        Shot(turned_quarters=1),
        Shot(turned_quarters=2),
        # A hasty one.
        Shot(tilt=0.06, turn=-6, blur=1.2, quality=70),
    ],
    ids=["clean", "photographed", "sideways", "upside down", "hasty"],
)
def test_the_holder_of_a_card_is_proven(
    identity_check: IdentityCheck, photograph: Photograph, shot: Shot | None
) -> None:
    document = card(OU_YANGMING, photograph("obama.jpg"), shot)

    checked = identity_check.check(document, live(photograph("obama2.jpg")))

    verdict = judge(checked.measurements, POLICY, now=NOW)
    facts = facts_stated(checked.measurements, POLICY, now=NOW)
    assert (facts.name, facts.number) == (OU_YANGMING.name, OU_YANGMING.number)
    assert (facts.ethnic_group, facts.address) == ("汉", OU_YANGMING.address)
    assert facts.authority == OU_YANGMING.authority
    assert (verdict.outcome, verdict.doubts) == (Outcome.PROVEN, frozenset())
    assert checked.reference_still
    assert checked.live_still


def test_the_holder_is_proven_by_the_chip_and_several_frames(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    """The printed portrait is somebody else's: the chip's is the one that is compared."""
    page = upload(passport_page(OU_YANGMING, photograph("biden.jpg")))
    frames = LiveFrames(
        uploads=tuple(upload(frame) for frame in video(photograph("obama2.jpg"))), received_at=NOW
    )
    chip = ChipPortrait(content=chip_portrait(photograph("obama.jpg")))

    checked = identity_check.check(Passport(page=page), frames, reference=chip)

    verdict = judge(checked.measurements, POLICY, now=NOW)
    assert (verdict.outcome, verdict.doubts) == (Outcome.PROVEN, frozenset())
    assert checked.measurements.reference_quality is ReferenceQuality.CHIP
    assert verdict.frames_used == len(checked.live_stills) > 1
    assert checked.live_still == checked.live_stills[0]


def test_the_holder_of_a_passport_is_proven(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    page = phone_photo(passport_page(OU_YANGMING, photograph("obama.jpg")))
    checked = identity_check.check(Passport(page=upload(page)), live(photograph("obama3.jpg")))
    facts = facts_stated(checked.measurements, POLICY, now=NOW)
    assert (facts.name, facts.latin_name) == (OU_YANGMING.name, "OUYANG MING")
    assert facts.number == OU_YANGMING.passport_number
    assert judge(checked.measurements, POLICY, now=NOW).doubts == frozenset()


def test_an_impostor_with_another_mans_card_is_refused(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    document = card(BAI_DENGYUN, photograph("biden.jpg"), Shot())
    verdict = verdict_of(identity_check, document, photograph("obama.jpg"))
    assert verdict.outcome is Outcome.REFUSED
    assert Doubt.FACE_NO_MATCH in verdict.doubts


@pytest.mark.parametrize("stranger", ["obama2.jpg", "obama3.jpg"])
def test_an_impostor_who_is_not_refused_outright_meets_a_person_and_two_doubts(
    identity_check: IdentityCheck, photograph: Photograph, stranger: str
) -> None:
    """A photographed card is refused late: the first scores 0.24 to 0.26, around that line."""
    document = card(BAI_DENGYUN, photograph("biden.jpg"), Shot())
    verdict = verdict_of(identity_check, document, photograph(stranger))
    assert not verdict.is_proven
    assert verdict.doubts & {Doubt.FACE_NO_MATCH, Doubt.FACE_UNCERTAIN}
    assert Doubt.SECOND_OPINION_DISAGREES in verdict.doubts


def test_an_expired_card_is_refused_although_the_face_matches(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    document = card(OU_YANGMING.expired(), photograph("obama.jpg"), Shot())
    verdict = verdict_of(identity_check, document, photograph("obama2.jpg"))
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.doubts == {Doubt.DOCUMENT_EXPIRED}


def test_the_photograph_on_the_card_is_no_live_photograph(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    document = card(OU_YANGMING, photograph("obama.jpg"), Shot())
    verdict = verdict_of(identity_check, document, photograph("obama.jpg"))
    assert verdict.doubts == {Doubt.LIVE_TOO_ALIKE}


def test_a_live_photograph_of_a_wall_is_refused(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    wall = altered(photograph("obama2.jpg"), lambda image: Image.new("RGB", image.size, "tan"))
    verdict = verdict_of(identity_check, card(OU_YANGMING, photograph("obama.jpg")), wall)
    assert verdict.outcome is Outcome.REFUSED
    assert Doubt.LIVE_FACE_MISSING in verdict.doubts


def test_two_people_in_the_live_photograph_are_one_too_many(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    pair = Image.new("RGB", (1200, 900))
    for i, name in enumerate(("obama2.jpg", "biden.jpg")):
        with Image.open(io.BytesIO(photograph(name))) as one:
            pair.paste(one.crop((0, 0, one.width, one.width)).resize((600, 600)), (600 * i, 0))
    out = io.BytesIO()
    pair.save(out, "JPEG")
    document = card(OU_YANGMING, photograph("obama.jpg"))
    verdict = verdict_of(identity_check, document, out.getvalue())
    assert Doubt.SEVERAL_FACES in verdict.doubts
    assert verdict.outcome is Outcome.REFUSED


def test_the_two_sides_of_different_cards_are_noticed(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    mixed = IdCard(
        front=upload(card_front(BAI_DENGYUN, photograph("biden.jpg"))),
        back=upload(card_back(OU_YANGMING)),
    )
    verdict = judge(identity_check.check(mixed, None).measurements, POLICY, now=NOW)
    assert Doubt.SIDES_DISAGREE in verdict.doubts


def test_without_a_face_a_person_decides(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    document = card(OU_YANGMING, photograph("obama.jpg"))
    verdict = judge(identity_check.check(document, None).measurements, POLICY, now=NOW)
    assert verdict.doubts == {Doubt.FACE_NOT_COMPARED}
    assert verdict.outcome is Outcome.PERSON_DECIDES


def test_a_photograph_of_something_else_is_no_document(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    portrait = upload(photograph("biden.jpg"))
    verdict = verdict_of(
        identity_check, IdCard(front=portrait, back=portrait), photograph("obama2.jpg")
    )
    assert Doubt.DOCUMENT_NOT_RECOGNISED in verdict.doubts


def test_one_hostile_file_of_three_stops_the_check(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    hostile = Upload(content=pngs.flood(), media_type="image/png")
    document = IdCard(front=upload(card_front(OU_YANGMING, photograph("obama.jpg"))), back=hostile)
    with pytest.raises(ImageRefused) as refused:
        identity_check.check(document, None)
    assert refused.value.code is RefusalCode.PIXELS_TOO_MANY


def test_a_missing_engine_sends_the_case_to_a_person(
    tmp_path: Path, photograph: Photograph
) -> None:
    """The weights are not where they should be: nobody is proven and nothing crashes."""
    check = IdentityCheck(
        decoder=LimitedWorker("decoder"), engine=LimitedWorker("engine", weights=tmp_path)
    )
    try:
        document = card(OU_YANGMING, photograph("obama.jpg"))
        checked = check.check(document, live(photograph("obama2.jpg")))
    finally:
        check.close()
    assert checked.measurements.unavailable == {Cause.ENGINE_MISSING}
    verdict = judge(checked.measurements, POLICY, now=NOW)
    assert verdict.doubts == {Doubt.FACE_NOT_COMPARED, Doubt.CHECK_UNAVAILABLE}


def test_weights_that_are_not_the_pinned_ones_are_no_engine(
    tmp_path: Path, photograph: Photograph
) -> None:
    for name in (
        "face_detection_yunet_2023mar_int8bq.onnx",
        "face_recognition_sface_2021dec_int8bq.onnx",
    ):
        (tmp_path / name).write_bytes(b"another network")
    engine = LimitedWorker("engine", weights=tmp_path)
    check = IdentityCheck(decoder=LimitedWorker("decoder"), engine=engine)
    try:
        document = card(OU_YANGMING, photograph("obama.jpg"))
        measured = check.check(document, live(photograph("obama2.jpg"))).measurements
    finally:
        check.close()
    assert measured.unavailable == {Cause.ENGINE_MISSING}


def test_the_engine_child_keeps_to_its_memory(photograph: Photograph) -> None:
    engine = LimitedWorker("engine")
    check = IdentityCheck(decoder=LimitedWorker("decoder"), engine=engine)
    try:
        document = card(OU_YANGMING, photograph("obama.jpg"), Shot())
        check.check(document, live(photograph("obama2.jpg")))
    finally:
        check.close()
    print(f"engine child: {engine.peak_kib // 1024} MiB")  # noqa: T201 - the figure is the point
    assert engine.peak_kib < ENGINE.memory_mib * 1024
