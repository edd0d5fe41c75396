"""A journal brings back the whole session, whatever was done, and whatever became of its file."""

import gc
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.engine.base import Row
from loopmind_live.engine.schedule import first_difference
from loopmind_live.errors import SessionError
from loopmind_live.repl.grammar import parse
from loopmind_live.session import landing
from loopmind_live.session.journal import FORMAT, Journal, changed, read_journal
from loopmind_live.session.session import Session
from loopmind_live.session.snapshot import Keeper, Snapshot
from loopmind_live.session.state import State
from loopmind_live.timing.tempo_map import TempoMap
from tests.session.stage import CountingArranger, Diary, Rig, arrangement

LINES = (
    "play", "stop", "regenerate hook", "silence", "swap bass", "previous hook", "mute bass",
    "unmute all", "solo drums", "unsolo", "lock bass", "unlock bass", "level drums -3", "drums up",
    "tempo 128", "tempo 121", "faster", "ramp to 140 over 4 bars", "half time", "double time",
    "key F# minor", "key +2", "goto hook", "loop verse", "loop off", "undo", "redo", "cancel",
    "undo", "redo", "regenerate verse in 3 bars", "filter bass -40", "reverb pad -12",
    "pan bass 20", "dark trap 140 bpm", "nudge 10", "mute drums now", "stop now", "tap",
    "regenerate hook after this section", "fade",
    "longer verse", "resize hook 2 bars", "delete verse 1", "delete hook", "insert bridge",
    "insert 4 bar build before hook", "no bass in verse", "only drums in hook", "add pad",
    "add vocal for 2 bars", "mute bass for 2 bars", "mute drums in hook", "solo bass in verse",
    "mute pad for 1 bar now", "restyle darker", "alternatives bass in hook", "take 2",
    "key relative major",
)  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(LINES), st.integers(0, 3 * Rig.BAR)), min_size=1, max_size=25
)


class SeededArranger(CountingArranger):
    """Chooses by the seed alone, as the real one does, whoever asks how often."""

    def _number(self, seed: int) -> int:
        return seed


class KeptRig(Rig):
    """A session with its fakes that keeps a journal."""

    def __init__(self, path: Path, max_bytes: int = 4 << 20) -> None:
        super().__init__(live=True, loaded=False)
        self.journal = Journal(path, {"engine": "none"}, self.told.append, max_bytes=max_bytes)
        self.session._keeper.keep = self.journal.keep
        self.session.arranger = SeededArranger()
        self.session.load(arrangement())

    def type(self, text: str) -> None:
        for command in parse(text):
            self.session.submit(command)
        self.session.advance()
        self.session._keep_state()  # what was a gesture on faders would wait a moment

    def snapshot(self) -> Snapshot:
        kept = self.session._keeper.kept
        assert kept is not None
        assert kept.state is self.session.state
        return kept


def taken_up(rig: Rig, snapshot: Snapshot) -> Session:
    """Return a session in place of the rig's, as a new process would have it."""
    session = Session(
        rig.engine, rig.shelf, SeededArranger(), Diary(), rig.session.options, lambda _text: None
    )
    session.take_up(snapshot, rig.engine.rows, {}, -1)
    return session


@settings(max_examples=40)
@given(STEPS, st.sampled_from([4 << 20, 3000]))
def test_whatever_was_typed_the_journal_gives_the_same_session(tmp_path_factory, steps, max_bytes):
    path = tmp_path_factory.mktemp("journal") / "journal"
    rig = KeptRig(path, max_bytes)
    rig.type("play")
    for line, frames in steps:
        rig.play_to(rig.engine.frame() + frames)
        rig.type(line)
    assert read_journal(path).snapshot == rig.snapshot()
    assert rig.journal.failure is None
    rig.journal.close()


def test_profiles_of_loops_stay_in_the_library_and_equal_loops_come_back(tmp_path: Path) -> None:
    rig = KeptRig(tmp_path / "journal")
    made = arrangement()
    sections = tuple(
        replace(
            section,
            parts=tuple(
                replace(part, loop=replace(part.loop, profile=bytes(range(200))))
                for part in section.parts
            ),
        )
        for section in made.sections
    )
    rig.session.load(replace(made, sections=sections))
    rig.type("play")
    written = read_journal(tmp_path / "journal").snapshot
    assert written == rig.snapshot()
    assert b"profile" not in (tmp_path / "journal").read_bytes()
    rig.journal.close()


