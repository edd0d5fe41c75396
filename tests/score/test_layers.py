from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.layers import realization, spread
from loopmind_live.score.loop import ROLES, Loop, Role

roles = st.sets(st.sampled_from(ROLES), min_size=1)


def part(role: Role, take: int = 0) -> Part:
    return Part(role, Loop(Path(f"{role}{take}.wav"), f"{role}{take}", role=role))


def parts(chosen: set[Role] | tuple[Role, ...], take: int = 0) -> tuple[Part, ...]:
    return tuple(part(role, take) for role in ROLES if role in chosen)


def piece(*layers: set[Role] | tuple[Role, ...], out: tuple[Role, ...] = ()) -> Arrangement:
    sections = tuple(Section("hook", 8, parts(chosen), out) for chosen in layers)
    return Arrangement(120.0, None, sections)


@given(st.lists(roles, min_size=1, max_size=4))
def test_new_loops_for_the_same_roles_keep_every_occurrences_layers(
    layers: list[set[Role]],
) -> None:
    arrangement = piece(*layers)
    places = range(len(layers))
    together = {one.role for one in realization(arrangement, places)}
    assert together == set().union(*layers)
    spreaded = dict(spread(arrangement, places, parts(together, 1)))
    for place, before in enumerate(layers):
        assert spreaded[place] == parts(before, 1)


@given(st.lists(roles, min_size=1, max_size=4), roles)
def test_no_occurrence_is_left_empty_or_plays_what_is_not_there(
    layers: list[set[Role]], new: set[Role]
) -> None:
    chosen = parts(new, 1)
    for _, played in spread(piece(*layers), range(len(layers)), chosen):
        assert played
        assert set(played) <= set(chosen)


def test_what_stands_in_for_a_role_plays_where_that_one_played() -> None:
    arrangement = piece(("drums", "bass"), ("drums", "bass", "melody"))
    spreaded = spread(arrangement, (0, 1), parts(("drums", "bass", "vocal"), 1))
    assert spreaded == (
        (0, parts(("drums", "bass"), 1)),
        (1, parts(("drums", "bass", "vocal"), 1)),
    )


def test_what_is_wholly_new_plays_everywhere_but_where_it_is_not_wanted() -> None:
    arrangement = piece(("drums", "bass"), ("drums",))
    assert [
        [one.role for one in played]
        for _, played in spread(arrangement, (0, 1), parts(("drums", "bass", "pad"), 1))
    ] == [["drums", "bass", "pad"], ["drums", "pad"]]
    refused = piece(("drums", "bass"), out=("pad",))
    ((_, played),) = spread(refused, (0,), parts(("drums", "bass", "pad"), 1))
    assert [one.role for one in played] == ["drums", "bass"]
