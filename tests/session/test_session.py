"""What lands, when, and what the engine is told: the musical rules, in frames."""

import pytest

from loopmind_live.engine.base import Row
from loopmind_live.session.commands import Command, When
from tests.session.stage import Rig, Shelf, loop, started

PLAY = Command("play")


def rows_of(rig: Rig, track: int) -> list[Row]:
    return [row for row in rig.engine.rows if row.track == track]


def test_nothing_plays_until_play_is_asked_for() -> None:
    rig = Rig()
    rig.play_to(rig.BAR)
    assert rig.engine.rows == ()
    rig.session.submit(PLAY)
    rig.session.advance()
    assert rig.sounding(rig.BAR) == {"pad": "pad_0"}


def test_the_whole_arrangement_is_sent_ahead_and_its_last_section_loops() -> None:
    rig = started()
    for bar, expected in ((0, "pad"), (4, "drums"), (12, "drums"), (36, "pad"), (4000, "pad")):
        assert expected in rig.sounding(bar * rig.BAR)
    assert rig.sounding(4 * rig.BAR - 1) == {"pad": "pad_0"}
    assert rig.sounding(12 * rig.BAR)["melody"] == "melody_2"


def test_a_command_lands_at_the_next_bar_line() -> None:
    rig = started()
    rig.play_to(rig.BAR // 2)
    reply = rig.session.submit(Command("goto", {"section": "hook"}))
    assert reply.lines == ("goto hook 1 at bar 2 (#2)",)
    rig.play_to(rig.BAR)
    assert rig.sounding(rig.BAR - 1) == {"pad": "pad_0"}
    assert rig.sounding(rig.BAR)["melody"] == "melody_2"
    assert all(row.origin == rig.BAR for row in rig.engine.rows if row.start == rig.BAR)


@pytest.mark.parametrize(("before_line", "bar"), [(1440, 1), (1439, 2), (1, 2), (0, 2)])
def test_a_line_closer_than_thirty_milliseconds_counts_as_passed(
    before_line: int, bar: int
) -> None:
    rig = started()
    rig.play_to(rig.BAR - before_line)
    rig.session.submit(Command("goto", {"section": "hook"}), rig.BAR - before_line)
    rig.play_to(3 * rig.BAR)
    assert [swap["frame"] for swap in rig.diary.of("swap") if swap["track"] == "melody"] == [
        bar * rig.BAR
    ]


def test_in_n_bars_is_the_nth_line_after_typing() -> None:
    rig = started()
    rig.play_to(rig.BAR // 3)
    rig.session.submit(Command("mute", {"roles": ("pad",)}, When("bar", 3)))
    rig.play_to(4 * rig.BAR - 1)
    assert rig.sounding(3 * rig.BAR - 1) == {"pad": "pad_0"}
    assert rig.sounding(3 * rig.BAR) == {}


@pytest.mark.parametrize(
    ("beats", "told"), [(1, "at bar 1 beat 3"), (3, "at bar 2"), (8, "at bar 3 beat 2")]
)
def test_in_n_beats_is_the_nth_beat_after_typing(beats: int, told: str) -> None:
    rig = started()
    rig.play_to(rig.BAR // 3)
    reply = rig.session.submit(Command("mute", {"roles": ("pad",)}, When("beat", beats)))
    assert reply.lines == (f"mute pad {told} (#2)",)
    line = (1 + beats) * rig.BAR // 4
    rig.play_to(line + rig.BAR)
    assert rig.sounding(line - 1) == {"pad": "pad_0"}
    assert rig.sounding(line) == {}


def test_after_this_section_is_the_sections_end() -> None:
    rig = started()
    rig.play_to(rig.BAR)
    rig.session.submit(Command("goto", {"section": "outro"}, When("section", 1)))
    rig.play_to(4 * rig.BAR)
    assert rig.sounding(4 * rig.BAR - 1) == {"pad": "pad_0"}
    assert rig.sounding(4 * rig.BAR) == {"pad": "pad_1"}


def test_now_lands_at_the_next_block() -> None:
    rig = started()
    rig.play_to(1000 * 256)
    rig.session.submit(Command("mute", {"roles": ("pad",)}, When("now")), 1000 * 256 + 5)
    rig.session.advance(1000 * 256 + 5)
    assert rig.sounding(1001 * 256 - 1) == {"pad": "pad_0"}
    assert rig.sounding(1001 * 256) == {}


def test_regenerate_changes_every_occurrence_on_the_line_in_phase() -> None:
    rig = started()
    rig.play_to(14 * rig.BAR + 7)
    reply = rig.session.submit(Command("regenerate", {"section": "hook"}))
    assert reply.lines == ("hook: drums, bass, melody change at bar 16 (#2)",)
    rig.play_to(16 * rig.BAR)
    assert rig.sounding(15 * rig.BAR - 1)["drums"] == "drums_2"
    assert rig.sounding(15 * rig.BAR)["drums"] == "drums_101"
    assert rig.sounding(30 * rig.BAR)["drums"] == "drums_101"
    row = next(row for row in rows_of(rig, 0) if row.start == 15 * rig.BAR)
    assert row.origin == 12 * rig.BAR


def test_a_swap_leaves_the_other_tracks_alone() -> None:
    rig = started()
    rig.play_to(13 * rig.BAR)
    before = [row for row in rows_of(rig, 5) if row.start == 12 * rig.BAR]
    rig.session.submit(Command("swap", {"roles": ("drums",)}))
    rig.play_to(15 * rig.BAR)
    assert before == [row for row in rows_of(rig, 5) if row.start == 12 * rig.BAR]
    assert rig.sounding(14 * rig.BAR)["drums"] == "drums_101"


def test_the_last_command_for_one_track_and_line_wins() -> None:
    rig = started()
    rig.play_to(13 * rig.BAR)
    rig.session.submit(Command("swap", {"roles": ("drums",)}))
    rig.session.submit(Command("swap", {"roles": ("drums",)}))
    rig.session.submit(Command("goto", {"section": "verse"}))
    rig.session.submit(Command("goto", {"section": "hook"}))
    rig.play_to(15 * rig.BAR)
    assert rig.sounding(14 * rig.BAR)["drums"] == "drums_102"
    assert "melody" in rig.sounding(14 * rig.BAR)


def test_unmute_comes_back_in_phase() -> None:
    rig = started()
    rig.play_to(5 * rig.BAR)
    rig.session.submit(Command("mute", {"roles": ("bass",)}))
    rig.play_to(7 * rig.BAR)
    rig.session.submit(Command("unmute", {"roles": ("bass",)}))
    rig.play_to(9 * rig.BAR)
    assert "bass" not in rig.sounding(7 * rig.BAR)
    row = next(row for row in rows_of(rig, 5) if row.start == 8 * rig.BAR)
    assert row.origin == 4 * rig.BAR


def test_solo_silences_the_others_and_unsolo_brings_them_back() -> None:
    rig = started()
    rig.play_to(13 * rig.BAR)
    rig.session.submit(Command("solo", {"roles": ("bass",)}))
    rig.play_to(15 * rig.BAR)
    assert set(rig.sounding(14 * rig.BAR)) == {"bass"}
    rig.session.submit(Command("unsolo"))
    rig.play_to(17 * rig.BAR)
    assert set(rig.sounding(16 * rig.BAR)) == {"drums", "bass", "melody"}


def test_entering_a_section_starts_it_anew_even_with_the_same_loops() -> None:
    rig = started()
    rig.play_to(13 * rig.BAR)
    rig.session.submit(Command("goto", {"section": "hook"}))
    rig.play_to(15 * rig.BAR)
    drums = [row for row in rows_of(rig, 0) if row.start == 14 * rig.BAR]
    assert drums[0].origin == 14 * rig.BAR


def test_the_same_loop_carried_over_a_section_line_in_phase_is_one_row() -> None:
    rig = started()
    rig.session.submit(Command("loop", {"section": "verse"}))
    rig.play_to(30 * rig.BAR)
    assert rig.sounding(29 * rig.BAR)["drums"] == "drums_0"
    drums = rows_of(rig, 0)
    assert drums[0].start == 4 * rig.BAR and drums[0].stop > 28 * rig.BAR


def test_loop_typed_in_the_last_bar_repeats_the_section_that_was_playing() -> None:
    rig = started()
    rig.play_to(3 * rig.BAR + 10)
    rig.session.submit(Command("loop"))
    rig.play_to(6 * rig.BAR)
    assert rig.sounding(5 * rig.BAR) == {"pad": "pad_0"}
    rig.session.submit(Command("loop", {"on": False}))
    rig.play_to(8 * rig.BAR + 1)
    assert "drums" in rig.sounding(8 * rig.BAR)


def test_an_occurrence_changes_alone_when_it_is_named_by_number() -> None:
    rig = started()
    rig.session.submit(Command("regenerate", {"section": "hook", "number": 2}))
    rig.play_to(2 * rig.BAR)
    assert rig.sounding(13 * rig.BAR)["drums"] == "drums_2"
    assert rig.sounding(29 * rig.BAR)["drums"] == "drums_101"


def test_a_tempo_step_moves_the_lines_after_it_and_keeps_the_phase() -> None:
    rig = started()
    rig.play_to(5 * rig.BAR)
    rig.session.submit(Command("set_tempo", {"bpm": 60.0}))
    rig.play_to(7 * rig.BAR)
    row = next(row for row in rows_of(rig, 0) if row.start == 6 * rig.BAR)
    assert row.pass_frames == 8 * rig.BAR
    assert row.origin == 6 * rig.BAR - 2 * 2 * rig.BAR
    assert [e["bpm"] for e in rig.diary.of("tempo")] == [120.0, 60.0]
    hook = 6 * rig.BAR + (12 - 6) * 2 * rig.BAR
    assert "melody" not in rig.sounding(hook - 1) and "melody" in rig.sounding(hook)


def test_stop_and_play_land_on_lines_and_the_bars_go_on_counting() -> None:
    rig = started()
    rig.play_to(rig.BAR + 3)
    rig.session.submit(Command("stop"))
    rig.play_to(4 * rig.BAR + 10)
    assert rig.sounding(2 * rig.BAR - 1) and not rig.sounding(2 * rig.BAR)
    assert rig.session.submit(PLAY).lines == ("play: intro at bar 6 (#3)",)
    rig.play_to(6 * rig.BAR)
    assert rig.sounding(5 * rig.BAR) == {"pad": "pad_0"}
    assert "drums" in rig.sounding(9 * rig.BAR)


def test_fade_rings_for_its_bars_after_the_line() -> None:
    rig = started()
    rig.play_to(rig.BAR + 3)
    rig.session.submit(Command("fade", {"bars": 2.0}))
    rig.play_to(2 * rig.BAR)
    (row,) = rows_of(rig, 8)
    assert row.stop == 2 * rig.BAR
    assert row.fade_frames == 2 * rig.BAR


def test_panic_is_silence_at_the_next_block_and_drops_what_is_pending() -> None:
    rig = started()
    rig.play_to(rig.BAR)
    rig.session.submit(Command("goto", {"section": "hook"}))
    rig.session.submit(Command("panic"))
    rig.session.advance()
    assert rig.sounding(rig.BAR + 256) == {}
    assert not rig.sounding(2 * rig.BAR)


def test_a_prompt_starts_the_set_when_nothing_is_loaded() -> None:
    rig = Rig(loaded=False)
    reply = rig.session.submit(Command("arrange", {"prompt": "140"}))
    assert "intro 4, verse 8" in reply.lines[0] and "at bar 1" in reply.lines[0]
    rig.session.advance()
    assert rig.sounding(0) == {"pad": "pad_0"}
    bar = 4 * 60 * 48000 / 140
    assert "drums" in rig.sounding(round(4 * bar)) and "drums" not in rig.sounding(
        round(4 * bar) - 1
    )


def test_a_new_prompt_while_playing_takes_over_at_the_line_with_its_tempo() -> None:
    rig = started()
    rig.play_to(13 * rig.BAR)
    rig.session.submit(Command("arrange", {"prompt": "140"}, text="140"))
    rig.play_to(15 * rig.BAR)
    assert rig.sounding(14 * rig.BAR) == {"pad": "pad_0"}
    rig.session.submit(Command("undo"))
    rig.play_to(17 * rig.BAR)
    assert rig.session.state.tempo.bpm_at(100) == 120.0


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (Command("regenerate", {"section": "bridge"}), "no section 'bridge'"),
        (Command("goto", {"section": "hook", "number": 3}), "no section 'hook 3'"),
        (Command("swap", {"roles": ("vocal",)}), "has no vocal: it has pad"),
        (Command("dance"), "no command 'dance'"),
        (Command("set_tempo", {"bpm": 5.0}), "out of range"),
        (Command("set_tempo", {"delta": 100.0, "bpm": float("nan")}), "out of range"),
        (Command("previous", {"section": "hook"}), "nothing else yet"),
        (Command("arrange", {"prompt": "nothing"}), "nothing to arrange"),
        (Command("cancel", {"change": 99}), "nothing pending"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line_and_changes_nothing(
    command: Command, words: str
) -> None:
    rig = started()
    rig.play_to(rig.BAR)
    rig.session.submit(Command("goto", {"section": "outro"}, When("bar", 8)))
    before = rig.session.state
    reply = rig.session.submit(command)
    text = " ".join(reply.lines)
    assert words in text or "nothing pending is #99" in text
    assert "\n" not in text
    assert rig.session.state == before


def test_live_a_change_that_is_not_ready_moves_to_the_next_line_and_says_so() -> None:
    shelf = Shelf(ready=False)
    rig = Rig(live=True, shelf=shelf)
    rig.session.submit(PLAY)
    shelf.finish()
    rig.session.advance()
    first = round(rig.session.state.tempo.frame(0))
    rig.play_to(first + rig.BAR // 2)
    rig.session.submit(Command("regenerate", {"section": "intro"}, text="regenerate intro"))
    rig.play_to(first + rig.BAR + 2000)
    assert any("moves to bar 3" in line for line in rig.told)
    shelf.finish()
    rig.play_to(first + 2 * rig.BAR)
    assert rig.sounding(first + 2 * rig.BAR - 1) == {"pad": "pad_0"}
    assert rig.sounding(first + 2 * rig.BAR)["pad"].startswith("pad_1")
    assert any("landed at bar 3" in line for line in rig.told)


def test_a_change_whose_clip_cannot_be_made_is_refused_and_the_music_goes_on() -> None:
    rig = Rig(live=True, shelf=Shelf(failing={"pad_10"}))
    rig.session.submit(PLAY)
    rig.session.advance()
    rig.play_to(rig.BAR)
    rig.session.submit(Command("regenerate", {"section": "intro"}, text="regenerate intro"))
    rig.play_to(4 * rig.BAR)
    assert any("regenerate intro refused: cannot be decoded" in line for line in rig.told)
    assert rig.session.state.pending == ()
    assert rig.sounding(3 * rig.BAR) == {"pad": "pad_0"}


def test_everything_that_is_playing_or_planned_is_kept_in_the_arena() -> None:
    rig = started()
    rig.play_to(13 * rig.BAR)
    hashes = {recipe.content_hash for recipe in rig.shelf.kept}
    assert {"pad_0", "pad_1", "drums_0", "drums_2", "melody_2"} <= hashes


def test_a_loop_longer_than_its_section_is_cut_at_the_sections_end() -> None:
    rig = started()
    assert loop("pad").beats == 16
    rig.session.submit(Command("goto", {"section": "intro"}))
    rig.play_to(2 * rig.BAR)
    pads = [row for row in rows_of(rig, 8) if row.start == rig.BAR]
    assert pads[0].stop == 5 * rig.BAR
