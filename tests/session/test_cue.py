"""Click, count-in and pre-listening: what the performer alone hears, in time with the set."""

from dataclasses import replace

import pytest

from loopmind_live.engine.base import CUE_TRACK, FOREVER, Row
from loopmind_live.engine.click import Clicks
from loopmind_live.errors import SessionError
from loopmind_live.repl.grammar import parse
from loopmind_live.score.loop import ROLES
from loopmind_live.session.cue import Ears, told
from loopmind_live.session.cue_plan import ACCENT_TRACK, BEAT_TRACK
from loopmind_live.session.session import Reply
from tests.session.stage import Rig, Shelf, loop

LIBRARY = (loop("bass", 1), loop("drums", 7, beats=8), replace(loop("pad", 3), error="empty"))
BAR = Rig.BAR
CLICKS = (CUE_TRACK + ACCENT_TRACK, CUE_TRACK + BEAT_TRACK)


def rig(has_cue: bool = True, live: bool = False, **options: object) -> Rig:
    made = Rig(live=live, **options)  # type: ignore[arg-type]
    made.session.listen_with(Ears(has_cue, Clicks(1000, 3000, 1920), LIBRARY))
    return made


def say(made: Rig, text: str) -> Reply:
    replies = [made.session.submit(command) for command in parse(text)]
    made.session.advance()
    return replies[-1]


def lines_of(reply: Reply) -> str:
    return " ".join(reply.lines)


def cue(made: Rig, frame: int) -> dict[int, Row]:
    """Return the rows that sound on the cue at `frame`, by their track."""
    return {
        row.track - CUE_TRACK: row
        for row in made.engine.rows
        if row.track >= CUE_TRACK and row.start <= frame < row.stop
    }


def heard(made: Rig, frame: int) -> dict[str, str]:
    """Return what is listened to at `frame`: role to loop."""
    recipe = made.session._readiness.recipe
    return {
        ROLES[track]: recipe(row.clip_id).content_hash
        for track, row in cue(made, frame).items()
        if track < len(ROLES)
    }


def master(made: Rig) -> list[Row]:
    return [row for row in made.engine.rows if row.track < ACCENT_TRACK]


def strokes(row: Row, made: Rig) -> list[int]:
    """Return the frames at which a struck row's passes begin, by the session's own tempo map."""
    tempo, beat = made.session.state.tempo, round(row.clip_bars * 4)
    frames = [tempo.line(n * beat / 4) for n in range(-64, 400)]
    return [frame for frame in frames if row.start <= frame < row.stop]


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("click", "click", {}),
        ("click on", "click", {"on": True}),
        ("metronome off", "click", {"on": False}),
        ("click level -6", "click", {"db": -6.0}),
        ("click -12 dB", "click", {"db": -12.0}),
        ("count in", "count_in", {}),
        ("count in 1 bar", "count_in", {"bars": 1}),
        ("count in 2 bars on master", "count_in", {"bars": 2, "bus": "master", "on": True}),
        ("count in off", "count_in", {"on": False}),
        ("count me in", "count_in", {}),
        ("play with count in", "play", {"count_in": True}),
        ("listen to bass_1.wav", "listen", {"what": "bass_1.wav"}),
        ("listen hook", "listen", {"what": "hook"}),
        ("listen to change 3", "listen", {"what": "change 3"}),
        ("preview 12", "listen", {"what": "12"}),
        ("listen off", "listen", {"what": "off"}),
    ],
)
def test_what_is_typed_is_understood(text, name, arguments):
    (command,) = parse(text)
    assert (command.name, dict(command.arguments), command.when) == (name, arguments, None)


def test_the_click_strikes_every_beat_and_the_one_on_the_cue_alone():
    made = rig()
    say(made, "play")
    before = master(made)
    assert lines_of(say(made, "click")) == "click on, -6 dB on the cue"
    made.play_to(BAR)
    accent, beat = (cue(made, BAR)[track] for track in (ACCENT_TRACK, BEAT_TRACK))
    assert (accent.offset, beat.offset) == (3000, 1000)
    assert (accent.clip_bars, beat.clip_bars) == (1.0, 0.25)
    assert beat.stop == FOREVER, "it plays on though nobody tells the engine anything"
    assert beat.gain == pytest.approx(10 ** (-6 / 20))
    assert master(made) == before
    say(made, "click off")
    assert not cue(made, BAR + 256)
    assert master(made) == before


def test_the_level_of_the_click_is_set_without_switching_it():
    made = rig()
    say(made, "play")
    say(made, "click level -20")
    assert not cue(made, 4 * BAR)
    say(made, "click on")
    assert cue(made, 4 * BAR)[BEAT_TRACK].gain == pytest.approx(0.1)


