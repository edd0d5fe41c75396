import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.control.clock_reader import LONG, ClockReader
from loopmind_live.control.midi_messages import CLOCK, CONTINUE, START, STOP, song_position

tempos = st.floats(30.0, 300.0)
seeds = st.integers(0, 1 << 20)


def period_ns(bpm: float) -> float:
    return 60e9 / (24.0 * bpm)


def tolerance(bpm: float, jitter_ms: float, ticks: int = LONG) -> float:
    """0.1 bpm, or what the best line through so many ticks may miss where that is more."""
    deviation_ms = jitter_ms / 3**0.5  # of what is spread evenly
    slope_ms = deviation_ms * 12**0.5 / ticks**1.5
    return max(0.1, 4.5 * slope_ms * 1e6 / period_ns(bpm) * bpm)


@given(tempos, seeds)
def test_four_beats_with_a_millisecond_of_jitter_tell_the_tempo(bpm, seed):
    chance, reader = random.Random(seed), ClockReader("a")
    for tick in range(LONG + 1):
        jitter = chance.uniform(-1e6, 1e6)
        reader.take((CLOCK,), round(10**12 + tick * period_ns(bpm) + jitter))
    heard = reader.heard()
    assert heard.steady
    assert abs(heard.bpm - bpm) <= tolerance(bpm, 1.0)


def test_at_120_bpm_a_millisecond_of_jitter_stays_within_a_tenth():
    worst = 0.0
    for seed in range(200):
        chance, reader = random.Random(seed), ClockReader("a")
        for tick in range(LONG + 1):
            reader.take((CLOCK,), round(tick * period_ns(120.0) + chance.gauss(0.0, 1e6)))
        worst = max(worst, abs(reader.heard().bpm - 120.0))
    assert worst <= 0.1


@given(tempos, seeds, st.sets(st.integers(20, LONG + 40), max_size=6))
def test_dropped_ticks_move_neither_tempo_nor_place(bpm, seed, dropped):
    dropped = {tick for tick in dropped if tick - 1 not in dropped and tick - 2 not in dropped}
    chance, reader = random.Random(seed), ClockReader("a")
    reader.take((START,), 0)
    last = LONG + 44
    for tick in range(last + 1):
        if tick not in dropped:
            jitter = chance.uniform(-0.1, 0.1) * period_ns(bpm)
            reader.take((CLOCK,), round(10**9 + tick * period_ns(bpm) + jitter))
    heard = reader.heard()
    assert heard.bpm == pytest.approx(bpm, rel=0.01)
    assert heard.beat == last / 24


@given(tempos, seeds, st.sets(st.integers(20, LONG + 40), max_size=6))
def test_doubled_ticks_move_neither_tempo_nor_place(bpm, seed, doubled):
    chance, reader = random.Random(seed), ClockReader("a")
    reader.take((START,), 0)
    last = LONG + 44
    for tick in range(last + 1):
        jitter = chance.uniform(-0.1, 0.1) * period_ns(bpm)
        at = round(10**9 + tick * period_ns(bpm) + jitter)
        reader.take((CLOCK,), at)
        if tick in doubled:
            reader.take((CLOCK,), at + round(0.05 * period_ns(bpm)))
    heard = reader.heard()
    assert heard.bpm == pytest.approx(bpm, rel=0.01)
    assert heard.beat == last / 24


@settings(max_examples=60)
@given(tempos, tempos, seeds)
def test_another_tempo_is_taken_up_within_two_beats(before, after, seed):
    chance, reader = random.Random(seed), ClockReader("a")
    now = 10**12
    for bpm, ticks in ((before, 120), (after, 48 + 12)):
        for _ in range(ticks):
            now += round(period_ns(bpm))
            reader.take((CLOCK,), now + round(chance.uniform(-2e5, 2e5)))
    heard = reader.heard()
    assert heard is not None
    assert heard.bpm == pytest.approx(after, rel=0.02)


def test_nothing_is_told_before_a_beat_was_heard():
    reader = ClockReader("a")
    for tick in range(24):
        reader.take((CLOCK,), tick * 20_000_000)
    assert reader.heard() is None
    reader.take((CLOCK,), 24 * 20_000_000)
    assert reader.heard() is not None
    assert not reader.heard().steady


def test_start_position_continue_and_stop_are_told():
    reader = ClockReader("a")

    def ticks(first: int, count: int) -> None:
        for tick in range(first, first + count):
            reader.take((CLOCK,), tick * 20_000_000)

    ticks(0, 30)
    assert (reader.heard().plays, reader.heard().beat) == (False, None)
    reader.take((START,), 30 * 20_000_000 - 1)
    ticks(30, 25)
    assert (reader.heard().plays, reader.heard().beat) == (True, 1.0)
    reader.take((STOP,), 0)
    assert not reader.heard().plays
    reader.take(song_position(64), 0)
    reader.take((CONTINUE,), 0)
    ticks(55, 7)
    assert (reader.heard().plays, reader.heard().beat) == (True, 16.25)
    reader.take((STOP,), 0)
    ticks(62, 1)
    reader.take((CONTINUE,), 0)
    ticks(63, 1)
    assert reader.heard().beat == pytest.approx(16.25 + 2 / 24)


def test_a_clock_that_stood_still_is_heard_anew():
    reader = ClockReader("a")
    for tick in range(100):
        reader.take((CLOCK,), tick * 20_000_000)
    for tick in range(30):
        reader.take((CLOCK,), 10**11 + tick * 25_000_000)
    assert reader.heard().bpm == pytest.approx(100.0)
    assert not reader.heard().steady


@given(st.lists(st.integers(0, 10**9), max_size=200))
def test_any_times_are_survived(intervals):
    reader, now = ClockReader("a"), 0
    for interval in intervals:
        now += interval
        reader.take((CLOCK,), now)
        heard = reader.heard()
        assert heard is None or heard.bpm > 0.0
