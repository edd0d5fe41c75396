"""Datagrams off a real socket: whole, in order, with their senders."""

import socket
from collections.abc import Iterator

import pytest

from loopmind_live.control.datagrams import Address, Datagrams

SIZE = 2048


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        listener.bind(("127.0.0.1", 0))
        sender.bind(("127.0.0.1", 0))
        sender.connect(listener.getsockname())
        yield listener, sender


def all_of(datagrams: Datagrams, count: int) -> list[tuple[bytes, Address]]:
    found: list[tuple[bytes, Address]] = []
    while len(found) < count and datagrams.wait(5.0):
        found += datagrams.take()
    return found


def test_what_is_sent_comes_whole_and_in_order(
    sockets: tuple[socket.socket, socket.socket],
) -> None:
    listener, sender = sockets
    sent = [bytes([number % 256]) * (number % 700) for number in range(300)]
    for packet in sent:
        sender.send(packet)
    found = all_of(Datagrams(listener, SIZE), len(sent))
    assert [packet for packet, _ in found] == sent
    assert {address for _, address in found} == {sender.getsockname()}


def test_senders_are_told_apart(sockets: tuple[socket.socket, socket.socket]) -> None:
    listener, sender = sockets
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.2", 0))
        sender.send(b"a")
        other.sendto(b"b", listener.getsockname())
        sender.send(b"c")
        found = all_of(Datagrams(listener, SIZE), 3)
        assert found == [
            (b"a", sender.getsockname()), (b"b", other.getsockname()),
            (b"c", sender.getsockname()),
        ]  # fmt: skip


def test_what_is_too_long_is_cut_to_the_size(sockets: tuple[socket.socket, socket.socket]) -> None:
    listener, sender = sockets
    sender.send(bytes(SIZE + 100))
    assert [len(packet) for packet, _ in all_of(Datagrams(listener, SIZE), 1)] == [SIZE]


def test_nothing_is_nothing(sockets: tuple[socket.socket, socket.socket]) -> None:
    datagrams = Datagrams(sockets[0], SIZE)
    assert not datagrams.wait(0.0)
    assert list(datagrams.take()) == []


def test_a_socket_that_fails_is_told(sockets: tuple[socket.socket, socket.socket]) -> None:
    datagrams = Datagrams(sockets[0], SIZE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        connected = Datagrams(gone, SIZE)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
            nobody.bind(("127.0.0.1", 0))
            gone.connect(nobody.getsockname())
        gone.send(b"x")  # nobody listens there: the system says so to a connected socket
        with pytest.raises(ConnectionRefusedError):
            while connected.wait(5.0):
                list(connected.take())
    assert list(datagrams.take()) == []
