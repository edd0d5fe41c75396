"""Loops that were made for each other are told from those that were not, quickly and safely."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.arranger.casting import packs_alone
from loopmind_live.arranger.compatibility import Aim, Candidate, candidates_of, togetherness
from loopmind_live.arranger.pairing import MOST_SCORE, Pairs
from loopmind_live.arranger.pairing_features import RHYTHM, WIDTH
from loopmind_live.arranger.pairing_model import (
    Network,
    PairModel,
    load_model,
    save_model,
    shipped_model,
)
from loopmind_live.arranger.rules import RuleArranger
from loopmind_live.dsp.profile import Profile, pack
from loopmind_live.errors import ConfigError
from loopmind_live.score.loop import Role
from tests.arranger.made_profiles import POP, beat_profile, chords_profile, melody_profile
from tests.arranger.synthetic_loops import full_library, make_loop

AIM = Aim(120.0, "A:min", 4)
OTHER = ((2, 5, 9), (7, 11, 2), (4, 7, 11), (9, 0, 4))
"""D minor, G, E minor, A minor: the same scale, another order."""


def candidate(role: Role, number: int, profile: Profile | None, **facts: object) -> Candidate:
    packed = None if profile is None else pack(profile)
    loop = make_loop(role, number, bpm=120.0, profile=packed, **{"pack": f"pack {number}", **facts})  # type: ignore[arg-type]
    return candidates_of([loop])[0]


CHORDS = candidate("chords", 0, chords_profile(POP))
TRUE = candidate("melody", 1, melody_profile(POP))
FALSE = candidate("melody", 2, melody_profile(OTHER))


@pytest.fixture
def pairs() -> Pairs:
    return Pairs([CHORDS, TRUE, FALSE], shipped_model())


def test_the_melody_over_its_own_chords_matches_best(pairs: Pairs) -> None:
    right, wrong = pairs.matchings([TRUE, FALSE], [CHORDS], AIM)
    assert right > wrong + 0.05
    assert pairs.matching(TRUE, [CHORDS], AIM) == right


def test_the_same_chords_from_another_bar_on_match_less(pairs: Pairs) -> None:
    turned = candidate("melody", 3, melody_profile((*POP[1:], POP[0])))
    right, late = pairs.matchings([TRUE, turned], [CHORDS], AIM)
    assert right > late


def test_both_orders_and_all_keys_of_the_set_judge_alike(pairs: Pairs) -> None:
    strength = pairs.strengths([TRUE], [CHORDS], AIM)[0]
    assert strength == pytest.approx(pairs.strengths([CHORDS], [TRUE], AIM)[0], abs=1e-4)
    for key in ("C:min", "B:min", "G:min"):
        there = Pairs([], shipped_model()).strengths([TRUE], [CHORDS], replace(AIM, key=key))[0]
        assert there == pytest.approx(strength, abs=1e-3)


def test_loops_in_other_keys_are_judged_as_they_will_sound(pairs: Pairs) -> None:
    higher = [tuple((note + 2) % 12 for note in chord) for chord in POP]
    moved = candidate("melody", 4, melody_profile(higher), key="B:min")
    there, here = pairs.strengths([moved, TRUE], [CHORDS], AIM)
    assert there == pytest.approx(here, abs=0.02)


def test_what_is_stretched_or_transposed_too_far_is_given_no_credit(pairs: Pairs) -> None:
    far = candidate("melody", 5, melody_profile(POP), key="D#:min")
    assert pairs.strengths([far], [CHORDS], AIM) == [-MOST_SCORE]
    slow = candidates_of([replace(TRUE.loop, bpm=87.0)])[0]
    assert pairs.strengths([slow], [CHORDS], AIM) == [-MOST_SCORE]


def test_strengths_are_bounded_whatever_a_profile_holds(pairs: Pairs) -> None:
    silent = candidate("melody", 6, beat_profile(()))
    drums = candidate("drums", 7, beat_profile((0, 4, 8, 12)))
    others = [CHORDS, drums, *(candidate("bass", n, chords_profile(POP)) for n in range(8, 20))]
    for strength in pairs.strengths([silent, TRUE, FALSE], others, AIM):
        assert strength is not None and -MOST_SCORE <= strength <= MOST_SCORE


def test_drums_say_little_and_what_they_say_is_the_rhythm(pairs: Pairs) -> None:
    drums = candidate("drums", 7, beat_profile((0, 4, 8, 12)))
    strength = pairs.strengths([drums], [CHORDS], AIM)[0]
    assert strength is not None and abs(strength) <= 1.0
    higher = candidate("chords", 8, chords_profile([tuple((n + 1) % 12 for n in c) for c in POP]))
    assert pairs.strengths([drums], [higher], AIM)[0] == pytest.approx(strength, abs=1e-4)


def test_one_pack_counts_beside_the_music(pairs: Pairs) -> None:
    mate = candidates_of([replace(FALSE.loop, path=CHORDS.loop.path.with_name("mate.wav"))])[0]
    alone, together = (pairs.matching(each, [CHORDS], AIM) for each in (FALSE, mate))
    assert together > alone


def test_without_profiles_the_packs_decide_as_before() -> None:
    bare = [candidate("melody", n, None, pack="one" if n % 2 else "two") for n in range(4)]
    chords = candidate("chords", 9, None, pack="one")
    found = Pairs(bare, shipped_model()).matchings(bare, [chords], AIM)
    assert found == [togetherness(each, [chords]) for each in bare] == packs_alone(bare, [chords])


def test_one_loop_without_a_profile_stands_in_the_middle(pairs: Pairs) -> None:
    bare = candidate("melody", 9, None)
    right, unknown, wrong = pairs.matchings([TRUE, bare, FALSE], [CHORDS], AIM)
    assert unknown == 0.0
    assert right > unknown
    assert pairs.strengths([bare], [CHORDS], AIM) == [None]
    assert wrong < right


def test_candidates_of_several_roles_are_judged_as_each_is_alone(pairs: Pairs) -> None:
    bass = candidate("bass", 8, chords_profile([chord[:1] for chord in POP]))
    drums = candidate("drums", 7, beat_profile((0, 4, 8, 12)))
    mixed = [TRUE, bass, FALSE, drums]
    alone = [Pairs([], shipped_model()).strengths([c], [CHORDS, bass], AIM)[0] for c in mixed]
    assert pairs.strengths(mixed, [CHORDS, bass], AIM) == pytest.approx(alone, abs=1e-3)


def test_the_first_loop_goes_with_anything(pairs: Pairs) -> None:
    assert pairs.matchings([TRUE, FALSE], [], AIM) == [0.0, 0.0]


def test_a_part_from_elsewhere_is_known_by_its_content(pairs: Pairs) -> None:
    bare = replace(CHORDS, loop=replace(CHORDS.loop, profile=None))
    known = pairs.matchings([TRUE, FALSE], [CHORDS], AIM)
    assert pairs.matchings([TRUE, FALSE], [bare], AIM) == known


def test_an_arranger_prefers_the_melody_made_for_the_chords() -> None:
    library = [each for each in full_library(3) if each.role not in ("melody", "chords")]
    arranger = RuleArranger([CHORDS.loop, TRUE.loop, FALSE.loop, *library])
    made = [arranger.arrange("pop 120 bpm A minor", seed) for seed in range(20)]
    hooks = [next(s for s in each.sections if s.label == "hook") for each in made]
    drawn = [p.loop.content_hash for s in hooks for p in s.parts if p.role == "melody"]
    assert drawn.count(TRUE.loop.content_hash) > 2 * drawn.count(FALSE.loop.content_hash)


def test_a_model_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    random = np.random.default_rng(1)

    def network(inputs: int) -> Network:
        sizes = (inputs,), (inputs,), (inputs, 4), (4,), (4,), (inputs,), (1,)
        return Network(*(random.random(size, np.float32) + 0.1 for size in sizes))

    model = PairModel([network(WIDTH), network(WIDTH)], [network(len(RHYTHM))])
    save_model(model, tmp_path / "model.safetensors")
    again = load_model(tmp_path / "model.safetensors")
    numbers = random.random((3, 2, WIDTH), np.float32)
    assert [n.scores(numbers).tolist() for n in again.pitched] == [
        n.scores(numbers).tolist() for n in model.pitched
    ]
    assert len(again.rhythmic) == 1


@pytest.mark.parametrize("damage", ["missing", "empty", "narrow"])
def test_a_model_that_cannot_be_used_says_what_to_do(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "model.safetensors"
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "narrow":
        ones = np.ones(3, np.float32)
        small = Network(ones, ones, np.ones((3, 2), np.float32), ones[:2], ones[:2], ones, ones[:1])
        save_model(PairModel([small], [small]), path)
    with pytest.raises(ConfigError, match=r"model\.safetensors: no usable model .* install"):
        load_model(path)
