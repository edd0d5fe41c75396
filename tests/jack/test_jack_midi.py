"""The MIDI process through JACK, with players, captures and clocks that others wrote."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopmind_live.bench.jack_clients import SOURCES
from loopmind_live.control.clock_plan import ClockAnchor, ClockListen, ClockPlan, Turn
from loopmind_live.control.clock_reader import ClockHeard, ClockReader
from loopmind_live.control.midi_messages import (
    CLOCK,
    MidiIn,
    MidiNotice,
    MidiOut,
    PortCame,
    PortGone,
)
from loopmind_live.control.midi_ports import MidiEvent, MidiPorts
from loopmind_live.timing.tempo_map import TempoMap
from tests.jack.harness import compile_client, end, jack_server, missing

pytestmark = pytest.mark.live

if reason := missing():
    pytest.skip(reason, allow_module_level=True)

RATE_HZ, BLOCK = 48000, 256
LIMIT_S = 30.0
CAPTURED = "midicapture:in"
MIDI_CLOCK = "jack_midi_clock:mclk_out"


class Stage:
    """A JACK server's environment, and our ports there."""

    def __init__(
        self, env: dict[str, str], folder: Path, capture: Path, systems: list[str]
    ) -> None:
        self.env, self._capture = env, capture
        self.log = folder / "midi.log"
        self._before = dict(os.environ)
        os.environ.update(env)
        self.ports = MidiPorts(time.monotonic, self.log, systems)
        self.events: list[MidiEvent] = []
        self._others: list[subprocess.Popen[str]] = []
        self._heard: dict[int, list[str]] = {}

    def start(self, *command: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            command, env=self.env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._others.append(process)
        return process

    def capture(self) -> "subprocess.Popen[str]":
        return self.start(str(self._capture), str(LIMIT_S))

    def until(self, what: Callable[[MidiEvent], bool], limit_s: float = LIMIT_S) -> MidiEvent:
        """Advance until an event is `what`; those before it are in `events`."""
        limit = time.monotonic() + limit_s
        while time.monotonic() < limit:
            came = self.ports.advance()
            self.events += came
            for event in came:
                if what(event):
                    return event
            time.sleep(0.004)
        raise AssertionError(f"not within {limit_s:g} s: {self.events[-10:]}")

    def hears(
        self, capture: "subprocess.Popen[str]", enough: Callable[[list[str]], bool]
    ) -> list[str]:
        """Advance until a capture has heard enough; return it, from the first on."""
        heard, limit = self._heard.setdefault(capture.pid, []), time.monotonic() + LIMIT_S
        os.set_blocking(capture.stdout.fileno(), False)
        while not enough(heard):
            assert time.monotonic() < limit, f"not within {LIMIT_S:g} s: {heard[-10:]}"
            self.events += self.ports.advance()
            while line := capture.stdout.readline():
                words = line.split()
                heard += words[2:] if words[0] != "end" else []
            time.sleep(0.004)
        return list(heard)

    def came(self, port: str, direction: str) -> None:
        self.until(lambda event: event == PortCame(port, direction))

    def close(self) -> None:
        self.ports.close()
        for process in self._others:
            end(process)
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
        os.environ.clear()
        os.environ.update(self._before)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], Path]]:
    folder = tmp_path_factory.mktemp("jack")
    capture = compile_client(SOURCES / "midi_capture.c", folder)
    with jack_server(folder, RATE_HZ, BLOCK) as (env, _):
        yield env, capture


@pytest.fixture(params=["jack", "rtmidi-jack"])
def either(request, server, tmp_path) -> Iterator[Stage]:
    """Our own way to JACK, and rtmidi's, as for systems that are not here."""
    stage = Stage(server[0], tmp_path, server[1], [request.param])
    yield stage
    stage.close()


@pytest.fixture
def stage(server, tmp_path) -> Iterator[Stage]:
    stage = Stage(server[0], tmp_path, server[1], ["jack"])
    yield stage
    stage.close()


def play(stage: Stage, name: str) -> "subprocess.Popen[str]":
    """Start JACK's example sequencer: note 60 every quarter of a second."""
    return stage.start("jack_midiseq", name, "12000", "0", "60", "4000")


def is_note(event: MidiEvent) -> bool:
    return isinstance(event, MidiIn) and event.data[:2] == (0x90, 60)


def captured(process: "subprocess.Popen[str]") -> list[tuple[int, str]]:
    process.terminate()
    lines = process.communicate(timeout=LIMIT_S)[0].splitlines()
    found = [line.split() for line in lines[1:] if not line.startswith("end")]
    return [(int(frame), data) for frame, _, data in found]


