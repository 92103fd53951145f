"""Nobody outside is asked where the worker is."""

from __future__ import annotations

from aiortc import RTCPeerConnection

from server.media.ways import direct, relayed


def test_the_worker_asks_no_server_for_its_address() -> None:
    connection = RTCPeerConnection(direct())
    transceiver = connection.addTransceiver("audio")
    gatherer = transceiver.receiver.transport.transport.iceGatherer
    # aiortc's default is a public server abroad.
    assert gatherer._connection.stun_server is None
    assert gatherer._connection.turn_server is None


def test_behind_walls_the_worker_takes_no_way_but_the_relay() -> None:
    asked = {"urls": ["turn:relay.example:3478"], "username": "1:a", "credential": "secret"}
    connection = RTCPeerConnection(relayed([asked]))
    transceiver = connection.addTransceiver("audio")
    ice = transceiver.receiver.transport.transport.iceGatherer._connection
    assert ice.turn_server == ("relay.example", 3478)
    assert ice._transport_policy.name == "RELAY"
