"""Which ways a connection of the worker may take. aiortc's own default asks a stranger abroad.

Left to itself aiortc asks a public STUN server for our address. Nobody outside is told
of a ceremony: there is the worker's own address, or our own relay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiortc import RTCConfiguration, RTCIceServer
from aiortc.rtcconfiguration import RTCIceTransportPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def direct() -> RTCConfiguration:
    """The worker's own addresses: phones, or the relay that they use, reach it there."""
    return RTCConfiguration(iceServers=[])


def relayed(servers: Sequence[Mapping[str, Any]]) -> RTCConfiguration:
    """Nothing but a relay, where the worker itself cannot be reached.

    ``servers`` as a ticket has them; aiortc uses the first address that it can.
    """
    return RTCConfiguration(
        iceServers=[
            RTCIceServer(each["urls"], each["username"], each["credential"]) for each in servers
        ],
        iceTransportPolicy=RTCIceTransportPolicy.RELAY,
    )
