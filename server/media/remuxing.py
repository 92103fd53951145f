"""Save what a file still holds that was cut off while it grew. Nothing is decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

from server.media.webm import MILLISECOND, Segment

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer


def copy_readable(source: Path, target: Path) -> int | None:
    """Copy every whole frame of ``source``; return its length in milliseconds.

    ``None`` when there is none: the file was cut off before its first frame.
    """
    try:
        with av.open(str(source)) as container:
            return _copied(container, target)
    except (av.FFmpegError, OSError):
        return None


def _copied(container: InputContainer, target: Path) -> int | None:
    video = container.streams.video[0] if container.streams.video else None
    size = (video.width, video.height) if video else None
    length: int | None = None
    with Segment(target, picture=size, sound=bool(container.streams.audio)) as segment:
        try:
            for packet in container.demux():
                if packet.pts is None or packet.time_base is None:
                    continue
                at_ms = int(packet.pts * packet.time_base / MILLISECOND)
                if packet.stream is video:
                    segment.add_picture(at_ms, bytes(packet), key=packet.is_keyframe)
                else:
                    segment.add_sound(at_ms, bytes(packet))
                length = max(length or 1, at_ms)
        except av.FFmpegError:
            # Here it was cut off.
            return length
    return length
