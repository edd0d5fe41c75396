import random
from collections.abc import Collection
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.arranger.base import Arranger
from loopmind_live.arranger.compatibility import SURE_KEY, SURE_TEMPO
from loopmind_live.arranger.genres import GENRES
from loopmind_live.arranger.prompt import read_prompt
from loopmind_live.arranger.remarks import remarks
from loopmind_live.arranger.rules import RuleArranger
from loopmind_live.errors import ArrangerError, ScoreError
from loopmind_live.score.arrangement import Arrangement, Part
from loopmind_live.score.loop import ROLES, UNPITCHED_ROLES, Role
from loopmind_live.units import semitones_between
from tests.arranger.synthetic_loops import full_library, make_library, make_loop

PROMPTS = (
    "dark trap 140 bpm", "house 124 Am intro 8 bars then drop 16", "ambient 3 minutes", "piano",
    "chill lofi beat in f# minor, 82bpm", "techno 132, 6 minutes", "rock no drums", "jazz",
    "boom bap: intro 4, verse 16, hook 8, verse 16, hook 8, outro 4", "140", "epic dnb with vocals",
    "house, only drums and bass in the breakdown, with a bridge and a solo",
)  # fmt: skip


def hashes(parts: Collection[Part]) -> set[str]:
    return {part.loop.content_hash for part in parts}


def check_valid(arrangement: Arrangement) -> None:
    """Assert all that holds of any arrangement."""
    assert arrangement.sections
    shared: dict[tuple[str, Role], Part] = {}
    for section in arrangement.sections:
        assert section.bars >= 1
        assert section.parts
        roles = [part.role for part in section.parts]
        assert roles == sorted(set(roles), key=ROLES.index)
        assert len(hashes(section.parts)) == len(section.parts)
        for part in section.parts:
            assert shared.setdefault((section.label, part.role), part) == part
            assert section.allows(part.role)
            check_part(part, arrangement)


def check_part(part: Part, arrangement: Arrangement) -> None:
    loop = part.loop
    assert loop.error is None and loop.kind == "loop"
    assert loop.bpm and loop.beats
    assert loop.beats_per_bar == arrangement.beats_per_bar
    assert part.stretch == pytest.approx(arrangement.bpm / loop.bpm)
    assert 0.5 <= part.stretch <= 2.0
    assert -6 <= part.semitones <= 6
    assert -24.0 <= part.gain_db <= 12.0
    if part.role in UNPITCHED_ROLES or loop.key is None or arrangement.key is None:
        assert part.semitones == 0
    else:
        assert part.semitones == semitones_between(loop.key, arrangement.key)


def test_it_is_an_arranger() -> None:
    arranger: Arranger = RuleArranger(full_library())
    assert arranger.arrange("trap", 1).sections


@settings(max_examples=60)
@given(
    st.integers(0, 50), st.integers(1, 80), st.sampled_from(PROMPTS), st.integers(-9, 2**40),
    st.sets(st.sampled_from(ROLES), min_size=1),
)  # fmt: skip
def test_every_arrangement_is_valid(
    library: int, size: int, prompt: str, seed: int, roles: set[Role]
) -> None:
    loops = make_library(library, size, sorted(roles))
    try:
        arrangement = RuleArranger(loops).arrange(prompt, seed)
    except ArrangerError as error:
        assert "\n" not in str(error)
        # Only a wish that leaves out all there is ends without an arrangement.
        assert "no drums" in prompt or "only drums" in prompt
        return
    check_valid(arrangement)
    assert (arrangement.seed, arrangement.prompt) == (seed, prompt)
    asked = read_prompt(prompt).request
    assert asked.bpm is None or arrangement.bpm == asked.bpm
    assert asked.key is None or arrangement.key == asked.key


@given(st.integers(0, 2**32), st.sampled_from(PROMPTS), st.randoms())
@settings(max_examples=20)
def test_the_order_of_the_library_makes_no_difference(
    seed: int, prompt: str, shuffler: random.Random
) -> None:
    loops = make_library(5, 60)
    shuffled = list(loops)
    shuffler.shuffle(shuffled)
    first, second = RuleArranger(loops), RuleArranger(shuffled)
    arrangement = first.arrange(prompt, seed)
    assert arrangement == second.arrange(prompt, seed)
    assert arrangement == first.arrange(prompt, seed)
    sizes = [len(section.parts) for section in arrangement.sections]
    place = sizes.index(max(sizes))  # where least is lacking in a small library
    parts = first.regenerate(arrangement, place, seed)
    assert parts == second.regenerate(arrangement, place, seed)


def test_a_seed_decides_and_seeds_differ() -> None:
    arranger = RuleArranger(make_library(1, 200))
    arrangements = {arranger.arrange("dark trap 140 bpm", seed).sections for seed in range(10)}
    assert len(arrangements) >= 8


