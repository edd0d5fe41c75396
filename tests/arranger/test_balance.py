"""Parts leave room for each other: who does, for whom, and when."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.balance import (
    BESIDE_BASS_DB,
    BESIDE_VOCAL_DB,
    balanced,
    roles_of,
    toned,
)
from loopmind_live.arranger.rules import RuleArranger
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.loop import ROLES, Loop, Role
from tests.arranger.synthetic_loops import full_library

RHYTHM: tuple[Role, ...] = ("drums", "kick", "snare", "hats", "perc", "bass")


def part(role: Role) -> Part:
    return Part(role, Loop(Path(f"{role}.wav"), role))


@given(st.sets(st.sampled_from(ROLES)))
def test_rhythm_keeps_its_tone_and_no_shelf_is_more_than_gentle(roles: set[Role]) -> None:
    for role in roles:
        low_db, high_db = toned(part(role), roles).tone
        assert -6.0 <= low_db <= 0.0 and -6.0 <= high_db <= 0.0
        assert role not in RHYTHM or (low_db, high_db) == (0.0, 0.0)
        assert "bass" in roles or low_db == 0.0
        assert "vocal" in roles or high_db == 0.0


@pytest.mark.parametrize("role", [role for role in ROLES if role not in RHYTHM])
def test_what_is_no_rhythm_leaves_the_lows_to_the_bass(role: Role) -> None:
    assert toned(part(role), {role, "bass"}).low_db <= -3.0


def test_a_bass_in_one_section_counts_in_all_so_that_a_loop_has_one_tone() -> None:
    pad = part("pad")
    sections = (Section("intro", 4, (pad,)), Section("hook", 8, (part("bass"), pad)))
    made = balanced(Arrangement(120.0, None, sections))
    assert {section.part("pad") for section in made.sections} == {toned(pad, {"bass"})}
    assert made.sections[1].part("bass") == part("bass")


@pytest.mark.parametrize("seed", range(3))
def test_an_arrangement_and_all_that_changes_in_it_is_balanced(seed: int) -> None:
    arranger = RuleArranger(full_library(4))
    made = arranger.arrange("pop 120 bpm with vocals", seed)
    assert {"bass", "vocal"} <= roles_of(made) and made == balanced(made)
    place = made.find("hook")[0]
    again = made.with_parts((place,), arranger.regenerate(made, place, seed))
    assert again == balanced(again)
    for role in BESIDE_BASS_DB.keys() & {part.role for part in made.sections[place].parts}:
        other = arranger.swap(made, place, role, seed)
        assert other.tone == (BESIDE_BASS_DB[role], BESIDE_VOCAL_DB.get(role, 0.0))
    moved = arranger.refit(made, 133.0, made.key)
    assert moved == balanced(moved)
