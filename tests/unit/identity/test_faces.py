"""Faces of public photographs, compared through the real children and judged by the real policy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from identity.checking import (
    MOST_FRAMES,
    ChipPortrait,
    CleanPortrait,
    FramesOutOfRange,
    IdentityCheck,
    LiveFrames,
    LivePhoto,
    Upload,
    quality_of,
)
from identity.face_judging import doubts_of_faces, live_shortcomings
from identity.faces.comparing import Comparison
from identity.faces.dlib_opinion import DlibOpinion
from identity.faces.face import View
from identity.faces.quality import Shortcoming
from identity.images.decoding import decode_upright
from identity.images.refusal import ImageRefused, RefusalCode
from identity.matching import MatchBand, match_files
from identity.policy import LIVE_GATES, ReferenceQuality, before_a_ceremony_2026
from identity.specimens.drawing import card_front
from identity.specimens.people import OU_YANGMING
from identity.specimens.photographing import Shot, phone_photo
from identity.unavailable import Cause, CheckUnavailable
from identity.verdict import Doubt
from tests.hostile import pngs
from tests.unit.identity.portraits import (
    SMALL_CHIP,
    altered,
    chip_portrait,
    face_in,
    in_sunglasses,
    masked,
    opened,
    turned_aside,
    video,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from identity.checking import Portrait

    Photograph = Callable[[str], bytes]

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
POLICY = before_a_ceremony_2026()


def upload(content: bytes) -> Upload:
    return Upload(content=content, media_type="image/jpeg")


def clean(content: bytes) -> CleanPortrait:
    return CleanPortrait(upload=upload(content))


def photographed(content: bytes) -> Upload:
    return upload(phone_photo(card_front(OU_YANGMING, content), Shot()))


def live(*contents: bytes) -> LiveFrames:
    return LiveFrames(uploads=tuple(map(upload, contents)), received_at=NOW)


def doubts(check: IdentityCheck, reference: Portrait | Upload, frames: LiveFrames) -> set[Doubt]:
    return doubts_of_faces(check.compare(reference, frames), quality_of(reference), POLICY)


REFERENCES = [
    lambda content: ChipPortrait(content=chip_portrait(content)),
    lambda content: ChipPortrait(content=chip_portrait(content, boxes=False)),
    clean,
    photographed,
]
NAMES = ["chip", "chip, bare codestream", "clean portrait", "photographed card"]


@pytest.mark.parametrize("made_from", REFERENCES, ids=NAMES)
def test_the_same_person_matches(
    identity_check: IdentityCheck,
    photograph: Photograph,
    made_from: Callable[[bytes], Portrait | Upload],
) -> None:
    reference = made_from(photograph("obama.jpg"))
    assert doubts(identity_check, reference, live(photograph("obama2.jpg"))) == set()
    assert doubts(identity_check, reference, live(*video(photograph("obama2.jpg")))) == set()


def test_the_smallest_portrait_that_chips_hold_refuses_nobody_and_proves_nobody_wrongly(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    """102 by 126 loses so much that even the right person may go to a person."""
    shown = live(*video(photograph("obama2.jpg")))
    own, other = (
        ChipPortrait(content=chip_portrait(photograph(name), SMALL_CHIP))
        for name in ("obama.jpg", "biden.jpg")
    )
    assert doubts(identity_check, own, shown) <= {Doubt.FACE_UNCERTAIN}
    assert Doubt.FACE_NO_MATCH in doubts(identity_check, other, shown)


@pytest.mark.parametrize("made_from", REFERENCES, ids=NAMES)
def test_another_person_does_not(
    identity_check: IdentityCheck,
    photograph: Photograph,
    made_from: Callable[[bytes], Portrait | Upload],
) -> None:
    reference = made_from(photograph("biden.jpg"))
    for frames in (live(photograph("obama.jpg")), live(*video(photograph("obama2.jpg")))):
        assert doubts(identity_check, reference, frames) & {
            Doubt.FACE_NO_MATCH,
            Doubt.FACE_UNCERTAIN,
        }


def test_frames_that_differ_are_compared_as_one(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    frames = video(photograph("obama2.jpg"))
    face = identity_check.compare(clean(photograph("obama.jpg")), live(*frames))
    assert face.frames == len(frames)
    assert face.frames_used > 1
    assert face.likeness is not None
    assert face.closest_likeness is not None
    assert face.agreement is not None


def test_the_same_frame_five_times_is_one_frame(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    once = photograph("obama2.jpg")
    face = identity_check.compare(clean(photograph("obama.jpg")), live(*[once] * 5))
    assert (face.frames, face.frames_used, face.agreement) == (5, 1, None)


def test_a_second_person_in_the_middle_of_the_video_is_noticed(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    frames = [*video(photograph("obama2.jpg"))[:3], photograph("biden.jpg")]
    assert Doubt.FRAMES_DISAGREE in doubts(
        identity_check, clean(photograph("obama.jpg")), live(*frames)
    )


def test_one_empty_frame_does_not_stop_the_check_and_no_face_at_all_does(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    portrait, shown = clean(photograph("obama.jpg")), photograph("obama2.jpg")
    wall = altered(shown, lambda image: Image.new("RGB", image.size, "tan"))
    assert doubts(identity_check, portrait, live(wall, shown)) == set()
    assert doubts(identity_check, portrait, live(wall, wall)) == {Doubt.LIVE_FACE_MISSING}
    assert doubts(identity_check, clean(wall), live(shown)) == {Doubt.REFERENCE_FACE_MISSING}
    assert doubts(identity_check, clean(wall), live(wall)) == {
        Doubt.REFERENCE_FACE_MISSING,
        Doubt.LIVE_FACE_MISSING,
    }


@pytest.mark.parametrize(
    ("change", "shortcoming"),
    [
        # Each photograph is the good one with one thing done to it.
        (lambda image: image.filter(ImageFilter.GaussianBlur(14)), Shortcoming.BLURRED),
        (lambda image: ImageEnhance.Brightness(image).enhance(0.2), Shortcoming.TOO_DARK),
        (lambda image: ImageEnhance.Brightness(image).enhance(3.5), Shortcoming.TOO_BRIGHT),
        (lambda image: image.rotate(40), Shortcoming.TILTED),
        # YuNet finds this face and puts its eyes on top all the same.
        (lambda image: image.rotate(180), Shortcoming.UPSIDE_DOWN),
        (lambda image: ImageOps.contain(image, (400, 400)), Shortcoming.TOO_SMALL),
        (turned_aside, Shortcoming.TURNED_AWAY),
        (masked, Shortcoming.COVERED),
        (in_sunglasses, Shortcoming.COVERED),
        (
            lambda image: image.crop((0, 0, image.width * 7 // 13, image.height)),
            Shortcoming.CUT_OFF,
        ),
    ],
)
def test_a_poor_photograph_is_never_proven_and_tells_what_is_wrong(
    identity_check: IdentityCheck,
    photograph: Photograph,
    change: Callable[[Image.Image], Image.Image],
    shortcoming: Shortcoming,
) -> None:
    frame = altered(photograph("obama2.jpg"), change)
    face = identity_check.compare(clean(photograph("obama.jpg")), live(frame))
    assert shortcoming in live_shortcomings(face, POLICY)
    assert Doubt.LIVE_FACE_POOR in doubts_of_faces(face, ReferenceQuality.CLEAN_PORTRAIT, POLICY)


def test_a_photograph_that_lies_on_its_side_by_its_own_word_is_turned_first(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    """EXIF orientation 6: the camera was held sideways and says so."""
    lying = opened(photograph("obama2.jpg")).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    content = altered(photograph("obama2.jpg"), lambda _: lying)
    told = with_exif(content, exif)
    assert doubts(identity_check, clean(photograph("obama.jpg")), live(told)) == set()


def with_exif(content: bytes, exif: Image.Exif) -> bytes:
    segment = b"Exif\x00\x00" + exif.tobytes().removeprefix(b"Exif\x00\x00")
    return content[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + content[2:]


def test_a_bystander_in_any_frame_is_one_person_too_many(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    both = Image.new("RGB", (1200, 600))
    for i, name in enumerate(("obama2.jpg", "biden.jpg")):
        one = opened(photograph(name))
        both.paste(one.crop((0, 0, one.width, one.width)).resize((600, 600)), (600 * i, 0))
    crowd = altered(photograph("obama2.jpg"), lambda _: both)
    frames = live(photograph("obama2.jpg"), crowd)
    assert Doubt.SEVERAL_FACES in doubts(identity_check, clean(photograph("obama.jpg")), frames)


def test_a_hostile_frame_stops_the_check_before_any_engine_sees_it(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    hostile = Upload(content=pngs.flood(), media_type="image/png")
    frames = LiveFrames(uploads=(upload(photograph("obama2.jpg")), hostile), received_at=NOW)
    with pytest.raises(ImageRefused) as refused:
        identity_check.compare(clean(photograph("obama.jpg")), frames)
    assert refused.value.code is RefusalCode.PIXELS_TOO_MANY


@pytest.mark.parametrize("count", [0, MOST_FRAMES + 1])
def test_no_frame_and_too_many_are_refused_before_they_are_decoded(count: int) -> None:
    with pytest.raises(FramesOutOfRange):
        live(*[b""] * count)


def test_a_missing_second_engine_is_a_missing_opinion_and_no_error(
    tmp_path: Path, photograph: Photograph
) -> None:
    """Its models are not where they should be; the first engine goes on alone and says so."""
    with pytest.raises(CheckUnavailable) as missing:
        DlibOpinion(tmp_path)
    assert missing.value.cause is Cause.ENGINE_MISSING
    comparison = Comparison(second=None)
    found = [
        comparison.find(decode_upright(photograph(name), orientation=1, longest=2000))
        for name in ("obama.jpg", "obama2.jpg")
    ]
    reference, frame = found
    assert reference is not None
    assert frame is not None
    compared = comparison.compare(reference, [frame], LIVE_GATES)
    assert compared.likeness > 0.6
    assert compared.second_likeness is None


def test_a_missing_first_engine_compares_nobody(tmp_path: Path) -> None:
    with pytest.raises(CheckUnavailable) as missing:
        Comparison(tmp_path, second=DlibOpinion())
    assert missing.value.cause is Cause.ENGINE_MISSING


def test_several_faces_at_once_give_the_vectors_that_each_gives_alone(
    photograph: Photograph,
) -> None:
    engine = DlibOpinion()
    views = []
    for name in ("obama.jpg", "biden.jpg"):
        image = opened(photograph(name))
        picture = decode_upright(photograph(name), orientation=1, longest=2000)
        views.append(View(picture, face_in(image)))
    together = engine.vectors(views)
    for view, vector in zip(views, together, strict=True):
        assert engine.likeness(engine.vectors([view])[0], vector) == pytest.approx(1)


def test_the_command_says_score_band_and_doubts(tmp_path: Path, photograph: Photograph) -> None:
    paths = [tmp_path / name for name in ("obama.jpg", "obama2.jpg")]
    for path in paths:
        path.write_bytes(photograph(path.name))
    report = match_files(
        paths[0], paths[1:], quality=ReferenceQuality.CLEAN_PORTRAIT, policy=POLICY, now=NOW
    )
    assert (report["band"], report["doubts"]) == (MatchBand.MATCH.value, [])
    (tmp_path / "text.jpg").write_bytes(b"not a picture")
    refused = match_files(
        tmp_path / "text.jpg", paths, quality=ReferenceQuality.CHIP, policy=POLICY, now=NOW
    )
    assert refused == {"refused": RefusalCode.TYPE_UNSUPPORTED.value}


def test_a_photograph_and_a_video_of_one_frame_are_the_same(
    identity_check: IdentityCheck, photograph: Photograph
) -> None:
    portrait, shown = clean(photograph("obama.jpg")), photograph("obama2.jpg")
    photo = LivePhoto(upload=upload(shown), received_at=NOW)
    assert identity_check.compare(portrait, photo) == identity_check.compare(portrait, live(shown))
