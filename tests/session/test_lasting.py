"""What is asked for some bars alone comes back by itself, on its line; one undo ends it."""

import pytest

from loopmind_live.repl.grammar import parse
from loopmind_live.session.commands import Command
from tests.session.stage import Rig


def at_hook(**options: object) -> Rig:
    """Return a rig that plays the first hook, at bar 14."""
    rig = Rig(**options)  # type: ignore[arg-type]
    rig.session.submit(Command("play"))
    rig.session.advance()
    rig.play_to(13 * rig.BAR)
    return rig


def type_(rig: Rig, line: str) -> str:
    replies = [rig.session.submit(command) for command in parse(line)]
    return " | ".join(text for reply in replies for text in reply.lines)


def heard(rig: Rig, bar: int) -> set[str]:
    """Return the parts that sound just after the line of `bar`, counted from 1."""
    return set(rig.sounding((bar - 1) * rig.BAR))


ALL = {"drums", "bass", "melody"}


def test_a_mute_for_some_bars_ends_on_its_line_to_the_frame() -> None:
    rig = at_hook()
    assert type_(rig, "mute drums for 4 bars") == "mute drums for 4 bars at bar 15 (#2)"
    rig.play_to(19 * rig.BAR)
    assert "drums" not in rig.sounding(14 * rig.BAR)
    assert "drums" not in rig.sounding(18 * rig.BAR - 1)
    assert "drums" in rig.sounding(18 * rig.BAR)
    row = next(row for row in rig.engine.rows if row.start == 18 * rig.BAR and row.track == 0)
    assert row.origin == 12 * rig.BAR  # in phase with the section
    assert rig.session.state.done == ()  # there is nothing left to take back


def test_the_rows_are_told_ahead_with_its_end() -> None:
    rig = at_hook()
    type_(rig, "mute drums for 4 bars")
    rig.session.advance()
    assert heard(rig, 16) == {"bass", "melody"} and heard(rig, 19) == ALL


@pytest.mark.parametrize(("line", "during"), [
    ("solo bass for 2 bars", {"bass"}),
    ("add pad for 2 bars", ALL | {"pad"}),
    ("mute bass, melody for 2 bars", {"drums"}),
])  # fmt: skip
def test_whatever_is_asked_for_some_bars_comes_back_by_itself(line: str, during: set[str]) -> None:
    rig = at_hook()
    before = rig.session.state.document
    type_(rig, line)
    rig.play_to(18 * rig.BAR)
    assert [heard(rig, bar) for bar in (14, 15, 16, 17)] == [ALL, during, during, ALL]
    assert rig.session.state.document == before


def test_undo_while_it_lasts_ends_it_and_nothing_comes_after() -> None:
    rig = at_hook()
    type_(rig, "mute drums for 8 bars")
    rig.play_to(15 * rig.BAR)
    assert type_(rig, "undo").startswith("undo: mute drums for 8 bars at bar 17")
    rig.play_to(17 * rig.BAR)
    assert heard(rig, 17) == ALL and not rig.session.state.pending
    type_(rig, "mute drums")
    rig.play_to(24 * rig.BAR)
    assert heard(rig, 23) == {"bass"}  # verse 2: nothing of the first mute is left to end


def test_undo_before_it_lands_cancels_all_of_it() -> None:
    rig = at_hook()
    type_(rig, "mute drums for 4 bars")
    assert type_(rig, "undo") == "canceled: mute drums for 4 bars"
    rig.play_to(20 * rig.BAR)
    assert heard(rig, 16) == ALL and not rig.session.state.pending


def test_redo_lasts_as_long_as_the_first_time() -> None:
    rig = at_hook()
    type_(rig, "mute drums for 2 bars")
    rig.play_to(14 * rig.BAR)
    type_(rig, "undo")
    rig.play_to(15 * rig.BAR)
    type_(rig, "redo")
    rig.play_to(19 * rig.BAR)
    assert [heard(rig, bar) == ALL for bar in (16, 17, 18, 19)] == [True, False, False, True]


def test_a_mute_for_good_outlasts_one_for_some_bars_and_its_undo_ends_both() -> None:
    rig = at_hook()
    type_(rig, "mute drums for 2 bars")
    rig.play_to(14 * rig.BAR)
    type_(rig, "mute drums")
    rig.play_to(18 * rig.BAR)
    assert heard(rig, 18) == {"bass", "melody"}
    type_(rig, "undo")
    rig.play_to(20 * rig.BAR)
    assert heard(rig, 20) == ALL


def test_some_bars_in_a_section_are_counted_from_where_it_begins() -> None:
    rig = at_hook()
    assert type_(rig, "mute bass in verse 2 for 2 bars").endswith("at bar 21 (#2)")
    rig.play_to(24 * rig.BAR)
    assert [heard(rig, bar) for bar in (20, 21, 22, 23)] == [
        ALL, {"drums"}, {"drums"}, {"drums", "bass"},
    ]  # fmt: skip
    assert "does not come again" in type_(rig, "mute pad in intro for 2 bars")


def test_a_mute_in_a_section_counts_there_each_time_and_nowhere_else() -> None:
    rig = at_hook()
    assert type_(rig, "mute bass in verse").startswith("mute bass in verse at bar 15")
    type_(rig, "goto verse 1 in 2 bars")
    rig.play_to(40 * rig.BAR)
    assert heard(rig, 15) == ALL and heard(rig, 16) == {"drums"}
    assert heard(rig, 24) == ALL and heard(rig, 32) == {"drums"}
    type_(rig, "unmute bass")
    rig.play_to(41 * rig.BAR)
    assert rig.session.state.document.muted_in == frozenset()


