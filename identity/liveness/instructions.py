"""What people are told, in the words that the client shows while a step's window is open."""

from __future__ import annotations

from typing import Final

from identity.liveness.challenge import Action

INSTRUCTIONS: Final = {
    Action.TURN_LEFT: (
        "请向您的左侧慢慢转头，再转回来。",
        "Turn your head slowly to your left and back.",
    ),
    Action.TURN_RIGHT: (
        "请向您的右侧慢慢转头，再转回来。",
        "Turn your head slowly to your right and back.",
    ),
    Action.NOD: ("请慢慢低头，再抬起来。", "Lower your head slowly and raise it again."),
    Action.BLINK: (
        "请闭上双眼，心里数一，再睁开。",
        "Close both eyes, count to one, and open them.",
    ),
    Action.OPEN_MOUTH: ("请张大嘴巴，再闭上。", "Open your mouth wide and close it."),
}
"""Action to (zh-CN, en)."""

WARNING: Final = (
    "屏幕将变换几种颜色。如您对闪光敏感，请选择其他核验方式。",
    "The screen will change its colour a few times. If flashes harm you, choose another way.",
)
HOLD_STILL: Final = ("请保持正对屏幕，不要动。", "Look straight at the screen and hold still.")
