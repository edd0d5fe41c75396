"""A performance under way: what is typed becomes commands, and their effects beside the music."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from loopmind_live.app.beside import Runner, at_once
from loopmind_live.app.memory import FAVORITES, Memory
from loopmind_live.app.recording import Recording
from loopmind_live.arranger.base import Taste
from loopmind_live.arranger.prompt import read_prompt
from loopmind_live.arranger.remarks import remarks
from loopmind_live.engine.overload import SHORT
from loopmind_live.errors import LoopMindError, SessionError
from loopmind_live.repl.asking import LanguageModel
from loopmind_live.repl.grammar import NotUnderstood, Reading, prepare, read
from loopmind_live.repl.help import help_text
from loopmind_live.repl.livecode.typed import Piece, is_code, pieces
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.timeline import write_timeline
from loopmind_live.session import cue
from loopmind_live.session.actions import SetArrangement
from loopmind_live.session.commands import Command
from loopmind_live.session.effects import (
    Effect,
    Forget,
    Help,
    Learn,
    Opinion,
    Quit,
    Record,
    Rehearse,
    Save,
    SetClock,
    SetLink,
    ShowStatus,
)
from loopmind_live.session.sections import as_saved
from loopmind_live.session.session import Reply, Session
from loopmind_live.timing.grid import Position
from loopmind_live.units import gain_to_db, spell_key


class Recorder(Protocol):
    """Records the master of a performance, and its tracks."""

    @property
    def current(self) -> Recording | None:
        """Return the recording under way, or None."""
        ...

    def start(self, file: Path | None, stems: Path | None = None) -> Recording:
        """Record from now on, to free names beside those given; return them."""
        ...

    def stop(self) -> Recording | None:
        """End the recording and return it, or None where there was none."""
        ...


class Sets(Protocol):
    """Keeps sets in folders, and plays them again. See `app.shelf`."""

    def meant(self, text: str) -> Command | None:
        """Return the command of a line that saves or loads a set by a name as it is typed."""
        ...

    def holds(self, name: str) -> bool:
        """Tell whether there is a set of that name."""
        ...

    def load(self, command: Command, frame: int | None, due_frame: int | None, here: bool) -> Reply:
        """Play a set, as `command` asks; only where it was typed `here` is its code entered."""
        ...

    def save(self, name: str | None) -> list[str]:
        """Keep the set, and tell where, once it is kept."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told to whoever typed; `ok` is False where anything was refused."""

    lines: tuple[str, ...]
    ok: bool = True