def test_the_click_follows_the_transport_and_the_tempo_map():
    made = rig()
    say(made, "play; click")
    say(made, "ramp to 150 over 4 bars in 2 bars")
    made.play_to(BAR // 2)
    at = made.session.state.tempo.line(1.0)
    (ramp,) = (
        row for row in made.engine.rows if row.track == CLICKS[1] and row.clock_change != 0.0
    )
    assert ramp.start == at + BAR
    assert ramp.clock_change * ramp.clock_bar_frames == pytest.approx(30 / 4 / 120 * BAR)
    made.play_to(8 * BAR)
    say(made, "stop")
    stopped = made.session.state.pending[0].bar
    frame = made.session.state.tempo.line(stopped)
    assert cue(made, frame - 1) and not cue(made, frame)


def test_without_a_cue_bus_one_line_says_what_to_do_and_nothing_changes():
    made = rig(has_cue=False)
    say(made, "play")
    state = made.session.state
    for text in ("click", "listen hook", "count in"):
        reply = say(made, text)
        assert not reply.ok and len(reply.lines) == 1
        assert "--outputs master=1-2,cue=3-4" in reply.lines[0], reply.lines
        assert made.session.state == state
    bare = Rig()
    assert not say(bare, "click").ok
    assert not say(bare, "count in on master").ok


@pytest.mark.parametrize(("text", "bars"), [("count in 2 bars", 2), ("count in", 1)])
def test_the_first_play_is_counted_in_on_the_cue(text, bars):
    made = rig()
    say(made, text)
    assert f"after {bars} bar" in lines_of(say(made, "play"))
    first = made.session.state.tempo.line(0.0)
    assert first == bars * BAR
    made.play_to(first + 10)
    rows = [row for row in made.engine.splices[0][1] if row.track == CLICKS[1]]
    assert [strokes(row, made) for row in rows] == [[n * BAR // 4 for n in range(4 * bars)]]
    assert min(row.start for row in master(made)) == first
    assert not any(row.track in (ACCENT_TRACK, BEAT_TRACK) for row in made.engine.rows)


def test_a_count_in_is_heard_on_the_master_only_where_asked():
    made = rig(has_cue=False)
    say(made, "count in on master")
    say(made, "play")
    made.play_to(BAR)
    rows = made.engine.splices[0][1]
    assert {row.track for row in rows if row.stop <= BAR} == {ACCENT_TRACK, BEAT_TRACK}
    assert not any(row.track >= CUE_TRACK for row in rows)
    assert [entry["frame"] for entry in made.diary.of("swap")] == [BAR]


def test_a_later_play_is_counted_in_from_bar_line_to_bar_line():
    made = rig()
    say(made, "play")
    made.play_to(2 * BAR)
    say(made, "stop now")
    say(made, "count in 2 bars")
    made.play_to(2 * BAR + 5000)
    reply = say(made, "play")
    assert "after 2 bars of clicks on the cue, at bar 6" in lines_of(reply)
    made.play_to(5 * BAR - 1)
    assert {row.start for row in cue(made, 5 * BAR - 1).values()} == {3 * BAR}
    made.play_to(5 * BAR)
    assert not cue(made, 5 * BAR)
    assert min(row.start for row in master(made) if row.stop > 5 * BAR) == 5 * BAR


def test_a_cancelled_start_ends_its_count_in():
    made = rig()
    say(made, "play")
    made.play_to(BAR)
    say(made, "stop now")
    made.play_to(BAR + 256)
    say(made, "play with count in")
    made.play_to(2 * BAR + 256)
    assert cue(made, 2 * BAR + 256)
    say(made, "cancel")
    assert not cue(made, 2 * BAR + 512)


def test_a_pending_swap_is_heard_in_the_phase_in_which_it_will_land_until_it_lands():
    made = rig()
    say(made, "play")
    made.play_to(BAR)
    say(made, "swap pad in 2 bars")
    before = master(made)
    swapped = say(made, "listen pending")
    assert "listening to swap pad in 2 bars" in lines_of(swapped)
    assert master(made) == before
    made.play_to(BAR + BAR // 2)
    assert heard(made, BAR + BAR // 2) == {"pad": "pad_101"}
    (row,) = cue(made, 2 * BAR).values()
    made.play_to(3 * BAR + 10)
    landed = made.sounding(3 * BAR)
    assert landed["pad"] == "pad_101"
    (same,) = (one for one in master(made) if one.start == 3 * BAR)
    assert (row.origin - same.origin) % row.pass_frames == 0.0
    assert row.stop == 3 * BAR, "from there the master has it"


def test_listening_starts_on_the_next_beat():
    made = rig()
    say(made, "play")
    made.play_to(BAR + 1000)
    say(made, "listen to bass_1")
    starts = {row.start for row in made.engine.rows if row.track >= CUE_TRACK}
    assert starts == {BAR + BAR // 4}


def test_a_section_is_heard_with_what_is_pending_for_it_though_its_parts_are_muted():
    made = rig()
    say(made, "play; mute drums, bass")
    made.play_to(BAR)
    say(made, "listen hook")
    made.play_to(2 * BAR)
    assert heard(made, 2 * BAR) == {"drums": "drums_2", "bass": "bass_2", "melody": "melody_2"}
    say(made, "regenerate hook in 16 bars")
    made.play_to(3 * BAR)
    assert heard(made, 3 * BAR) == {
        "drums": "drums_101", "bass": "bass_101", "melody": "melody_101"
    }  # fmt: skip
    say(made, "listen off")
    made.play_to(4 * BAR)
    assert heard(made, 4 * BAR) == {}


def test_a_pending_mute_is_heard_as_it_will_be():
    made = rig()
    say(made, "play")
    made.play_to(5 * BAR)
    say(made, "mute drums in 2 bars")
    say(made, "listen pending")
    assert heard(made, 6 * BAR) == {"bass": "bass_0"}


@pytest.mark.parametrize("text", ["listen bass_1.wav", "listen to 1", "listen BASS"])
def test_a_loop_is_found_by_name_number_or_beginning(text):
    made = rig()
    say(made, "play")
    assert lines_of(say(made, text)) == "listening to bass_1.wav on the cue"
    made.play_to(BAR)
    assert heard(made, BAR) == {"bass": "bass_1"}


def test_a_loop_is_heard_before_anything_plays_and_its_clip_is_kept():
    made = rig(loaded=False)
    assert say(made, "listen to drums_7").ok
    assert heard(made, 100) == {"drums": "drums_7"}
    say(made, "listen off")
    assert heard(made, 100) == {}
    say(made, "listen 1")
    made.session.load(made.session.arranger.arrange("house", 1))
    assert any(recipe.content_hash == "bass_1" for recipe in made.shelf.kept)


def test_what_is_listened_to_waits_for_its_clip_and_never_for_the_master():
    made = rig(live=True, shelf=Shelf())
    say(made, "play")
    made.play_to(made.session.state.tempo.line(1))
    made.shelf.ready = False
    say(made, "listen to bass_1")
    assert heard(made, made.session.state.tempo.line(2)) == {}
    assert made.session.state.playing
    made.shelf.finish()
    made.session.advance()
    assert heard(made, made.session.state.tempo.line(3)) == {"bass": "bass_1"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("listen 9", "no loop 9: the library has 1 to 3"),
        ("listen 0", "no loop 0"),
        ("listen 3", "pad_3.wav cannot be played: empty"),
        ("listen nonsense", "is no loop of the library, section or pending change"),
        ("listen _", "may be bass_1.wav, drums_7.wav"),
        ("listen pending", "nothing is pending"),
        ("listen hook 9", "no section 'hook 9'"),
        ("click 99", "db 99 is out of range"),
        ("count in 99 bars", "bars 99 is out of range"),
    ],
)
def test_what_cannot_be_heard_is_refused_in_one_line(text, words):
    made = rig()
    say(made, "play")
    state = made.session.state
    try:
        reply = say(made, text)
    except SessionError as error:
        assert words in str(error)
    else:
        assert not reply.ok and words in lines_of(reply)
    assert made.session.state == state


def test_a_change_that_is_cancelled_is_heard_no_more():
    made = rig()
    say(made, "play")
    made.play_to(BAR)
    say(made, "swap pad in 8 bars; listen pending")
    assert heard(made, 2 * BAR)
    say(made, "cancel")
    assert heard(made, 2 * BAR) == {}
    assert "no change #99" in lines_of(
        say(made, "swap pad in 8 bars; listen to change 99")
    )  # fmt: skip


def test_panic_silences_what_is_listened_to():
    made = rig()
    say(made, "play; listen 1; click")
    made.play_to(BAR)
    say(made, "panic")
    made.play_to(BAR + 2560)
    assert not cue(made, BAR + 2560)


def test_the_status_tells_what_is_heard():
    made = rig()
    say(made, "play; click; listen hook; count in 2 bars")
    assert told(made.session.state.cue) == [
        "cue: click -6 dB, listening to hook 1, play is counted in by 2 bars on the cue"
    ]


def test_undo_leaves_the_ears_alone():
    made = rig()
    say(made, "play; click")
    made.play_to(BAR)
    assert "nothing" in lines_of(say(made, "undo"))
    assert made.session.state.cue.click
