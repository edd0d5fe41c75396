"""Sections that come, go and change their length while they play, in bars and frames."""

import pytest

from loopmind_live.repl.grammar import parse
from loopmind_live.session.commands import Command
from tests.session.stage import Rig


def started(**options: object) -> Rig:
    rig = Rig(**options)  # type: ignore[arg-type]
    rig.session.submit(Command("play"))
    rig.session.advance()
    return rig


def type_(rig: Rig, line: str) -> str:
    """Type a line, and return all that is answered."""
    replies = [rig.session.submit(command) for command in parse(line)]
    return " | ".join(text for reply in replies for text in reply.lines)


def form(rig: Rig) -> list[tuple[str, int]]:
    arrangement = rig.session.state.arrangement
    assert arrangement is not None
    return [(section.label, section.bars) for section in arrangement.sections]


def test_a_longer_section_that_plays_goes_on_and_the_rest_comes_later() -> None:
    rig = started()
    rig.play_to(5 * rig.BAR)  # verse 1 plays, bars 5 to 12
    assert type_(rig, "longer verse") == "verse: 16 bars at bar 7 (#2)"
    rig.play_to(20 * rig.BAR)
    assert rig.sounding(20 * rig.BAR - 1) == {"drums": "drums_0", "bass": "bass_0"}
    assert "melody" in rig.sounding(20 * rig.BAR)  # the hook, at bar 21


def test_a_shorter_section_ends_at_its_new_end_where_that_is_still_to_come() -> None:
    rig = started()
    rig.play_to(5 * rig.BAR)
    assert type_(rig, "resize verse 4 bars") == "verse: 4 bars at bar 7 (#2)"
    rig.play_to(9 * rig.BAR)
    assert "melody" not in rig.sounding(8 * rig.BAR - 1)
    assert "melody" in rig.sounding(8 * rig.BAR)


def test_a_section_that_has_played_longer_already_is_not_cut_off() -> None:
    rig = started()
    rig.play_to(9 * rig.BAR + 10)
    told = type_(rig, "resize verse 4 bars")
    assert told == "verse: 4 bars, from its next pass on, at bar 13 (#2)"
    rig.play_to(13 * rig.BAR)
    assert "melody" not in rig.sounding(12 * rig.BAR - 1)
    assert "melody" in rig.sounding(12 * rig.BAR)
    assert form(rig)[1] == ("verse", 4)


def test_the_section_that_plays_leaves_at_its_end() -> None:
    rig = started()
    rig.play_to(13 * rig.BAR)  # hook 1, bars 13 to 20
    assert type_(rig, "delete hook 1") == ("hook 1 leaves, as it plays until then, at bar 21 (#2)")
    rig.play_to(21 * rig.BAR)
    assert "melody" in rig.sounding(20 * rig.BAR - 1)
    assert rig.sounding(20 * rig.BAR) == {"drums": "drums_0", "bass": "bass_0"}
    assert [label for label, _ in form(rig)] == ["intro", "verse", "verse", "hook", "outro"]


def test_a_section_that_loops_leaves_at_its_end_too() -> None:
    rig = started()
    type_(rig, "loop intro")
    rig.play_to(2 * rig.BAR)
    type_(rig, "delete intro")
    rig.play_to(5 * rig.BAR)
    assert rig.sounding(4 * rig.BAR - 1) == {"pad": "pad_0"}
    assert rig.sounding(4 * rig.BAR) == {"drums": "drums_0", "bass": "bass_0"}
    rig.play_to(13 * rig.BAR)
    assert "melody" in rig.sounding(12 * rig.BAR)  # and nothing loops any more


def test_where_the_last_section_leaves_the_one_before_it_loops() -> None:
    rig = started()
    type_(rig, "goto outro")
    rig.play_to(3 * rig.BAR)
    type_(rig, "delete outro")
    rig.play_to(10 * rig.BAR)
    assert rig.sounding(5 * rig.BAR - 1) == {"pad": "pad_1"}
    assert rig.sounding(5 * rig.BAR)["melody"] == "melody_2"
    assert rig.sounding(400 * rig.BAR)["melody"] == "melody_2"


