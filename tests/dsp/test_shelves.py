"""The shelves do what they say, to tones, to noise and to the seam of a loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import sosfreqz

from loopmind_live.dsp.seams import seam_limit
from loopmind_live.dsp.shelves import (
    HIGH_HZ,
    LOW_HZ,
    Section,
    filtered,
    filtered_round,
    shelf,
    shelves,
)

RATE_HZ = 48000


def gain_db(sections: list[Section], hz: float, rate_hz: int = RATE_HZ) -> float:
    """Return the gain at `hz`, by the transfer function."""
    return float(20 * np.log10(abs(sosfreqz(np.array(sections), [hz], fs=rate_hz)[1][0])))


decibels = st.floats(-24.0, 12.0)


@given(decibels, st.floats(40.0, 10_000.0), st.sampled_from([22050, 44100, 48000, 96000]))
def test_a_shelf_is_whole_at_its_end_half_at_its_corner_and_nothing_at_the_other(
    db: float, hz: float, rate_hz: int
) -> None:
    low, high = shelf("low", hz, db, rate_hz), shelf("high", hz, db, rate_hz)
    half = min(hz, 0.45 * rate_hz)
    for section, whole, none in ((low, 0.0, rate_hz / 2), (high, rate_hz / 2, 0.0)):
        assert gain_db([section], whole, rate_hz) == pytest.approx(db, abs=1e-6)
        assert gain_db([section], none, rate_hz) == pytest.approx(0.0, abs=1e-6)
        assert gain_db([section], half, rate_hz) == pytest.approx(db / 2, abs=1e-6)


@given(decibels, st.sampled_from(["low", "high"]), st.sampled_from([8000, 44100, 192000]))
def test_no_shelf_rings_up(db: float, kind: str, rate_hz: int) -> None:
    section = shelf(kind, LOW_HZ if kind == "low" else HIGH_HZ, db, rate_hz)  # type: ignore[arg-type]
    assert np.abs(np.roots(section[3:])).max() < 1.0


def test_the_spectrum_of_noise_is_moved_by_what_the_shelves_say() -> None:
    noise = np.random.default_rng(3).standard_normal((1 << 17, 2)).astype(np.float32) * 0.1
    made = filtered_round(noise, shelves(-6.0, 3.0, RATE_HZ), RATE_HZ)
    before, after = (np.abs(np.fft.rfft(audio, axis=0)) ** 2 for audio in (noise, made))
    hz = np.fft.rfftfreq(len(noise), 1 / RATE_HZ)
    for low, high, expected in ((20.0, 50.0, -6.0), (600.0, 1100.0, 0.0), (12e3, 2e4, 3.0)):
        band = (hz >= low) & (hz < high)
        found = 10 * np.log10(after[band].sum() / before[band].sum())
        assert found == pytest.approx(expected, abs=0.3)


@given(st.integers(1, 9000), decibels, decibels, st.integers(0, 9))
def test_a_loop_comes_out_as_one_of_its_many_repetitions(
    frames: int, low_db: float, high_db: float, seed: int
) -> None:
    circle = np.random.default_rng(seed).uniform(-0.5, 0.5, (frames, 2)).astype(np.float32)
    sections = shelves(low_db, high_db, RATE_HZ)
    times = 20_000 // frames + 2
    many = filtered(np.tile(circle, (times, 1)), sections)[-frames:]
    assert np.abs(filtered_round(circle, sections, RATE_HZ) - many).max() < 1e-5


def test_the_seam_of_a_hum_stays_closed() -> None:
    phase = 2 * np.pi * 5 * np.arange(4800) / 4800
    hum = np.repeat(np.sin(phase)[:, None], 2, axis=1).astype(np.float32)
    made = filtered_round(hum, shelves(-6.0, 0.0, RATE_HZ), RATE_HZ)
    steps = np.abs(np.diff(made, axis=0)).max(axis=0)
    assert (np.abs(made[0] - made[-1]) <= steps * 1.001).all()
    assert (seam_limit(made, 200) <= steps * 1.001).all()


def test_flat_shelves_leave_the_array_itself() -> None:
    audio = np.ones((100, 2), np.float32)
    assert shelves(0.0, 0.0, RATE_HZ) == []
    assert filtered(audio, []) is audio and filtered_round(audio, [], RATE_HZ) is audio


def test_nothing_comes_of_nothing() -> None:
    nothing, sections = np.zeros((0, 2), np.float32), shelves(-3.0, 0.0, RATE_HZ)
    assert len(filtered(nothing, sections)) == len(filtered_round(nothing, sections, RATE_HZ)) == 0