def test_hooks_are_fuller_than_verses_and_intros() -> None:
    arrangement = RuleArranger(full_library()).arrange("dark trap 140 bpm", 7)
    sizes = {section.label: len(section.parts) for section in arrangement.sections}
    assert sizes["hook"] > sizes["verse"] > 1
    assert sizes["verse"] > sizes["intro"]


def test_what_is_not_sure_is_used_only_where_nothing_else_is() -> None:
    doubtful = [make_loop(role, 9, bpm_confidence=SURE_TEMPO - 0.01) for role in ROLES]
    doubtful += [make_loop("bass", 8, key_confidence=SURE_KEY - 0.01)]
    sure = [make_loop("drums"), make_loop("pad")]
    for seed in range(10):
        arrangement = RuleArranger([*doubtful, *sure]).arrange("trap", seed)
        used = {part.loop for section in arrangement.sections for part in section.parts}
        assert used <= set(sure)
    check_valid(RuleArranger(doubtful).arrange("trap", 1))


def test_other_meters_are_not_offered() -> None:
    waltz = [make_loop(role, 1, pack="waltz", beats=12, beats_per_bar=3) for role in ROLES]
    arranger = RuleArranger([*full_library(), *waltz])
    check_valid(arranger.arrange("trap", 1))
    in_three = arranger.arrange("trap", 1, beats_per_bar=3)
    assert in_three.beats_per_bar == 3
    check_valid(in_three)
    with pytest.raises(ArrangerError, match="no loop in 5/4"):
        arranger.arrange("trap", 1, beats_per_bar=5)


@pytest.mark.parametrize(
    ("loops", "message"),
    [
        ([], "the library is empty: run loopmind scan FOLDER"),
        ([make_loop("bass", error="silent")], "no usable loop among 1 files: run loopmind scan"),
        ([make_loop("bass", kind="one_shot")], "no usable loop among 1 files: run loopmind scan"),
    ],
)
def test_a_library_without_usable_loops_says_what_to_do(loops: list, message: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ArrangerError, match=message):
        RuleArranger(loops).arrange("trap", 1)


def test_leaving_out_all_there_is_is_refused() -> None:
    arranger = RuleArranger([make_loop("drums")])
    with pytest.raises(ArrangerError, match=r"leaves out all that the library has \(drums\)"):
        arranger.arrange("trap no drums", 1)
    with pytest.raises(ArrangerError, match="no loop is left for the intro"):
        arranger.arrange("trap, no drums in the intro", 1)


def test_half_time_loops_are_counted_in_double_time() -> None:
    arrangement = RuleArranger([make_loop("drums", bpm=70.0, beats=8)]).arrange("trap 140 bpm", 1)
    part = arrangement.sections[0].parts[0]
    assert (part.loop.bpm, part.loop.beats, part.stretch) == (140.0, 16, 1.0)


def test_a_key_asked_for_stays_even_where_nothing_is_pitched() -> None:
    arranger = RuleArranger([make_loop("drums")])
    assert arranger.arrange("trap", 1).key is None
    assert arranger.arrange("trap in Fm", 1).key == "F:min"


@pytest.mark.parametrize("genre", sorted(GENRES))
def test_every_genre_arranges_a_full_library(genre: str) -> None:
    arrangement = RuleArranger(full_library(2)).arrange(genre, 3)
    check_valid(arrangement)
    assert [s.label for s in arrangement.sections] == [label for label, _ in GENRES[genre].form]


def find_place(arrangement: Arrangement, label: str) -> int:
    return next(i for i, section in enumerate(arrangement.sections) if section.label == label)


@settings(max_examples=40)
@given(st.integers(0, 20), st.integers(0, 2**32), st.sets(st.sampled_from(ROLES), max_size=3))
def test_regenerating_keeps_locked_parts_and_changes_the_others(
    library: int, seed: int, locked: set[Role]
) -> None:
    arranger = RuleArranger(make_library(library, 150))
    arrangement = arranger.arrange("dark trap 140 bpm", seed)
    place = find_place(arrangement, "hook")
    before = arrangement.sections[place].parts
    parts = arranger.regenerate(arrangement, place, seed + 1, locked)
    kept = tuple(part for part in before if part.role in locked)
    assert tuple(part for part in parts if part.role in locked) == kept
    new = [part for part in parts if part.role not in locked]
    assert len(parts) == len(before)
    assert not hashes(new) & hashes(before)
    check_valid(arrangement.with_parts(arrangement.find("hook"), parts))


def test_regenerating_again_and_again_avoids_what_was_heard() -> None:
    arranger = RuleArranger(full_library(6))
    arrangement = arranger.arrange("dark trap 140 bpm", 7)
    place, heard = find_place(arrangement, "hook"), set[str]()
    # The hook's other five basses come up once each before any of them returns.
    basses = []
    for seed in range(5):
        heard |= hashes(arrangement.sections[place].parts)
        parts = arranger.regenerate(arrangement, place, seed, avoid=heard)
        arrangement = arrangement.with_parts(arrangement.find("hook"), parts)
        basses += [part.loop.content_hash for part in parts if part.role == "bass"]
    assert len(set(basses)) == 5


