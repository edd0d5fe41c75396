import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.casting import draw, ranked_by_role, stage_ready
from loopmind_live.arranger.compatibility import Aim, candidates_of, suitability, togetherness
from loopmind_live.arranger.genres import ANY_GENRE, GENRES
from loopmind_live.arranger.tonality import key_for, tempo_for
from loopmind_live.score.loop import Loop
from tests.arranger.synthetic_loops import make_library, make_loop

AIM = Aim(140.0, "A:min", 4)


def score(loop: Loop, aim: Aim = AIM) -> float | None:
    (candidate,) = candidates_of([loop])
    return suitability(candidate, aim)


def better(good: Loop, bad: Loop, aim: Aim = AIM) -> bool:
    high, low = score(good, aim), score(bad, aim)
    assert high is not None and low is not None
    return high > low


def test_a_nearer_key_suits_better() -> None:
    assert better(make_loop("bass", key="A:min"), make_loop("bass", key="B:min"))
    assert better(make_loop("bass", key="B:min"), make_loop("bass", key="D#:min"))


def test_the_key_of_drums_does_not_matter() -> None:
    drums = make_loop("drums")
    assert score(drums, AIM) == score(drums, replace(AIM, key="D#:min"))


def test_a_nearer_tempo_suits_better_and_half_time_counts_as_near() -> None:
    assert better(make_loop("bass", bpm=140.0), make_loop("bass", bpm=120.0))
    assert better(make_loop("bass", bpm=70.0), make_loop("bass", bpm=120.0))
    assert better(make_loop("bass", bpm=120.0), make_loop("bass", bpm=102.0))


def test_a_loop_that_cannot_be_stretched_so_far_is_left_out() -> None:
    assert score(make_loop("drums", bpm=40.0), replace(AIM, bpm=240.0)) is None


def test_moods_and_their_colors_count() -> None:
    dark = replace(AIM, moods=("dark",))
    assert better(make_loop("pad", moods=("dark",)), make_loop("pad"), dark)
    low, high = candidates_of(
        [make_loop("pad", 1, brightness_hz=200.0), make_loop("pad", 2, brightness_hz=6000.0)]
    )
    assert (suitability(low, dark) or 0.0) > (suitability(high, dark) or 0.0)


def test_a_loop_too_quiet_to_be_raised_suits_less() -> None:
    assert better(make_loop("bass", lufs=-14.0), make_loop("bass", lufs=-60.0))


def test_loops_of_one_pack_go_together() -> None:
    bass, near, far = candidates_of(
        [make_loop("bass", pack="a"), make_loop("pad", pack="a"), make_loop("pad", pack="b")]
    )
    scores = {c.folder: togetherness(c, [bass]) for c in (near, far) if c.role == "pad"}
    assert scores["/loops/a"] > scores["/loops/b"]


@pytest.mark.parametrize(
    "broken",
    [{"error": "cannot be decoded"}, {"beats": None}, {"beats": 0}, {"kind": "one_shot"}],
)
def test_what_cannot_be_used_is_no_candidate(broken: dict[str, object]) -> None:
    assert candidates_of([make_loop("bass", **broken)]) == ()  # type: ignore[arg-type]
    assert candidates_of([replace(make_loop("bass"), bpm=None)]) == ()


def test_copies_of_one_file_count_once() -> None:
    loop = make_loop("bass")
    copy = replace(loop, path=loop.path.with_name("copy.wav"))
    assert [c.loop for c in candidates_of([loop, copy])] == [
        c.loop for c in candidates_of([copy, loop])
    ]
    assert len(candidates_of([loop, copy])) == 1


@pytest.mark.parametrize(
    "doubt",
    [{"bpm_confidence": 0.2}, {"key_confidence": 0.1}, {"key": None}],
)
def test_what_is_not_sure_is_not_ready_for_the_stage(doubt: dict[str, object]) -> None:
    (doubtful,) = candidates_of([make_loop("bass", **doubt)])  # type: ignore[arg-type]
    assert not doubtful.sure
    assert stage_ready(ranked_by_role([doubtful], AIM)) == {}


def test_a_draw_keeps_away_from_what_it_can() -> None:
    candidates = candidates_of(make_loop("bass", number) for number in range(3))
    ranked = ranked_by_role(candidates, AIM)["bass"]
    first, second, third = (c.loop.content_hash for c in candidates)
    rng = random.Random(1)
    for _ in range(20):
        drawn = draw(ranked, [], rng, ({first, second}, {first}))
        assert drawn is not None and drawn.loop.content_hash == third
        drawn = draw(ranked, [], rng, ({first, second, third}, {first, second}))
        assert drawn is not None and drawn.loop.content_hash == third
    assert draw(ranked, [], rng, ({first, second, third},)) is None


