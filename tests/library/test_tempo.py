"""Tempo of loops whose tempo is known because the tests made them."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_loops import RATE_HZ, drum_loop, one_hit

from loopmind_live.library.decode import Audio
from loopmind_live.library.sound import Sound, measure
from loopmind_live.library.tempo import (
    CHUNK_TRUST,
    MARKED_TRUST,
    Hint,
    Tempo,
    estimate_tempo,
    whole_beats,
)
from loopmind_live.training.spoiling import CONDITIONS


def tempo_of(sound: np.ndarray, hint: Hint | None = None) -> Tempo | None:
    measured: Sound = measure(Audio(sound, RATE_HZ))
    return estimate_tempo(measured.onsets, measured.extent, [hint] if hint else [])


def silence(seconds: float) -> np.ndarray:
    return np.zeros((round(seconds * RATE_HZ), 1), np.float32)


@given(st.floats(90.0, 165.0), st.sampled_from([4, 8, 16]))
@settings(max_examples=25, deadline=None)
@example(90.5, 4)  # 181 is a whole tempo: a program cuts at that, too
@example(93.5, 8)
@example(97.5, 16)
@example(162.515003200113, 8)  # its last hit dies away where 165 BPM would end, to the frame
def test_a_loop_cut_to_its_beats_has_its_tempo_and_its_beats(bpm: float, beats: int) -> None:
    tempo = tempo_of(drum_loop(bpm, beats))
    assert tempo is not None
    assert tempo.bpm == pytest.approx(bpm, rel=0.003)
    assert (tempo.beats, tempo.start_s) == (beats, 0.0)
    assert tempo.confidence > 0.5


@given(st.floats(64.0, 90.0), st.sampled_from([4, 8, 16]))
@settings(max_examples=15, deadline=None)
def test_a_slow_loop_is_counted_in_its_own_or_in_double_time(bpm: float, beats: int) -> None:
    tempo = tempo_of(drum_loop(bpm, beats))
    assert tempo is not None
    factor = round(tempo.bpm / bpm)
    assert factor in (1, 2)
    assert tempo.bpm == pytest.approx(factor * bpm, rel=0.003)
    assert tempo.beats == factor * beats


@pytest.mark.parametrize("bpm", [92, 128, 140, 150])
def test_a_whole_tempo_comes_out_whole(bpm: int) -> None:
    tempo = tempo_of(drum_loop(bpm, 8))
    assert tempo is not None
    assert tempo.bpm == float(bpm)


@pytest.mark.parametrize("bpm", [91.5, 97.5, 100.5, 122.5])
@pytest.mark.parametrize("beats", [4, 8])
def test_a_tempo_at_a_half_comes_out_at_a_half(bpm: float, beats: int) -> None:
    tempo = tempo_of(drum_loop(bpm, beats))
    assert tempo is not None
    assert (tempo.bpm, tempo.beats) == (bpm, beats)


@pytest.mark.parametrize("bpm", [93.0, 120.0, 143.0])
@pytest.mark.parametrize("tail_s", [0.31, 0.7])
def test_silence_after_the_loop_is_its_tail(bpm: float, tail_s: float) -> None:
    tempo = tempo_of(np.concatenate([drum_loop(bpm, 8), silence(tail_s)]))
    assert tempo is not None
    assert tempo.bpm == pytest.approx(bpm, rel=0.01)
    assert tempo.beats == 8


@pytest.mark.parametrize("bpm", [93.0, 120.0, 143.0])
def test_a_loop_that_starts_late_starts_on_its_first_beat(bpm: float) -> None:
    tempo = tempo_of(np.concatenate([silence(0.3), drum_loop(bpm, 8)]))
    assert tempo is not None
    assert tempo.bpm == pytest.approx(bpm, rel=0.01)
    assert tempo.start_s == pytest.approx(0.3, abs=0.01)
    assert tempo.beats == 8


def test_a_name_decides_between_half_and_double() -> None:
    sound = drum_loop(85, 8)
    for stated in (85.0, 170.0):
        tempo = tempo_of(sound, Hint(stated, MARKED_TRUST))
        assert tempo is not None
        assert tempo.bpm == stated


def test_a_name_that_the_sound_contradicts_is_not_believed() -> None:
    tempo = tempo_of(drum_loop(120, 16), Hint(97.0, MARKED_TRUST))
    assert tempo is not None
    assert tempo.bpm == 120.0


@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.9, 2.5])
def test_a_single_hit_gives_no_tempo_that_would_be_told(seconds: float) -> None:
    tempo = tempo_of(one_hit(seconds))
    assert tempo is None or tempo.confidence < 0.3


@pytest.mark.parametrize("seed", range(30))
def test_hits_at_random_times_give_no_sure_tempo(seed: int) -> None:
    random = np.random.default_rng(seed)
    sound = silence(7.777)
    hit = one_hit(0.1)
    for start in random.integers(0, len(sound) - len(hit), 12):
        sound[start : start + len(hit)] += hit
    tempo = tempo_of(sound)
    assert tempo is None or tempo.confidence < 0.8


@pytest.mark.parametrize("cut", [0.04, 0.07])
def test_a_loop_without_its_end_keeps_its_tempo(cut: float) -> None:
    sound = drum_loop(132, 16)
    tempo = tempo_of(sound[: round(len(sound) * (1.0 - cut))])
    assert tempo is not None
    assert tempo.bpm == pytest.approx(132, rel=0.01)


@pytest.mark.parametrize("bpm", [97.0, 126.0, 164.0])
def test_a_tail_of_reverb_is_no_part_of_the_beats(bpm: float) -> None:
    tempo = tempo_of(CONDITIONS["reverb"](Audio(drum_loop(bpm, 16), RATE_HZ)).samples)
    assert tempo is not None
    assert tempo.bpm == pytest.approx(bpm, rel=0.01)
    assert tempo.beats == 16


@pytest.mark.parametrize("claimed", [87.0, 174.0])
def test_a_chunk_counts_where_the_sound_leaves_it_open(claimed: float) -> None:
    tempo = tempo_of(drum_loop(87, 8), Hint(claimed, CHUNK_TRUST))
    assert tempo is not None
    assert tempo.bpm == claimed


@given(st.floats(0.1, 600.0), st.floats(60.0, 200.0))
def test_beats_are_whole_positive_and_never_far_beyond_the_file(
    length_s: float, bpm: float
) -> None:
    beats = whole_beats(length_s, bpm)
    assert beats >= 1
    assert beats <= max(1.0, length_s * bpm / 60.0 + 0.4)