class Performance:
    """Carries typed lines to the session, and does what they ask beside it."""

    def __init__(
        self,
        session: Session,
        recorder: Recorder,
        folder: Path,
        read_timeline: Callable[[Path], Arrangement],
        now: Callable[[], datetime],
        model: LanguageModel | None = None,
        memory: Memory | None = None,
    ) -> None:
        """Perform with `session`; without a `memory` nothing is remembered of the performer."""
        prepare()
        self.model = model
        self.ask_model: Callable[[str, NotUnderstood], Answer] | None = None
        self.write_beside: Runner = at_once
        self.session = session
        self._memory = memory
        self.finished = False
        self._recorder = recorder
        self._folder = folder
        self.read_timeline = read_timeline
        self._now = now
        self.learn: Callable[[Learn], list[str]] = _no_midi
        self.rehearse: Callable[[Rehearse], list[str]] = _no_patches
        self.clock: Callable[[SetClock], list[str]] = _no_clock
        self.link: Callable[[SetLink], list[str]] = _no_link
        self.run_code: Callable[[str], None] = _no_code
        self.kept_code: Callable[[], str] = str
        self.hold_code: Callable[[str], None] = _let_be
        self.held_code: Callable[[], str] = str
        self.end_code: Callable[[], None] = _nothing_runs
        self.mapping_files: Callable[[], list[Path]] = list
        self.use_mappings: Callable[[Path | None], None] = _let_be
        self.sets: Sets | None = None
        self._here = False
        self.names_of_code: Callable[[], tuple[str, ...]] = tuple
        self.told_beside: list[Callable[[], str | None]] = []

    @property
    def recording(self) -> Recording | None:
        """Return the recording under way, or None."""
        return self._recorder.current

    def enter(self, text: str) -> Answer:
        """Carry out what was entered at a prompt of this user: phrases, and code among them.

        No surface calls this: code comes from nowhere else.
        """
        self._here = True
        try:
            return self._enter_all(text)
        finally:
            self._here = False

    def _enter_all(self, text: str) -> Answer:
        found = pieces(text)
        if len(found) < 2 and not is_code(text):
            return self.type(text)
        answers = [self._enter(piece, alone=len(found) == 1) for piece in found]
        lines = tuple(line for answer in answers for line in answer.lines)
        return Answer(lines, all(answer.ok for answer in answers))

    def _enter(self, piece: Piece, alone: bool) -> Answer:
        if not piece.is_code:
            if not alone and _quits(piece.text):
                return Answer(("quit stands in a line of its own: it was left out",), ok=False)
            return self.type(piece.text)
        try:
            self.run_code(piece.text)
        except LoopMindError as error:
            return Answer((str(error),), ok=False)
        return Answer(())

    def type(self, text: str, frame: int | None = None, due_frame: int | None = None) -> Answer:
        """Carry out what was typed at `frame` (the engine's own where None).

        It is meant for `due_frame` where its sender named one (see `Session.submit`).
        """
        try:
            reading = self._read(text)
        except LoopMindError as error:
            if self.ask_model is not None and self._here and isinstance(error, NotUnderstood):
                return self.ask_model(text, error)
            reply = self.session.refuse(text, error, frame)
            return Answer(reply.lines, ok=False)
        told = [f"{wrong} -> {meant}" for wrong, meant in reading.corrected]
        if reading.strange and all(command.name != "arrange" for command in reading.commands):
            told.append(f"not understood: {', '.join(dict.fromkeys(reading.strange))}")
        answer = self.carry_out(reading.commands, frame, due_frame)
        return Answer((*told, *answer.lines), answer.ok)

    def _read(self, text: str) -> Reading:
        """Return what a line means."""
        named = None if self.sets is None else self.sets.meant(text)
        return read(text) if named is None else Reading((named,))

    def carry_out(
        self, commands: Iterable[Command], frame: int | None = None, due_frame: int | None = None
    ) -> Answer:
        """Do what commands ask at `frame` (the engine's own where None), one after the other.

        They are meant for `due_frame` where their sender named one (see `Session.submit`).
        """
        lines: list[str] = []
        ok = True
        for command in commands:
            reply = self._submit(command, frame, due_frame)
            lines += reply.lines
            if command.name == "arrange" and reply.ok:
                lines += self._remarks(command)
            ok = ok and reply.ok
            for effect in reply.effects:
                try:
                    lines += self._do(effect)
                except LoopMindError as error:
                    lines.append(str(error))
                    ok = False
        return Answer(tuple(lines), ok)

    def _remarks(self, command: Command) -> tuple[str, ...]:
        """Return what of a prompt did not make it into the arrangement that is pending."""
        action = self.session.state.pending[-1].action
        if not isinstance(action, SetArrangement) or action.arrangement is None:
            return ()
        return remarks(read_prompt(str(command.arguments["prompt"])), action.arrangement)

    def _submit(self, command: Command, frame: int | None, due_frame: int | None) -> Reply:
        if command.name != "load":
            return self.session.submit(command, frame, due_frame)
        name = str(command.arguments["file"])
        path = self._path(name, ".json")
        is_timeline = name.endswith(".json") or path.is_file()
        if self.sets is not None and (self.sets.holds(name) or not is_timeline):
            return self.sets.load(command, frame, due_frame, self._here)
        try:
            arrangement = self.read_timeline(path)
        except LoopMindError as error:
            return self.session.refuse(command.text, error, frame)
        return self.session.submit_arrangement(command, arrangement, frame, due_frame)

    def _do(self, effect: Effect) -> list[str]:
        match effect:
            case Quit():
                self.finished = True
                return []
            case Help():
                return help_text(effect.topic).splitlines()
            case ShowStatus():
                return self.status()
            case Save():
                return self._save(effect.file)
            case Record():
                return [self._record(effect)]
            case Learn() | Rehearse() | SetClock() | SetLink():
                return self._ask(effect)
            case Opinion() | Forget() if self._memory is None:
                told = effect.verdict in FAVORITES if isinstance(effect, Opinion) else True
                return ["nothing is remembered offline: perform live"] if told else []
            case Opinion() if self._memory is not None:
                self.opine(effect)
            case Forget() if self._memory is not None:
                gone = self._memory.forget(effect.what)
                self._prefer(self._memory.taste())
                return [f"forgotten: {gone} lines of {self._memory.path}"]
        return []

    def opine(self, opinion: Opinion) -> None:
        """Remember an opinion, if anything is remembered, and choose by it from now on."""
        if self._memory is not None:
            self._memory.keep(opinion)
            self._prefer(self._memory.taste())

    def _prefer(self, taste: Taste) -> None:
        """Weigh choices by `taste` from now on; what was chosen stays."""
        arranger = self.session.arranger
        arranger.prefer(taste)
        self.session.choose_by(arranger)

    def _ask(self, wanted: Learn | Rehearse | SetClock | SetLink) -> list[str]:
        """Hand on what is asked of a surface, or of what works beside the music."""
        match wanted:
            case Rehearse():
                return self.rehearse(wanted)
            case Learn():
                return self.learn(wanted)
            case SetClock():
                return self.clock(wanted)
            case SetLink():
                return self.link(wanted)

    def _save(self, file: str | None) -> list[str]:
        if self.sets is not None and not (file or "").endswith(".json"):
            return self.sets.save(file)
        arrangement = as_saved(self.session.state.document)
        if arrangement is None:
            raise SessionError("nothing is arranged yet: there is nothing to save")
        path = self._path(file or f"set {self._now():%Y-%m-%d %H.%M.%S}.json", ".json")
        write_timeline(arrangement, path)
        return [f"saved {path}"]

    def _record(self, effect: Record) -> str:
        if not effect.on:
            stopped = self._recorder.stop()
            if stopped is None:
                raise SessionError("nothing is being recorded: start with: record")
            return f"recorded {stopped}"
        if self.recording is not None:
            raise SessionError(f"already recording to {self.recording}: end it with: record off")
        file = self._path(effect.file or f"take {self._now():%Y-%m-%d %H.%M.%S}.wav", ".wav")
        stems = file.with_name(f"{file.stem} stems") if effect.stems else None
        return f"recording to {self._recorder.start(file, stems)}"

    def _path(self, file: str, suffix: str) -> Path:
        path = self._folder / Path(file).expanduser()
        return path if path.suffix else path.with_name(path.name + suffix)

    def status(self) -> list[str]:
        """Return what plays, what is pending, and how the engine does."""
        session = self.session
        state, engine = session.state, session.engine.status()
        lines = []
        arrangement = state.arrangement
        if arrangement is None or state.playhead is None:
            lines.append("nothing plays yet: describe what to play, as in: dark trap 140 bpm")
        else:
            bars = state.tempo.bar(session.engine.frame())
            position = Position.from_bars(max(0.0, bars), state.tempo.beats_per_bar)
            key = f", {spell_key(arrangement.key)}" if arrangement.key else ""
            what = arrangement.name(state.playhead.place)
            verb = "playing" if state.playing else "stopped in"
            lines.append(f"bar {position}, {state.document.bpm:g} bpm{key}: {verb} {what}")
            section = state.section
            for part in section.parts if section is not None else ():
                silent = (
                    "" if state.document.audible(part.role, state.playhead.place) else " (muted)"
                )
                locked = " (locked)" if part.role in state.document.locked else ""
                mask = state.document.mask(part.role)
                masked = f" (mask {mask})" if mask else ""
                lines.append(f"  {part.role}: {part.loop.path.name}{silent}{locked}{masked}")
        for change in state.pending:
            lines.append(f"  #{change.number} {change.text} at bar {int(change.bar) + 1}")
        lines += cue.told(state.cue)
        lines += [line for tell in self.told_beside if (line := tell()) is not None]
        peak = gain_to_db(engine.peak)
        current = self.recording
        recording = f", recording to {current}" if current is not None else ""
        running = "" if engine.running else ", not running"
        shed = f", {SHORT[engine.relief]}" if engine.relief else ""
        lines.append(
            f"engine: load {engine.load:.0%}, {engine.xruns} xruns, peak {peak:.1f} dBFS"
            f"{recording}{running}{shed}"
        )
        return lines


def _quits(text: str) -> bool:
    """Tell whether a phrase ends the performance."""
    try:
        return any(command.name == "quit" for command in read(text).commands)
    except LoopMindError:
        return False  # who carries it out says why


def _no_code(_source: str) -> None:
    raise SessionError("no code runs here: perform live")


def _let_be(_what: object) -> None:
    """Let mappings be where no MIDI is, and code where none runs."""


def _nothing_runs() -> None:
    """Do nothing: there is no code to end."""


def _no_patches(_wanted: Rehearse) -> list[str]:
    raise SessionError("no patch can be rehearsed here")


def _no_midi(_wanted: Learn) -> list[str]:
    raise SessionError("no MIDI device can be taught: perform with --midi")


def _no_clock(_wanted: SetClock) -> list[str]:
    raise SessionError("no MIDI clock without MIDI: perform with --midi")


def _no_link(_wanted: SetLink) -> list[str]:
    raise SessionError("Link needs a clock that runs: perform live, through a sound device")
