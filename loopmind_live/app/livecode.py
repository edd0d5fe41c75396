"""Code at the prompt, as the performance has it: run ahead of the music, landed on exact frames.

It is entered at the prompts of this user alone (here, or attached over the Unix socket that is this
user's). Nothing that comes over a network or from a controller gets here.
"""

import dataclasses
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from loopmind_live.app.panels import panel_now
from loopmind_live.app.performance import Answer, Performance
from loopmind_live.errors import LoopMindError, SessionError
from loopmind_live.repl.grammar import parse
from loopmind_live.repl.livecode.cells import Cells
from loopmind_live.repl.livecode.child import CodeProcess, Gone
from loopmind_live.repl.livecode.due import meant_for, reachable, worded
from loopmind_live.repl.livecode.views import KEPT_BACK
from loopmind_live.repl.livecode.wire import (
    MAX_SOURCE,
    Ask,
    Enter,
    Fault,
    FromCode,
    Go,
    Recall,
    Resting,
    Said,
)
from loopmind_live.session.commands import Command
from loopmind_live.session.landing import margin_frames

AHEAD_S = 0.3
"""Code runs so long before what it asks for is heard."""
TURN_S = 0.0015
"""What code asks for is carried out for so long in one tick; the rest waits for the next."""
MOST_AHEAD = 64
"""So much that code asked for is pending at once; the rest waits for its time to come nearer."""
PAUSE_S = 1.0
"""A process that ends at once is not started again sooner."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What the process was given last, and is not done with."""

    cell: int = 0
    source: str = ""
    recalls: bool = False


