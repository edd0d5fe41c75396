import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loopmind_live.config import MAX_BPM, MIN_BPM, SAMPLE_RATES
from loopmind_live.errors import ScoreError
from loopmind_live.timing.tempo_map import TempoMap

bpms = st.floats(MIN_BPM, MAX_BPM)
rates = st.sampled_from(SAMPLE_RATES)
meters = st.sampled_from((3, 4, 5, 7))
bars_of = st.floats(0.0, 2000.0)


@st.composite
def a_map(draw: st.DrawFn) -> TempoMap:
    """Return a map with steps and ramps, at bar lines and off them."""
    tempo = TempoMap.constant(draw(bpms), draw(rates), draw(meters))
    bar = 0.0
    for _ in range(draw(st.integers(0, 5))):
        bar += draw(st.integers(1, 200).map(float) | st.floats(0.01, 200.0))
        if draw(st.booleans()):
            tempo = tempo.with_tempo(bar, draw(bpms))
        else:
            length = draw(st.floats(0.25, 64.0))
            tempo = tempo.with_ramp(bar, length, draw(bpms))
            bar += length
    return tempo


@pytest.mark.parametrize("rate_hz", [44100, 48000])
@pytest.mark.parametrize("bpm", [87.5, 140.0, 174.3])
def test_no_line_of_ten_thousand_bars_drifts(bpm: float, rate_hz: int) -> None:
    tempo = TempoMap.constant(bpm, rate_hz)
    bar_frames = Fraction(4 * 60 * rate_hz) / Fraction(bpm)
    for bar in range(10_001):
        assert tempo.line(bar) == round(bar * bar_frames)


def test_no_line_drifts_over_ten_thousand_tempo_changes() -> None:
    tempo, exact, bpm = TempoMap.constant(140.0, 48000), Fraction(0), Fraction(140)
    for bar in range(1, 10_001):
        exact += Fraction(4 * 60 * 48000) / bpm
        assert abs(tempo.frame(float(bar)) - exact) < 1e-3
        bpm = Fraction((87.5, 140.0, 174.3)[bar % 3])
        tempo = tempo.with_tempo(float(bar), float(bpm))
        if len(tempo.segments) > 100:
            tempo = TempoMap(48000, 4, tempo.segments[-2:])
    assert abs(tempo.line(10_000) - exact) <= Fraction(1, 2) + Fraction(1, 1000)


@given(a_map(), bars_of)
def test_a_bar_comes_back_from_its_frame(tempo: TempoMap, bar: float) -> None:
    assert tempo.bar(tempo.frame(bar)) == pytest.approx(bar, abs=1e-7)


@given(a_map(), st.floats(0.0, 2e8))
def test_a_frame_comes_back_from_its_bar(tempo: TempoMap, frame: float) -> None:
    assert tempo.frame(tempo.bar(frame)) == pytest.approx(frame, abs=1e-2)


@given(a_map(), bars_of, st.floats(0.001, 10.0))
def test_time_passes_at_the_tempo_in_force(tempo: TempoMap, bar: float, bars: float) -> None:
    assume(not any(bar < segment.bar < bar + bars for segment in tempo.segments))
    segment = tempo.segment_at_bar(bar)
    ends = segment.bpm_at(bar), segment.bpm_at(bar + bars)
    passed = tempo.frame(bar + bars) - tempo.frame(bar)
    longest, shortest = (tempo.frames_per_bar(choose(ends)) * bars for choose in (min, max))
    assert shortest - 1e-3 <= passed <= longest + 1e-3


@given(bpms, bpms, st.floats(0.25, 64.0), rates)
def test_a_ramp_is_even_in_bars_and_lasts_what_its_bars_add_up_to(
    first: float, last: float, bars: float, rate_hz: int
) -> None:
    tempo = TempoMap.constant(first, rate_hz).with_ramp(3.0, bars, last)
    for share in (0.0, 0.25, 0.5, 0.99):
        bpm = first + share * (last - first)
        assert tempo.bpm_at(3.0 + share * bars) == pytest.approx(bpm)
    assert tempo.bpm_at(3.0 + bars) == tempo.bpm_at(1000.0) == last
    pieces = 2000
    middles = (first + (i + 0.5) / pieces * (last - first) for i in range(pieces))
    lasted = sum(tempo.frames_per_bar(bpm) for bpm in middles) * bars / pieces
    assert tempo.frame(3.0 + bars) - tempo.frame(3.0) == pytest.approx(lasted, rel=1e-5)


