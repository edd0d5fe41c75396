"""Looking at surfaces from another process: what comes in, what it stands for, who is there."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopmind_live.app.guest_lines import line
from loopmind_live.app.monitor import MOST_WAITING, Monitor, Note
from loopmind_live.app.onlookers import MAX_ASKED_BYTES, MOST, SOCKET_NAME, Onlookers
from loopmind_live.app.surface_checks import check_surfaces
from loopmind_live.control.osc_packet import encode
from loopmind_live.engine.devices import NoAnswer
from loopmind_live.errors import SessionError

PATIENCE_S = 20.0


class Place:
    """A monitor and its onlookers, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.monitor = Monitor(lambda: 1000.0)
        self.onlookers = Onlookers(folder, self.monitor, lambda: ["OSC on port 9000", "nobody"])
        self.path = folder / SOCKET_NAME
        self._made: list[socket.socket] = []

    def close(self) -> None:
        self.onlookers.close()
        for connection in self._made:
            connection.close()

    def look(self, asked: bytes) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._made.append(connection)
        connection.connect(str(self.path))
        connection.sendall(asked)
        connection.settimeout(PATIENCE_S)
        return connection

    def turns(self, count: int = 3) -> None:
        for _ in range(count):
            self.onlookers.advance()


def hung_up_on(connection: socket.socket) -> bool:
    try:
        return connection.recv(100) == b""
    except ConnectionResetError:
        return True  # what it sent was not even read


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.close()


def test_the_doctor_is_told_of_all_surfaces_and_goes(place: Place) -> None:
    with place.look(line(look="surfaces")) as doctor:
        place.turns()
        with doctor.makefile("rb") as file:
            told = file.read()
    assert json.loads(told) == {"surfaces": ["OSC on port 9000", "nobody"]}


def test_a_monitor_is_told_what_comes_until_it_leaves(place: Place) -> None:
    place.monitor.note("OSC 1", "/before", "nobody looks")
    with place.look(line(look="monitor")) as looks:
        place.turns()
        place.monitor.note("OSC 1", "/loopmind/undo", "undo")
        place.turns()
        with looks.makefile("rb") as file:
            told = [json.loads(file.readline()) for _ in range(2)]
    assert told == [
        {"surfaces": ["OSC on port 9000", "nobody"]},
        {"note": [1000.0, "OSC 1", "/loopmind/undo", "undo"]},
    ]
    place.turns()
    place.monitor.note("OSC 1", "/x", "y")
    assert not place.monitor.watched
    assert place.monitor.take() == []


def test_two_monitors_are_told_the_same(place: Place) -> None:
    with place.look(line(look="monitor")) as one, place.look(line(look="monitor")) as two:
        place.turns(5)
        place.monitor.note("MIDI pads", "note on 36 127", "goto hook")
        place.turns()
        told = []
        for looks in (one, two):
            with looks.makefile("rb") as file:
                told.append([json.loads(file.readline()) for _ in range(2)][1])
    assert told == [{"note": [1000.0, "MIDI pads", "note on 36 127", "goto hook"]}] * 2


@pytest.mark.parametrize(
    "asked",
    [b"\n", b"[]\n", b"{}\n", b'{"look": "engine"}\n', b"x" * (MAX_ASKED_BYTES + 1), b"\xff\xfe\n"],
)
def test_who_asks_for_anything_else_is_let_go(place: Place, asked: bytes) -> None:
    with place.look(asked) as stranger:
        place.turns()
        assert hung_up_on(stranger)
    place.turns()


def test_who_reads_nothing_is_let_go_and_holds_up_nobody(place: Place) -> None:
    with place.look(line(look="monitor")) as lazy:
        place.turns()
        for _ in range(40):
            for _ in range(MOST_WAITING):
                place.monitor.note("OSC", "x" * 150, "y" * 150)
            place.turns(1)
        place.turns()
        assert not place.monitor.watched
        assert lazy.fileno() >= 0


def test_places_are_bounded(place: Place) -> None:
    there = [place.look(line(look="monitor")) for _ in range(MOST)]
    place.turns(MOST + 2)
    with place.look(line(look="monitor")) as late:
        place.turns()
        assert hung_up_on(late)
    there[0].close()
    place.turns()
    with place.look(line(look="surfaces")) as next_one:
        place.turns()
        assert next_one.recv(100).startswith(b'{"surfaces"')


def test_the_socket_is_the_user_s_own_and_goes_with_the_performance(tmp_path: Path) -> None:
    place = Place(tmp_path)
    assert place.path.stat().st_mode & 0o777 == 0o600
    place.onlookers.close()
    assert not place.path.exists()


def test_a_flood_is_counted_and_not_kept() -> None:
    monitor = Monitor(lambda: 0.0)
    monitor.watched = True
    for _ in range(MOST_WAITING + 7):
        monitor.note("OSC", "/x", "y")
    notes = monitor.take()
    assert (len(notes), notes[-1].came) == (MOST_WAITING + 1, "7 more came")


def test_a_note_is_one_line_that_moves_no_cursor() -> None:
    monitor = Monitor(lambda: 0.0)
    monitor.watched = True
    monitor.note("OSC", "/loopmind/prompt a\x1b[2J\nb", "z" * 999)
    (note,) = monitor.take()
    assert "\x1b" not in str(note) and "\n" not in str(note) and len(str(note)) < 400
    assert str(Note(0.5, "a", "b", "c")).endswith(".500  a  b  ->  c")


def test_the_doctor_says_what_it_can() -> None:
    assert [one.value for one in check_surfaces(["OSC on port 9000"])] == ["OSC on port 9000"]
    assert check_surfaces(None)[0].state == "ok"
    assert "--osc-port" in check_surfaces([])[0].value
    for wrong in (NoAnswer("no answer"), SessionError("gone")):
        assert check_surfaces(wrong)[0].remedy


def test_a_port_is_monitored_without_a_performance(
    tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    words = [sys.executable, "-c", "from loopmind_live.cli import main; main()", "monitor"]
    program = subprocess.Popen(
        [*words, "--port", "0"], stdout=subprocess.PIPE, text=True,
        env=os.environ | {"LOOPMIND_HOME": str(tmp_path)},
    )  # fmt: skip
    assert program.stdout is not None
    try:
        first = program.stdout.readline()
        port = int(first.split()[3])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as surface:
            for packet in (
                encode("/loopmind/pad/3", 1.0),
                encode("/loopmind/track/mute", "bass", 0),
                encode("/loopmind/track/bass/level", 9.0),
                encode("/live/scene/fire", 4),
            ):
                surface.sendto(packet, ("127.0.0.1", port))
        told = [program.stdout.readline().split("  ", 2)[2].strip() for _ in range(4)]
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
    assert told == [
        "/loopmind/pad/3 1  ->  goto hook 3",
        "/loopmind/track/mute bass 0  ->  unmute bass",
        "/loopmind/track/bass/level 9  ->  refused: OSC: /loopmind/track/bass/level 9.0: "
        "send one number, 0 to 1",
        "/live/scene/fire 4  ->  goto hook 5",
    ]


def test_without_a_performance_the_monitor_says_how_to_begin(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "import sys; from loopmind_live.cli import main; "
             "sys.exit(main())", "monitor"]  # fmt: skip
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {"LOOPMIND_HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("loopmind: nothing plays: start with loopmind perform")
