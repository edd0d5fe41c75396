"""A set follows a beat outside: at once, gently, with bars that begin together."""

import math
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.score.arrangement import Arrangement
from loopmind_live.session.actions import Follow, SetArrangement, SetFit, SetPace
from loopmind_live.session.following_beat import (
    FITTED,
    GENTLE_S,
    STILL_S,
    OutsideBeat,
    ahead_bars,
    holding,
    in_step,
    multiple_within,
    next_step,
    refitted,
)
from loopmind_live.session.state import Change, State
from loopmind_live.session.walking import walk_to
from loopmind_live.timing.tempo_map import TempoMap

RATE_HZ = 48000
TICK = 480
MARGIN = 1440


def refit(arrangement: Arrangement, bpm: float, key: str | None) -> Arrangement:
    return replace(arrangement, bpm=bpm, key=key)


def started(bpm: float) -> State:
    return State(TempoMap.constant(bpm, RATE_HZ), started=True)


def arranged(bpm: float) -> Arrangement:
    return Arrangement(bpm, "A:min", ())


def outside_at(frame: int, bpm: float, beat: float) -> OutsideBeat:
    """Return a clock that is at `beat` by frame 0."""
    return OutsideBeat(frame, beat + frame * bpm / (60.0 * RATE_HZ), bpm)


def play(
    state: State, bpm: float, beat: float, frames: range, multiple: float
) -> tuple[State, list[float]]:
    """Follow a clock through `frames`; return the state, and the bars that were passed."""
    bars = []
    for frame in frames:
        outside = outside_at(frame, bpm, beat)
        state = in_step(state, outside, multiple, frame + MARGIN, False, refit)
        for moment in walk_to(state, frame, refit, lambda _change: True):
            state = moment.state
        bars.append(state.tempo.bar(frame))
    return state, bars


def beside_s(state: State, bpm: float, beat: float, frame: int, multiple: float) -> float:
    bars = ahead_bars(state.tempo, outside_at(frame, bpm, beat), multiple, frame)
    return bars * state.tempo.frames_per_bar(bpm * multiple) / RATE_HZ


@given(own=st.floats(40.0, 240.0), outside=st.floats(20.0, 999.0), beat=st.floats(-1000.0, 1000.0))
def test_whatever_plays_outside_the_set_is_soon_in_step_and_never_goes_back(
    own: float, outside: float, beat: float
) -> None:
    multiple = multiple_within(outside)
    # The next bar of theirs, a step of 50 ms at two percent, and a second beside.
    limit_s = 4 * 60.0 / outside + GENTLE_S / 0.02 + 2.0
    last = round(limit_s * RATE_HZ / TICK) * TICK
    state, bars = play(started(own), outside, beat, range(0, last + 1, TICK), multiple)
    assert abs(beside_s(state, outside, beat, last, multiple)) < STILL_S
    assert math.isclose(state.tempo.bpm_at(bars[-1]), outside * multiple, rel_tol=1e-5)
    assert all(before < after for before, after in pairwise(bars))


@given(beat=st.floats(0.0, 1000.0), steps=st.lists(st.floats(60.0, 200.0), max_size=4))
def test_each_new_tempo_is_taken_up_by_the_next_block_that_can_be_reached(
    beat: float, steps: list[float]
) -> None:
    state, frame = started(120.0), 0
    for bpm in steps:
        for moment in walk_to(state, frame, refit, lambda _change: True):
            state = moment.state
        outside = OutsideBeat(frame, beat, bpm)
        state = in_step(state, outside, 1.0, frame + MARGIN, False, refit)
        for moment in walk_to(state, frame + MARGIN, refit, lambda _change: True):
            state = moment.state
        last = state.tempo.segments[-1].bpm
        assert math.isclose(last, bpm, rel_tol=1e-5)
        frame += RATE_HZ


def test_a_set_in_step_is_left_alone() -> None:
    state = started(120.0)
    near = outside_at(RATE_HZ, 120.0, 0.9 * STILL_S * 2.0)
    assert in_step(state, near, 1.0, RATE_HZ + MARGIN, True, refit) is state


def test_a_small_step_aside_is_made_up_for_gently() -> None:
    step = next_step(started(120.0), outside_at(RATE_HZ, 120.0, 0.02), 1.0, RATE_HZ)
    assert step is not None
    action, frame = step
    assert (frame, action.bpm, action.from_line) == (RATE_HZ, 120.0, False)
    assert abs(action.ahead_s - 0.01) < 1e-9
    state, bars = play(started(120.0), 120.0, 0.02, range(0, 2 * RATE_HZ, TICK), 1.0)
    rates = {round((b - a) * 4 * 60 * RATE_HZ / TICK / 120.0, 6) for a, b in pairwise(bars)}
    assert max(rates) <= 1.0205
    assert abs(beside_s(state, 120.0, 0.02, 2 * RATE_HZ, 1.0)) < STILL_S