def test_a_foreign_player_is_heard_at_its_own_pace_and_told_as_it_comes_and_goes(either):
    player = play(either, "pads")
    either.came("pads:out", "in")
    first = either.until(is_note)
    second = either.until(is_note)
    assert first.port == second.port == "pads:out"
    apart_ns = second.time_ns - first.time_ns
    assert abs(apart_ns / 250e6 - round(apart_ns / 250e6)) < 0.2
    assert abs(time.monotonic_ns() - second.time_ns) < 5e9
    end(player)
    either.until(lambda event: event == PortGone("pads:out", "in"))
    play(either, "pads")
    either.came("pads:out", "in")
    either.until(is_note)


def test_through_jack_each_message_has_the_time_of_its_frame(stage):
    play(stage, "pads")
    notes = [stage.until(is_note) for _ in range(5)]
    apart_ms = [(b.time_ns - a.time_ns) / 1e6 for a, b in itertools.pairwise(notes)]
    off = [abs(one - 250.0 * round(one / 250.0)) for one in apart_ms]
    assert sorted(off)[1] < 1.0, apart_ms  # but for what the driver of a busy machine jumps


def test_a_thousand_messages_arrive_whole_and_in_their_order(either):
    capture = either.capture()
    either.came(CAPTURED, "out")
    sysex = (0xF0, 0x7E, 1, 2, 3, 0xF7)
    for number in range(500):
        either.ports.send(MidiOut(CAPTURED, (0xB0, number % 128, number // 128)))
        either.ports.send(MidiOut(CAPTURED, sysex))
    heard = either.hears(capture, lambda heard: len(heard) >= 1000)
    wanted = [
        data for number in range(500)
        for data in (f"b0{number % 128:02x}{number // 128:02x}", "f07e010203f7")
    ]  # fmt: skip
    assert heard == wanted


def test_a_process_that_is_killed_is_started_again_and_says_so_once(stage):
    play(stage, "pads")
    stage.came("pads:out", "in")
    first = stage.ports.pid
    os.kill(first, signal.SIGKILL)
    told = stage.until(lambda event: isinstance(event, MidiNotice))
    assert told.text == "the MIDI process ended: it is started again, the music plays on"
    assert stage.ports.ports == frozenset()
    stage.came("pads:out", "in")
    stage.until(is_note)
    assert stage.ports.pid != first
    assert sum(isinstance(event, MidiNotice) for event in stage.events) == 1


def test_the_client_has_one_name_and_sees_none_of_its_own_ports(stage):
    play(stage, "pads")
    stage.capture()
    stage.came(CAPTURED, "out")
    lines = subprocess.run(
        ["jack_lsp"], env=stage.env, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    ours = sorted(line for line in lines if line.startswith("LoopMind MIDI"))
    assert "LoopMind MIDI:to midicapture in" in ours
    assert all(line.startswith("LoopMind MIDI:") for line in ours)
    assert not [port for port in stage.ports.ports if "LoopMind" in port.port]


def test_the_process_ends_with_its_parent(server, tmp_path):
    code = (
        "import time\n"
        "from loopmind_live.control.midi_ports import MidiPorts\n"
        "ports = MidiPorts(time.monotonic)\n"
        "print(ports.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], env=server[0], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    limit = time.monotonic() + LIMIT_S
    while Path(f"/proc/{child}").exists() and time.monotonic() < limit:
        state = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0]
        if state == "Z":
            break
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{child}").exists()


def clocked(stage: Stage, plan: ClockPlan, seconds: float) -> tuple[list[tuple[int, str]], int]:
    """Have a clock sent to a capture; return what it heard, and JACK's frame of our frame 0."""
    capture = stage.capture()
    frame, time_us = map(int, capture.stdout.readline().split())
    stage.came(CAPTURED, "out")
    now_us = time.monotonic_ns() // 1000
    first = frame + (now_us - time_us) * RATE_HZ // 1_000_000 + RATE_HZ // 2
    stage.ports.plan_clock(plan)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        passed = (time.monotonic_ns() // 1000 - time_us) * RATE_HZ // 1_000_000 + frame - first
        at = passed // BLOCK * BLOCK
        time_ns = round((time_us + (at + first - frame) * 1e6 / RATE_HZ) * 1000)
        stage.ports.anchor_clock(ClockAnchor(at, time_ns, (at + first) % (1 << 32)))
        stage.events += stage.ports.advance()
        time.sleep(0.02)
    return captured(capture), first


def test_each_tick_is_at_its_frame_through_steps_and_ramps(stage):
    tempo = TempoMap.constant(150.0, RATE_HZ).with_tempo(1.0, 200.0).with_ramp(2.0, 1.0, 120.0)
    plan = ClockPlan(tempo, (Turn(0.0, True), Turn(3.0, False)), (CAPTURED,))
    heard, first = clocked(stage, plan, 5.0)
    began = next(place for place, (_, data) in enumerate(heard) if data == "fa")
    stopped = next(place for place, (_, data) in enumerate(heard) if data == "fc")
    ticks = [frame - first for frame, data in heard[began:stopped] if data == "f8"]
    if len(ticks) != 3 * 96:
        pytest.skip("sound device: the driver of this machine lost blocks, and ticks with them")
    wanted = [tempo.frame(tick / 96) for tick in range(3 * 96)]
    apart = [round(abs(a - b), 3) for a, b in zip(ticks, wanted, strict=True)]
    assert sum(one <= 0.5 for one in apart) > 0.9 * len(apart), apart
    assert max(apart) <= BLOCK  # what a late block moves
    assert heard[began][0] - first < 0 < heard[began + 1][0] - first + 1


def test_a_port_that_is_unplugged_and_plugged_in_again_plays_on_at_the_next_beat(stage):
    tempo = TempoMap.constant(240.0, RATE_HZ)
    plan = ClockPlan(tempo, (Turn(0.0, True),), (CAPTURED,))
    clocked(stage, plan, 1.5)
    stage.until(lambda event: event == PortGone(CAPTURED, "out"))
    again = stage.capture()
    stage.came(CAPTURED, "out")

    def plays_on(heard: list[str]) -> bool:
        return "fb" in heard and heard[heard.index("fb") :].count("f8") > 12

    heard = stage.hears(again, plays_on)
    place = next(place for place, data in enumerate(heard) if data.startswith("f2"))
    assert heard[place + 1] == "fb"
    sixteenths = int(heard[place][2:4], 16) | int(heard[place][4:6], 16) << 7
    assert sixteenths % 4 == 0
    assert sixteenths > 0


def test_where_the_clock_is_sent_no_more_what_plays_is_stopped(stage):
    tempo = TempoMap.constant(240.0, RATE_HZ)
    capture = stage.capture()
    stage.came(CAPTURED, "out")
    stage.ports.plan_clock(ClockPlan(tempo, (Turn(0.0, True),), (CAPTURED,)))
    stage.ports.anchor_clock(ClockAnchor(-4800, time.monotonic_ns()))
    stage.hears(capture, lambda heard: "fa" in heard)
    stage.ports.close()
    assert stage.hears(capture, lambda heard: "fc" in heard)[-1] == "fc"


@pytest.mark.parametrize("bpm", [127.3, 60.0])
def test_a_foreign_clock_tells_its_tempo_within_a_tenth_after_four_beats(stage, bpm):
    if not (shutil.which("jack_midi_clock") and shutil.which("jack_transport")):
        pytest.skip("program: jack-midi-clock is not installed")
    stage.ports.listen_clock(ClockListen("midi_clock"))
    stage.start("jack_midi_clock", "-b", str(bpm))
    came = stage.until(lambda event: event == PortCame(MIDI_CLOCK, "in"))
    transport = stage.start("jack_transport")
    say(transport, "play")
    heard = four_beats(stage, came.port)
    assert heard.steady
    assert abs(heard.bpm - bpm) <= 0.1  # also where the driver lost blocks meanwhile
    say(transport, "stop")


def say(transport: "subprocess.Popen[str]", word: str) -> None:
    transport.stdin.write(word + "\n")
    transport.stdin.flush()


def four_beats(stage: Stage, port: str) -> ClockHeard:
    """Return what a clock tells by its next four beats."""
    stage.events += stage.ports.advance()
    reader, ticks = ClockReader(port), 0
    while ticks < 97:
        event = stage.until(lambda event: isinstance(event, MidiIn))
        reader.take(event.data, event.time_ns)
        ticks += event.data == (CLOCK,)
    return reader.heard()


def test_where_there_is_no_server_one_line_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobodys-server")
    ports = MidiPorts(time.monotonic, tmp_path / "midi.log", ["jack"])
    try:
        limit, events = time.monotonic() + LIMIT_S, []
        while not events and time.monotonic() < limit:
            events = ports.advance()
            time.sleep(0.01)
    finally:
        ports.close()
    assert events == [
        MidiNotice("no MIDI here (no JACK server runs): the music plays on without it")
    ]


def test_a_server_that_ends_is_told_and_what_is_plugged_into_it_is_gone(tmp_path):
    capture = compile_client(SOURCES / "midi_capture.c", tmp_path)
    with jack_server(tmp_path, RATE_HZ, BLOCK) as (env, _):
        stage = Stage(env, tmp_path, capture, ["jack"])
        play(stage, "pads")
        stage.came("pads:out", "in")
    try:
        stage.until(lambda event: event == PortGone("pads:out", "in"))
        assert any(isinstance(event, MidiNotice) for event in stage.events)
    finally:
        stage.close()
