"""The server on a real socket: other programs' messages in, answers out, and floods."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from loopmind_live.control.osc_addresses import BY_ADDRESS
from loopmind_live.control.osc_inbox import Received
from loopmind_live.control.osc_packet import Message, decode, encode
from loopmind_live.control.osc_server import OscServer
from loopmind_live.errors import ControlError

PATIENCE_S = 10.0


@pytest.fixture
def server() -> Iterator[OscServer]:
    server = OscServer(0, tuple(BY_ADDRESS))
    yield server
    server.close()


class Surface:
    """A client of its own socket."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(PATIENCE_S)
        self._to = ("127.0.0.1", port)

    def send(self, address: str, *arguments: int | float | str | bool) -> None:
        self.raw(encode(address, *arguments))

    def raw(self, packet: bytes) -> None:
        self.socket.sendto(packet, self._to)

    def hear(self) -> Message:
        (message,) = decode(self.socket.recv(65536))
        return message


@pytest.fixture
def surface(server: OscServer) -> Iterator[Surface]:
    surface = Surface(server.port)
    yield surface
    surface.socket.close()


def taken(server: OscServer, count: int = 1) -> list[Message]:
    """Wait for `count` messages."""
    found: list[Message] = []
    limit = time.monotonic() + PATIENCE_S
    while len(found) < count and time.monotonic() < limit:
        received = server.inbox.take()
        if received is None:
            time.sleep(0.002)
        else:
            found.append(received.message)
    return found


def test_a_ping_is_answered_with_its_number(surface: Surface) -> None:
    surface.send("/loopmind/ping", 42)
    assert surface.hear() == Message("/loopmind/pong", (42,))


def test_what_liblo_sends_arrives(server: OscServer, require_program: Callable[[str], str]) -> None:
    words = [require_program("oscsend"), "127.0.0.1", str(server.port)]
    subprocess.run([*words, "/loopmind/track/mute", "si", "bass", "1"], check=True)
    assert taken(server) == [Message("/loopmind/track/mute", ("bass", 1))]


def test_a_pattern_reaches_all_it_stands_for(server: OscServer, surface: Surface) -> None:
    surface.send("/loopmind/{undo,redo}")
    assert {message.address for message in taken(server, 2)} == {"/loopmind/undo", "/loopmind/redo"}


def test_answers_go_to_the_port_that_a_surface_names_too(
    server: OscServer, surface: Surface
) -> None:
    other = Surface(server.port)
    surface.send("/loopmind/reply_port", other.socket.getsockname()[1])
    surface.send("/loopmind/ping", 1)
    assert surface.hear().arguments == other.hear().arguments == (1,)
    other.socket.close()


def test_what_is_wrong_is_answered_a_line_a_second_at_most(
    surface: Surface, server: OscServer
) -> None:
    for _ in range(200):
        surface.raw(b"nonsense")
    surface.send("/loopmind/ping", 7)
    assert surface.hear().address == "/loopmind/error"
    assert surface.hear() == Message("/loopmind/pong", (7,))


@pytest.mark.parametrize("port", [0, 80, 70000])
def test_a_surface_cannot_name_any_port(surface: Surface, port: int) -> None:
    surface.send("/loopmind/reply_port", port)
    answer = surface.hear()
    assert (answer.address, "1024" in str(answer.arguments[0])) == ("/loopmind/error", True)


def test_nothing_of_a_flood_is_lost_on_the_way_in(server: OscServer, surface: Surface) -> None:
    packets = [
        encode("/loopmind/track/level", role, float(-db))
        for db in range(20)
        for role in ("bass", "pad", "drums", "melody", "vocal")
    ]
    for packet in packets * 20:
        surface.raw(packet)
    surface.send("/loopmind/ping", 3)
    assert surface.hear() == Message("/loopmind/pong", (3,))
    assert server.received == len(packets) * 20 + 1
    newest = {message.arguments[0]: message.arguments[1] for message in taken(server, 5)}
    assert newest == dict.fromkeys(("bass", "pad", "drums", "melody", "vocal"), -19.0)


def test_what_is_routed_reaches_its_handler_by_name_and_by_pattern(
    server: OscServer, surface: Surface
) -> None:
    heard: list[Message] = []
    server.route("/live/test", lambda received: heard.append(received.message))
    surface.send("/live/test", 1)
    surface.send("/live/*", 2)
    for message in taken(server, 2):
        handle = server.handler(message.address)
        assert handle is not None
        handle(Received(message, ("127.0.0.1", 9), 1))
    assert heard == [Message("/live/test", (1,)), Message("/live/test", (2,))]
    assert server.handler("/loopmind/undo") is None


def test_of_a_routed_fader_only_the_newest_counts(server: OscServer, surface: Surface) -> None:
    server.route("/loopmind/track/bass/level", lambda _received: None, newest=True)
    for db in range(50):
        surface.send("/loopmind/track/bass/level", float(db))
    surface.send("/loopmind/ping", 1)
    surface.hear()
    assert taken(server, 1) == [Message("/loopmind/track/bass/level", (49.0,))]
    assert server.inbox.take() is None


def test_messages_are_sent_to_a_surface_in_their_order(server: OscServer, surface: Surface) -> None:
    here = surface.socket.getsockname()
    told = [Message("/loopmind/state/bar", (3.5,)), Message("/loopmind/state/section", ("hook",))]
    server.send(here, told)
    assert [surface.hear(), surface.hear()] == told


def test_triggers_beyond_what_can_wait_are_refused_in_one_line(
    server: OscServer, surface: Surface
) -> None:
    for _ in range(2000):
        surface.send("/loopmind/undo")
    assert surface.hear().address == "/loopmind/error"
    surface.send("/loopmind/ping", 1)
    assert surface.hear().address == "/loopmind/pong"


def test_a_taken_port_is_told_in_one_line(server: OscServer) -> None:
    with pytest.raises(ControlError, match=rf"^OSC port {server.port}: .*--osc-port$"):
        OscServer(server.port, ())


def test_it_listens_on_this_machine_alone(server: OscServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
        elsewhere.bind(("127.0.0.2", server.port))  # refused where it listened everywhere
        assert elsewhere.getsockname() == ("127.0.0.2", server.port)
