from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine.tap import MasterTap

RING = 64


def ramp(begin: int, end: int) -> np.ndarray:
    return np.repeat(np.arange(begin, end, dtype=np.float32)[:, None], 2, axis=1)


@given(st.integers(0, 500), st.integers(1, 20), st.integers(1, 30), st.data())
def test_frames_come_back_at_their_place_or_are_lost_and_silent(
    begin: int, blocks: int, block: int, data: st.DataObject
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        tap = MasterTap.create(Path(folder), RING)
        tap.begin(begin)
        for i in range(blocks):
            tap.write(begin + i * block, ramp(begin + i * block, begin + (i + 1) * block))
        end = begin + blocks * block
        assert tap.written() == end
        at = data.draw(st.integers(max(0, begin - 40), end))
        until = data.draw(st.integers(at, end))
        audio, lost = tap.read(at, until)
        oldest = max(begin, end - RING)
        assert lost == min(until - at, max(0, oldest - at))
        assert not audio[:lost].any()
        assert np.array_equal(audio[lost:], ramp(at + lost, until))
        tap.close()


def test_what_is_missed_between_two_writers_is_silent_and_lost_and_the_rest_is_kept(
    tmp_path: Path,
) -> None:
    tap = MasterTap.create(tmp_path, RING)
    tap.begin(10)
    tap.write(10, ramp(10, 30))
    tap.begin(40)
    tap.write(40, ramp(40, 60))
    assert tap.gap() == (30, 40)
    audio, lost = tap.read(20, 60)
    assert lost == 10
    assert np.array_equal(audio[:10], ramp(20, 30))
    assert not audio[10:20].any()
    assert np.array_equal(audio[20:], ramp(40, 60))
    assert tap.read(40, 60)[1] == 0
    tap.begin(60 + RING)
    assert tap.read(50, 60 + RING)[1] == 10 + RING, "a gap longer than the ring"
    tap.close()