@settings(max_examples=20)
@given(STEPS, STEPS)
def test_who_takes_up_changes_no_row_in_force_and_goes_on_as_the_first_would(
    tmp_path_factory, before, after
):
    path = tmp_path_factory.mktemp("journal") / "journal"
    rig = KeptRig(path)
    rig.type("play")
    for line, frames in before:
        rig.play_to(rig.engine.frame() + frames)
        rig.type(line)
    rig.play_to(rig.engine.frame() + 64)
    snapshot = read_journal(path).snapshot
    assert snapshot is not None
    rows = rig.engine.rows
    session = taken_up(rig, snapshot)
    session.advance()
    assert session.state == rig.session.state
    assert sounds_alike(rows, rig.engine.rows, rig.engine.frame())
    other = Rig(live=True, shelf=rig.shelf)
    other.engine._frame, other.engine.rows = rig.engine.frame(), rows
    second = Session(
        other.engine, rig.shelf, session.arranger, Diary(), session.options, lambda _text: None
    )
    second.take_up(snapshot, rows, {}, -1)
    for line, frames in after:
        for one, engine in ((rig.session, rig.engine), (second, other.engine)):
            until = engine.frame() + frames
            while engine.frame() < until:
                one.advance()
                engine.play_to(min(until, engine.frame() + 64 * engine.block))
            one.advance()
            for command in parse(line):
                one.submit(command)
            one.advance()
    assert second.state == rig.session.state
    assert sounds_alike(rig.engine.rows, other.engine.rows, rig.engine.frame())


def sounds_alike(rows: tuple[Row, ...], others: tuple[Row, ...], frame: int) -> bool:
    """Tell whether nothing differs for as far as rows are always planned."""
    change = first_difference(rows, others, frame)
    return change is None or change >= frame + 4 * Rig.BAR


def test_a_long_set_is_written_in_a_file_and_a_memory_that_do_not_grow_with_it(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(landing, "MOST_STEPS", 32)
    rig = KeptRig(tmp_path / "journal")
    rig.type("play")

    def choose(times: int) -> tuple[int, int]:
        size = rig.journal._size
        for _ in range(times):
            rig.type("regenerate hook")
            rig.play_to(rig.engine.frame() + Rig.BAR)
        gc.collect()
        return (rig.journal._size - size) // times, len(rig.journal._encoder._by_identity)

    choose(40)
    (bytes_a_change, known), (later_bytes, later_known) = choose(40), choose(40)
    assert later_bytes <= 1.1 * bytes_a_change < 7000
    assert later_known <= 1.1 * known
    assert read_journal(rig.journal.path).snapshot == rig.snapshot()


def a_journal(tmp_path: Path) -> tuple[Path, KeptRig]:
    path = tmp_path / "journal"
    rig = KeptRig(path)
    for line in ("play", "regenerate hook", "mute bass", "level drums -3"):
        rig.type(line)
    return path, rig


def test_a_tail_cut_anywhere_costs_what_was_cut_and_no_more(tmp_path):
    path, rig = a_journal(tmp_path)
    whole = path.read_bytes()
    seen = set()
    for size in range(whole.index(b"\n") + 1, len(whole) + 1, 97):
        path.write_bytes(whole[:size])
        kept = read_journal(path)
        assert whole[: size - kept.damaged_bytes].endswith(b"\n")
        if kept.snapshot is not None:
            seen.add(len(kept.snapshot.state.done))
    path.write_bytes(whole)
    assert read_journal(path).snapshot == rig.snapshot()
    assert len(seen) > 1


@pytest.mark.parametrize(
    "tail",
    [
        b"\0" * 512,
        b'{"set": {"nonsense": 3}}\n',
        b'{"set": {"playing": {"see": 99999}}}\n',
        b'{"number": 5000, "noun": {"noun": "Rocket", "fuel": 1}}\n',
        b'{"number": 5000, "noun": {"noun": "Step", "fuel": 1}}\n',
        b'{"set": 3}\n',
        b"[" * 100_000 + b"\n",
    ],
)
def test_a_damaged_tail_is_left_out_and_counted(tmp_path, tail):
    path, rig = a_journal(tmp_path)
    with path.open("ab") as file:
        file.write(tail)
    kept = read_journal(path)
    assert kept.snapshot == rig.snapshot()
    assert kept.damaged_bytes == len(tail)


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (json.dumps({"journal": FORMAT + 1}), "newer than"),
        ('{"format": 1}', "names no format"),
        ("RIFF....WAVE", "first line is damaged"),
        ("", "first line is damaged"),
        ('{"journal": true}', "names no format"),
    ],
)
def test_what_is_no_journal_of_ours_is_refused_in_one_line(tmp_path, first, words):
    path = tmp_path / "journal"
    path.write_text(first + "\n")
    with pytest.raises(SessionError, match=words) as refused:
        read_journal(path)
    assert "\n" not in str(refused.value)


