"""MIDI clock on a performance: what is planned to be sent, and how a foreign one is followed."""

import random
from collections.abc import Iterable
from dataclasses import replace

import pytest

from loopmind_live.app.clock_follower import IN_STEP_S
from loopmind_live.app.midi_clock import MidiClock
from loopmind_live.control.clock_plan import ClockAnchor, ClockListen, ClockPlan, Turn
from loopmind_live.control.midi_messages import CLOCK, CONTINUE, START, STOP, MidiIn, PortCame
from loopmind_live.engine.base import EngineStatus
from tests.app.midi_stage import LAUNCHPAD, FedPorts, MidiStage

RATE_HZ = 48000
BEGAN_S = 5000.0
STEP = 768
DRUMS = "Drum Machine:in"
MASTER = "Master:clock"


class ClockPorts(FedPorts):
    """Ports of no machine that keep what is to be sent as a clock."""

    def __init__(self) -> None:
        super().__init__()
        self.ports: set[PortCame] = set()
        self.plan = ClockPlan()
        self.anchors: list[ClockAnchor] = []
        self.listen = ClockListen(None)

    def plug(self, port: str) -> None:
        super().plug(port)
        self.ports |= {PortCame(port, "in"), PortCame(port, "out")}

    def unplug(self, port: str) -> None:
        super().unplug(port)
        self.ports -= {PortCame(port, "in"), PortCame(port, "out")}

    def plan_clock(self, plan: ClockPlan) -> None:
        self.plan = plan

    def anchor_clock(self, anchor: ClockAnchor) -> None:
        self.anchors.append(anchor)

    def listen_clock(self, listen: ClockListen) -> None:
        self.listen = listen


class ClockStage:
    """A performance at 120 bpm whose time is that of its frames, with MIDI clock on it."""

    def __init__(self, folder, monkeypatch) -> None:
        self.ports = ClockPorts()
        self.stage = MidiStage(self.ports, folder / "controllers")
        self.show, self.session = self.stage.show, self.stage.rig.session
        engine = self.engine = self.stage.rig.engine
        plain = engine.status

        def status() -> EngineStatus:
            now = plain()
            return replace(now, time_s=self.time_s(now.frame - engine.block))

        monkeypatch.setattr(engine, "status", status)
        monkeypatch.setattr(engine, "latency_frames", 0, raising=False)
        self.linked = False
        self.clock = MidiClock(
            self.show, self.stage.midi, self.ports, self.stage.told.append,
            lambda: self.time_s(engine.frame()), lambda: self.linked,
        )  # fmt: skip

    def time_s(self, frame: float) -> float:
        return BEGAN_S + frame / RATE_HZ

    def run(self, seconds: float, master: "Master | None" = None) -> None:
        """Let time go by, and what a master sends come in."""
        until = self.engine.frame() + round(seconds * RATE_HZ)
        while self.engine.frame() < until:
            self.stage.rig.play_to(self.engine.frame() + STEP)
            if master is not None:
                self.ports.events += list(master.until(self.time_s(self.engine.frame())))
            self.stage.midi.advance()
            self.clock.advance()

    def type(self, text: str) -> str:
        answer = self.show.type(text)
        assert answer.ok, answer.lines
        return "\n".join(answer.lines)

    @property
    def bpm(self) -> float:
        return self.session.state.tempo.bpm_at(self.session.state.tempo.bar(self.engine.frame()))


class Master:
    """A drum machine that sends its clock, a little unsteadily."""

    def __init__(self, bpm: float, first_s: float, jitter_s: float = 0.0005) -> None:
        self.bpm, self._next_s, self._jitter_s = bpm, first_s, jitter_s
        self._chance = random.Random(1)
        self.ticks_s: list[float] = []
        self._waiting: list[int] = []

    def say(self, status: int) -> None:
        self._waiting.append(status)
        if status == START:
            self.ticks_s = []

    def until(self, now_s: float) -> Iterable[MidiIn]:
        """Return what comes until then, each tick at its time but for the jitter."""
        for status in self._waiting:
            yield MidiIn(MASTER, (status,), round(now_s * 1e9))
        self._waiting = []
        while self._next_s <= now_s:
            self.ticks_s.append(self._next_s)
            jitter_s = self._chance.uniform(-self._jitter_s, self._jitter_s)
            yield MidiIn(MASTER, (CLOCK,), round((self._next_s + jitter_s) * 1e9))
            self._next_s += 60.0 / self.bpm / 24

    def beat_at(self, time_s: float) -> float:
        """Return its beat since it was started."""
        return (len(self.ticks_s) - 1 - (self.ticks_s[-1] - time_s) * self.bpm * 24 / 60) / 24


@pytest.fixture
def on(tmp_path, monkeypatch) -> ClockStage:
    return ClockStage(tmp_path, monkeypatch)


