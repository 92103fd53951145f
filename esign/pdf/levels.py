"""How long a signature can be checked: the levels of ETSI EN 319 142-1."""

from enum import StrEnum


class PadesLevel(StrEnum):
    B_B = "B-B"  # Good while the certificate is.
    B_T = "B-T"  # The time is proven; revocation must still be asked for.
    B_LT = "B-LT"  # Certificates and revocation lists are inside.
    B_LTA = "B-LTA"  # And an archive time-stamp over all of it.

    @property
    def has_time_stamp(self) -> bool:
        return self is not PadesLevel.B_B
