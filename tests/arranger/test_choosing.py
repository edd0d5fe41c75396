"""One more part, what else could play, and why: taste weighs in, and never makes a loop fit."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.base import Taste
from loopmind_live.arranger.casting import crowding
from loopmind_live.arranger.compatibility import candidates_of
from loopmind_live.arranger.rules import RuleArranger
from loopmind_live.arranger.tastes import MOST, liking
from loopmind_live.errors import ArrangerError
from loopmind_live.score.loop import ROLES
from tests.arranger.synthetic_loops import full_library, make_loop

weights = st.dictionaries(st.sampled_from("abc"), st.floats(-1.0, 1.0))
pairs = st.dictionaries(st.sampled_from((("a", "b"), ("a", "c"), ("b", "c"))), st.floats(-1.0, 1.0))


@given(weights, pairs)
def test_taste_is_bounded(liked: dict[str, float], together: dict[tuple[str, str], float]) -> None:
    a, b, c = candidates_of(
        replace(make_loop(role), content_hash=name)
        for role, name in (("bass", "a"), ("drums", "b"), ("pad", "c"))
    )
    assert abs(liking(a, (b, c), Taste(liked, together))) <= MOST


def test_a_favorite_is_drawn_more_and_what_was_swapped_away_less() -> None:
    loops = full_library(5)
    basses = [loop.content_hash for loop in loops if loop.role == "bass"]

    def drawn(taste: Taste) -> Counter[str]:
        arranger = RuleArranger(loops, taste)
        return Counter(
            part.loop.content_hash
            for seed in range(60)
            for part in arranger.arrange("trap 140 bpm", seed).sections[1].parts
            if part.role == "bass"
        )

    plain = drawn(Taste())[basses[0]]
    assert drawn(Taste({basses[0]: 1.0}))[basses[0]] > 2 * plain
    assert drawn(Taste({basses[0]: -1.0}))[basses[0]] < plain


def test_no_taste_makes_a_loop_fit_that_does_not() -> None:
    far, waltz = make_loop("bass", 7, bpm=230.0, beats=15), make_loop("bass", 8, beats_per_bar=3)
    unsure = make_loop("bass", 9, bpm_confidence=0.1)
    loved = Taste({loop.content_hash: 1.0 for loop in (far, waltz, unsure)})
    arranger = RuleArranger([*full_library(2), far, waltz, unsure], loved)
    for seed in range(20):
        arrangement = arranger.arrange("trap 100 bpm", seed)
        used = {part.loop.content_hash for s in arrangement.sections for part in s.parts}
        assert not used & loved.weights.keys()


def test_a_new_taste_counts_at_once() -> None:
    arranger = RuleArranger(full_library(5))
    arrangement = arranger.arrange("trap 140 bpm", 1)
    listed = arranger.alternatives(arrangement, 1, "bass")
    last = listed[-1].part.loop.content_hash
    arranger.prefer(Taste({last: 1.0}))
    first = arranger.alternatives(arrangement, 1, "bass")[0]
    assert first.part.loop.content_hash == last
    assert "you liked it" in first.reasons


def test_alternatives_come_best_first_and_leave_out_what_plays() -> None:
    arranger = RuleArranger([*full_library(5), make_loop("bass", 7, bpm=100.0)])
    arrangement = arranger.arrange("trap 140 bpm", 1)
    playing = {part.loop.content_hash for part in arrangement.sections[1].parts}
    listed = arranger.alternatives(arrangement, 1, "bass", count=9)
    assert [one.score for one in listed] == sorted((one.score for one in listed), reverse=True)
    assert len(listed) == 5
    assert not playing & {one.part.loop.content_hash for one in listed}
    assert "100 bpm stretched to 140, which is far" in listed[-1].reasons
    assert len(arranger.alternatives(arrangement, 1, "bass", count=2)) == 2
    bare = RuleArranger([make_loop("drums"), make_loop("bass")])
    with pytest.raises(ArrangerError, match="no other bass loop fits: scan more loops"):
        bare.alternatives(bare.arrange("trap", 1), 1, "bass")


def test_a_part_that_is_added_is_the_one_that_plays_nearby() -> None:
    arranger = RuleArranger(full_library(4))
    arrangement = arranger.arrange("trap 140 bpm", 5)
    hook = arrangement.find("hook")[-1]
    verse = arrangement.find("verse")[0]
    theirs = {part.role: part for part in arrangement.sections[hook].parts}
    missing = next(r for r in theirs if arrangement.sections[verse].part(r) is None)
    assert arranger.add(arrangement, verse, missing, 1) in [
        section.part(missing) for section in arrangement.sections
    ]
    avoided = {section.part(missing).loop.content_hash for section in arrangement.sections
               if section.part(missing)}  # type: ignore[union-attr]  # fmt: skip
    new = arranger.add(arrangement, verse, missing, 1, avoid=avoided)
    assert (new.role, new.loop.content_hash in avoided) == (missing, False)


def test_a_role_that_nothing_plays_yet_is_cast_and_one_that_is_not_there_refused() -> None:
    arranger = RuleArranger([*full_library(2)])
    arrangement = arranger.arrange("trap 140 bpm, no vocals", 5)
    part = arranger.add(arrangement, 1, "vocal", 1)
    assert (part.role, part.stretch) == ("vocal", 1.0)
    without = RuleArranger([loop for loop in full_library(2) if loop.role != "vocal"])
    with pytest.raises(ArrangerError, match="no other vocal loop fits: scan more loops"):
        without.add(arrangement, 1, "vocal", 1)


def test_why_tells_the_order_the_layers_and_each_part_in_a_line() -> None:
    loops = full_library(4)
    arranger = RuleArranger(loops)
    arrangement = arranger.arrange("dark trap 140 bpm in C minor: no vocals in the hook", 5)
    second = arrangement.find("hook")[-1]
    lines = arranger.why(arrangement, second)
    about = [line.about for line in lines]
    assert about == ["order", "layers", *(p.role for p in arrangement.sections[second].parts)]
    said = {line.about: line.words for line in lines}
    assert said["order"].startswith("hook 3 of 3, 8 bars, after bridge and before outro")
    assert "never vocal" in said["layers"]
    assert "A minor moved up 3" in said["bass"]
    assert "140 bpm as it is" in said["drums"]
    assert all("\n" not in str(line) for line in lines)


def test_why_is_told_of_a_section_whose_loops_no_library_knows() -> None:
    arrangement = RuleArranger(full_library()).arrange("trap", 1)
    other = RuleArranger([make_loop("drums", 77)])
    assert len(other.why(replace(arrangement, prompt=""), 0)) >= 3


def test_a_folder_that_gave_many_loops_makes_room_for_another() -> None:
    crowd = candidates_of(make_loop(role, pack="a") for role in ROLES[:4])
    mate, stranger = candidates_of([make_loop("pad", pack="a"), make_loop("pad", pack="b")])
    assert crowding(mate, crowd) > crowding(stranger, crowd) == 0.0
    assert crowding(mate, crowd[:2]) == 0.0
