"""Any edits, in any order and at any time: bars stay whole, and undo brings all of it back."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.config import MAX_SECTION_BARS, MAX_SECTIONS
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES
from loopmind_live.session.actions import (
    DeleteSections,
    Edit,
    Inserted,
    InsertSections,
    SetBars,
    SetLooping,
    SetParts,
    SetRoles,
    SetWishes,
    Together,
)
from loopmind_live.session.commands import Command, When
from loopmind_live.session.document import Document
from loopmind_live.session.editing import apply, inverse
from tests.session.stage import CountingArranger, Rig, arrangement, parts

SET = Document(arrangement())
REFIT = CountingArranger().refit
FIT = (120.0, "A:min")

ids = st.integers(0, 9)
roles = st.frozensets(st.sampled_from(ROLES), max_size=3)
neighbors = st.none() | ids
edits: st.SearchStrategy[Edit] = st.one_of(
    st.builds(DeleteSections, st.lists(ids, min_size=1, max_size=6, unique=True).map(tuple)),
    st.builds(
        lambda new, label, bars, after, before: InsertSections(
            (Inserted(100 + new, SET.arrangement.sections[label], after, before),), FIT  # type: ignore[union-attr]
        ),
        ids, st.integers(0, 5), st.integers(1, 32), neighbors, neighbors,
    ),
    st.builds(SetBars, st.lists(st.tuples(ids, st.integers(1, 64)), max_size=3).map(tuple)),
    st.builds(lambda i, n: SetParts(((i, parts("bass", "pad", number=n)),), FIT), ids, ids),
    st.builds(
        lambda i, n: SetParts(((i, parts("vocal", number=n)),), FIT, frozenset({"vocal"})), ids, ids
    ),
    st.builds(lambda i, out: SetWishes(((i, tuple(out), ()),)), ids, roles),
    st.builds(SetLooping, st.none() | ids),
    st.builds(
        lambda add, remove, i: SetRoles(
            "muted", add, remove, frozenset((i, role) for role in add)
        ),
        roles, roles, ids,
    ),
)  # fmt: skip
lists_of_edits = st.lists(edits | st.lists(edits, max_size=3).map(lambda e: Together(tuple(e))))


def whole(document: Document) -> None:
    """Hold that an arrangement can be played: sections, whole bars, one id each."""
    assert document.arrangement is not None
    sections = document.arrangement.sections
    assert sections
    assert all(isinstance(one.bars, int) and one.bars >= 1 for one in sections)
    assert len(set(document.section_ids)) == len(sections) == len(document.section_ids)
    starts = document.arrangement.start_bars()
    ends = [start + one.bars for start, one in zip(starts, sections, strict=True)]
    assert list(starts[1:]) == ends[:-1]


@given(lists_of_edits)
def test_any_edits_taken_back_in_turn_leave_what_was_there(changes: list[Edit]) -> None:
    document, stack = SET, list[Edit]()
    for change in changes:
        stack.append(inverse(document, change, REFIT))
        document = apply(document, change, REFIT)
        whole(document)
    for back in reversed(stack):
        document = apply(document, back, REFIT)
        whole(document)
    assert document.arrangement == SET.arrangement
    assert document.section_ids == SET.section_ids
    assert (document.muted, document.muted_in) == (SET.muted, SET.muted_in)
    assert document.looping == SET.looping


@given(lists_of_edits)
def test_what_was_taken_back_is_done_again_alike(changes: list[Edit]) -> None:
    document = SET
    for change in changes:
        after = apply(document, change, REFIT)
        back = apply(after, inverse(document, change, REFIT), REFIT)
        assert apply(back, change, REFIT).arrangement == after.arrangement
        document = after


labels = st.sampled_from([*LABELS[:3], "hook", "outro", "current"])
numbers = st.sampled_from([{}, {"number": 1}, {"number": 2}])
role = st.sampled_from([("bass",), ("drums", "pad"), ("melody",)])
bars = st.sampled_from([1, 2, 4])
LATER = st.none() | st.sampled_from([When("bar", 1), When("bar", 3), When("section", 1)])
ANY_TIME = LATER | st.just(When("now"))


def typed(
    name: str, when: st.SearchStrategy[When | None], /, **arguments: st.SearchStrategy[object]
) -> st.SearchStrategy[Command]:
    def made(given: dict[str, object], number: dict[str, int], when: When | None) -> Command:
        more = number if "section" in given else {}
        return Command(name, {**given, **more}, when, text=name)  # type: ignore[dict-item]

    return st.builds(made, st.fixed_dictionaries(arguments), numbers, when)


def edits_at(when: st.SearchStrategy[When | None]) -> list[st.SearchStrategy[Command]]:
    """Return commands that change the arrangement until they are undone."""
    return [
        typed("resize", when, section=labels, bars=st.integers(1, 12)),
        typed("resize", when, section=labels, rel=st.sampled_from(["longer", "shorter"])),
        typed("delete", when, section=labels),
        typed("insert_section", when, section=labels, bars=st.integers(1, 6)),
        typed("insert_section", when, section=labels, before=labels),
        typed("insert_section", when, section=labels, after=labels),
        typed("constrain", when, section=labels, roles_out=role),
        typed("constrain", when, section=labels, roles_only=role),
        typed("add", when, roles=role, section=labels),
        typed("mute", when, roles=role, section=labels),
        typed("solo", when, roles=role),
        typed("unmute", when, roles=role),
        typed("regenerate", when, section=labels),
        typed("swap", when, roles=role),
        typed("restyle", when, moods=st.just(("dark",))),
        typed("loop", when, section=labels, on=st.booleans()),
        typed("goto", when, section=labels),
        *(typed(name, st.none()) for name in ("undo", "undo", "redo", "cancel")),
    ]


def lasting_at(when: st.SearchStrategy[When | None]) -> list[st.SearchStrategy[Command]]:
    """Return commands that change what is heard for some bars alone."""
    return [
        typed("add", when, roles=role, bars=bars),
        typed("add", when, roles=role, section=labels, bars=bars),
        *(typed(name, when, roles=role, bars=bars) for name in ("mute", "unmute", "solo")),
    ]


others = [
    *lasting_at(ANY_TIME),
    *(typed(name, st.none()) for name in ("stop", "play", "half_time", "double_time")),
]
scripts = st.lists(
    st.tuples(st.one_of(*edits_at(ANY_TIME), *others), st.integers(1, 9)), max_size=14
)
some_edits = st.lists(st.tuples(st.one_of(*edits_at(ANY_TIME)), st.integers(1, 9)), max_size=6)
# One alone lasts for some bars: of two that overlap, the second takes back to where the first was.
edits_alone = st.builds(
    lambda before, lasting, after: [*before, *lasting, *after],
    some_edits,
    st.lists(st.tuples(st.one_of(*lasting_at(ANY_TIME)), st.integers(1, 9)), max_size=1),
    some_edits,
)


def played(script: list[tuple[Command, int]], watch: Callable[[Rig], None]) -> Rig:
    """Type each command and let quarters of bars pass, some now and then."""
    rig = Rig()
    rig.session.submit(Command("play"))
    rig.session.advance()
    frame = 0
    for one, quarters in script:
        rig.session.submit(one, frame)
        frame += quarters * rig.BAR // 4
        rig.play_to(frame)
        watch(rig)
    return rig


@settings(max_examples=40, deadline=None)
@given(scripts)
def test_no_commands_tear_what_plays_or_leave_nothing_to_play(
    script: list[tuple[Command, int]],
) -> None:
    def watch(rig: Rig) -> None:
        state = rig.session.state
        whole(state.document)
        arrangement = state.document.arrangement
        assert arrangement is not None and len(arrangement.sections) <= MAX_SECTIONS
        assert all(one.bars <= MAX_SECTION_BARS for one in arrangement.sections)
        if state.playhead is not None:
            assert 0 <= state.playhead.place < len(arrangement.sections)
        if state.end_bar is not None and state.tempo.bar(rig.engine.frame()) > state.end_bar + 1e-6:
            raise AssertionError("a section plays on beyond its end")
        tracks = [(row.track, row.start, row.stop) for row in rig.engine.rows]
        for track, start, stop in tracks:
            later = [one for one in tracks if one[0] == track and start < one[1] < stop]
            assert not later, "two clips sound on one track"

    played(script, watch)


@settings(max_examples=30, deadline=None)
@given(edits_alone)
def test_undoing_all_of_it_brings_the_arrangement_back(script: list[tuple[Command, int]]) -> None:
    rig = played(script, lambda _rig: None)
    rig.session.submit(Command("loop", {"on": False}), rig.engine.frame())
    for _ in range(len(script) + 2):
        # Whatever lands at a section's end has landed by then.
        frame = rig.engine.frame() + 70 * rig.BAR
        rig.engine.play_to(frame)
        rig.session.advance(frame)
        rig.session.submit(Command("undo"), frame)
        rig.session.advance(frame)
    assert not rig.session.state.done
    assert rig.session.state.document.arrangement == arrangement()
    document = rig.session.state.document
    assert (document.muted, document.soloed) == (frozenset(), frozenset())
    assert document.muted_in == frozenset()


@settings(max_examples=25, deadline=None)
@given(scripts)
def test_the_same_commands_at_the_same_frames_make_the_same_rows(
    script: list[tuple[Command, int]],
) -> None:
    one, two = (played(script, lambda _rig: None) for _ in range(2))
    assert one.engine.rows == two.engine.rows
    assert one.diary.entries == two.diary.entries
