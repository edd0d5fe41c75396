"""Long clips that may sound from their first bars on, while the rest of them is still made."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.engine.schedule import first_difference
from loopmind_live.prepare.base import Due
from loopmind_live.score.clip import body_frames
from loopmind_live.session.commands import Command
from loopmind_live.session.session import Session
from loopmind_live.session.snapshot import Snapshot
from tests.session.slow_shelf import (
    BAR,
    BASS,
    FIRST_FRAMES,
    SECOND_FRAMES,
    SET,
    SlowShelf,
    StemArranger,
    StemRig,
)
from tests.session.stage import Diary, Rig


def test_a_section_begins_on_its_line_with_what_is_only_opened() -> None:
    rig = StemRig()
    rig.shelf.open()
    rig.to(2.6)
    rig.type("goto verse")
    rig.to(3.2)
    assert rig.at(3) == {"drums": "drums_0", "bass": "bass_0", "melody": "melody_0"}
    bass = next(row for row in rig.engine.rows if row.track == BASS)
    assert bass.stop == rig.first + 6 * BAR, "the last line by which no more than 8 s are played"
    rig.shelf.finish()
    rig.to(20)
    assert rig.at(15)["bass"] == "bass_0"
    assert [bar for bar, _ in rig.swaps("bass")] == [3.0], "it went on without a seam"
    assert not any("ready" in line for line in rig.told)


def test_without_first_bars_the_same_change_moves_to_a_later_line() -> None:
    rig = StemRig()
    rig.to(2.6)
    rig.type("goto verse")
    rig.to(4.2)
    rig.shelf.finish()
    rig.to(6)
    assert any("moves to bar 5" in line for line in rig.told)
    assert [bar for bar, _ in rig.swaps("bass")] == [5.0]


@pytest.mark.parametrize("seconds", [4.0, None])
def test_what_may_not_go_on_in_time_does_not_begin(seconds: float | None) -> None:
    rig = StemRig()
    rig.shelf.seconds = seconds
    rig.shelf.open()
    rig.to(2.6)
    rig.type("goto verse")
    rig.to(4.2)
    assert rig.at(4) == {"pad": "pad_0"}
    assert any("moves to bar 5" in line for line in rig.told)
    rig.shelf.seconds = 1.0
    rig.to(5.5)
    rig.shelf.open()
    rig.to(6.5)
    assert rig.at(6.2)["bass"] == "bass_0", "the next line after more was known"


def test_each_step_must_come_before_the_one_before_it_runs_out() -> None:
    rig = StemRig()
    steps = [Due(SECOND_FRAMES, 0.5), Due(body_frames(256 * 24000.0), 5.0)]
    rig.shelf.due = lambda _recipe: tuple(steps)  # type: ignore[method-assign]
    rig.shelf.open()
    rig.type("goto verse")
    rig.to(3.2)
    assert rig.at(3.1)["bass"] == "bass_0"
    rig.shelf.open(SECOND_FRAMES)
    rig.to(12)
    assert rig.at(12)["bass"] == "bass_0"
    bass = next(row for row in rig.engine.rows if row.track == BASS)
    assert bass.stop == rig.first + (3 + 19) * BAR
    other = StemRig()
    steps[1] = replace(steps[1], seconds=25.0)
    other.shelf.due = rig.shelf.due  # type: ignore[method-assign]
    other.shelf.open()
    other.type("goto verse")
    other.to(4)
    assert other.at(3.5) == {"pad": "pad_0"}


def test_a_swap_in_phase_waits_for_the_whole() -> None:
    rig = StemRig()
    rig.shelf.finish()
    rig.type("goto verse")
    rig.to(20.2)
    rig.type("swap bass")
    rig.shelf.open()
    rig.to(22.5)
    assert rig.at(22.4)["bass"] == "bass_0"
    assert any("moves to bar" in line for line in rig.told)
    rig.shelf.finish()
    rig.to(23.5)
    assert rig.at(23.4)["bass"] == "bass_101"


def test_a_swap_that_lands_as_its_section_begins_takes_the_first_bars() -> None:
    rig = StemRig(7.4)
    rig.shelf.finish()
    rig.type("regenerate verse")
    rig.shelf.open()
    rig.to(9.2)
    assert rig.at(8.5)["bass"] == "bass_101"
    rig.shelf.finish()
    rig.to(20)
    assert [bar for bar, _ in rig.swaps("bass")] == [8.0]


def test_another_parts_swap_does_not_wait_for_what_sounds_from_its_first_bars() -> None:
    rig = StemRig(2.6)
    rig.shelf.open()
    rig.type("goto verse")
    rig.to(3.2)
    held = list(rig.shelf._waiting)
    rig.type("swap drums")
    rig.shelf._waiting = [one for one in rig.shelf._waiting if one not in held]
    rig.shelf.finish()
    rig.shelf._waiting = held
    rig.to(4.5)
    assert rig.at(4.4)["drums"] == "drums_101"
    assert rig.at(4.4)["bass"] == "bass_0"


def test_a_part_opened_in_time_begins_with_its_section_and_another_enters_when_it_is_whole() -> (
    None
):
    rig = StemRig(6.2)
    melody = next(one for one in rig.shelf._waiting if one.content_hash == "melody_0")
    rig.shelf._waiting.remove(melody)
    rig.shelf.open()
    rig.to(9.3)
    assert rig.at(8.5) == {"drums": "drums_0", "bass": "bass_0"}
    assert "verse: melody not ready, enters at a later line" in rig.told
    rig.shelf._waiting = [melody]
    rig.shelf.open()
    rig.to(10.3)
    assert "melody" not in rig.at(10.2), "in phase it needs all"
    rig.shelf.finish()
    rig.to(11.5)
    assert [bar for bar, _ in rig.swaps("melody")] == [11.0]


def test_a_rest_that_is_late_after_all_leaves_silence_from_a_line_and_comes_at_a_line() -> None:
    rig = StemRig(6.2)
    rig.shelf.open()
    rig.to(12.3)
    assert rig.at(10.9)["bass"] == "bass_0"
    assert rig.at(11.1) == {"drums": "drums_0"}
    late = "verse: bass, melody not ready beyond its first bars, enters at a later line"
    assert rig.told.count(late) == 1
    rig.shelf.finish()
    rig.to(14)
    assert [bar for bar, _ in rig.swaps("bass")] == [8.0, 11.0, 13.0]
    assert rig.swaps("bass")[1][1] is None
    row = next(
        row for row in rig.engine.rows if row.track == BASS and row.start > rig.first + 12 * BAR
    )
    assert row.origin == rig.first + 8 * BAR, "in phase"


def test_more_of_a_clip_that_comes_too_late_is_not_enough() -> None:
    rig = StemRig(6.2)
    rig.shelf.open()
    rig.to(12.3)
    rig.shelf.open(SECOND_FRAMES)
    rig.to(14.3)
    assert rig.at(14.2) == {"drums": "drums_0"}
    rig.shelf.finish()
    rig.to(15.5)
    assert [bar for bar, _ in rig.swaps("bass")] == [8.0, 11.0, 15.0]


def test_a_rest_that_comes_just_before_its_line_is_in_time_and_just_after_is_not() -> None:
    for frames, bars in ((2000, [8.0]), (1300, [8.0, 11.0, 12.0])):
        rig = StemRig(6.2)
        rig.shelf.open()
        rig.to(11 - frames / BAR)
        rig.shelf.finish()
        rig.to(13)
        assert [bar for bar, _ in rig.swaps("bass")] == bars


def test_a_rest_that_fails_is_told_and_what_began_ends_on_its_line() -> None:
    rig = StemRig(6.2)
    rig.shelf.open()
    rig.to(9.2)
    rig.shelf.fail()
    rig.to(14)
    assert sum("cannot be played: gone" in line for line in rig.told) == 3
    assert rig.at(10.5)["bass"] == "bass_0"
    assert rig.at(11.5) == {"drums": "drums_0"}
    rig.type("goto verse")
    rig.to(16)
    assert rig.at(15.5) == {"drums": "drums_0"}, "no pass begins that cannot go on"


def test_a_fade_does_not_ring_beyond_what_is_there() -> None:
    rig = StemRig(6.2)
    rig.shelf.open()
    rig.to(9.6)
    rig.type("fade over 8 bars")
    rig.to(20)
    assert rig.at(9.7)["bass"] == "bass_0"
    assert "bass" not in rig.at(11.5), "the rest never came"


def test_a_nudge_and_half_and_double_time_go_on_with_what_is_opened() -> None:
    for words in ("nudge 20", "half time", "double time"):
        rig = StemRig(6.2)
        rig.shelf.open()
        rig.to(8.3)
        rig.type(words)
        rig.to(9.2)
        assert rig.at(9.15)["bass"] == "bass_0", words
        rig.shelf.finish()
        rig.to(16)
        assert rig.at(16)["bass"] == "bass_0", words


def test_the_set_itself_starts_with_first_bars() -> None:
    whole = replace(SET, sections=SET.sections[1:])
    rig = StemRig(0.0, whole)
    assert not rig.session.state.started
    rig.shelf.open()
    rig.session.advance()
    assert rig.session.state.started
    rig.first = rig.session.state.tempo.line(0)
    rig.to(1.5)
    assert rig.at(1)["bass"] == "bass_0"
    rig.shelf.finish()
    rig.to(8)
    assert [bar for bar, _ in rig.swaps("bass")] == [0.0]


def test_undo_brings_back_what_played_before_the_first_bars() -> None:
    rig = StemRig(7.4)
    rig.shelf.finish()
    rig.type("regenerate verse")
    rig.shelf.open()
    rig.to(9.2)
    rig.type("undo")
    rig.to(10.5)
    assert rig.at(10.4) == {"drums": "drums_0", "bass": "bass_0", "melody": "melody_0"}


def test_a_clock_that_waits_never_begins_with_first_bars() -> None:
    shelf = SlowShelf()
    rig = Rig(shelf=shelf, loaded=False)
    rig.session.load(SET)
    rig.session.submit(Command("play"))
    shelf.open()
    rig.play_to(12 * BAR)
    assert rig.told == []
    assert [swap["bar"] for swap in rig.diary.of("swap") if swap["track"] == "bass"] == [9]


def test_who_takes_up_goes_on_where_a_clip_is_only_opened() -> None:
    rig = StemRig(6.2)
    rig.shelf.open()
    rig.to(9.2)
    kept = rig.session._keeper.kept
    assert isinstance(kept, Snapshot)
    assert {one.opened_frames for one in kept.placed if one.opened_frames} == {FIRST_FRAMES}
    rows, told = rig.engine.rows, rig.session.state
    rig.session = Session(
        rig.engine, rig.shelf, StemArranger(), Diary(), rig.session.options, rig.told.append
    )
    rig.session.take_up(kept, rows, {}, -1)
    rig.session.advance()
    assert rig.session.state == told
    assert first_difference(rows, rig.engine.rows, rig.engine.frame()) is None
    rig.shelf.finish()
    rig.to(20)
    rows_of_bass = [row for row in rig.engine.rows if row.track == BASS]
    assert rows_of_bass[0].start == rig.first + 8 * BAR
    assert rows_of_bass[0].stop > rig.first + 60 * BAR


DEEDS = st.sampled_from(
    ["open", "more", "finish", "fail", "sure", "unsure", "goto verse", "goto hook", "swap bass",
     "regenerate verse", "regenerate hook", "undo", "mute bass", "unmute bass", "faster",
     "nudge 15", "half time", "double time", "fade", "play", "tempo 127", "goto verse now",
     "loop"]
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(DEEDS, st.floats(0.1, 5.0)), min_size=3, max_size=14))
def test_whatever_happens_nothing_is_read_that_is_not_there(deeds: list[tuple[str, float]]) -> None:
    rig = StemRig(0.5)
    bar = 0.5
    for deed, bars in deeds:
        match deed:
            case "open":
                rig.shelf.open()
            case "more":
                rig.shelf.open(SECOND_FRAMES)
            case "finish":
                rig.shelf.finish()
            case "fail":
                rig.shelf.fail()
            case "sure":
                rig.shelf.seconds = 0.2
            case "unsure":
                rig.shelf.seconds = 9.0
            case _:
                rig.type(deed)
        bar += bars
        rig.to(bar)
    assert not any("fault" in line for line in rig.told)
