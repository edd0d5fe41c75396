from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine.places import Places
from loopmind_live.errors import EngineError

CAPACITY = 1000


steps_of = st.lists(st.tuples(st.booleans(), st.integers(1, 400), st.integers(0, 1 << 16)))


@given(steps_of)
def test_places_never_overlap_and_no_frame_is_lost(steps: list[tuple[bool, int, int]]) -> None:
    places = Places(CAPACITY)
    taken: dict[int, int] = {}
    for give, frames, choice in steps:
        if give and taken:
            offset = sorted(taken)[choice % len(taken)]
            places.free(offset)
            del taken[offset]
        else:
            found = places.allocate(frames)
            if found is None:
                gaps, at = [], 0
                for offset in sorted(taken):
                    gaps.append(offset - at)
                    at = offset + taken[offset]
                assert max([*gaps, CAPACITY - at]) < frames, "there was room"
            else:
                taken[found] = frames
        ranges = [(offset, offset + taken[offset]) for offset in sorted(taken)]
        assert all(end <= start for (_, end), (start, _) in pairwise(ranges))
        assert not ranges or (ranges[0][0] >= 0 and ranges[-1][1] <= CAPACITY)
        assert places.free_frames == CAPACITY - sum(taken.values())
    for offset in taken:
        places.free(offset)
    assert places.allocate(CAPACITY) == 0, "freed places did not become one again"


def test_a_place_that_was_freed_cannot_be_freed_again() -> None:
    places = Places(100)
    places.allocate(10)
    places.free(0)
    with pytest.raises(EngineError, match="freed already"):
        places.free(0)


@pytest.mark.parametrize("frames", [0, -5])
def test_a_clip_must_have_frames(frames: int) -> None:
    with pytest.raises(EngineError, match="at least one"):
        Places(100).allocate(frames)


def test_a_place_is_widened_over_its_own_parts_and_never_over_others() -> None:
    places = Places(100)
    places.reserve(20, 10)
    places.reserve(50, 10)
    places.widen(10, 30)
    with pytest.raises(EngineError, match="not all of them are free"):
        places.widen(45, 10)
    places.free(10)
    places.free(50)
    assert places.free_frames == 100