def test_far_aside_our_next_bar_begins_with_theirs() -> None:
    begins = outside_at(0, 120.0, 1.5)
    line = round(begins.next_line(0.0, RATE_HZ))
    assert next_step(started(120.0), begins, 1.0, 100) is None  # it is not near yet
    step = next_step(started(120.0), begins, 1.0, line - 100)
    assert step == (Follow(120.0, from_line=True), line)
    state, _ = play(started(120.0), 120.0, 1.5, range(0, line + TICK, TICK), 1.0)
    assert state.tempo.bar(line) == 1.0
    assert state.tempo.cuts(len(state.tempo.segments) - 1)


def test_a_bar_of_theirs_is_waited_for_no_longer_once_they_have_another_tempo() -> None:
    line = round(outside_at(0, 120.0, 1.5).next_line(0.0, RATE_HZ))
    frame = line - round(0.1 * RATE_HZ)
    state = in_step(started(120.0), outside_at(frame, 120.0, 1.5), 1.0, frame, False, refit)
    assert [change.frame for change in state.pending] == [line]
    assert in_step(state, outside_at(frame, 120.0, 1.5), 1.0, frame + 99, False, refit) is state
    faster = in_step(state, outside_at(frame, 126.0, 1.5), 1.0, frame + 99, False, refit)
    assert [(change.frame, change.action.bpm) for change in faster.pending] == [(frame + 99, 126.0)]
    too_near = in_step(state, outside_at(frame, 126.0, 1.5), 1.0, line + 1, False, refit)
    assert too_near.pending == state.pending


def test_nothing_is_done_before_the_set_has_begun() -> None:
    late = State(
        replace(TempoMap.constant(120.0, RATE_HZ), segments=(
            replace(TempoMap.constant(120.0, RATE_HZ).segments[0], frame=96000.0),
        )),
        started=True,
    )  # fmt: skip
    assert next_step(late, outside_at(0, 130.0, 0.0), 1.0, 50000) is None
    assert next_step(late, outside_at(0, 130.0, 0.0), 1.0, 97000) is not None


def test_a_tempo_of_the_performer_that_is_about_to_land_is_waited_for() -> None:
    change = Change(1, "tempo 140", SetPace(140.0), 0.5, 0.5, RATE_HZ)
    state = replace(started(120.0), pending=(change,), next_number=2)
    assert next_step(state, outside_at(0, 130.0, 0.0), 1.0, RATE_HZ) is None


def test_an_arrangement_comes_in_at_the_tempo_outside() -> None:
    change = Change(1, "dark trap 140 bpm", SetArrangement(arranged(140.0)), 4.0, 4.0)
    state = replace(started(120.0), pending=(change,), next_number=2)
    held = holding(state, 120.0, refit)
    assert [one.action for one in held.pending[1:]] == [SetFit(120.0, "A:min")]
    assert held.pending[1].bar == 4.0
    assert holding(held, 120.0, refit) == held


def test_what_waits_for_the_start_begins_at_the_tempo_outside_as_it_is_by_then() -> None:
    document = replace(State(TempoMap.constant(100.0, RATE_HZ)).document, arrangement=arranged(100))
    state = State(TempoMap.constant(100.0, RATE_HZ), document=document)
    once = holding(state, 130.0, refit)
    again = holding(once, 60e6 / 434783, refit)  # 138, as Link rounds it
    assert [one.action for one in again.pending] == [SetFit(138.0, "A:min")]


def test_clips_are_prepared_for_a_tempo_that_is_far_from_theirs_once() -> None:
    document = replace(started(120.0).document, arrangement=arranged(120.0), pace=1.1)
    state = replace(started(132.0), document=document)
    fitted = refitted(state, MARGIN, 0)
    assert [(one.text, one.action) for one in fitted.pending] == [(FITTED, SetFit(132.0, "A:min"))]
    assert fitted.pending[0].bar == 1
    assert refitted(fitted, MARGIN, 0) is fitted
    near = replace(state, document=replace(document, pace=1.019))
    assert refitted(near, MARGIN, 0) is near


def test_what_is_long_gone_is_forgotten() -> None:
    state = started(120.0)
    for number in range(400):
        frame = number * 10 * RATE_HZ
        beat = 0.02 * (1 + number % 2)
        state, _ = play(state, 120.0, beat, range(frame, frame + RATE_HZ, TICK), 1.0)
    assert len(state.tempo.segments) < 250