def test_a_missing_journal_is_told_in_one_line(tmp_path):
    with pytest.raises(SessionError, match="cannot be read"):
        read_journal(tmp_path / "journal")


def test_a_long_set_keeps_its_journal_within_bounds(tmp_path):
    path = tmp_path / "journal"
    rig = KeptRig(path, max_bytes=200_000)
    rig.type("play")
    largest = 0
    for number in range(400):
        rig.type("tap")
        rig.type(f"level drums {-(number % 12)}")
        rig.type("undo")
        largest = max(largest, path.stat().st_size)
    assert read_journal(path).snapshot == rig.snapshot()
    assert largest < 220_000
    assert not path.with_suffix(".new").exists()


def test_a_step_costs_the_journal_only_what_is_new_in_it(tmp_path):
    path, rig = a_journal(tmp_path)
    for number in range(60):
        rig.type(f"regenerate hook in {number + 2} bars")
    before = path.stat().st_size
    rig.type("mute pad")
    assert path.stat().st_size - before < 2000


def test_a_full_disk_ends_the_journal_once_and_not_the_session(tmp_path):
    path, rig = a_journal(tmp_path)
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, rig.journal._file)
    os.close(full)
    rig.type("mute drums")
    rig.type("mute pad")
    rig.session.advance()
    told = [text for text in rig.told if "journal" in text]
    assert len(told) == 1
    assert "No space left" in told[0]
    assert "mute pad" in rig.session.state.done[-1].text
    assert read_journal(path).snapshot is not None


def test_notes_come_back_with_the_newest_of_each(tmp_path):
    path, rig = a_journal(tmp_path)
    rig.journal.note(recording="a.wav", typed=1)
    rig.journal.note(recording=None, typed=2)
    size = path.stat().st_size
    rig.journal.note(typed=2)
    assert path.stat().st_size == size
    kept = read_journal(path)
    assert kept.notes == {"recording": None, "typed": 2}
    assert kept.header["engine"] == "none"


def test_a_journal_is_for_its_user_alone(tmp_path):
    path, _ = a_journal(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_where_no_journal_can_be_written_it_is_said_at_once(tmp_path):
    with pytest.raises(SessionError, match="no journal can be kept"):
        Journal(tmp_path / "missing" / "journal", {}, print)


def test_nothing_new_writes_nothing(tmp_path):
    _, rig = a_journal(tmp_path)
    snapshot = rig.snapshot()
    assert changed(snapshot, replace(snapshot)) == {}


def test_what_was_not_ready_when_the_performer_died_moves_to_the_next_line(tmp_path):
    path = tmp_path / "journal"
    rig = KeptRig(path)
    rig.type("play")
    rig.play_to(Rig.BAR // 2)
    rig.shelf.ready = False
    for recipe in set(rig.shelf.clips) - set(rig.session._readiness.recipes):
        del rig.shelf.clips[recipe]  # whatever was prepared ahead
        del rig.shelf.asked[recipe]
    rig.type("regenerate intro")
    rig.session.advance()
    snapshot = read_journal(path).snapshot
    assert snapshot is not None
    assert snapshot.state.pending[0].bar == 1.0
    rows = rig.engine.rows
    rig.engine.play_to(2 * Rig.BAR + 5000)  # nobody is there
    session = taken_up(rig, snapshot)
    rig.shelf.finish()
    session.advance()
    first = session.state.tempo.segments[0].frame
    assert rig.engine.rows != rows
    change = max(row.start for row in rig.engine.rows if row.start > rig.engine.frame())
    assert (change - first) % Rig.BAR == 0
    assert session.state.pending[0].bar > 1.0


def test_faders_that_the_engine_was_not_told_are_set_again(tmp_path):
    path, rig = a_journal(tmp_path)
    rig.engine.parameters.clear()
    snapshot = read_journal(path).snapshot
    assert snapshot is not None
    taken_up(rig, snapshot)
    assert [name for _, name, _ in rig.engine.parameters] == ["track/0/gain"]


def test_a_gesture_on_faders_is_kept_ten_times_a_second_and_all_else_at_once() -> None:
    kept: list[Snapshot] = []
    keeper = Keeper(kept.append, rate_hz=48000)
    still = State(TempoMap.constant(120.0, 48000))
    keeper.offer(Snapshot(still), 0)
    for number in range(1, 76):  # three tenths of a second, in ticks of 4 ms
        moved = replace(still.document, levels_db=(("bass", -number / 10),))
        state = replace(still, document=moved)
        keeper.offer(Snapshot(state), number * 192)
    assert len(kept) == 4
    keeper.offer(Snapshot(replace(state, playing=not state.playing)), 75 * 192 + 1)
    assert len(kept) == 5
    keeper.offer(Snapshot(state))
    assert kept[-1].state is state
