"""Liveness: a challenge that only somebody who is there can answer, measured and judged."""
