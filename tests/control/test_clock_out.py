import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.clock_out import ClockOut, Due
from loopmind_live.control.clock_plan import ClockPlan, Turn
from loopmind_live.timing.tempo_map import TempoMap

RATE_HZ = 48000
PADS = ("pads",)


@st.composite
def tempo_maps(draw: st.DrawFn) -> TempoMap:
    tempo = TempoMap.constant(draw(st.floats(40.0, 240.0)), RATE_HZ)
    bar = 0.0
    for _ in range(draw(st.integers(0, 4))):
        bar += draw(st.sampled_from([1.0, 2.0, 0.37]))
        bpm = draw(st.floats(40.0, 240.0))
        if draw(st.booleans()):
            tempo = tempo.with_tempo(bar, bpm)
        else:
            tempo = tempo.with_ramp(bar, 1.5, bpm)
            bar += 1.5
    return tempo


def run(out: ClockOut, plan: ClockPlan, start: float, stop: float, block: int = 128) -> list[Due]:
    dues = []
    frame = start
    while frame < stop:
        dues += out.take(plan, frame, frame + block)
        frame += block
    return dues


def data(dues: list[Due]) -> list[str]:
    return [due.data.hex() for due in dues]


@given(tempo_maps(), st.sampled_from([64, 128, 1024]), st.floats(-3000.0, 0.0))
def test_every_tick_is_sent_once_at_its_place_on_the_map(tempo, block, start):
    stop = tempo.frame(4.0)
    dues = run(ClockOut(), ClockPlan(tempo, (), PADS), start, stop, block)
    first = math.ceil(tempo.bar(start) * 96 - 1e-6)
    wanted = [tempo.frame(tick / 96) for tick in range(first, 4 * 96)]
    assert [due.frame for due in dues][: len(wanted)] == wanted
    assert set(data(dues)) == {"f8"}


def test_ten_minutes_drift_by_nothing():
    tempo = TempoMap.constant(137.3, RATE_HZ)
    bars = 10 * 60 * 137.3 / 4 / 60
    out, plan = ClockOut(), ClockPlan(tempo, (), PADS)
    dues = run(out, plan, 0.0, tempo.frame(bars), 4096)
    assert dues[-1].frame == tempo.frame((len(dues) - 1) / 96)


@given(tempo_maps(), st.sampled_from([64, 128, 1024]))
def test_a_start_and_a_stop_come_half_a_tick_before_their_lines(tempo, block):
    plan = ClockPlan(tempo, (Turn(0.0, True), Turn(4.0, False)), PADS)
    dues = run(ClockOut(), plan, -4800.0, tempo.frame(5.0), block)
    told = data(dues)
    start, stop = told.index("fa"), told.index("fc")
    assert dues[start].frame == tempo.frame(-0.5 / 96)
    assert dues[stop].frame == tempo.frame(4.0 - 0.5 / 96)
    assert told[start + 1 : stop] == ["f8"] * 4 * 96
    assert told.count("fa") == told.count("fc") == 1
    assert "fb" not in told


def test_a_set_that_goes_on_later_names_its_place():
    tempo = TempoMap.constant(120.0, RATE_HZ)
    plan = ClockPlan(tempo, (Turn(3.0, True),), PADS)
    dues = run(ClockOut(), plan, 0.0, tempo.frame(4.0))
    told = data(dues)
    place = told.index("fb")
    assert told[place - 1] == "f23000"  # 48 sixteenths
    assert dues[place + 1].frame == tempo.frame(3.0)


def test_who_is_told_late_has_devices_join_at_the_next_beat():
    tempo = TempoMap.constant(120.0, RATE_HZ)
    plan = ClockPlan(tempo, (Turn(0.0, True),), PADS)
    dues = run(ClockOut(), plan, tempo.frame(2.1), tempo.frame(3.0))
    told = data(dues)
    place = told.index("fb")
    assert told[place - 1] == "f22400"  # beat 9, in sixteenths
    assert dues[place + 1].frame == tempo.frame(2.25)


def test_a_port_that_joins_is_told_alone_and_one_that_leaves_is_stopped():
    tempo = TempoMap.constant(120.0, RATE_HZ)
    out, turns = ClockOut(), (Turn(0.0, True),)
    run(out, ClockPlan(tempo, turns, PADS), -4800.0, 90000.0)
    both = run(out, ClockPlan(tempo, turns, ("drums", "pads")), 90000.0, 130000.0)
    assert [due.ports for due in both if due.data[0] == 0xFB] == [("drums",)]
    left = run(out, ClockPlan(tempo, turns, ("drums",)), 130000.0, 140000.0)
    assert [due.ports for due in left if due.data[0] == 0xFC] == [PADS]
    assert {due.ports for due in left if due.data[0] == 0xF8} == {("drums",)}


@given(tempo_maps(), st.floats(0.5, 6.0), st.floats(40.0, 240.0))
def test_a_tempo_that_changes_under_way_loses_and_doubles_no_tick(tempo, bar, bpm):
    out = ClockOut()
    at = tempo.frame(bar)
    before = run(out, ClockPlan(tempo, (), PADS), 0.0, at)
    then = tempo.with_tempo(bar + 0.05, bpm)
    after = run(out, ClockPlan(then, (), PADS), at, then.frame(bar + 2.0))
    ticks = [round(then.bar(due.frame) * 96, 3) for due in before + after]
    assert ticks == [float(number) for number in range(len(ticks))]


def test_what_is_cut_out_of_a_bar_is_not_counted_but_told():
    tempo = TempoMap.constant(120.0, RATE_HZ)
    cut = tempo.with_line(2, 120_000, 120.0)  # half of bar 2 is left out
    dues = run(ClockOut(), ClockPlan(cut, (Turn(0.0, True),), PADS), -4800.0, 168_000.0)
    told = data(dues)
    place = told.index("fb")
    assert told[place - 1] == "f22000"  # 32 sixteenths: bar 3
    frames = [due.frame for due in dues if due.data[0] == 0xF8]
    assert frames == sorted(frames)
    apart = [b - a for a, b in itertools.pairwise(frames)]
    assert set(map(round, apart)) == {1000}


def test_a_clock_that_was_moved_far_goes_on_from_there():
    tempo = TempoMap.constant(120.0, RATE_HZ)
    out, plan = ClockOut(), ClockPlan(tempo, (), PADS)
    run(out, plan, 0.0, 10_000.0)
    far = run(out, plan, 960_000.0, 964_000.0)
    assert [due.frame for due in far] == [960_000.0, 961_000.0, 962_000.0, 963_000.0, 964_000.0][
        : len(far)
    ]


def test_a_stall_of_a_beat_is_caught_up_so_that_no_tick_is_lost():
    tempo = TempoMap.constant(120.0, RATE_HZ)
    out, plan = ClockOut(), ClockPlan(tempo, (), PADS)
    count = len(run(out, plan, 0.0, 10_000.0, 100))
    count += len(run(out, plan, 34_000.0, 40_000.0, 100))
    assert count == 40


def test_nothing_is_sent_before_the_set_has_a_clock():
    assert ClockOut().take(ClockPlan(outputs=PADS), 0.0, 1e9) == []


@pytest.mark.parametrize("block", [64, 256])
def test_nothing_is_sent_where_nobody_wants_a_clock(block):
    tempo = TempoMap.constant(120.0, RATE_HZ)
    plan = ClockPlan(tempo, (Turn(0.0, True),))
    assert run(ClockOut(), plan, -4800.0, 96_000.0, block) == []
