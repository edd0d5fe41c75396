"""Which tempos are looked at."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from made_loops import RATE_HZ, drum_loop, one_hit

from loopmind_live.library.decode import Audio
from loopmind_live.library.rhythm import Evidence
from loopmind_live.library.sound import measure
from loopmind_live.library.tempo_candidates import SEARCH_BPM, Candidates, find_candidates


def candidates_of(sound: np.ndarray, more: tuple[float, ...] = ()) -> Candidates:
    measured = measure(Audio(sound, RATE_HZ))
    return find_candidates(Evidence(measured.onsets, measured.extent), more)


@given(st.floats(62.0, 198.0), st.sampled_from([4, 8]), st.floats(0.0, 0.1))
@settings(max_examples=20, deadline=None)
def test_the_right_tempo_is_among_them_even_of_a_loop_that_lacks_its_end(
    bpm: float, beats: int, lost: float
) -> None:
    sound = drum_loop(bpm, beats)
    found = candidates_of(sound[: round(len(sound) * (1.0 - lost))])
    assert np.abs(found.bpms / bpm - 1.0).min() < 0.015


def test_each_is_told_of_in_finite_figures_of_one_width() -> None:
    silence = np.zeros((RATE_HZ // 2, 1), np.float32)
    widths = set()
    for sound in (drum_loop(120, 8), one_hit(0.05), np.concatenate([silence, drum_loop(90, 4)])):
        found = candidates_of(sound)
        assert np.isfinite(found.figures).all()
        assert np.isfinite(found.overall).all()
        assert len(found.bpms) == len(found.starts_s) == len(found.figures)
        widths.add((found.figures.shape[1], len(found.overall)))
    assert len(widths) == 1


def test_a_claimed_tempo_is_looked_at_where_it_can_be_one() -> None:
    found = candidates_of(drum_loop(120, 8), (97.31, 500.0))
    assert 97.31 in found.bpms
    assert found.bpms.max() <= SEARCH_BPM[1]


def test_a_loop_after_silence_may_start_where_its_sound_does() -> None:
    silence = np.zeros((round(0.4 * RATE_HZ), 1), np.float32)
    found = candidates_of(np.concatenate([silence, drum_loop(120, 8)]))
    assert 0.0 in found.starts_s
    assert np.abs(found.starts_s - 0.4).min() < 0.01