def _drawn_bpm(
    bpms: Sequence[float], bpm: float, exclusions: Sequence[set[float]], at_last: set[float] | None
) -> set[float]:
    """Return the tempi of 30 draws for a set of `bpm`; loops are excluded by their tempo."""
    loops = [make_loop("drums", bpm=each) for each in bpms]
    ranked = ranked_by_role(candidates_of(loops), Aim(bpm, None, 4))["drums"]
    names = {loop.bpm: loop.content_hash for loop in loops}
    kept = [{names[each] for each in some} for some in exclusions]
    last = None if at_last is None else {names[each] for each in at_last}
    drawn = [draw(ranked, [], random.Random(n), kept, at_last=last) for n in range(30)]
    return {candidate.bpm for candidate in drawn if candidate is not None}


@pytest.mark.parametrize(
    ("there", "bpm", "used", "drawn"),
    [
        ((180.0, 120.0), 130.0, set(), {120.0}),
        ((180.0, 120.0), 130.0, {120.0}, {120.0}),  # rather twice than mangled
        ((180.0, 160.0), 130.0, set(), {160.0}),
        ((180.0,), 130.0, set(), {180.0}),
        ((87.0, 140.0), 174.0, set(), {87.0}),  # half time is no stretch
        ((280.0, 120.0), 140.0, set(), {280.0}),  # nor is double time
    ],
)
def test_a_loop_of_another_tempo_loses_to_a_nearer_one(
    there: tuple[float, ...], bpm: float, used: set[float], drawn: set[float]
) -> None:
    assert _drawn_bpm(there, bpm, [used, set()], None) == drawn


def test_what_was_just_heard_comes_back_before_a_loop_is_mangled() -> None:
    assert _drawn_bpm((128.0, 110.0, 180.0), 128.0, [{128.0}], set()) == {110.0}
    assert _drawn_bpm((128.0, 180.0), 128.0, [{128.0}], set()) == {128.0}
    assert _drawn_bpm((128.0, 180.0), 128.0, [{128.0}], {128.0}) == {180.0}


@given(
    st.lists(st.floats(50.0, 200.0), min_size=1, max_size=8, unique=True),
    st.floats(60.0, 190.0),
    st.data(),
)
def test_no_draw_reaches_farther_than_it_has_to(
    bpms: list[float], bpm: float, data: st.DataObject
) -> None:
    candidates = candidates_of(make_loop("drums", n, each) for n, each in enumerate(bpms))
    ranked = ranked_by_role(candidates, Aim(bpm, None, 4)).get("drums", ())
    used = data.draw(st.sets(st.sampled_from([c.loop.content_hash for c in candidates])))
    drawn = draw(ranked, [], random.Random(1), (used, ()))
    assert (drawn is None) == (not ranked)
    if drawn is not None:
        reaches = {each.candidate: each.reach for each in ranked}
        assert reaches[drawn] == min(reaches.values())


def test_the_tempo_is_the_one_most_loops_of_the_genre_have() -> None:
    loops = [make_loop("drums", n, 128.0) for n in range(5)]
    loops += [make_loop("drums", n, 122.0) for n in range(2)]
    loops += [make_loop("drums", n, 90.0) for n in range(50)]
    assert tempo_for(GENRES["house"], candidates_of(loops)) == 128.0
    assert tempo_for(GENRES["trap"], candidates_of(loops)) == 128.0
    assert tempo_for(GENRES["dnb"], candidates_of(loops)) == 180.0
    assert tempo_for(GENRES["trance"], candidates_of(loops[5:])) == GENRES["trance"].bpm


def test_the_key_is_one_that_loops_are_in() -> None:
    loops = [make_loop("bass", n, key="D:min") for n in range(20)]
    candidates = candidates_of([*loops, make_loop("pad", key="G#:maj")])
    keys = [key_for(ANY_GENRE, (), 140.0, candidates, random.Random(seed)) for seed in range(20)]
    assert keys.count("D:min") >= 15
    drums = candidates_of([make_loop("drums")])
    assert key_for(ANY_GENRE, (), 140.0, drums, random.Random(0)) is None


def test_ranks_lie_between_0_and_1() -> None:
    for candidate in candidates_of(make_library(3, 200)):
        assert 0.0 <= candidate.brightness <= 1.0
        assert 0.0 <= candidate.density <= 1.0
