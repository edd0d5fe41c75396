"""Which performance is taken up, from what lies in the folder of journals."""

import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from loopmind_live.app.journals import MOST, Held, begin, found, new_folder
from loopmind_live.app.offline import Request
from loopmind_live.app.resume import anew, header, last_swap_frame, resume
from loopmind_live.app.stage import KeptEvents, Sound
from loopmind_live.engine import shared
from loopmind_live.errors import SessionError
from loopmind_live.score.eventlog import read_events
from loopmind_live.session.actions import Stop
from loopmind_live.session.commands import Command
from loopmind_live.session.journal import FORMAT
from loopmind_live.session.snapshot import Snapshot
from loopmind_live.session.state import Change
from tests.session.stage import Rig

NOW = datetime(2026, 5, 1, 21, 0, 0)


@pytest.fixture
def rig() -> Rig:
    rig = Rig(live=True)
    rig.session.submit(Command("play", text="play"))
    rig.session.advance()
    rig.play_to(5 * Rig.BAR)
    return rig


def left(root: Path, rig: Rig, engine: Path, request: Request | None = None) -> Held:
    """Write a journal as a performer does that is killed: its lock goes with it."""
    held = new_folder(root, NOW)
    asked = request or Request(Path("library.sqlite"), Sound("jack", dry=True), seed=7)
    kept = begin(held, header(asked, engine, rig.session.state.arrangement), print)
    kept.keep(Snapshot(rig.session.state))
    kept.note(typed=3)
    kept.close()
    return held


@pytest.fixture
def playing(tmp_path: Path) -> Path:
    """Return the folder of an engine that plays, as far as its lock tells."""
    folder, lock = shared.make_folder(tmp_path)
    yield folder
    os.close(lock)


def test_the_newest_that_plays_on_is_taken_up_as_it_was_asked_for(
    tmp_path: Path, rig: Rig, playing: Path
) -> None:
    root = tmp_path / "j"
    root.mkdir()
    asked = Request(
        Path("library.sqlite"), Sound("jack", 44100, 128, dry=True), until_bar=99, seed=7,
        script=Path("set.txt"),
    )  # fmt: skip
    left(root, rig, playing, asked).close()
    left(root, rig, tmp_path / "loopmind-engine-gone").close()
    taken = resume(root, "playing", headless=True)
    assert taken.engine == playing
    assert taken.snapshot.state == rig.session.state
    assert taken.begun_with == rig.session.state.arrangement
    assert taken.request == replace(
        asked, headless=True, library=Path("library.sqlite").absolute(),
        script=Path("set.txt").absolute(),
    )  # fmt: skip
    assert taken.typed_lines == 3
    with pytest.raises(SessionError, match="another process performs it"):
        resume(root, "playing", headless=True)
    taken.held.close()
    resume(root, "playing", headless=True).held.close()


def test_where_nothing_plays_the_way_back_is_told_and_works(tmp_path: Path, rig: Rig) -> None:
    with pytest.raises(SessionError, match="none has left a journal"):
        resume(tmp_path, "playing", headless=False)
    left(tmp_path, rig, tmp_path / "loopmind-engine-gone").close()
    with pytest.raises(SessionError, match="perform --resume anew") as refused:
        resume(tmp_path, "playing", headless=False)
    assert "\n" not in str(refused.value)
    taken = resume(tmp_path, "anew", headless=False)
    state = taken.snapshot.state
    assert (state.started, state.playing, taken.engine) == (False, False, None)
    assert state.document == rig.session.state.document
    assert state.playhead is not None
    assert rig.session.state.playhead is not None
    assert state.playhead.place == rig.session.state.playhead.place
    assert taken.typed_lines == 0
    taken.held.close()


def test_what_plays_on_is_not_loaded_anew(tmp_path: Path, rig: Rig, playing: Path) -> None:
    root = tmp_path / "j"
    root.mkdir()
    left(root, rig, playing).close()
    with pytest.raises(SessionError, match="plays on: take it up"):
        resume(root, "anew", headless=False)


def test_a_state_loaded_anew_keeps_its_edits_and_drops_transport(rig: Rig) -> None:
    state = rig.session.state
    change = Change(90, "stop", Stop(), 9.0, 9.0)
    loaded = anew(replace(state, pending=(change,), taps=(1, 2)))
    assert loaded.pending == ()
    assert loaded.tempo.bpm_at(0.0) == state.document.bpm
    assert (loaded.done, loaded.tries, loaded.seed) == (state.done, state.tries, state.seed)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: {**data, "journal": FORMAT + 1}, "newer than"),
        (lambda data: {**data, "request": {"nouns": [], "value": {"see": 1}}}, "never written"),
        (lambda data: {name: data[name] for name in ("journal", "engine")}, "header is damaged"),
    ],
)
def test_a_header_that_cannot_be_used_costs_one_line(
    tmp_path: Path, rig: Rig, playing: Path, spoil, words: str
) -> None:
    root = tmp_path / "j"
    root.mkdir()
    held = left(root, rig, playing)
    held.close()
    first, _, rest = held.path.read_text().partition("\n")
    held.path.write_text(json.dumps(spoil(json.loads(first))) + "\n" + rest)
    with pytest.raises(SessionError, match=words) as refused:
        resume(root, "playing", headless=False)
    assert "\n" not in str(refused.value)
    assert len(found(root)[0]) + len(found(root)[1]) == 1


def test_a_damaged_tail_is_told_and_the_rest_taken_up(
    tmp_path: Path, rig: Rig, playing: Path
) -> None:
    root = tmp_path / "j"
    root.mkdir()
    held = left(root, rig, playing)
    held.close()
    with held.path.open("ab") as file:
        file.write(b'{"set": {"play')
    taken = resume(root, "playing", headless=False)
    assert taken.snapshot.state == rig.session.state
    assert taken.warnings == ("the last 14 bytes of its journal were damaged and left out",)
    taken.held.close()


def test_only_the_newest_performances_are_kept_and_none_that_lives(
    tmp_path: Path, rig: Rig
) -> None:
    first = left(tmp_path, rig, tmp_path / "gone")  # still held: it lives
    left(tmp_path, rig, tmp_path / "gone").close()
    for _ in range(MOST + 3):
        left(tmp_path, rig, tmp_path / "gone").close()
    assert first.folder.is_dir()
    assert len(list(tmp_path.iterdir())) == MOST + 1
    assert first.folder.stat().st_mode & 0o777 == 0o700
    first.close()


def test_a_disk_that_takes_no_journal_lets_the_show_begin(tmp_path: Path) -> None:
    told: list[str] = []
    held = new_folder(tmp_path, NOW)
    held.path.with_suffix(".new").mkdir()
    kept = begin(held, {}, told.append)
    kept.note(typed=1)
    kept.close()
    assert len(told) == 1
    assert "cannot be taken up again" in told[0]
    held.close()


def test_events_go_on_behind_the_last_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    events = KeptEvents(path, {"rate": 48000}, print)
    events.write("swap", 100, 1.0, track="bass")
    events.write("param", 300, 1.0, name="master/gain")
    events.close()
    with path.open("ab") as file:
        file.write(b'{"frame": 400, "kind": "sw')
    assert last_swap_frame(path) == 100
    again = KeptEvents(path, {}, print, go_on=True)
    again.write("swap", 500, 2.0, track="bass")
    again.close()
    kept = read_events(path)
    assert [event["frame"] for event in kept.events] == [100, 300, 500]
    assert kept.header["rate"] == 48000
    assert not kept.truncated
    assert last_swap_frame(tmp_path / "missing") == -1
