"""The platform's real judge of identity checks, and invented passports with chips to show it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from PIL import Image

from identity.checking import IdentityCheck
from identity.liveness.policy import liveness_2026
from identity.policy import before_a_ceremony_2026
from server.wiring.identifying import Judging
from tests.unit.identity.chips import making

if TYPE_CHECKING:
    from collections.abc import Mapping

    from identity.chips.files import ChipFiles
    from identity.chips.refusal import ChipFile
    from identity.worker import LimitedWorker
    from server.cases.ids import Clock

HOLDER = "SPECIMEN ANNA MARIA"
"""Whom the invented passport of `making` names."""


def judging(children: tuple[LimitedWorker, LimitedWorker], clock: Clock) -> Judging:
    decoder, engine = children
    return Judging(
        check=IdentityCheck(decoder=decoder, engine=engine),
        policy=before_a_ceremony_2026,
        liveness_policy=liveness_2026,
        trust=lambda: making.state().trust,
        ask_register=None,
        now=clock,
    )


def blank_page() -> bytes:
    """A page that nobody can read: the chip has to say everything."""
    out = io.BytesIO()
    Image.new("RGB", (480, 340), (236, 234, 228)).save(out, "JPEG")
    return out.getvalue()


def files_of(chip: ChipFiles) -> bytes:
    return b"".join(chip.contents.values())


def passport(groups: Mapping[ChipFile, bytes] | None = None) -> ChipFiles:
    return making.chip(groups)


def application_of(application: dict[str, Any], name: str = HOLDER) -> dict[str, Any]:
    return application | {"applicant": {"name": name, "nationality": "NL"}}
