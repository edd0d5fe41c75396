"""Sections and arrangements that are moved: darker, busier, fuller, thinner."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.arranger.base import Direction
from loopmind_live.arranger.directions import direction_of
from loopmind_live.arranger.measures import measure_of
from loopmind_live.arranger.mixing import center_hz
from loopmind_live.arranger.rules import RuleArranger
from loopmind_live.arranger.shading import LOWEST_DB, shaded
from loopmind_live.errors import ArrangerError
from loopmind_live.score.arrangement import Arrangement, Part
from loopmind_live.score.fit import fitted
from loopmind_live.score.loop import ROLES, Loop, Role
from tests.arranger.synthetic_loops import full_library, make_library, make_loop

DARKER, BRIGHTER = direction_of(["dark"]), direction_of(["bright"])


def fullest(arrangement: Arrangement) -> int:
    sizes = [len(section.parts) for section in arrangement.sections]
    return sizes.index(max(sizes))


def shaded_library(shades: Sequence[float] = (400.0, 900.0, 2000.0, 4500.0)) -> list[Loop]:
    """Return a loop of each role for each center of the spectrum."""
    return [
        make_loop(role, number, brightness_hz=hz, onsets_per_s=1.0 + number)
        for role in ROLES
        for number, hz in enumerate(shades)
    ]


@settings(max_examples=40)
@given(st.integers(0, 20), st.integers(0, 2**32), st.sampled_from((DARKER, BRIGHTER)))
def test_a_darker_hook_has_the_same_roles_and_no_brighter_loop(
    library: int, seed: int, direction: Direction
) -> None:
    arranger = RuleArranger(make_library(library, 150))
    arrangement = arranger.arrange("trap 140 bpm", seed)
    place = fullest(arrangement)
    before = {part.role: part for part in arrangement.sections[place].parts}
    try:
        parts = arranger.regenerate(arrangement, place, seed, direction=direction)
    except ArrangerError as error:
        assert "nothing darker" in str(error) or "nothing brighter" in str(error)
        return
    assert [part.role for part in parts] == list(before)
    changed = [part for part in parts if part.loop != before[part.role].loop]
    assert parts != tuple(before.values())
    for part in changed:
        moved = measure_of(part).brightness - measure_of(before[part.role]).brightness  # type: ignore[operator]
        assert moved * direction.brightness > 0.0
    old, new = center_hz(before.values()), center_hz(parts)
    assert old is not None and new is not None
    assert (new - old) * direction.brightness > 0.0 or not changed


def test_darker_again_and_again_ends_at_the_darkest_and_says_so() -> None:
    arranger = RuleArranger(shaded_library())
    arrangement = arranger.arrange("trap 140 bpm", 3)
    place = fullest(arrangement)
    with pytest.raises(ArrangerError, match=r"^hook .*: nothing darker fits it: scan more loops"):
        for seed in range(20):
            parts = arranger.regenerate(arrangement, place, seed, direction=DARKER)
            arrangement = arrangement.with_parts((place,), parts)
    assert {p.loop.brightness_hz for p in arrangement.sections[place].parts} == {400.0}
    assert {part.high_db for part in arrangement.sections[place].parts} == {LOWEST_DB}


def test_a_part_that_has_no_darker_loop_gets_duller_while_others_move() -> None:
    loops = [make_loop("drums", 1, brightness_hz=3000.0)]
    loops += [make_loop("bass", number, brightness_hz=200.0 * (number + 1)) for number in range(4)]
    arranger = RuleArranger(loops)
    arrangement = arranger.arrange("trap 140 bpm", 1)
    place = fullest(arrangement)
    start = arrangement.sections[place].parts
    brightest = fitted(loops[4], "bass", 140.0, arrangement.key)
    arrangement = arrangement.with_parts((place,), (start[0], brightest))
    drums, bass = arranger.regenerate(arrangement, place, 1, direction=DARKER)
    assert drums == shaded(start[0], DARKER) != start[0]
    assert bass.loop.brightness_hz < 800.0  # type: ignore[operator]


def test_busier_and_sparser_move_the_onsets() -> None:
    arranger = RuleArranger(shaded_library())
    arrangement = arranger.arrange("trap 140 bpm", 4)
    place = fullest(arrangement)
    before = {part.role: part for part in arrangement.sections[place].parts}
    busier = arranger.regenerate(arrangement, place, 1, direction=Direction(density=1.0))
    for part in busier:
        old = before[part.role].loop.onsets_per_s
        assert part == before[part.role] or part.loop.onsets_per_s > old  # type: ignore[operator]


@pytest.mark.parametrize(("mood", "more"), [("minimal", -2), ("epic", 1), ("energetic", 1)])
def test_stripped_has_fewer_parts_and_epic_all_there_are(mood: str, more: int) -> None:
    loops = full_library(4) + [
        make_loop(role, 9, moods=("energetic",), onsets_per_s=9.0) for role in ROLES
    ]
    arranger = RuleArranger([*loops, *shaded_library()])
    arrangement = arranger.arrange("trap 140 bpm", 2)
    place = fullest(arrangement)
    before = arrangement.sections[place].parts
    parts = arranger.regenerate(arrangement, place, 1, direction=direction_of([mood]))
    assert len(parts) == len(before) + more


def test_locked_parts_stay_where_the_section_is_stripped() -> None:
    arranger = RuleArranger(shaded_library())
    arrangement = arranger.arrange("trap 140 bpm", 2)
    place = fullest(arrangement)
    section = arrangement.sections[place]
    locked: tuple[Role, ...] = tuple(part.role for part in section.parts)[-2:]
    parts = arranger.regenerate(arrangement, place, 1, locked, direction=Direction(fullness=-1.0))
    kept = [section.part(role) for role in locked]
    assert [part for part in parts if part.role in locked] == kept
    assert len(parts) == len(section.parts) - 2


def test_restyling_moves_every_section_and_what_they_share_stays_shared() -> None:
    arranger = RuleArranger(shaded_library())
    arrangement = arranger.arrange("trap 140 bpm", 6)
    darker = arranger.restyle(arrangement, DARKER, 1)
    assert [(s.label, s.bars) for s in darker.sections] == [
        (s.label, s.bars) for s in arrangement.sections
    ]
    old: dict[tuple[Role, Loop], Part] = {}
    for before, after in zip(arrangement.sections, darker.sections, strict=True):
        assert [part.role for part in after.parts] == [part.role for part in before.parts]
        for one, other in zip(before.parts, after.parts, strict=True):
            assert old.setdefault((one.role, one.loop), other) == other
            assert other.loop.brightness_hz <= one.loop.brightness_hz  # type: ignore[operator]
    assert sum(one[1] != other.loop for one, other in old.items()) >= 5


def test_restyling_keeps_what_is_locked_and_refuses_what_cannot_be() -> None:
    arranger = RuleArranger(shaded_library())
    arrangement = arranger.arrange("trap 140 bpm", 6)
    moved = arranger.restyle(arrangement, BRIGHTER, 1, locked=("drums", "bass"))
    for before, after in zip(arrangement.sections, moved.sections, strict=True):
        assert (after.part("drums"), after.part("bass")) == (
            before.part("drums"), before.part("bass")
        )  # fmt: skip
    with pytest.raises(ArrangerError, match="nothing darker fits: scan more loops"):
        arranger.restyle(arrangement, DARKER, 1, locked=ROLES)


def test_restyling_to_less_thins_every_section_out() -> None:
    arranger = RuleArranger(shaded_library())
    arrangement = arranger.arrange("trap 140 bpm", 6)
    thinner = arranger.restyle(arrangement, Direction(fullness=-1.0), 1)
    counts = [
        (len(after.parts), len(before.parts))
        for before, after in zip(arrangement.sections, thinner.sections, strict=True)
    ]
    assert all(1 <= after <= before for after, before in counts)
    assert sum(after for after, _ in counts) < sum(before for _, before in counts)


def constrained(roles_out: tuple[Role, ...] = (), roles_only: tuple[Role, ...] = ()) -> tuple[
    RuleArranger, Arrangement, int
]:  # fmt: skip
    """Return a set whose fullest section has lasting wishes."""
    arranger = RuleArranger(shaded_library())
    arrangement = arranger.arrange("trap 140 bpm", 6)
    place = fullest(arrangement)
    sections = list(arrangement.sections)
    sections[place] = replace(sections[place], roles_out=roles_out, roles_only=roles_only)
    return arranger, replace(arrangement, sections=tuple(sections)), place


@pytest.mark.parametrize("mood", [None, "dark", "epic", "minimal"])
def test_what_a_section_must_not_play_stays_out_whatever_is_asked(mood: str | None) -> None:
    arranger, arrangement, place = constrained(roles_out=("bass", "fx"))
    direction = direction_of([mood] if mood else [])
    for seed in range(8):
        parts = arranger.regenerate(arrangement, place, seed, direction=direction)
        assert parts
        assert not {"bass", "fx"} & {part.role for part in parts}
    moved = arranger.restyle(arrangement, direction_of(["dark", "epic"]), 1)
    kept = {part.role for part in arrangement.sections[place].parts}
    entered = {part.role for part in moved.sections[place].parts} - kept
    assert not entered & {"bass", "fx"}


def test_a_section_of_some_roles_alone_plays_no_other() -> None:
    arranger, arrangement, place = constrained(roles_only=("drums", "perc"))
    for seed in range(8):
        roles = {part.role for part in arranger.regenerate(arrangement, place, seed)}
        assert roles and roles <= {"drums", "perc"}
    # What it plays by now may be none of them: then they are cast.
    empty = arrangement.with_parts((place,), (arrangement.sections[place].parts[-1],))
    for seed in range(8):
        parts = arranger.regenerate(empty, place, seed)
        assert parts and all(empty.sections[place].allows(part.role) for part in parts)


def test_wishes_of_a_prompt_last_in_its_sections() -> None:
    arranger = RuleArranger(shaded_library())
    arrangement = arranger.arrange("trap 140 bpm, no drums in the intro, only pad in the bridge", 2)
    sections = {section.label: section for section in arrangement.sections}
    assert sections["intro"].roles_out == ("drums",)
    assert sections["bridge"].roles_only == ("pad",)
    assert not sections["intro"].allows("kick")


def test_a_lone_part_that_is_locked_stays_and_the_rest_comes_and_goes() -> None:
    arranger, arrangement, place = constrained(roles_out=("bass",))
    bass = arrangement.sections[place].part("bass")
    assert bass is not None  # it plays still: the wish came after it
    parts = arranger.regenerate(arrangement, place, 1, locked=("bass",))
    assert bass in parts
