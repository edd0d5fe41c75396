"""Loops that follow the tempo of their folder."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.library.neighbors import LEAST, follow_neighbors
from loopmind_live.score.loop import Loop


def loop(name: str, bpm: float | None, confidence: float, beats: int = 8) -> Loop:
    return Loop(Path(f"{name}.wav"), name, bpm=bpm, bpm_confidence=confidence, beats=beats)


SURE = [loop(f"sure{number}", 174.0, 0.95, 16) for number in range(5)]


def test_an_open_half_time_follows_a_folder_of_sure_loops() -> None:
    (moved,) = follow_neighbors([*SURE, loop("open", 87.0, 0.6)])
    assert (moved.path.name, moved.bpm, moved.beats) == ("open.wav", 174.0, 16)
    assert 0.6 < moved.bpm_confidence < 1.0


def test_a_double_time_follows_to_half() -> None:
    slow = [loop(f"sure{number}", 87.0, 0.95) for number in range(5)]
    (moved,) = follow_neighbors([*slow, loop("open", 174.2, 0.5, 16)])
    assert (moved.bpm, moved.beats) == (87.1, 8)


def test_what_is_sure_is_left_alone() -> None:
    assert follow_neighbors([*SURE, loop("sure too", 87.0, 0.97)]) == []


def test_another_tempo_is_none_of_the_neighbors_business() -> None:
    assert follow_neighbors([*SURE, loop("other", 120.0, 0.3), loop("none", None, 0.0)]) == []


def test_a_few_neighbors_or_a_folder_of_many_tempos_move_nothing() -> None:
    assert follow_neighbors([*SURE[: LEAST - 1], loop("open", 87.0, 0.6)]) == []
    many = [loop(f"{bpm}", float(bpm), 0.95) for bpm in range(90, 170)]
    assert follow_neighbors([*many, *SURE[:LEAST], loop("open", 87.0, 0.6)]) == []


def test_what_the_user_fixed_stays() -> None:
    assert follow_neighbors([*SURE, loop("open", 87.0, 0.6)], frozenset({"open"})) == []


def test_an_odd_number_of_beats_has_no_half() -> None:
    slow = [loop(f"sure{number}", 87.0, 0.95) for number in range(5)]
    assert follow_neighbors([*slow, loop("open", 174.0, 0.5, 3)]) == []


@given(st.lists(st.tuples(st.sampled_from([80.0, 160.0, 120.0]), st.floats(0.0, 1.0)), max_size=12))
def test_a_second_look_changes_nothing_that_the_first_did_not_open(
    told: list[tuple[float, float]],
) -> None:
    loops = [loop(f"{place}", bpm, sure) for place, (bpm, sure) in enumerate(told)]
    for moved in follow_neighbors(loops):
        before = next(each for each in loops if each.path == moved.path)
        assert moved.bpm in (2 * before.bpm, before.bpm / 2)
        assert moved.bpm * before.beats == pytest.approx(before.bpm * moved.beats)
        assert 0.0 <= moved.bpm_confidence <= 1.0
