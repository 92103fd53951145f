"""Faces: found, held to a quality that can be judged, and compared by more than one engine."""