def test_what_is_muted_everywhere_can_be_heard_in_one_section() -> None:
    rig = at_hook()
    type_(rig, "mute drums")
    rig.play_to(15 * rig.BAR)
    type_(rig, "unmute drums in verse 2")
    rig.play_to(30 * rig.BAR)
    assert heard(rig, 17) == {"bass", "melody"}
    assert heard(rig, 21) == {"drums", "bass"}
    assert heard(rig, 29) == {"bass", "melody"}


def test_a_solo_in_a_section_leaves_the_others_whole() -> None:
    rig = at_hook()
    type_(rig, "solo bass in hook 1")
    rig.play_to(22 * rig.BAR)
    assert heard(rig, 16) == {"bass"} and heard(rig, 21) == {"drums", "bass"}


def test_live_and_now_it_ends_on_a_line() -> None:
    rig = Rig(live=True)
    rig.session.submit(Command("play"))
    rig.session.advance()
    first = round(rig.session.state.tempo.frame(0))
    rig.play_to(first + 5 * rig.BAR + 20_000)
    type_(rig, "mute drums for 2 bars now")
    rig.play_to(first + 10 * rig.BAR)
    rows = [row for row in rig.engine.rows if row.track == 0]
    assert any(row.start == first + 7 * rig.BAR for row in rows)
    assert rig.session.state.document.muted == frozenset()


def test_an_edit_while_it_lasted_brings_nothing_back_when_undone_later() -> None:
    rig = at_hook()
    type_(rig, "loop; add pad for 4 bars")
    rig.play_to(15 * rig.BAR)
    type_(rig, "regenerate hook")
    rig.play_to(20 * rig.BAR)
    assert heard(rig, 20) == ALL
    type_(rig, "undo")
    rig.play_to(24 * rig.BAR)
    assert heard(rig, 23) == ALL
    assert rig.sounding(22 * rig.BAR)["bass"] == "bass_2"


def test_an_edit_undone_while_it_lasts_leaves_the_part_until_its_time() -> None:
    rig = at_hook()
    type_(rig, "loop; add pad for 6 bars")
    rig.play_to(15 * rig.BAR)
    type_(rig, "regenerate hook")
    rig.play_to(16 * rig.BAR)
    type_(rig, "undo")
    rig.play_to(24 * rig.BAR)
    assert [heard(rig, bar) for bar in (18, 20, 21)] == [ALL | {"pad"}, ALL | {"pad"}, ALL]


def test_a_change_now_while_an_undo_is_pending_is_undone_to_what_was_there_before_both() -> None:
    rig = at_hook()
    before = rig.session.state.document
    type_(rig, "regenerate hook")
    rig.play_to(15 * rig.BAR)
    type_(rig, "undo; swap bass now")
    rig.play_to(17 * rig.BAR)
    type_(rig, "undo")
    rig.play_to(18 * rig.BAR)
    assert rig.session.state.document == before and not rig.session.state.done


def test_an_undo_canceled_after_a_change_now_is_undone_after_it() -> None:
    rig = at_hook()
    before = rig.session.state.document
    type_(rig, "regenerate hook")
    rig.play_to(15 * rig.BAR)
    type_(rig, "undo; swap bass now")
    rig.play_to(15 * rig.BAR + 5000)
    type_(rig, "cancel")
    rig.play_to(16 * rig.BAR)
    for bar in (18, 20):
        type_(rig, "undo")
        rig.play_to(bar * rig.BAR)
    assert rig.session.state.document == before and not rig.session.state.done


def test_unmuted_for_good_and_undone_it_is_heard_as_after_its_time() -> None:
    rig = at_hook()
    type_(rig, "mute drums for 4 bars")
    rig.play_to(15 * rig.BAR)
    type_(rig, "unmute drums")
    rig.play_to(20 * rig.BAR)
    type_(rig, "undo")
    rig.play_to(22 * rig.BAR)
    assert rig.session.state.document.muted == frozenset()


def test_a_mute_until_a_section_ends_on_the_line_where_that_begins() -> None:
    rig = at_hook()
    assert type_(rig, "mute drums until outro") == (
        "mute drums for 22 bars, until outro at bar 15 (#2)"
    )
    rig.play_to(37 * rig.BAR)
    assert "drums" not in rig.sounding(14 * rig.BAR)
    assert "drums" not in rig.sounding(36 * rig.BAR - 1)
    assert rig.session.state.done == ()
    assert rig.session.state.document.muted == frozenset()


def test_a_solo_until_the_section_that_plays_lasts_until_it_comes_again() -> None:
    rig = at_hook()
    type_(rig, "solo bass until hook")
    rig.play_to(30 * rig.BAR)
    assert heard(rig, 28) == {"bass"}
    assert heard(rig, 29) == ALL


def test_before_the_set_plays_bars_are_counted_from_its_beginning() -> None:
    rig = Rig()
    assert "for 12 bars, until hook" in type_(rig, "mute bass until hook")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [("mute bass until intro", "no intro comes from here on"),
     ("mute bass until bridge", "no section 'bridge'"),
     ("mute bass for 4 bars until outro", "for some bars, or until outro")],
)  # fmt: skip
def test_until_a_section_that_never_comes_is_refused(line: str, complaint: str) -> None:
    rig = at_hook()
    assert complaint in type_(rig, line)
    assert rig.session.state.pending == ()
