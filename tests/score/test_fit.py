from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.score.fit import fitted, gain_db_for, in_time, refitted, time_factor
from loopmind_live.score.loop import ROLES, Loop, Role
from loopmind_live.units import MODES, PITCH_CLASSES

KEYS = [f"{pitch}:{mode}" for pitch in PITCH_CLASSES for mode in MODES]
tempi = st.floats(40.0, 240.0)


@given(tempi, tempi, st.integers(1, 64))
def test_half_or_double_time_never_needs_more_stretch(loop: float, bpm: float, beats: int) -> None:
    factor = time_factor(loop, beats, bpm)
    assert beats * factor == int(beats * factor)

    def distance(ratio: float) -> float:
        return max(ratio, 1.0 / ratio)

    allowed = (1.0, 2.0, 0.5) if beats % 2 == 0 else (1.0, 2.0)
    best = min(distance(bpm / (loop * other)) for other in allowed)
    assert distance(bpm / (loop * factor)) == pytest.approx(best)


@given(st.sampled_from(ROLES), st.floats(-90.0, 0.0), st.floats(-80.0, 20.0))
def test_gains_stay_in_their_range(role: Role, lufs: float, peak: float) -> None:
    loop = Loop(Path("a.wav"), "", lufs=lufs, true_peak_dbtp=peak)
    gain_db = gain_db_for(loop, role)
    assert -24.0 <= gain_db <= 12.0
    if gain_db > -24.0:
        assert peak + gain_db <= -3.0 + 0.051


def test_counting_in_double_time_keeps_the_length() -> None:
    loop = Loop(Path("a.wav"), "", bpm=70.0, beats=8)
    counted = in_time(loop, 140.0)
    assert counted.bpm is not None and counted.beats is not None
    assert counted.beats / counted.bpm == 8 / 70.0


def test_a_loop_without_a_tempo_is_left_as_it_is() -> None:
    part = fitted(Loop(Path("a.wav"), "", kind="one_shot"), "fx", 140.0, "A:min")
    assert (part.stretch, part.semitones, part.gain_db) == (1.0, 0, -6.0)


@given(
    st.sampled_from(ROLES), st.sampled_from([None, *KEYS]), st.sampled_from([None, *KEYS]),
    st.sampled_from([None, *KEYS]), tempi,
)  # fmt: skip
def test_refitting_is_fitting_anew(
    role: Role, key: str | None, old: str | None, new: str | None, bpm: float
) -> None:
    loop = Loop(Path("a.wav"), "", bpm=120.0, beats=16, key=key)
    part = fitted(loop, role, 120.0, old)
    again = refitted(part, old, bpm, new)
    assert -6 <= again.semitones <= 6
    assert again.stretch == bpm / 120.0
    if key is not None:
        assert again.semitones == fitted(loop, role, 120.0, new).semitones