def test_devices_that_blink_get_a_clock_unasked_and_none_once_it_is_off(on):
    on.ports.plug(LAUNCHPAD)
    on.ports.plug(DRUMS)
    on.run(0.3)
    assert on.ports.plan.outputs == (LAUNCHPAD,)
    assert on.type("clock out") == f"MIDI clock to {DRUMS}, {LAUNCHPAD}"
    on.run(0.2)
    assert on.ports.plan.outputs == (DRUMS, LAUNCHPAD)
    on.type("clock out off")
    on.run(0.2)
    assert on.ports.plan.outputs == ()
    assert on.type("clock out drum") == f"MIDI clock to {DRUMS}"
    on.run(0.2)
    assert on.ports.plan.outputs == (DRUMS, LAUNCHPAD)
    on.ports.unplug(DRUMS)
    on.run(0.2)
    assert on.ports.plan.outputs == (LAUNCHPAD,)


def test_a_port_that_is_not_there_is_told_with_those_that_are(on):
    on.ports.plug(DRUMS)
    answer = on.show.type("clock out moog")
    assert not answer.ok
    assert "'moog'" in answer.lines[0]
    assert DRUMS in answer.lines[0]


def test_the_process_is_told_the_map_the_start_and_where_the_engine_is(on):
    on.ports.plug(DRUMS)
    on.type("clock out")
    on.run(0.5)
    state = on.session.state
    assert on.ports.plan.tempo.segments == state.tempo.segments
    (turn,) = on.ports.plan.turns
    assert turn.plays  # since before there was a clock to tell
    anchor = on.ports.anchors[-1]
    assert anchor.time_ns == pytest.approx(on.time_s(anchor.frame) * 1e9, abs=2000)
    assert 6 <= len(on.ports.anchors) <= 12


def test_what_is_to_land_is_planned_before_its_line(on):
    on.ports.plug(DRUMS)
    on.type("clock out")
    on.type("tempo 121")
    on.type("stop in 2 bars")
    line = on.session.state.tempo.line(1)
    on.run((line - on.engine.frame()) / RATE_HZ - 0.2)
    assert on.ports.plan.tempo.bpm_at(1.0) == 121.0
    assert on.session.state.tempo.bpm_at(1.0) == 120.0
    on.run(2.0)
    assert on.ports.plan.turns[1:] == (Turn(2.0, False),)
    on.run(1.0)
    assert on.ports.plan.turns == (Turn(2.0, False),)
    on.type("play")
    on.run(2.5)
    assert on.ports.plan.turns[-1].plays


def test_a_clock_that_comes_in_is_followed_at_its_tempo_and_place(on):
    assert on.type("clock in") == "MIDI clock in: none comes yet from any port"
    assert on.ports.listen == ClockListen("")
    master = Master(121.5, on.time_s(on.engine.frame()) + 0.1)
    master.say(START)
    on.run(8.0, master)
    assert f"MIDI clock from {MASTER}: 121.5 bpm" in on.stage.told
    assert on.bpm == pytest.approx(121.5, abs=0.06)
    assert on.session.state.playing
    on.run(8.0, master)
    for _ in range(20):
        on.run(0.21, master)
        frame = on.engine.frame()
        ours = on.session.state.tempo.bar(frame) * 4
        apart = (ours - master.beat_at(on.time_s(frame)) + 2.0) % 4.0 - 2.0
        assert abs(apart) * 60.0 / 121.5 < 3 * IN_STEP_S


def test_its_tempo_may_change_and_its_end_is_told(on):
    on.type("clock in master")
    master = Master(120.0, on.time_s(on.engine.frame()) + 0.1)
    on.run(5.0, master)
    master.bpm = 130.0
    on.run(5.0, master)
    assert on.bpm == pytest.approx(130.0, abs=0.06)
    assert on.type("status").count("MIDI clock in: 130 bpm") == 1
    on.run(2.0)
    assert f"MIDI clock from {MASTER} has stopped: the music plays on" in on.stage.told
    assert on.session.state.playing
    assert on.bpm == pytest.approx(130.0, abs=0.06)


def test_it_starts_and_stops_the_set(on):
    on.type("clock in")
    master = Master(120.0, on.time_s(on.engine.frame()) + 0.1)
    on.run(3.0, master)
    master.say(STOP)
    on.run(0.5, master)
    assert not on.session.state.playing
    master.say(CONTINUE)
    on.run(3.0, master)
    assert on.session.state.playing


def test_another_port_than_the_one_named_is_not_followed(on):
    on.type("clock in drum machine")
    master = Master(130.0, on.time_s(on.engine.frame()) + 0.1)
    on.run(4.0, master)
    assert on.bpm == 120.0
    on.type("clock in off")
    assert on.ports.listen == ClockListen(None)


def test_two_clocks_do_not_lead_at_once(on):
    on.linked = True
    answer = on.show.type("clock in")
    assert not answer.ok
    assert "link off" in answer.lines[0]
    on.linked = False
    on.type("clock in")
    on.linked = True
    on.run(0.2)
    assert on.stage.told[-1] == "MIDI clock in: off, as Link leads now"
    assert on.ports.listen == ClockListen(None)


def test_an_offset_moves_the_clock(on):
    on.ports.plug(DRUMS)
    on.type("clock out")
    on.type("clock offset -5")
    on.run(0.2)
    assert on.ports.anchors[-1].heard_after_ns == -5_000_000