class Livecode:
    """Runs cells beside the music; a surface. The process begins with the first cell."""

    def __init__(
        self,
        show: Performance,
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._show, self._tell, self._clock = show, tell, clock
        self._process: CodeProcess | None = None
        self._cells = Cells()
        self._count = 0
        self._sent: deque[_Sent] = deque()
        self._faults: set[str] = set()
        self._next_bar: float | None = None
        self._waits = self._paused = False
        self._told_end: float | None = None
        self._asked: deque[Ask] = deque()
        self._late: dict[str, float] = {}
        self._refused: dict[str, str] = {}
        self._start_s = 0.0
        show.run_code = self.enter

    def enter(self, source: str) -> None:
        """Run a cell; SessionError where it cannot be run. What comes of it is told later."""
        if len(source) > MAX_SOURCE:
            raise SessionError(f"code of {len(source)} characters: {MAX_SOURCE} at most")
        process = self._running()
        self._count += 1
        self._refused.clear()
        seen = self._seen()
        process.send(Enter(self._count, source, self._bar(), self._beats_per_bar(), seen))
        self._sent.append(_Sent(self._count, source))

    def advance(self) -> None:
        """Take what code told, carry out what it asks for, and have it run what is due."""
        if self._process is not None:
            for message in self._process.advance():
                self._take(message)
        elif self._cells.routines and self._clock() >= self._start_s:
            self._running()
        self._carry_out()
        if self._process is not None and not self._process.busy:
            self._go(self._process)

    def close(self) -> None:
        """End the process, and with it all that runs there."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def described(self) -> list[str]:
        """Return the line that tells of this surface."""
        if self._process is None:
            return []
        names = ", ".join(self._cells.routines) or "nothing"
        return [f"code: process {self._process.pid} runs {names}"]

    def _running(self) -> CodeProcess:
        """Return the process; a new one is given what the one before ran."""
        if self._process is None:
            self._process = CodeProcess(self._clock)
            self._start_s = self._clock() + PAUSE_S
            self._sent.clear()
            self._next_bar, self._waits = None, False
            if self._cells.ran:
                cells = self._cells
                self._process.send(
                    Recall(
                        cells.ran, cells.routines, self._bar(), self._beats_per_bar(), self._seen()
                    )
                )
                self._sent.append(_Sent(recalls=True))
        return self._process

    def _take(self, message: FromCode | Gone) -> None:
        match message:
            case Ask():
                self._asked.append(message)
            case Said():
                self._tell(f"{message.name}: {message.text}")
            case Fault():
                self._faults.add(message.name)
                if not message.fatal:
                    self._tell(_told(message))
            case Resting():
                self._rests(message)
            case Gone():
                self._ended(message)

    def _rests(self, resting: Resting) -> None:
        """Note what the process is done with, and when it wants to run again."""
        sent = self._sent.popleft() if self._sent else _Sent()
        if sent.source and f"cell {sent.cell}" not in self._faults:
            self._cells = self._cells.with_cell(sent.cell, sent.source)
        self._faults.clear()
        self._cells = self._cells.with_routines(resting.routines)
        self._next_bar, self._waits = resting.next_bar, resting.waits

    def _ended(self, gone: Gone) -> None:
        """Say what ended the process; the next one is given all that was not at fault."""
        recalling = bool(self._sent) and self._sent[0].recalls
        lost = [f"cell {one.cell}" for one in list(self._sent)[1:] if one.source]
        self._cells = self._cells.after_end(gone.name, recalling)
        self._process = None
        self._sent.clear()
        self._faults.clear()
        others = ", ".join(self._cells.routines)
        goes_on = f"; {others} goes on" if others else ""
        again = f"; enter again: {', '.join(lost)}" if lost else ""
        name = gone.name or "code"
        self._tell(f"{name}: {gone.why}: it has ended, the music plays on{goes_on}{again}")

    def _go(self, process: CodeProcess) -> None:
        """Have all run that is due soon."""
        state = self._show.session.state
        if not state.started or not state.playing:
            self._paused = True
            return
        frame, tempo = self._show.session.engine.frame(), state.tempo
        now, until = tempo.bar(frame), tempo.bar(frame + AHEAD_S * tempo.rate_hz)
        ends, label, ends_bar = self._ending(until)
        due = self._next_bar is not None and self._next_bar < until
        if not due and not ends:
            return
        go = Go(now, until, tempo.beats_per_bar, self._seen(), self._paused, ends, label, ends_bar)
        self._paused = False
        process.send(go)
        self._sent.append(_Sent())

    def _ending(self, until: float) -> tuple[str, str, float]:
        """Return the section that ends before `until`, told once, where anything waits for it."""
        state = self._show.session.state
        end, arrangement, playhead = state.end_bar, state.arrangement, state.playhead
        if not self._waits or end is None or end >= until or end == self._told_end:
            return "", "", 0.0
        if arrangement is None or playhead is None:
            return "", "", 0.0
        self._told_end = end
        return arrangement.name(playhead.place), arrangement.sections[playhead.place].label, end

    def _carry_out(self) -> None:
        """Carry out what code asked for, in its order, as far as a tick reaches."""
        end_s = self._clock() + TURN_S
        while self._asked and self._has_room() and self._clock() < end_s:
            ask = self._asked.popleft()
            try:
                self._answer(ask, self._do(ask))
            except LoopMindError as error:
                self._refuse(ask, str(error))

    def _has_room(self) -> bool:
        return sum(change.fixed for change in self._show.session.state.pending) < MOST_AHEAD

    def _do(self, ask: Ask) -> Answer:
        """Submit what is asked for, for the frame of its bar, or of the next line of its grid."""
        commands = self._commands(ask)
        session = self._show.session
        state = session.state
        if ask.bar is None or not state.started:
            return self._show.carry_out(commands)
        margin = max(session.options.guard_frames, margin_frames(session.engine.rate_hz))
        bar = reachable(state.tempo, ask.bar, ask.grid, session.engine.frame() + margin)
        if bar != ask.bar:
            self._tell_late(ask, bar)
        meant = [meant_for(command, bar) for command in commands]
        return self._show.carry_out(meant, due_frame=state.tempo.line(bar))

    def _commands(self, ask: Ask) -> list[Command]:
        """Return what is asked for, as commands; LoopMindError where it is none of the table."""
        if ask.phrase:
            commands = list(parse(ask.phrase))
        else:
            text = worded(ask.command, ask.arguments)
            commands = [Command(ask.command, ask.arguments, text=text)]
        if any(command.name in KEPT_BACK for command in commands):
            raise SessionError("quit stands at the prompt alone: nothing was done")
        return commands

    def _answer(self, ask: Ask, answer: Answer) -> None:
        """Tell what came of it: to who entered a cell all of it, of routines what was refused."""
        if not answer.ok:
            self._refuse(ask, "; ".join(answer.lines))
        elif ask.bar is None:
            for line in answer.lines:
                self._tell(line)

    def _refuse(self, ask: Ask, text: str) -> None:
        """Tell what was refused; a routine is not told the same again and again."""
        if ask.bar is None or self._refused.get(ask.name) != text:
            self._refused[ask.name] = text
            self._tell(f"{ask.name}: {text}")

    def _tell_late(self, ask: Ask, bar: float) -> None:
        """Tell that a routine was late, once for each of its lines."""
        if self._late.get(ask.name) != ask.bar:
            self._late[ask.name] = ask.bar or 0.0
            session = self._show.session
            text = f"{ask.name} is late for bar {(ask.bar or 0.0) + 1:g}: it lands at {bar + 1:g}"
            session.note("late", text, code=ask.name)

    def _bar(self) -> float | None:
        """Return the first bar that what is entered now can reach; None before the clock runs."""
        state = self._show.session.state
        if not state.started:
            return None
        frame = self._show.session.engine.frame() + AHEAD_S * state.tempo.rate_hz
        return max(0.0, state.tempo.bar(frame))

    def _beats_per_bar(self) -> int:
        return self._show.session.state.tempo.beats_per_bar

    def _seen(self) -> dict[str, object]:
        return dataclasses.asdict(panel_now(self._show))


def _told(fault: Fault) -> str:
    """Return a fault in one line."""
    where = f", line {fault.line}" if fault.line else ""
    return f"{fault.name}{where}: {fault.text}: {fault.then}"
