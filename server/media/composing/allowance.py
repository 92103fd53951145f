"""What the process may use, by how much there is to decode; the parent waits accordingly."""

from __future__ import annotations

from typing import Final

from identity.confinement import Allowance

CPU_SECONDS_AT_LEAST: Final = 120
SLOWEST: Final = 4
"""CPU seconds a second of video and seat; seen on two cores of 2026: a fifteenth of that."""

PATIENCE: Final = 5
"""How many times its processor time it may take by the clock, on a machine that is busy."""


NETWORK_STAYS: Final = "the network could not be taken away here"
"""Said on standard error where there are neither root nor name spaces of users."""


def allowance_for(length_ms: int, seats: int) -> Allowance:
    cpu_seconds = CPU_SECONDS_AT_LEAST + SLOWEST * length_ms * seats // 1000
    return Allowance(
        memory_mib=3072,
        cpu_seconds=cpu_seconds,
        cpu_seconds_of_a_life=cpu_seconds,
        wall_seconds=cpu_seconds * PATIENCE,
        start_seconds=60,
        file_mib=512,
    )
