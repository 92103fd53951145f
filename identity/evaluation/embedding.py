"""Each photograph decoded, searched and made into two vectors, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from identity.faces.comparing import BYSTANDER
from identity.faces.dlib_opinion import DlibOpinion
from identity.faces.face import View
from identity.faces.finding import FaceFinder
from identity.faces.measuring import quality_of
from identity.faces.sface import SFace
from identity.images.gate import JPEG, PNG, examine
from identity.images.png import SIGNATURE
from identity.images.refusal import ImageRefused
from identity.unavailable import CheckUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from identity.evaluation.photographs import Photograph
    from identity.faces.quality import FaceQuality
    from identity.pixels import Pixels, Vector
    from identity.worker import LimitedWorker

LONGEST: Final = 2000
"""As the check itself decodes (`admitting.LONGEST_FOR_READING`)."""
LEAST_SIDE: Final = 40
"""Smaller than a check lets in: collections of faces are often cut close."""
SAY_EVERY: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    photograph: Photograph
    first: Vector
    second: Vector
    quality: FaceQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """What was made of the photographs, and the names of those of which nothing was."""

    faces: tuple[Embedded, ...]
    unreadable: tuple[str, ...]
    faceless: tuple[str, ...]
    several_faces: int
    """How many showed more than one face; the largest was taken, as nobody said which."""


class Engines:
    """YuNet, SFace and dlib; raises `CheckUnavailable` where one is missing."""

    def __init__(self) -> None:
        self.finder = FaceFinder()
        self.sface = SFace()
        self.dlib = DlibOpinion()

    def embed(self, photograph: Photograph, picture: Pixels) -> tuple[Embedded | None, int]:
        """The largest face, or ``None``, and how many there are of size."""
        faces = self.finder.faces(picture)
        if not faces:
            return None, 0
        largest = faces[0]
        views = [View(picture, largest)]
        quality = quality_of(
            picture,
            largest,
            self.sface.aligned(picture, largest),
            upright=largest.confidence - self.finder.confidence_turned(picture, largest),
        )
        embedded = Embedded(
            photograph=photograph,
            first=self.sface.vectors(views)[0],
            second=self.dlib.vectors(views)[0],
            quality=quality,
        )
        return embedded, sum(face.side >= BYSTANDER * largest.side for face in faces)


def embed_all(
    photographs: Sequence[Photograph],
    engines: Engines,
    *,
    decoder: LimitedWorker,
    say: Callable[[str], None],
    change: Callable[[Pixels], Pixels] | None = None,
) -> Embedding:
    """``change`` is done to each picture first; a file that cannot be read is named, not fatal."""
    faces: list[Embedded] = []
    unreadable, faceless, several = [], [], 0
    for count, photograph in enumerate(photographs, 1):
        if count % SAY_EVERY == 0 or count == len(photographs):
            say(f"{count} of {len(photographs)} photographs")
        try:
            picture = decoded(photograph, decoder)
        except (ImageRefused, CheckUnavailable, OSError):
            unreadable.append(photograph.name)
            continue
        embedded, found = engines.embed(photograph, change(picture) if change else picture)
        several += found > 1
        if embedded is None:
            faceless.append(photograph.name)
        else:
            faces.append(embedded)
    return Embedding(
        faces=tuple(faces),
        unreadable=tuple(unreadable),
        faceless=tuple(faceless),
        several_faces=several,
    )


def decoded(photograph: Photograph, decoder: LimitedWorker) -> Pixels:
    """Upright BGR pixels; raises `ImageRefused`, `CheckUnavailable`, `OSError`."""
    content = photograph.path.read_bytes()
    claimed = PNG if content.startswith(SIGNATURE) else JPEG
    examined = examine(content, claimed=claimed, least_side=LEAST_SIDE)
    answer = decoder.ask(
        "pixels", {"orientation": examined.orientation, "longest": LONGEST}, [content]
    )
    height, width = (int(str(answer.head[name])) for name in ("height", "width"))
    return np.frombuffer(answer.blobs[0], np.uint8).reshape(height, width, 3)
