"""Where in a file its sound lies."""

import numpy as np
import pytest

from loopmind_live.library.extent import find_extent

RATE_HZ = 8000


def tone(seconds: float) -> np.ndarray:
    return np.sin(np.arange(round(seconds * RATE_HZ)) * 0.3).astype(np.float32)


def silence(seconds: float, level: float = 0.0) -> np.ndarray:
    return np.full(round(seconds * RATE_HZ), level, np.float32)


def test_silence_at_either_end_is_told_from_sound() -> None:
    found = find_extent(np.concatenate([silence(0.3), tone(1.0), silence(0.7)]), RATE_HZ)
    assert found.duration_s == pytest.approx(2.0)
    assert found.start_s == pytest.approx(0.3, abs=0.01)
    assert found.end_s == pytest.approx(1.3, abs=0.01)
    assert found.exact_start_s == pytest.approx(0.3, abs=0.001)
    assert found.ends_s == pytest.approx([2.0, 1.3], abs=0.001)
    assert not found.cut


def test_soft_noise_is_no_digital_silence_but_no_sound_either() -> None:
    found = find_extent(np.concatenate([tone(1.0), silence(0.5, 3e-4)]), RATE_HZ)
    assert found.end_s == pytest.approx(1.0, abs=0.01)
    assert found.exact_end_s == 1.5
    assert found.ends_s == [1.5]


def test_a_file_that_stops_while_it_is_loud_is_cut() -> None:
    assert find_extent(tone(1.0), RATE_HZ).cut


def test_a_tail_is_seen_to_fade() -> None:
    fall = 10.0 ** (-3.0 * np.arange(RATE_HZ) / RATE_HZ)  # 60 dB in a second
    found = find_extent(np.concatenate([tone(1.0), tone(1.0) * fall.astype(np.float32)]), RATE_HZ)
    assert found.fades_s == pytest.approx((1.2, 1.4), abs=0.03)


@pytest.mark.parametrize("frames", [1, 2, 30, 79, 81])
def test_the_shortest_sounds_have_an_extent(frames: int) -> None:
    found = find_extent(np.full(frames, 0.5, np.float32), RATE_HZ)
    assert found.ends_s == [frames / RATE_HZ]
    assert found.fades_s[0] <= found.fades_s[1] <= found.duration_s + 1e-9
