"""Nobody outside is asked where the worker is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiortc import RTCPeerConnection

from server.media.ways import direct, relayed

if TYPE_CHECKING:
    from aiortc import RTCConfiguration


def ice(configuration: RTCConfiguration) -> Any:  # noqa: ANN401  # there is no public way to it
    """Return what aiortc would ask the network with."""

    async def made() -> Any:  # noqa: ANN401  # as above
        connection = RTCPeerConnection(configuration)
        transceiver = connection.addTransceiver("audio")
        return transceiver.receiver.transport.transport.iceGatherer._connection

    return asyncio.run(made())


def test_the_worker_asks_no_server_for_its_address() -> None:
    # aiortc's default is a public server abroad.
    assert ice(direct()).stun_server is None
    assert ice(direct()).turn_server is None


def test_behind_walls_the_worker_takes_no_way_but_the_relay() -> None:
    asked = {"urls": ["turn:relay.example:3478"], "username": "1:a", "credential": "secret"}
    made = ice(relayed([asked]))
    assert made.turn_server == ("relay.example", 3478)
    assert made._transport_policy.name == "RELAY"
