"""Click and cue voices: struck at the tempo map's own frames, and heard on the cue alone."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine.base import CUE_TRACK, Row
from loopmind_live.engine.click import click_audio, lay_clicks
from loopmind_live.engine.guard import check_rows
from loopmind_live.engine.player import Player
from loopmind_live.engine.rows import pack
from loopmind_live.errors import EngineError
from loopmind_live.timing.tempo_map import TempoMap, TempoSegment
from tests.engine.mixing import POOL, render

RATE = 48000
SOUND = 40
POOL_OF_ONES = np.ones((4 * SOUND, 2), np.float32)


def struck(segment: TempoSegment, tempo: TempoMap, start: int, stop: int, clip_bars: float) -> Row:
    return Row(
        track=0, clip_id=-1, offset=0, body_frames=4, pass_frames=float(SOUND), origin=0.0,
        start=start, stop=stop, gain=0.5, tail_frames=SOUND - 4, clip_bars=clip_bars,
        clock_frame=segment.frame, clock_bar=segment.bar,
        clock_bar_frames=tempo.frames_per_bar(segment.bpm),
        clock_change=segment.slope / segment.bpm,
    )  # fmt: skip


def onsets(heard: np.ndarray) -> list[int]:
    """Return where a sound begins in what is silent or 0.5."""
    sounds = heard[:, 0] > 0.0
    return np.flatnonzero(sounds & ~np.roll(sounds, 1)).tolist()


@given(
    bpm=st.floats(40, 240), bar=st.integers(0, 400), frame=st.floats(0, 1e9),
    blocks=st.lists(st.sampled_from([16, 64, 256, 1000]), min_size=1, max_size=4),
)  # fmt: skip
def test_strokes_begin_at_the_rounded_frame_of_each_beat(bpm, bar, frame, blocks):
    tempo = TempoMap(RATE, 4, (TempoSegment(float(bar), frame, bpm),))
    begin = tempo.line(bar)
    end = tempo.line(bar + 1) + 100
    row = struck(tempo.segments[0], tempo, begin, end, 0.25)
    heard = render([row], blocks, begin - 10, end, POOL_OF_ONES)[0]
    expected = [round(tempo.frame(bar + n / 4)) for n in range(5)]
    assert [begin - 10 + at for at in onsets(heard)] == expected


@given(
    bpm=st.floats(40, 240), to=st.floats(40, 240), bars=st.floats(0.25, 16),
    skip=st.integers(0, 3), block=st.sampled_from([16, 100, 256]),
)  # fmt: skip
def test_strokes_follow_a_ramp_to_the_frame(bpm, to, bars, skip, block):
    tempo = TempoMap.constant(bpm, RATE).with_ramp(2.0, bars, to)
    ramp = tempo.segments[1]
    begin, end = tempo.line(2.0 + min(skip, bars - 0.1)), tempo.line(2.0 + min(bars, 4.0))
    row = struck(ramp, tempo, begin, end, 0.25)
    heard = render([row], [block], begin - 1, end, POOL_OF_ONES)[0]
    beats = [round(tempo.frame(2.0 + n / 4)) for n in range(17)]
    assert [begin - 1 + at for at in onsets(heard)] == [at for at in beats if begin <= at < end]


def test_a_stroke_rings_out_over_the_stop_and_the_whole_sound_is_heard():
    tempo = TempoMap.constant(120.0, RATE)
    row = replace(struck(tempo.segments[0], tempo, 0, 24_010, 0.25), gain=1.0)
    heard = render([row], [64], 23_990, 24_200)[0]
    assert np.array_equal(heard[10 : 10 + SOUND], POOL[:SOUND].astype(float))
    assert not heard[:10].any() and not heard[10 + SOUND :].any()


def test_nothing_is_struck_before_the_start_though_a_beat_lies_just_before():
    tempo = TempoMap.constant(120.0, RATE)
    heard = render([struck(tempo.segments[0], tempo, 1, 48_000, 0.25)], [64], 0, 24_100)[0]
    assert not heard[:24_000].any() and heard[24_000].any()


def test_a_clock_that_never_reaches_a_beat_ends():
    tempo = TempoMap.constant(240.0, RATE)
    row = struck(TempoSegment(0.0, 0.0, 240.0, -60.0), tempo, 0, 10**8, 1.0)
    heard = render([row], [256], 10**7, 10**7 + 512)[0]
    assert len(heard) == 512 and not heard.any()


def test_rows_of_the_cue_leave_every_master_track_as_it_was():
    set_rows = [Row(t, t, 16, 104, 100.0, origin=0.0, start=0) for t in range(MAX_TRACKS)]
    cue = [Row(CUE_TRACK + t, 99, 200, 104, 100.0, origin=0.0, start=0) for t in (0, 3, 15)]
    alone, beside = (Player(POOL, RATE, 64) for _ in range(2))
    alone.install(pack(set_rows))
    beside.install(pack([*set_rows, *cue]))
    for _ in range(5):
        alone.render()
        beside.render()
        assert np.array_equal(alone.out, beside.out)
        assert np.array_equal(alone.peaks, beside.peaks)
        assert not alone.cue.any()
    expected = 3 * POOL[200 + 256 % 100 : 200 + 256 % 100 + 44].astype(float)
    assert np.allclose(beside.cue[:44], expected)


def test_a_cue_that_is_not_finite_is_silent_and_the_master_plays_on():
    pool = POOL.copy()
    pool[300] = np.nan
    player = Player(pool, RATE, 64)
    rows = [Row(0, 0, 0, 104, 100.0, 0.0, 0), Row(CUE_TRACK, 1, 290, 204, 200.0, 0.0, 0)]
    player.install(pack(rows))
    assert player.render() == []
    assert not player.cue.any() and player.out[0].any()
    player.render()
    assert player.cue.any()


def test_tracks_beyond_the_cue_are_refused():
    check_rows(pack([Row(2 * MAX_TRACKS - 1, 0, 0, 104, 100.0, 0.0, 0)]), 700)
    with pytest.raises(EngineError, match="track = 32"):
        check_rows(pack([Row(2 * MAX_TRACKS, 0, 0, 104, 100.0, 0.0, 0)]), 700)


def test_clicks_are_laid_beside_each_other_and_together_stay_within_full_scale():
    class Memory:
        def __init__(self) -> None:
            self.laid: dict[int, np.ndarray] = {}

        def allocate(self, frames: int) -> int:
            return sum(map(len, self.laid.values()))

        def write(self, offset: int, audio: np.ndarray) -> None:
            self.laid[offset] = audio

    memory = Memory()
    clicks = lay_clicks(memory, 44100)
    beat, accent = memory.laid[clicks.beat], memory.laid[clicks.accent]
    assert len(beat) == len(accent) == clicks.frames
    assert not np.array_equal(beat, accent)
    assert np.abs(beat + accent).max() < 1.0
    assert beat[0].min() > 0.4, "the first frame is the onset"


def test_a_full_arena_is_told():
    class Full:
        def allocate(self, frames: int) -> None:
            return None

        def write(self, offset: int, audio: np.ndarray) -> None:
            raise AssertionError

    with pytest.raises(EngineError, match="no room for the click"):
        lay_clicks(Full(), 48000)
    assert click_audio(1000.0, 96000).shape == (3840, 2)