def test_avoided_loops_come_back_where_nothing_else_fits() -> None:
    loops = [make_loop("bass", 1), make_loop("bass", 2)]
    arranger = RuleArranger(loops)
    arrangement = arranger.arrange("trap", 1)
    current = arrangement.sections[0].parts[0].loop
    (other,) = set(loops) - {current}
    (part,) = arranger.regenerate(arrangement, 0, 5, avoid=[loop.content_hash for loop in loops])
    assert part.loop == other


def test_a_part_without_another_loop_stays_while_others_change() -> None:
    arranger = RuleArranger([make_loop("drums"), *(make_loop("bass", n) for n in range(3))])
    arrangement = arranger.arrange("trap", 1)
    place = find_place(arrangement, "hook")
    before = arrangement.sections[place]
    parts = arranger.regenerate(arrangement, place, 2)
    assert parts[0] == before.part("drums")
    assert parts[1].role == "bass" and parts[1] != before.part("bass")


def test_a_section_that_cannot_change_is_named() -> None:
    arranger = RuleArranger([make_loop("drums"), make_loop("bass")])
    arrangement = arranger.arrange("trap", 1)
    place = find_place(arrangement, "hook")
    with pytest.raises(ArrangerError, match=r"^hook 1: no other loops fit it"):
        arranger.regenerate(arrangement, place, 2)
    with pytest.raises(ArrangerError, match=r"^hook 1: every part is locked"):
        arranger.regenerate(arrangement, place, 2, locked=("drums", "bass"))


def test_regenerating_honors_what_the_prompt_leaves_out() -> None:
    arranger = RuleArranger(full_library())
    arrangement = arranger.arrange("trap no vocals, no fx in the hook", 1)
    for seed in range(30):
        parts = arranger.regenerate(arrangement, find_place(arrangement, "hook"), seed)
        assert not {"vocal", "fx"} & {part.role for part in parts}


def test_a_timeline_without_a_prompt_can_be_regenerated() -> None:
    arranger = RuleArranger(full_library())
    arrangement = replace(arranger.arrange("trap", 1), prompt="")
    parts = arranger.regenerate(arrangement, 0, 1)
    assert not hashes(parts) & hashes(arrangement.sections[0].parts)


def test_swapping_gives_another_loop_of_the_role_until_there_is_none() -> None:
    arranger = RuleArranger([make_loop("bass", n) for n in range(3)])
    arrangement = arranger.arrange("trap", 1)
    first = arrangement.sections[0].parts[0].loop.content_hash
    second = arranger.swap(arrangement, 0, "bass", 1, avoid=[first]).loop.content_hash
    third = arranger.swap(arrangement, 0, "bass", 1, avoid=[first, second]).loop.content_hash
    assert len({first, second, third}) == 3
    again = arranger.swap(arrangement, 0, "bass", 1, avoid=[first, second, third])
    assert again.loop.content_hash in {second, third}
    with pytest.raises(ArrangerError, match=r"^intro: no other pad loop fits"):
        arranger.swap(arrangement, 0, "pad", 1)


def test_refitting_moves_every_part_and_keeps_loops_and_levels() -> None:
    arrangement = RuleArranger(make_library(4, 120)).arrange("dark trap 140 bpm in Am", 7)
    moved = RuleArranger([]).refit(arrangement, 150.0, "C:min")
    assert (moved.bpm, moved.key) == (150.0, "C:min")
    for old, new in zip(arrangement.sections, moved.sections, strict=True):
        for before, after in zip(old.parts, new.parts, strict=True):
            assert (after.loop, after.gain_db) == (before.loop, before.gain_db)
            check_part(after, moved)
    assert RuleArranger([]).refit(moved, 140.0, "A:min") == arrangement
    with pytest.raises(ScoreError, match="tempo 999 bpm"):
        RuleArranger([]).refit(arrangement, 999.0, "C:min")


def test_a_pitched_loop_without_a_key_moves_along() -> None:
    arrangement = RuleArranger([make_loop("pad", key=None)]).arrange("ambient in Am", 1)
    assert arrangement.sections[0].parts[0].semitones == 0
    moved = RuleArranger([]).refit(arrangement, arrangement.bpm, "B:min")
    assert moved.sections[0].parts[0].semitones == 2


def test_remarks_tell_what_did_not_come_about() -> None:
    reading = read_prompt("purple trap with vocals, only drums and pad in the intro")
    arrangement = RuleArranger([make_loop("drums"), make_loop("bass")]).arrange(
        reading.request.text, 1
    )
    assert remarks(reading, arrangement) == (
        "not understood: purple",
        "vocal: asked for, but no loop of the library fits",
        "intro: no pad loop of the library fits",
    )
    plain = read_prompt("trap")
    assert remarks(plain, arrangement) == ()
