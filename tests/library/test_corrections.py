"""Corrections: what is understood, and what they make of an estimate."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.errors import LibraryError
from loopmind_live.library.corrections import FIELDS, corrected, read_correction
from loopmind_live.score.loop import ROLES, Loop

AMEN = Loop(
    Path("/loops/amen.wav"), "hash", duration_s=5.55, bpm=87.0, bpm_confidence=0.4, beats=8,
    key="A:min", key_confidence=0.3, instrument="drums", role="drums", lufs=-9.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "text", "kept"),
    [
        ("bpm", "174", "174"), ("bpm", " 87.5 ", "87.5"), ("bpm", "None", None),
        ("key", "Fm", "F:min"), ("key", "Bb major", "A#:maj"), ("key", "none", None),
        ("role", "Bass", "bass"), ("beats", "016", "16"), ("kind", "One-Shot", "one_shot"),
    ],
)  # fmt: skip
def test_what_people_write_is_understood(field: str, text: str, kept: str | None) -> None:
    assert read_correction(field, text) == kept


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("bpm", "fast"), ("bpm", "nan"), ("bpm", "inf"), ("bpm", "-3"), ("bpm", "1000"),
        ("bpm", ""), ("key", "H"), ("key", ""), ("role", "trumpet"), ("role", "none"),
        ("beats", "0"), ("beats", "3.5"), ("beats", "none"), ("beats", "9" * 30), ("kind", "song"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_one_line_that_names_it(field: str, text: str) -> None:
    with pytest.raises(LibraryError) as caught:
        read_correction(field, text)
    assert str(caught.value).startswith(f"{field} ")
    assert "\n" not in str(caught.value)


def test_double_time_counts_the_same_span_twice_as_fine() -> None:
    loop = corrected(AMEN, {"bpm": "174"})
    assert (loop.bpm, loop.beats, loop.bars, loop.bpm_confidence) == (174.0, 16, 4.0, 1.0)


def test_half_time_of_an_odd_number_of_beats_counts_the_files_length() -> None:
    loop = corrected(replace(AMEN, beats=3, duration_s=2.1), {"bpm": "43.5"})
    assert loop.beats == 1


@given(bpm=st.floats(40, 240), duration_s=st.floats(0.05, 600), per_bar=st.integers(1, 12))
def test_the_beats_of_another_tempo_are_what_the_file_holds(
    bpm: float, duration_s: float, per_bar: int
) -> None:
    bare = replace(AMEN, bpm=None, beats=None, duration_s=duration_s, beats_per_bar=per_bar)
    loop = corrected(bare, {"bpm": f"{bpm}"})
    assert loop.beats is not None
    assert loop.beats >= 1
    held = duration_s * bpm / 60.0
    assert loop.beats <= max(1.0, held + 0.36)
    assert loop.beats > held - per_bar - 0.01


def test_beats_that_are_told_count_before_those_that_follow() -> None:
    assert corrected(AMEN, {"beats": "12", "bpm": "120"}).beats == 12
    assert corrected(AMEN, {"beats": "4"}).beats == 4


def test_a_tempo_makes_a_loop_of_a_one_shot_and_none_takes_the_beats_away() -> None:
    hit = replace(AMEN, kind="one_shot", bpm=None, beats=None)
    assert corrected(hit, {"bpm": "87"}).kind == "loop"
    for words in ({"bpm": None}, {"kind": "one_shot"}):
        loop = corrected(AMEN, words)
        assert (loop.bpm, loop.beats, loop.bpm_confidence) == (None, None, 0.0)


def test_a_key_is_sure_and_no_key_is_none() -> None:
    assert corrected(AMEN, {"key": "F:min"}).key_confidence == 1.0
    loop = corrected(AMEN, {"key": None})
    assert (loop.key, loop.key_confidence) == (None, 0.0)


def test_what_is_not_corrected_stays_as_it_was_heard() -> None:
    assert corrected(AMEN, {}) is AMEN
    assert corrected(AMEN, {"role": "bass"}) == replace(AMEN, role="bass")


def test_what_cannot_be_played_is_not_made_playable() -> None:
    broken = Loop(Path("/loops/x.wav"), "hash", error="x.wav: holds no audio")
    assert corrected(broken, {"bpm": "120", "role": "bass"}) == broken


@given(
    st.dictionaries(
        st.sampled_from(FIELDS),
        st.sampled_from(["174", "none", "Fm", "bass", "16", "loop", "one_shot", *ROLES]),
    )
)
def test_any_corrections_that_are_understood_make_a_whole_loop(words: dict[str, str]) -> None:
    kept = {}
    for field, text in words.items():
        try:
            kept[field] = read_correction(field, text)
        except LibraryError:
            continue
    loop = corrected(AMEN, kept)
    assert (loop.bpm is None) == (loop.beats is None)
    assert loop.role in ROLES
    assert loop.path == AMEN.path
