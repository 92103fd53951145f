"""What one connection of a participant sends, into the room's spool, whichever engine brought it.

Never goes on as if it were recorded: a frame that could not be written stops it, and the
platform is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from server.ceremony.lines import Line
from server.media.errors import RecordingFailed
from server.media.meter import SILENT_S, Meter
from server.media.uplink import Closed, UplinkRecorder

if TYPE_CHECKING:
    from pathlib import Path

    from server.media.engine import RoomPorts
    from server.media.ordering import Packet
    from server.media.spool import Spool

AGAIN_S: Final = 3.0
"""After a frame that could not be written; it is told once, and tried again."""

log = structlog.get_logger("feigui.media")


class Recording:
    def __init__(self, participant: str, spool: Spool, ports: RoomPorts, *, pictures: bool) -> None:
        self._participant = participant
        self._spool = spool
        self._ports = ports
        self._pictures = pictures
        self._recorder: UplinkRecorder | None = None
        self._is_silent = False
        self._failed_at: float | None = None
        self.meter = Meter(now=ports.seconds())

    def take(self, kind: str, packet: Packet) -> None:
        """Record a packet, if the ceremony records."""
        self.meter.came(kind, packet)
        if not self._ports.is_recording():
            self.stop()
            return
        if self._failed_at is not None and packet.arrived - self._failed_at < AGAIN_S:
            return
        try:
            if self._recorder is None:
                self._recorder = self._begun()
            self._recorder.add(kind, packet)
        except (RecordingFailed, OSError) as error:
            self._failed(error, packet.arrived)
        else:
            if self._recorder.is_writing:
                self._failed_at = None

    def report(
        self, kind: str, timestamp: int, ntp: float, *, arrived: float | None = None
    ) -> None:
        """Tell what the sender said of its clock (RFC 3550 6.4.1), and when that came: now."""
        if self._recorder is not None:
            clock = self._recorder.video if kind == "video" else self._recorder.audio
            clock.report(timestamp, ntp, self._ports.seconds() if arrived is None else arrived)

    def stop(self) -> None:
        """Close the open segment; the next packet begins another one."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        try:
            recorder.close()
        except (RecordingFailed, OSError) as error:
            self._failed(error, self._ports.seconds())

    def _failed(self, error: Exception, at: float) -> None:
        log.error("recording_failed", error=type(error).__name__)
        self._recorder = None
        if self._failed_at is None:
            self._ports.happened("recording_failed", self._participant)
        self._failed_at = at

    @property
    def is_on(self) -> bool:
        return self._recorder is not None

    @property
    def is_writing(self) -> bool:
        """Say whether what comes now goes into a file."""
        return self._recorder is not None and self._recorder.is_writing

    @property
    def needs_key_frame(self) -> bool:
        return self._recorder is not None and self._recorder.needs_key_frame

    @property
    def line(self) -> Line:
        """How the participant's line is, as far as it can be told by what came."""
        meter, now = self.meter, self._ports.seconds()
        return Line(
            participant=self._participant,
            is_heard=meter.is_heard(now),
            is_recorded=self.is_writing,
            picture=meter.picture(now),
            bits_per_second=meter.bits_per_second,
            loss_up=meter.loss,
        )

    def look_after(self, counted: tuple[int, int] | None = None) -> None:
        """Called twice a second: notice who has fallen silent, and who is heard again.

        ``counted``: see `Meter.tick`.
        """
        self.meter.tick(counted)
        self._tell_what_is_seen()
        if self._recorder is None:
            return
        silent = self._ports.seconds() - self._recorder.heard > SILENT_S
        if silent != self._is_silent:
            self._is_silent = silent
            self._ports.happened("silent" if silent else "heard", self._participant)
            if silent:
                # What came so far is whole; what comes later is another segment.
                self.stop()

    def _tell_what_is_seen(self) -> None:
        now = self._ports.seconds()
        if not (self._ports.is_recording() and self.meter.is_heard(now)):
            # Who is silent shows nothing either: that is said already.
            return
        what = self.meter.changed(now)
        if what is not None:
            self._ports.happened(what, self._participant)

    def _begun(self) -> UplinkRecorder:
        participant = self._participant
        # What was written until it failed, also on the connection before: ahead of what comes now.
        self._spool.recover(only=participant)

        def open_file(starts: float) -> Path:
            return self._spool.part(participant, round(starts * 1000))

        def closed(segment: Closed) -> None:
            starts, ends = round(segment.starts * 1000), round(segment.ends * 1000)
            entry = self._spool.close(segment.path, participant, starts, ends)
            log.info("segment", index=entry.index, size=entry.size)

        return UplinkRecorder(pictures=self._pictures, open_file=open_file, closed=closed)
