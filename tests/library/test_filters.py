"""What is chosen, ordered and found twice in a library."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.app.library_commands import ORDERS as OFFERED
from loopmind_live.errors import LibraryError
from loopmind_live.library.entry import Entry
from loopmind_live.library.filters import ORDERS, Filter, duplicates, ordered
from loopmind_live.library.named import named_loop
from loopmind_live.score.loop import ROLES, Loop


def entry(number: int, name: str, **facts: object) -> Entry:
    said = {key: facts.pop(key) for key in ("tags", "favorite", "corrections") if key in facts}
    loop = Loop(Path("/loops") / name, str(facts.pop("content_hash", number)), **facts)
    return Entry(number, loop, loop, **said)


LIBRARY = [
    entry(1, "Amen/beat.wav", bpm=140.0, role="drums", moods=("dark", "fast"), content_hash="x"),
    entry(2, "Keys/Rhodes_Am.wav", bpm=120.0, role="chords", key="A:min", tags=("warm",)),
    entry(3, "Keys/pad.wav", bpm=119.9, role="pad", key="F:min", moods=("dark",), favorite=True),
    entry(4, "copy/beat.wav", bpm=140.0, role="drums", content_hash="x", tags=("warm", "old")),
    entry(5, "hit.wav", kind="one_shot", role="snare", corrections={"role": "snare"}),
    entry(6, "broken.wav", content_hash="", error="broken.wav: holds no audio"),
    entry(7, "broken too.wav", content_hash="", error="broken too.wav: holds no audio"),
]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (Filter(), [1, 2, 3, 4, 5, 6, 7]),
        (Filter(roles=("drums", "pad")), [1, 3, 4]),
        (Filter(bpm=(120.0, 140.0)), [1, 2, 4]),
        (Filter(bpm=(119.5, 120.5)), [2, 3]),
        (Filter(keys=("A:min", "F:min")), [2, 3]),
        (Filter(keys=(None,)), [1, 4, 5]),
        (Filter(moods=("dark",)), [1, 3]),
        (Filter(moods=("dark", "fast")), [1]),
        (Filter(tags=("warm",)), [2, 4]),
        (Filter(tags=("warm", "old")), [4]),
        (Filter(favorite=True), [3]),
        (Filter(corrected=True), [5]),
        (Filter(words=("KEYS",)), [2, 3]),
        (Filter(words=("beat", "copy")), [4]),
        (Filter(words=("one shot",)), [5]),
        (Filter(words=("warm",)), [2, 4]),
        (Filter(roles=("drums",), tags=("old",), bpm=(100.0, 150.0)), [4]),
        (Filter(words=("nothing has this",)), []),
    ],
)
def test_a_filter_lets_through_what_was_asked_for(asked: Filter, numbers: list[int]) -> None:
    assert [each.number for each in LIBRARY if asked.passes(each)] == numbers


def test_what_is_alike_stays_in_order_and_what_has_no_value_comes_last() -> None:
    assert [each.number for each in ordered(LIBRARY, "bpm")] == [3, 2, 1, 4, 5, 6, 7]
    assert [each.number for each in ordered(LIBRARY, "name")] == [1, 4, 7, 6, 5, 3, 2]
    assert [each.number for each in ordered(LIBRARY, "key")][:2] == [3, 2]


def test_every_order_that_is_offered_is_known() -> None:
    assert set(OFFERED) == set(ORDERS)


@given(
    st.lists(
        st.builds(
            lambda bpm, role, lufs: entry(1, "x.wav", bpm=bpm, role=role, lufs=lufs),
            st.none() | st.floats(),
            st.none() | st.sampled_from(ROLES),
            st.none() | st.floats(),
        ),
        max_size=8,
    ),
    st.sampled_from(sorted(ORDERS)),
)
def test_no_order_loses_or_doubles_a_loop(entries: list[Entry], order: str) -> None:
    found = ordered(entries, order)
    assert sorted(map(id, found)) == sorted(map(id, entries))


def test_files_that_hold_the_same_are_found_and_unreadable_ones_are_not_alike() -> None:
    assert [[each.number for each in group] for group in duplicates(LIBRARY)] == [[1, 4]]


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        ("3", 3), ("/loops/copy/beat.wav", 4), ("copy/beat.wav", 4), ("./Amen/../hit.wav", 5),
        ("PAD.wav", 3), ("hit", 5), ("rho", 2), ("odes", 2), ("broken.wav", 6),
    ],
)  # fmt: skip
def test_a_loop_is_known_by_number_path_or_name(wanted: str, number: int) -> None:
    assert named_loop(LIBRARY, wanted, Path("/loops")).number == number


@pytest.mark.parametrize(
    ("wanted", "told"),
    [("beat", "may be 1 /loops/Amen/beat.wav, 4"), ("0", "1 to 7"), ("8", "1 to 7"),
     ("trumpet", "no loop of the library"), ("", "may be")],
)  # fmt: skip
def test_what_names_no_loop_or_several_is_refused(wanted: str, told: str) -> None:
    with pytest.raises(LibraryError, match=told) as caught:
        named_loop(LIBRARY, wanted, Path("/loops"))
    assert "\n" not in str(caught.value)


def test_a_link_names_its_own_row_or_else_that_of_its_file(tmp_path: Path) -> None:
    real = tmp_path.resolve() / "real.wav"
    linked = tmp_path.resolve() / "linked.wav"
    real.touch()
    linked.symlink_to(real)
    both = [
        Entry(number, loop, loop) for number, loop in ((1, Loop(linked, "x")), (2, Loop(real, "x")))
    ]
    assert named_loop(both, "linked.wav", tmp_path).number == 1
    assert named_loop(both[1:], "linked.wav", tmp_path).number == 2
