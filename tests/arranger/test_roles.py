import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.base import Request, SectionWish
from loopmind_live.arranger.genres import GENRES, genre_of
from loopmind_live.arranger.roles import alternatives, plan, source_of
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES, Role

ANYTHING = Request("")
some_roles = st.sets(st.sampled_from(ROLES), min_size=1)


@given(st.sampled_from(sorted(GENRES)), some_roles)
def test_hooks_are_fuller_than_verses_and_edges(name: str, available: set[Role]) -> None:
    planned = plan(["intro", "verse", "hook", "outro"], genre_of(name), ANYTHING, available)
    sizes = {label: len(roles) for label, roles in planned.items()}
    assert all(size >= 1 for size in sizes.values())
    if sizes["hook"] > 1:
        assert max(sizes["intro"], sizes["verse"], sizes["outro"]) < sizes["hook"]


@given(st.sampled_from(sorted(GENRES)), some_roles, st.sampled_from(LABELS))
def test_a_drum_loop_is_not_doubled_by_single_drums(
    name: str, available: set[Role], label: str
) -> None:
    roles = plan([label], genre_of(name), ANYTHING, available)[label]
    assert list(roles) == sorted(roles, key=ROLES.index)
    assert set(roles) <= available
    if "drums" in roles:
        assert not {"kick", "snare"} & set(roles)
        assert len({"hats", "perc"} & set(roles)) <= 1


def test_single_drums_stand_in_for_a_drum_loop() -> None:
    planned = plan(["hook"], genre_of("trap"), ANYTHING, {"kick", "snare", "hats", "bass", "pad"})
    assert {"kick", "snare", "hats", "bass"} <= set(planned["hook"])


def test_wishes_decide_over_habits() -> None:
    request = Request(
        "",
        genre="trap",
        roles_in=("fx",),
        roles_out=("vocal",),
        sections=(
            SectionWish("intro", roles_out=("melody",)),
            SectionWish("bridge", roles_only=("drums", "bass")),
            SectionWish("verse", roles_in=("pad", "perc")),
        ),
    )
    planned = plan(["intro", "verse", "hook", "bridge"], genre_of("trap"), request, ROLES)
    assert "melody" not in planned["intro"]
    assert planned["bridge"] == ("drums", "bass")
    assert {"pad", "perc"} <= set(planned["verse"])
    assert "fx" in planned["hook"]
    assert all("vocal" not in roles for roles in planned.values())


def test_no_drums_means_no_kick_either() -> None:
    planned = plan(["drop"], genre_of("house"), Request("", roles_out=("drums",)), ROLES)
    assert not {"drums", "kick", "snare", "hats"} & set(planned["drop"])


def test_a_wish_that_leaves_nothing_plans_nothing() -> None:
    request = Request("", sections=(SectionWish("intro", roles_out=("drums",)),))
    assert plan(["intro", "hook"], genre_of("trap"), request, {"drums"}) == {
        "intro": (),
        "hook": ("drums",),
    }


def test_a_breakdown_rests_from_drums_and_a_build_from_bass() -> None:
    planned = plan(["breakdown", "build", "drop"], genre_of("techno"), ANYTHING, ROLES)
    assert "drums" not in planned["breakdown"]
    assert "bass" not in planned["build"]
    assert {"drums", "bass"} <= set(planned["drop"])


@pytest.mark.parametrize("name", sorted(GENRES))
def test_borrowing_ends_somewhere(name: str) -> None:
    for label in LABELS:
        seen, at = [label], source_of(label, genre_of(name), LABELS)
        while at is not None:
            assert at not in seen
            seen.append(at)
            at = source_of(at, genre_of(name), LABELS)


def test_alternatives_respect_wishes_and_drums() -> None:
    request = Request("", roles_out=("vocal",))
    others = alternatives("hook", genre_of("trap"), request, ROLES, ("drums", "bass"))
    assert set(others) == {"melody", "chords", "pad", "fx"}
