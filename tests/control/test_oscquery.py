"""OSCQuery: what is told of every address, and readers that behave badly."""

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from loopmind_live.control.feedback import told
from loopmind_live.control.fixed_addresses import CONTROLS
from loopmind_live.control.osc_addresses import BY_ADDRESS, meaning
from loopmind_live.control.osc_packet import Message
from loopmind_live.control.oscquery import Answer, answer, host_info, tree
from loopmind_live.control.oscquery_server import MAX_HEAD_BYTES, MOST_READERS, OscQueryServer
from loopmind_live.engine.base import EngineStatus
from loopmind_live.errors import ControlError
from loopmind_live.session.commands import Command
from loopmind_live.session.panel import panel_of
from loopmind_live.session.state import State
from loopmind_live.timing.tempo_map import TempoMap

PANEL = panel_of(State(TempoMap.constant(128.0, 48000)), EngineStatus(0), 0)
TOLD = told(PANEL)
ROOT = tree(TOLD)
HOST = host_info("LoopMind", "127.0.0.1", 9000)


def got(target: str) -> Any:
    said = answer(target, ROOT, TOLD, HOST)
    assert said.status == 200, target
    return said.body


def leaves(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every node that takes or tells something."""
    if "TYPE" in node:
        yield node
    for child in node.get("CONTENTS", {}).values():
        yield from leaves(child)


def test_every_command_control_and_told_value_is_in_the_tree() -> None:
    paths = {node["FULL_PATH"] for node in leaves(got("/"))}
    assert paths >= set(BY_ADDRESS) - {"/loopmind/quit"}
    assert paths >= set(CONTROLS) | set(TOLD)
    assert "/loopmind/quit" not in paths


def test_a_node_lies_where_its_path_says() -> None:
    def check(node: dict[str, Any], path: str) -> None:
        assert node["FULL_PATH"] == (path or "/")
        for name, child in node.get("CONTENTS", {}).items():
            check(child, f"{path}/{name}")

    check(got("/"), "")


def test_types_ranges_and_values_have_one_entry_for_each_argument() -> None:
    for node in leaves(got("/")):
        assert len(node["RANGE"]) == len(node["TYPE"]), node
        assert len(node.get("VALUE", node["TYPE"])) == len(node["TYPE"]), node
        assert node["ACCESS"] & 1 == ("VALUE" in node), node


def test_a_fader_has_its_range_and_its_value() -> None:
    assert got("/loopmind/track/bass/level") == {
        "FULL_PATH": "/loopmind/track/bass/level", "ACCESS": 3, "TYPE": "f",
        "RANGE": [{"MIN": 0, "MAX": 1}], "VALUE": [0.75],
        "DESCRIPTION": "level of bass: 0.75 is 0 dB",
    }  # fmt: skip


def test_a_command_tells_what_it_takes() -> None:
    tempo = got("/loopmind/transport/tempo")
    assert (tempo["TYPE"], tempo["RANGE"]) == ("f", [{"MIN": 40.0, "MAX": 240.0}])
    assert tempo["VALUE"] == [128.0]
    mute = got("/loopmind/track/mute")
    assert mute["TYPE"] == "si" and "bass" in mute["RANGE"][0]["VALS"]
    assert got("/loopmind/undo")["TYPE"] == "T"


def test_what_the_tree_promises_is_understood() -> None:
    """Send to every command what its TYPE and RANGE allow."""
    samples = {"f": 1.0, "i": 1, "T": True, "s": "x"}
    known = {"key": "F# minor", "moods": "dark", "word": "goto"}
    for node in leaves(got("/")):
        spec = BY_ADDRESS.get(node["FULL_PATH"])
        if spec is None or spec.name == "arrange":
            continue
        sent: list[Any] = []
        spare = [one for one in spec.arguments if one.optional][:1]
        taken = [one for one in spec.arguments if not one.optional or one in spare]
        for place, (letter, span) in enumerate(zip(node["TYPE"], node["RANGE"], strict=True)):
            kind = taken[place].kind if place < len(taken) else ""
            vals = (span or {}).get("VALS")
            low = (span or {}).get("MIN")
            value = vals[0] if vals else low if low is not None else samples[letter]
            sent.append(known.get(kind, value))
        if node["TYPE"].endswith("i") and spec.name in ("mute", "solo", "lock"):
            sent[-1] = 1
        asked = meaning(Message(node["FULL_PATH"], tuple(sent)))
        assert asked is None or (isinstance(asked, Command) and asked.name == spec.name), node


def test_one_attribute_is_answered_alone() -> None:
    assert got("/loopmind/track/bass/level?VALUE") == {"VALUE": [0.75]}
    assert got("/loopmind/state/bar?ACCESS") == {"ACCESS": 1}
    assert got("/loopmind?FULL_PATH=") == {"FULL_PATH": "/loopmind"}
    assert got("/?HOST_INFO") == HOST == got("/loopmind?HOST_INFO")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/loopmind/undo?VALUE", 204),
        ("/loopmind/state/bar?TAGS", 204),
        ("/loopmind/undo?GAVOTTE", 400),
        ("/gavotte", 404),
        ("/loopmind/undo/more", 404),
        ("/..%2f..%2fetc/passwd", 404),
        ("/loopmind%2Fundo", 200),
        ("//loopmind//", 200),
        ("*", 404),
    ],
)
def test_what_is_not_there_is_said_so(target: str, status: int) -> None:
    assert answer(target, ROOT, TOLD, HOST).status == status


def test_host_info_says_where_osc_is_taken_and_what_is_known() -> None:
    assert (HOST["OSC_PORT"], HOST["OSC_TRANSPORT"]) == (9000, "UDP")
    assert HOST["EXTENSIONS"]["VALUE"] is True and HOST["EXTENSIONS"]["LISTEN"] is False


@pytest.fixture
def serve() -> Iterator[Callable[..., OscQueryServer]]:
    servers: list[OscQueryServer] = []

    def make(admits: Callable[[str], bool] = lambda host: host == "127.0.0.1") -> OscQueryServer:
        def get(target: str) -> Answer:
            return answer(target, ROOT, TOLD, HOST)

        servers.append(OscQueryServer("127.0.0.1", 0, get, admits))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


def fetch(server: OscQueryServer, target: str, method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, target)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_a_reader_gets_json(serve: Callable[..., OscQueryServer]) -> None:
    server = serve()
    status, body = fetch(server, "/")
    assert status == 200 and json.loads(body)["CONTENTS"]["loopmind"]["FULL_PATH"] == "/loopmind"
    assert json.loads(fetch(server, "/?HOST_INFO")[1])["OSC_PORT"] == 9000
    assert fetch(server, "/loopmind/state/bar?TAGS") == (204, b"")
    assert fetch(server, "/nowhere")[0] == 404


def test_reading_is_all_that_can_be_done(serve: Callable[..., OscQueryServer]) -> None:
    server = serve()
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert fetch(server, "/", method)[0] == 501


def raw(server: OscQueryServer, request: bytes) -> bytes:
    """Send bytes and return all that comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request)
        answered = b""
        try:
            while piece := connection.recv(65536):
                answered += piece
        except ConnectionResetError:
            pass
    return answered