def test_what_plays_is_moved_by_no_section_that_comes_before_it() -> None:
    rig = started()
    rig.play_to(13 * rig.BAR)
    before = [row for row in rig.engine.rows if row.start == 12 * rig.BAR]
    assert (
        type_(rig, "insert bridge before verse 1")
        == "bridge, 8 bars, before verse 1 at bar 15 (#2)"
    )
    rig.play_to(16 * rig.BAR)
    assert before == [row for row in rig.engine.rows if row.start == 12 * rig.BAR]
    assert form(rig)[1] == ("bridge", 8)
    section = rig.session.state.section
    assert section is not None and section.label == "hook"
    rig.play_to(21 * rig.BAR)
    assert rig.sounding(20 * rig.BAR) == {"drums": "drums_0", "bass": "bass_0"}  # verse 2


def test_a_section_comes_after_the_one_that_plays_unless_told_otherwise() -> None:
    rig = started()
    rig.play_to(5 * rig.BAR)
    assert type_(rig, "insert hook") == "hook, 8 bars, after verse 1 at bar 7 (#2)"
    assert "4 bars, before hook 2" in type_(rig, "insert 4 bar build before hook 2")
    rig.play_to(7 * rig.BAR)
    assert [label for label, _ in form(rig)][:5] == ["intro", "verse", "hook", "build", "hook"]
    build = rig.session.state.arrangement
    assert build is not None and build.sections[3].parts


def test_a_hook_that_is_put_in_plays_what_the_other_hooks_play_and_changes_with_them() -> None:
    rig = started()
    rig.play_to(5 * rig.BAR)
    type_(rig, "insert hook")
    type_(rig, "regenerate hook")
    rig.play_to(14 * rig.BAR)
    arrangement = rig.session.state.arrangement
    assert arrangement is not None
    hooks = [section.parts for section in arrangement.sections if section.label == "hook"]
    assert len(hooks) == 3 and hooks[0] == hooks[1] == hooks[2]


def test_numbers_count_anew_once_a_section_has_come_or_gone() -> None:
    rig = started()
    type_(rig, "delete verse 1")
    rig.play_to(rig.BAR)
    told = type_(rig, "regenerate verse 2")
    assert "no section 'verse 2'" in told
    assert type_(rig, "goto hook 2").startswith("goto hook 2")


def test_what_is_pending_follows_its_section_to_its_new_place() -> None:
    rig = started()
    rig.play_to(rig.BAR)
    type_(rig, "goto hook 2 in 6 bars")
    type_(rig, "swap bass in hook 2 in 5 bars")
    type_(rig, "insert bridge before hook 1 in 3 bars")
    type_(rig, "delete verse 2 in 4 bars")
    rig.play_to(9 * rig.BAR)
    assert rig.sounding(7 * rig.BAR)["melody"] == "melody_2"
    assert rig.sounding(7 * rig.BAR)["bass"] != "bass_2"
    playhead = rig.session.state.playhead
    assert playhead is not None and playhead.place == 4


def test_what_is_pending_for_a_section_that_went_is_canceled_and_told() -> None:
    rig = started()
    rig.play_to(rig.BAR)
    type_(rig, "goto outro in 6 bars")
    type_(rig, "delete outro in 2 bars")
    rig.play_to(9 * rig.BAR)
    assert "goto outro in 6 bars: canceled, its section is gone" in rig.told
    assert rig.sounding(8 * rig.BAR) == {"drums": "drums_0", "bass": "bass_0"}
    assert rig.session.state.pending == ()


def test_a_jump_into_a_section_that_was_to_leave_lets_it_play_to_its_end() -> None:
    rig = started()
    rig.play_to(rig.BAR)
    assert type_(rig, "delete hook 1 in 4 bars").endswith("at bar 6 (#2)")
    type_(rig, "goto hook 1 in 2 bars")
    rig.play_to(6 * rig.BAR)
    assert any("moves to its end at bar 12" in line for line in rig.told)
    rig.play_to(12 * rig.BAR)
    assert "melody" in rig.sounding(11 * rig.BAR - 1)
    assert "melody" not in rig.sounding(11 * rig.BAR)


