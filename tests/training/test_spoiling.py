"""Loops as they lie in real folders."""

import numpy as np
import pytest

from loopmind_live.library.decode import Audio
from loopmind_live.training.spoiling import CONDITIONS

RATE_HZ = 8000
SOUND = np.random.default_rng(5).uniform(-1, 1, (2 * RATE_HZ, 2)).astype(np.float32)


@pytest.mark.parametrize(
    ("condition", "seconds", "sound_at_s"),
    [("clean", 2.0, 0.0), ("end_silence", 2.7, 0.0), ("start_silence", 2.3, 0.3), ("cut", 1.86, 0)],
)
def test_what_is_done_to_a_loop_leaves_its_sound_as_it_is(
    condition: str, seconds: float, sound_at_s: float
) -> None:
    spoilt = CONDITIONS[condition](Audio(SOUND, RATE_HZ))
    assert spoilt.samples.dtype == np.float32
    assert len(spoilt.samples) == round(seconds * RATE_HZ)
    begin = round(sound_at_s * RATE_HZ)
    kept = spoilt.samples[begin : begin + len(SOUND)]
    np.testing.assert_array_equal(kept[: len(SOUND)], SOUND[: len(kept)] if begin == 0 else SOUND)


def test_a_room_lets_a_hit_ring_for_a_second_beyond_the_file() -> None:
    hit = np.zeros((RATE_HZ, 1), np.float32)
    hit[-1] = 1.0
    wet = CONDITIONS["reverb"](Audio(hit, RATE_HZ)).samples[:, 0]
    assert len(wet) == 2 * RATE_HZ - 1
    assert wet[RATE_HZ - 1] == pytest.approx(1.0, abs=1e-5)
    tail = wet[RATE_HZ:]
    early, late = (np.sqrt(np.mean(part**2)) for part in (tail[:800], tail[-800:]))
    assert 45.0 < 20.0 * np.log10(early / late) < 60.0
