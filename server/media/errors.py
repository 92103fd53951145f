"""Reasons the media worker can say no."""


class MediaError(Exception):
    """Base of everything the media worker refuses on purpose."""


class RecordingFailed(MediaError):
    """A frame could not be written: what comes now is not recorded."""


class OfferRefused(MediaError):
    """The session description is not one that this worker can answer."""


class RoomUnknown(MediaError):
    """Nobody publishes under this name in this room."""


class EngineAway(MediaError):
    """The server that the engine drives does not answer, or did not do what it was asked."""