def test_the_last_of_a_label_is_the_arrangements_last_however_many_there_are() -> None:
    rig = started()
    assert type_(rig, "delete the last verse") == "verse 2 leaves at bar 2 (#2)"
    assert type_(rig, "goto the last hook").startswith("goto hook 2")
    rig.play_to(2 * rig.BAR)
    assert [label for label, _ in form(rig)].count("verse") == 1


def test_the_last_section_left_stays() -> None:
    rig = started()
    type_(rig, "goto outro")
    rig.play_to(2 * rig.BAR)
    for name in ("intro", "verse", "hook"):
        type_(rig, f"delete {name}")
    assert "nothing would be left without outro" in type_(rig, "delete outro")
    rig.play_to(13 * rig.BAR)
    assert form(rig) == [("outro", 4)]


def test_what_comes_to_be_the_last_section_left_stays_and_that_is_told() -> None:
    rig = started()
    rig.play_to(5 * rig.BAR)
    type_(rig, "delete verse")  # it plays until bar 13
    for name in ("intro", "hook", "outro"):
        type_(rig, f"delete {name} in 2 bars")
    rig.play_to(13 * rig.BAR)
    assert form(rig) == [("verse", 8), ("verse", 8)]
    assert "delete verse: canceled, it is the last section left" in rig.told
    assert rig.sounding(12 * rig.BAR) == {"drums": "drums_0", "bass": "bass_0"}


@pytest.mark.parametrize(
    "line",
    ["longer verse", "resize hook 3 bars", "delete verse 1", "delete hook", "insert bridge",
     "insert hook before intro", "no bass in verse", "only bass in hook 2", "add pad",
     "mute drums in verse 2", "restyle darker", "take 1"],
)  # fmt: skip
def test_one_undo_takes_each_edit_back_and_redo_does_it_again(line: str) -> None:
    rig = started()
    rig.play_to(5 * rig.BAR)
    type_(rig, "alternatives bass in verse")
    before = rig.session.state.document
    told = type_(rig, line)
    assert "(#2)" in told, told
    rig.play_to(14 * rig.BAR)
    after = rig.session.state.document
    assert after != before
    type_(rig, "undo")
    rig.play_to(40 * rig.BAR)
    assert rig.session.state.arrangement == before.arrangement
    assert rig.session.state.document.muted_in == before.muted_in
    type_(rig, "redo")
    rig.play_to(70 * rig.BAR)
    assert rig.session.state.arrangement == after.arrangement
    assert not rig.session.state.pending


def test_what_would_make_no_sense_is_refused_in_one_line() -> None:
    rig = started()
    for line, told in {
        "resize hook by -8 bars": "hook 1 would be 0 bars long: choose 1 to 256",
        "no pad in intro": "intro would be silent: it plays pad alone",
        "take 3": "nothing is listed yet",
        "delete bridge": "no section 'bridge'",
        "insert bridge after breakdown": "no section 'breakdown'",
        "add pad": "intro plays pad already",
    }.items():
        before = rig.session.state
        answer = type_(rig, line)
        assert told in answer and "\n" not in answer
        assert rig.session.state == before


def test_a_section_that_double_time_makes_too_short_ends_on_that_line() -> None:
    rig = started()
    rig.play_to(2 * rig.BAR + 10)
    type_(rig, "double time")  # the fourth bar would be the seventh of four
    rig.session.advance()
    for frame in (2 * rig.BAR + 20, 3 * rig.BAR - 1):
        assert rig.sounding(frame) == {"pad": "pad_0"}
    rig.play_to(4 * rig.BAR)
    assert rig.sounding(3 * rig.BAR) == {"drums": "drums_0", "bass": "bass_0"}
    row = next(row for row in rig.engine.rows if row.track == 0)
    assert row.start == row.origin == 3 * rig.BAR
