"""Recording the live input to a part: when it is recorded, where it plays, and what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from loopmind_live.repl.grammar import parse
from loopmind_live.score.loop import ROLES, Loop
from loopmind_live.session.actions import PlayTake
from loopmind_live.session.session import Reply
from loopmind_live.session.takes import landed, waiting, with_loop
from tests.session.stage import Rig

VOCAL = ROLES.index("vocal")


def typed(rig: Rig, text: str) -> Reply:
    (command,) = parse(text)
    return rig.session.submit(command)


def playing(bars: float = 5.5, live: bool = True) -> Rig:
    """Return a set that has played `bars`: the verse began at its bar 5 (offset 4)."""
    rig = Rig(live=live)
    rig.session.no_input = lambda: None
    typed(rig, "play")
    rig.session.advance()
    rig.play_to(rig.session.state.tempo.line(bars))
    return rig


def line(rig: Rig, bar: float) -> int:
    """Return the frame of a bar's line, the bar counted from 1."""
    return rig.session.state.tempo.line(bar - 1)


def take(beats: int = 8, name: str = "take") -> Loop:
    return Loop(
        Path(f"/takes/{name}.wav"), "", duration_s=beats / 2, bpm=120.0, bpm_confidence=1.0,
        beats=beats, role="vocal",
    )  # fmt: skip


def give(rig: Rig, loop: Loop) -> None:
    (change, _) = next(waiting(rig.session.state))
    rig.session.revise(with_loop(rig.session.state, change.number, loop))


def vocals(rig: Rig) -> list[tuple[int, int]]:
    """Return where the vocal's rows begin and the place of the clip that is heard there first."""
    return [
        (row.start, round(row.start - row.origin) % round(row.pass_frames))
        for row in sorted(rig.engine.rows, key=lambda row: row.start)
        if row.track == VOCAL
    ]


def test_a_take_is_told_by_its_bars_and_plays_from_the_one_after() -> None:
    rig = playing()
    reply = typed(rig, "record 2 bars to vocal")
    assert reply.lines == ("vocal: records bars 7 to 8, plays from bar 9 (#2)",)
    (change, action) = next(waiting(rig.session.state))
    assert action == PlayTake("vocal", 6.0, 2)
    assert not landed(rig.session.state, change)
    rig.play_to(line(rig, 8) + 1000)
    assert not vocals(rig)
    give(rig, take())
    rig.session.advance()
    assert vocals(rig)[0] == (line(rig, 9), 0)
    rig.play_to(line(rig, 9) + 1000)
    assert rig.sounding(line(rig, 9) + 1)["vocal"] == ""
    assert landed(rig.session.state, change)
    swap = next(entry for entry in rig.diary.of("swap") if entry["track"] == "vocal")
    assert (swap["frame"], swap["loop"]) == (line(rig, 9), "/takes/take.wav")


def test_one_bar_is_told_as_one() -> None:
    rig = playing()
    assert typed(rig, "record 1 bar to bass in 2 bars").lines == (
        "bass: records bar 8, plays from bar 9 (#2)",
    )


def test_what_was_played_in_a_bar_of_the_section_is_heard_in_that_bar_again() -> None:
    rig = playing(7.5)  # the verse's bars 1 to 8 are 5 to 12
    typed(rig, "record 4 bars to vocal")  # bars 9 to 12: from the verse's bar 5 to its end
    give(rig, take(16))
    rig.play_to(line(rig, 13))
    hook = line(rig, 13)
    assert vocals(rig)[0] == (hook, 0)
    rig = playing(5.5)
    typed(rig, "record 4 bars to vocal")  # bars 7 to 10: from the verse's bar 3
    give(rig, take(16))
    rig.session.advance()
    assert vocals(rig)[0] == (line(rig, 11), 0)
    verse_again = line(rig, 21)
    assert (verse_again, 2 * rig.BAR) in vocals(rig), "it begins with what was played in bar 9"


def test_all_verses_share_a_take_and_other_parts_stay() -> None:
    rig = playing()
    typed(rig, "record 2 bars to vocal")
    give(rig, take())
    rig.play_to(line(rig, 9))
    sections = rig.session.state.arrangement.sections
    assert [bool(one.part("vocal")) for one in sections] == [0, 1, 0, 1, 0, 0]
    assert {part.role for part in sections[1].parts} == {"drums", "bass", "vocal"}