@given(a_map(), st.integers(0, 2 * 10**8), st.integers(0, 20_000))
def test_the_next_line_is_the_first_that_is_far_enough(
    tempo: TempoMap, frame: int, margin: int
) -> None:
    bar = tempo.next_line(frame, margin)
    assert tempo.line(bar) >= frame + margin
    assert tempo.line(bar - 1) < frame + margin


@given(a_map(), st.integers(0, 2000), st.integers(0, 20_000))
def test_a_line_at_just_the_margin_is_reached_and_a_frame_later_it_is_not(
    tempo: TempoMap, bar: int, margin: int
) -> None:
    line = tempo.line(bar)
    assert tempo.next_line(line - margin, margin) == bar
    assert tempo.next_line(line - margin + 1, margin) == bar + 1


@given(a_map(), st.integers(0, 500).map(float) | st.floats(0.0, 500.0), bpms, st.floats(0, 1))
def test_a_tempo_keeps_what_lies_before_it_and_its_own_line(
    tempo: TempoMap, bar: float, bpm: float, share: float
) -> None:
    changed = tempo.with_tempo(bar, bpm)
    assert changed.frame(bar) == tempo.frame(bar)
    assert changed.frame(share * bar) == tempo.frame(share * bar)
    assert all(changed.line(line) == tempo.line(line) for line in range(math.floor(bar) + 1))
    assert changed.bpm_at(bar) == changed.bpm_at(bar + 1000) == bpm
    later = changed.frame(bar + 7) - changed.frame(bar)
    assert later == pytest.approx(7 * tempo.frames_per_bar(bpm))


@given(a_map(), st.floats(0.0, 500.0), st.floats(0.25, 64.0), bpms, st.floats(0, 1))
def test_a_ramp_keeps_what_lies_before_it(
    tempo: TempoMap, bar: float, bars: float, bpm: float, share: float
) -> None:
    assume(MIN_BPM <= tempo.bpm_at(bar) <= MAX_BPM)
    changed = tempo.with_ramp(bar, bars, bpm)
    assert changed.frame(bar) == tempo.frame(bar)
    assert changed.frame(share * bar) == tempo.frame(share * bar)
    assert changed.bpm_at(bar) == pytest.approx(tempo.bpm_at(bar))


@given(a_map(), st.lists(bars_of, min_size=2, max_size=5))
def test_later_bars_have_later_frames(tempo: TempoMap, bars: list[float]) -> None:
    ordered = sorted(bars)
    frames = [tempo.frame(bar) for bar in ordered]
    assert frames == sorted(frames)


@pytest.mark.parametrize("bpm", [0.0, -120.0, 39.99, 240.01, math.inf, -math.inf, math.nan])
def test_a_tempo_that_cannot_be_played_is_refused(bpm: float) -> None:
    tempo = TempoMap.constant(120.0, 48000)
    with pytest.raises(ScoreError, match="choose one from 40 to 240"):
        TempoMap.constant(bpm, 48000)
    with pytest.raises(ScoreError, match="choose one from 40 to 240"):
        tempo.with_tempo(4.0, bpm)
    with pytest.raises(ScoreError, match="choose one from 40 to 240"):
        tempo.with_ramp(4.0, 4.0, bpm)


@pytest.mark.parametrize("bars", [0.0, -1.0, math.nan, math.inf])
def test_a_ramp_needs_some_length(bars: float) -> None:
    with pytest.raises(ScoreError, match="choose more than 0"):
        TempoMap.constant(120.0, 48000).with_ramp(4.0, bars, 140.0)


@given(
    a_map(),
    st.floats(0.0, 300.0),
    st.lists(st.tuples(st.floats(0.5, 50.0), st.sampled_from((0.5, 1.0, 2.0))), max_size=4),
)
def test_what_began_is_found_again_after_half_and_double_time(
    tempo: TempoMap, bar: float, changes: list[tuple[float, float]]
) -> None:
    bar = min(bar, tempo.segments[-1].bar)
    began, origin, at = tempo.line(bar), bar, tempo.segments[-1].bar
    for bars, factor in changes:
        at += bars
        bpm = min(MAX_BPM, max(MIN_BPM, tempo.bpm_at(at) * factor))
        tempo = tempo.with_tempo(at, bpm, recount=factor)
        origin = at - (at - origin) * factor
        assert tempo.began(origin, seen_from=at + 0.1) == pytest.approx(began, abs=1)


def test_a_second_change_on_the_line_of_double_time_keeps_the_count() -> None:
    tempo = TempoMap.constant(120.0, 48000).with_tempo(9.0, 240.0, recount=2.0)
    assert tempo.with_tempo(9.0, 200.0).began(7.0, seen_from=9.0) == 8 * 96000
