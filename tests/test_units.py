import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.units import (
    MODES,
    PITCH_CLASSES,
    db_to_gain,
    gain_to_db,
    parse_key,
    semitones_between,
    spell_key,
    split_key,
    transpose_key,
)

NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SHARPS = ("#", "♯", "sharp", "-sharp", " sharp", " #")
FLATS = ("b", "♭", "flat", "-flat", " flat")
MAJOR = ("", "M", "maj", "major", "dur", ":maj", " major", " Major", " MAJ", ": maj")
MINOR = ("m", "min", "minor", "moll", ":min", " minor", " Minor", " MIN", ": min", " m")
SCALES = {"maj": (0, 2, 4, 5, 7, 9, 11), "min": (0, 2, 3, 5, 7, 8, 10)}

keys = st.builds("{}:{}".format, st.sampled_from(PITCH_CLASSES), st.sampled_from(MODES))


def scale(key: str) -> set[int]:
    tonic, mode = split_key(key)
    return {(tonic + step) % 12 for step in SCALES[mode]}


@pytest.mark.parametrize("letter", [*NATURALS, *map(str.lower, NATURALS)])
def test_keys_are_read_in_all_spellings(letter: str) -> None:
    natural = NATURALS[letter.upper()]
    for steps, accidentals in ((0, ("",)), (1, SHARPS), (-1, FLATS)):
        tonic = PITCH_CLASSES[(natural + steps) % 12]
        for accidental in accidentals:
            for mode, spellings in (("maj", MAJOR), ("min", MINOR)):
                for spelling in spellings:
                    for text in (
                        letter + accidental + spelling,
                        f"  {letter}{accidental}{spelling} ",
                    ):
                        assert parse_key(text) == f"{tonic}:{mode}", text


@pytest.mark.parametrize(
    "text",
    ["", " ", "H", "Hm", "m", "#", "A##", "Abb", "Am7", "A minorish", "AB", "C E", "7"],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    assert parse_key(text) is None


@given(st.text(max_size=8))
def test_any_text_is_a_key_in_the_projects_spelling_or_none(text: str) -> None:
    key = parse_key(text)
    if key is not None:
        tonic, _, mode = key.partition(":")
        assert tonic in PITCH_CLASSES
        assert mode in MODES
        assert parse_key(key) == key


@given(keys)
def test_a_key_comes_back_from_how_people_write_it(key: str) -> None:
    assert parse_key(spell_key(key)) == key
    assert spell_key(key).endswith(("major", "minor"))


@given(keys, st.integers(-50, 50))
def test_transposing_moves_every_note_and_keeps_the_mode(key: str, semitones: int) -> None:
    moved = transpose_key(key, semitones)
    assert scale(moved) == {(pitch + semitones) % 12 for pitch in scale(key)}
    assert split_key(moved)[1] == split_key(key)[1]
    assert transpose_key(moved, -semitones) == key


@given(keys, keys)
def test_the_way_between_two_keys_is_the_shortest_that_gives_the_same_notes(
    source: str, target: str
) -> None:
    semitones = semitones_between(source, target)
    assert scale(transpose_key(source, semitones)) == scale(target)
    assert abs(semitones) == min(
        abs(other)
        for other in range(-11, 12)
        if scale(transpose_key(source, other)) == scale(target)
    )
    back = semitones_between(target, source)
    assert semitones == -back or semitones == back == 6


@given(st.floats(-119.9, 60.0))
def test_levels_come_back_from_their_gains(level_db: float) -> None:
    assert gain_to_db(db_to_gain(level_db)) == pytest.approx(level_db, abs=1e-9)


@given(st.floats(-1.0, 1e-7), st.floats(-150.0, -10.0))
def test_no_level_lies_below_its_floor(gain: float, floor_db: float) -> None:
    level_db = gain_to_db(gain, floor_db)
    assert level_db >= floor_db
    assert math.isfinite(level_db)
    assert gain > 0 or level_db == floor_db


def test_doubling_an_amplitude_is_six_decibels() -> None:
    assert db_to_gain(20.0) == pytest.approx(10.0)
    assert gain_to_db(2.0) == pytest.approx(6.0206, abs=1e-4)