def test_a_take_that_is_not_ready_moves_to_the_next_line_and_says_so() -> None:
    rig = playing()
    typed(rig, "record 2 bars to vocal")
    rig.play_to(line(rig, 9) + 1000)
    assert not vocals(rig)
    assert rig.told[-1] == "record 2 bars to vocal: its clips are not ready, moves to bar 10"
    give(rig, take())
    rig.play_to(line(rig, 10))
    assert vocals(rig)[0] == (line(rig, 10), rig.BAR), "as if it had begun at its own line"


def test_undo_takes_a_take_back_and_redo_brings_it_again() -> None:
    rig = playing()
    typed(rig, "record 2 bars to vocal")
    give(rig, take())
    rig.play_to(line(rig, 9) + 1000)
    typed(rig, "undo")
    rig.play_to(line(rig, 10) + 1000)
    assert "vocal" not in rig.sounding(line(rig, 10) + 500)
    typed(rig, "redo")
    rig.play_to(line(rig, 11) + 1000)
    assert vocals(rig)[-1] == (line(rig, 21), 0), "the verse comes again at bar 21"
    assert "vocal" in rig.sounding(line(rig, 11) + 500)


def test_previous_brings_back_what_was_there_before_a_take() -> None:
    rig = playing()
    typed(rig, "record 2 bars to bass")
    (change, _) = next(waiting(rig.session.state))
    loop = replace(take(), role="bass")
    rig.session.revise(with_loop(rig.session.state, change.number, loop))
    rig.play_to(line(rig, 9) + 1000)
    assert rig.sounding(line(rig, 9) + 1)["bass"] == ""
    typed(rig, "previous verse")
    rig.play_to(line(rig, 10) + 1000)
    assert rig.sounding(line(rig, 10) + 500)["bass"] == "bass_0"


@pytest.mark.parametrize("word", ["cancel", "undo", "panic"])
def test_a_take_under_way_can_be_dropped(word: str) -> None:
    rig = playing()
    typed(rig, "record 2 bars to vocal")
    rig.play_to(line(rig, 7) + 1000)
    typed(rig, word)
    assert not list(waiting(rig.session.state))
    rig.play_to(line(rig, 9) + 1000)
    assert not vocals(rig)


def test_a_take_goes_on_through_a_stop_and_plays_with_the_set() -> None:
    rig = playing()
    typed(rig, "record 2 bars to vocal")
    typed(rig, "stop")
    rig.play_to(line(rig, 7) + 1000)
    give(rig, take())
    rig.play_to(line(rig, 9) + 1000)
    assert not vocals(rig)
    typed(rig, "play")
    rig.play_to(line(rig, 10) + 1000)
    assert "vocal" in rig.sounding(line(rig, 10) + 500)


def test_a_take_is_retimed_with_the_set_as_any_loop() -> None:
    rig = playing()
    typed(rig, "record 2 bars to vocal")
    give(rig, take())
    rig.play_to(line(rig, 9) + 1000)
    typed(rig, "tempo 150")
    rig.play_to(line(rig, 10) + 1000)
    asked = [recipe for recipe in rig.shelf.asked if recipe.path.name == "take.wav"]
    assert {(recipe.source_bpm, recipe.bpm) for recipe in asked} == {(120.0, 120.0), (120.0, 150.0)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("record 4 bars to vocal, bass", "one part"),
        ("record 4 bars to vocal now", "leave out now"),
        ("record 64 bars to vocal in 4 bars", None),
    ],
)
def test_what_makes_no_take_is_refused_in_one_line(text: str, reason: str | None) -> None:
    rig = playing()
    reply = typed(rig, text)
    assert reply.ok == (reason is None)
    assert len(reply.lines) == 1
    if reason is not None:
        assert reason in reply.lines[0]
        assert not rig.session.state.pending


def test_a_take_longer_than_a_clip_is_refused() -> None:
    rig = playing()
    rig.session.submit(parse("tempo 60")[0])
    rig.play_to(line(rig, 8))
    reply = typed(rig, "record 64 bars to vocal")
    assert reply.lines == ("64 bars last 256 s here, a take 170 s at most: take fewer",)


def test_before_anything_plays_there_is_no_line_to_record_from() -> None:
    rig = Rig(live=True)
    rig.session.no_input = lambda: None
    assert "play first" in typed(rig, "record 4 bars to vocal").lines[0]


def test_without_an_input_one_line_says_what_to_do() -> None:
    rig = playing()
    rig.session.no_input = lambda: "nothing is connected"
    assert typed(rig, "record 4 bars to vocal").lines == ("nothing is connected",)
    offline = Rig(live=False)
    typed(offline, "play")
    offline.play_to(1000)
    assert "--input" in typed(offline, "record 4 bars to vocal").lines[0]
