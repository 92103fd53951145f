"""Why a log, or something said about it, is not believed."""

from __future__ import annotations

from esign.errors import EsignError


class TransparencyError(EsignError):
    """Base of what this package refuses."""


class ProofInvalid(TransparencyError):
    """The hashes do not lead from what is claimed to the root."""


class NoteMalformed(TransparencyError):
    """The text is not a signed note, a checkpoint, a key or a proof as specified."""


class NoteUntrusted(TransparencyError):
    """No known key signed the note, or one that did signed something else."""


class TileMalformed(TransparencyError):
    """A tile or bundle has not the form or the number of entries that its name says."""