def test_too_long_a_request_is_hung_up_on(serve: Callable[..., OscQueryServer]) -> None:
    server = serve()
    assert raw(server, b"GET /" + b"a" * 2 * MAX_HEAD_BYTES + b" HTTP/1.1\r\n\r\n") == b""
    assert raw(server, b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * MAX_HEAD_BYTES + b"\r\n") == b""
    assert b"400" in raw(server, b"\x16\x03\x01 garbage\r\n\r\n")
    assert fetch(server, "/?HOST_INFO")[0] == 200


def test_readers_that_say_nothing_hold_up_nobody_for_long(
    serve: Callable[..., OscQueryServer],
) -> None:
    server = serve()
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(2 * MOST_READERS)]
    try:
        limit = time.monotonic() + 20
        while True:
            assert time.monotonic() < limit, "the silent readers kept their places"
            try:
                assert fetch(server, "/?HOST_INFO")[0] == 200
                break
            except (ConnectionError, http.client.HTTPException, TimeoutError):
                time.sleep(0.1)
    finally:
        for one in silent:
            one.close()


def test_who_may_not_read_is_hung_up_on(serve: Callable[..., OscQueryServer]) -> None:
    server = serve(lambda host: False)
    assert raw(server, b"GET / HTTP/1.1\r\n\r\n") == b""


def test_a_taken_port_is_one_clear_line(serve: Callable[..., OscQueryServer]) -> None:
    taken = serve().port
    with pytest.raises(ControlError, match=f"OSCQuery port {taken}: Address already in use"):
        OscQueryServer("127.0.0.1", taken, lambda target: Answer(404), lambda host: True)


def test_values_are_those_of_the_moment() -> None:
    louder = tuple(replace(one, level_db=-10.0) for one in PANEL.strips)
    now = told(replace(PANEL, strips=louder))
    said = answer("/loopmind/track/bass/level?VALUE", ROOT, now, HOST)
    assert said.body == {"VALUE": [0.5]}
