"""What goes wrong on a network: one clear line, and listening goes on."""

import errno
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from loopmind_live.control.access import allowed
from loopmind_live.control.osc_packet import Message, decode, encode
from loopmind_live.control.osc_server import OscServer
from loopmind_live.errors import ControlError

PATIENCE_S = 10.0
NETWORK_DOWN = """
import json, socket, subprocess, sys, time
from loopmind_live.control.access import allowed
from loopmind_live.control.osc_packet import decode, encode
from loopmind_live.control.osc_server import OscServer

def lo(state):
    subprocess.run(["ip", "link", "set", "lo", state], check=True)

def pinged():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hand:
        hand.settimeout(0.2)
        for number in range(25):
            try:
                hand.sendto(encode("/loopmind/ping", number), ("127.0.0.1", server.port))
                return decode(hand.recv(100))[0].address == "/loopmind/pong"
            except OSError:
                time.sleep(0.02)
    return False

lo("up")
server = OscServer(0, (), allowed(["192.168.7.0/24"]))
told = [pinged()]
lo("down")
for _ in range(500):
    server.answer(("192.168.7.7", 9999), True, "/loopmind/undo", "undone")
lo("up")
told += [pinged(), list(server.notices)]
server.close()
print(json.dumps(told))
"""


@pytest.fixture
def server() -> Iterator[OscServer]:
    server = OscServer(0, ())
    yield server
    server.close()


def pong(port: int, host: str = "127.0.0.1") -> Message | None:
    """Return what a ping is answered with, None where nothing comes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hand:
        hand.bind((host, 0))
        hand.settimeout(0.5)
        hand.sendto(encode("/loopmind/ping", 1), ("127.0.0.1", port))
        try:
            return decode(hand.recv(1000))[0]
        except TimeoutError:
            return None


def told_apart(code: str, require_program: Callable[[str], str]) -> list[Any]:
    """Run code in a network of its own; return what it printed, as JSON."""
    require_program("ip")
    done = subprocess.run(
        [require_program("unshare"), "-rn", sys.executable, "-c", code],
        check=True, capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    told: list[Any] = json.loads(done.stdout)
    return told


def test_a_network_that_goes_down_is_told_in_one_line_and_heard_again_when_it_is_back(
    require_program: Callable[[str], str],
) -> None:
    before, after, notices = told_apart(NETWORK_DOWN, require_program)
    assert before and after
    assert notices == ["OSC: 192.168.7.7 cannot be told anything: Network is unreachable"]


@pytest.mark.parametrize("number", [errno.ENETDOWN, errno.ENOBUFS, errno.ENOMEM])
def test_a_socket_that_fails_for_a_while_is_told_once_and_heard_again(
    server: OscServer, number: int
) -> None:
    whole, failed = server._datagrams.wait, [0]

    def wait(timeout_s: float) -> bool:
        if failed[0] < 20:
            failed[0] += 1
            raise OSError(number, os.strerror(number))
        return whole(timeout_s)

    server._datagrams.wait = wait  # type: ignore[method-assign]
    limit = time.monotonic() + PATIENCE_S
    while failed[0] < 20:
        pong(server.port)
        assert time.monotonic() < limit
    assert pong(server.port) == Message("/loopmind/pong", (1,))
    assert list(server.notices) == [f"OSC: nothing can be heard: {os.strerror(number)}"]


def test_a_fault_of_our_own_ends_no_listening(server: OscServer) -> None:
    def broken(_packet: object, _sender: object, _frame: object = None) -> bool:
        raise ZeroDivisionError("no such luck")

    server.inbox.put = broken  # type: ignore[method-assign]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hand:
        for _ in range(50):
            hand.sendto(encode("/loopmind/undo"), ("127.0.0.1", server.port))
    assert pong(server.port) == Message("/loopmind/pong", (1,))
    assert len(server.notices) == 1 and "no such luck" in server.notices[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
@pytest.mark.parametrize("shared", [False, True])
def test_a_port_that_another_program_has_is_told_with_what_to_do(host: str, shared: bool) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, shared)
        other.bind((host, 0))
        port = other.getsockname()[1]
        with pytest.raises(ControlError, match=rf"^OSC port {port}: Address already in use: .*"):
            OscServer(port, ())


def test_no_other_program_can_take_the_port_away(server: OscServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", server.port))


def test_who_is_not_on_the_list_is_dropped_and_told_of_once() -> None:
    server = OscServer(0, (), allowed(["10.1.2.3"]))
    # This machine may always send: one that stands for a stranger may not.
    server._allowed = Stranger()  # type: ignore[assignment]
    try:
        assert all(pong(server.port, "127.0.0.5") is None for _ in range(3))
        assert pong(server.port) == Message("/loopmind/pong", (1,))
        assert server.dropped == 3
        assert list(server.notices) == [
            "OSC: 127.0.0.5 may not send: name it with --lan where it should"
        ]
    finally:
        server.close()


LAN = """
import json, socket, subprocess
from loopmind_live.control.access import allowed
from loopmind_live.control.osc_packet import decode, encode
from loopmind_live.control.osc_server import OscServer

for words in (["link", "set", "lo", "up"], *(["addr", "add", f"10.9.0.{n}/32", "dev", "lo"]
                                             for n in (1, 2, 3))):
    subprocess.run(["ip", *words], check=True)
server = OscServer(0, (), allowed(["10.9.0.2"]))
told = []
for host in ("10.9.0.2", "10.9.0.3", "10.9.0.3", "127.0.0.1"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hand:
        hand.bind((host, 0))
        hand.settimeout(0.5)
        to = "127.0.0.1" if host.startswith("127") else "10.9.0.1"
        hand.sendto(encode("/loopmind/ping", 1), (to, server.port))
        try:
            told.append(decode(hand.recv(100))[0].address)
        except TimeoutError:
            told.append(None)
print(json.dumps([told, server.dropped, list(server.notices)]))
server.close()
"""


def test_on_a_network_those_who_are_named_are_answered_and_nobody_else(
    require_program: Callable[[str], str],
) -> None:
    told, dropped, notices = told_apart(LAN, require_program)
    assert told == ["/loopmind/pong", None, None, "/loopmind/pong"]
    assert dropped == 2
    assert notices == ["OSC: 10.9.0.3 may not send: name it with --lan where it should"]


class Stranger:
    """A list on which one address is not."""

    def __contains__(self, host: str) -> bool:
        return host != "127.0.0.5"


def test_with_a_list_it_listens_beyond_this_machine_and_without_it_does_not() -> None:
    for who, place in ((allowed(["10.1.2.3"]), "0.0.0.0"), (allowed([]), "127.0.0.1")):
        server = OscServer(0, (), who)
        assert server._socket.getsockname()[0] == place
        server.close()


def test_those_who_hear_are_answered_whoever_else_is_gone(server: OscServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(PATIENCE_S)
        for number in range(300):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as brief:
                brief.bind(("127.0.0.1", 0))
                gone = brief.getsockname()
            server.answer(gone, True, "/loopmind/undo", "nobody hears this")
            server.answer(ear.getsockname(), True, "/loopmind/undo", str(number))
            assert decode(ear.recv(1000))[0].arguments == ("/loopmind/undo", str(number))
    assert list(server.notices) == []
