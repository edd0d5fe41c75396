import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.dsp.seams import (
    TOLERANCE,
    Audio,
    close,
    crossfade,
    fit,
    holds,
    lean,
    pass_lengths,
    seam_limit,
    seam_steps,
    warp_end,
    wrapped,
)

WINDOW = 240


def noise(frames: int, seed: int = 0) -> Audio:
    return np.random.default_rng(seed).uniform(-1, 1, (frames, 2)).astype(np.float32)


def slow(frames: int, cycles: int = 3) -> Audio:
    """A wave that closes on itself, with small steps everywhere."""
    phase = 2 * np.pi * cycles * np.arange(frames) / frames
    return np.stack([np.sin(phase), 0.5 * np.cos(phase)], axis=1).astype(np.float32)


def test_a_loop_that_fits_is_laid_out_sample_by_sample_and_starts_again() -> None:
    circle = noise(1000)
    body = fit(circle, 1000.0, 1004, seam_limit(circle, WINDOW), WINDOW, TOLERANCE)
    assert np.array_equal(body[:1000], circle)
    assert np.array_equal(body[1000:], circle[:4])


def test_a_missing_last_frame_is_filled_by_the_first() -> None:
    circle = slow(1000)
    body = fit(circle, 1000.5, 1005, seam_limit(circle, WINDOW), WINDOW, TOLERANCE)
    assert np.array_equal(body, wrapped(circle, 0, 1005))
    assert holds(body, (1000, 1001), TOLERANCE * seam_limit(circle, WINDOW))


def test_skipping_a_frame_of_a_smooth_loop_is_mended_within_the_window() -> None:
    circle = slow(5000)
    limit = seam_limit(circle, WINDOW)
    assert not holds(wrapped(circle, 0, 5004), (4999,), TOLERANCE * limit)
    body = fit(circle, 4999.5, 5004, limit, WINDOW, TOLERANCE)
    assert holds(body, (4999, 5000), TOLERANCE * limit)
    assert np.array_equal(body[: 5000 - WINDOW], circle[: 5000 - WINDOW])
    assert not np.array_equal(body[:4999], circle[:4999])


def test_many_missing_frames_are_stretched_not_repeated() -> None:
    circle = slow(5000)
    body = fit(circle, 5020.0, 5024, seam_limit(circle, WINDOW), WINDOW, TOLERANCE)
    assert (
        np.abs(np.diff(body[:5020], axis=0)).max() <= 1.01 * np.abs(np.diff(circle, axis=0)).max()
    )
    assert np.array_equal(body[5020:], circle[:4])


@given(
    frames=st.integers(2, 4000),
    missing=st.integers(-30, 30),
    fraction=st.floats(0.0, 0.999),
    seed=st.integers(0, 99),
    smooth=st.booleans(),
)
def test_no_fitted_body_steps_over_its_seam_more_than_its_source(
    frames: int, missing: int, fraction: float, seed: int, smooth: bool
) -> None:
    circle = slow(frames, 1 + seed % 5) if smooth else noise(frames, seed)
    pass_frames = max(1, frames + missing) + fraction
    limit = seam_limit(circle, WINDOW)
    total = int(np.ceil(pass_frames)) + 4
    body = fit(circle, pass_frames, total, limit, WINDOW, TOLERANCE)
    assert body.shape == (total, 2)
    assert body.dtype == np.float32
    assert (seam_steps(body, pass_lengths(pass_frames)) <= TOLERANCE * limit + 1e-7).all()


@given(
    frames=st.integers(1, 2000),
    join=st.integers(0, 600),
    share=st.floats(0.0, 1.0),
    seed=st.integers(0, 99),
)
def test_closing_keeps_any_body_to_any_limit(
    frames: int, join: int, share: float, seed: int
) -> None:
    body, before = noise(frames, seed), noise(join, seed + 1)
    limit = np.float32([share, 0.0])
    closed = close(before, body, limit, WINDOW)
    assert (seam_steps(closed, (frames,)) <= limit + 1e-6).all()
    changed = max(min(join, frames // 4), min(WINDOW, frames - 1))
    assert np.array_equal(closed[: frames - changed], body[: frames - changed])
    assert np.array_equal(body, noise(frames, seed)), "the body given is left alone"


def test_closing_takes_the_rendering_that_runs_into_the_start() -> None:
    endless = slow(4000)
    other = endless + np.float32(0.2)
    body = np.concatenate([endless[:3000], other[3000:]])
    closed = close(endless[-480:], body, seam_limit(endless, WINDOW), WINDOW)
    assert np.abs(closed[-1] - endless[-1]).max() < 1e-4


def test_leaning_leaves_a_seam_within_its_limit_alone() -> None:
    body = slow(1000)
    assert lean(body, seam_limit(body, WINDOW), WINDOW) is body


def test_a_seam_in_silence_may_not_step_at_all() -> None:
    body = np.zeros((1000, 2), np.float32)
    body[-1] = 1e-6
    assert seam_steps(lean(body, np.zeros(2, np.float32), WINDOW), (1000,)).max() == 0.0


@pytest.mark.parametrize("frames", [4980, 4999, 5000, 5001, 5020])
def test_warping_makes_the_length_asked_for(frames: int) -> None:
    assert len(warp_end(slow(5000), frames, WINDOW)) == frames


def test_a_crossfade_of_a_sound_with_itself_is_that_sound() -> None:
    sound = noise(480)
    assert np.allclose(crossfade(sound, sound), sound, atol=1e-6)
