"""Code at the prompt, as the performance has it: run ahead of the music, landed on exact frames.

It is entered at the prompts of this user alone (here, or attached over the Unix socket that is this
user's). Nothing that comes over a network or from a controller gets here.
"""

import dataclasses
import time
from collections import deque
from collections.abc import Callable

from loopmind_live.app.panels import panel_now
from loopmind_live.app.performance import Answer, Performance
from loopmind_live.errors import LoopMindError, SessionError
from loopmind_live.repl.grammar import parse
from loopmind_live.repl.livecode.due import meant_for, reachable, worded
from loopmind_live.repl.livecode.keeper import CodeKeeper, Scene
from loopmind_live.repl.livecode.kept import kept_routines
from loopmind_live.repl.livecode.views import KEPT_BACK
from loopmind_live.repl.livecode.wire import Ask, Go
from loopmind_live.session.actions import Enter, SetArrangement
from loopmind_live.session.commands import Command
from loopmind_live.session.landing import margin_frames
from loopmind_live.session.state import State

AHEAD_S = 0.3
"""Code runs so long before what it asks for is heard."""
TURN_S = 0.0015
"""What code asks for is carried out for so long in one tick; the rest waits for the next."""
WAIT_S = 0.0005
MOST_AHEAD = 64
"""So much that code asked for is pending at once; the rest waits until its time is nearer."""


class Livecode:
    """Runs cells beside the music; a surface."""

    def __init__(
        self,
        show: Performance,
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._show, self._tell, self._clock = show, tell, clock
        self._keeper = CodeKeeper(self._scene, tell, clock)
        self._asked: deque[Ask] = deque()
        self._paused = False
        self._held = ""
        self._told_end: float | None = None
        self._late: dict[str, int] = {}
        self._refused: dict[str, str] = {}
        show.run_code = self.enter
        show.kept_code = lambda: self._held + self._keeper.kept
        show.hold_code, show.held_code = self.hold, lambda: self._held
        show.end_code = self.end
        show.names_of_code = lambda: self._keeper.names
        show.told_beside.append(self._told)

    @property
    def routines(self) -> tuple[str, ...]:
        """Return the names of the routines that there are."""
        return self._keeper.plan.routines

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing runs, and all that was asked for is carried out."""
        return self._keeper.is_idle and not self._asked

    def enter(self, source: str) -> None:
        """Run a cell; SessionError where it cannot be run. What comes of it is told later."""
        self._refused.clear()
        self._keeper.enter(source)

    def hold(self, code: str) -> None:
        """Keep code that ran in an earlier performer: it is kept as what runs, and waits."""
        self._held = code

    def end(self) -> None:
        """End all that runs, or is about to, and hold nothing any more."""
        self._held = ""
        if self.routines or not self.is_idle:
            self._keeper.enter("end()")

    def advance(self) -> None:
        """Carry out what code asks for, and have it run what is due."""
        self._asked += self._keeper.advance()
        self._carry_out()
        if self._keeper.is_free:
            self._go()

    def settle(self) -> bool:
        """Have all run that is due, to its end: music that can wait, waits for it.

        Return whether there is any code.
        """
        self.advance()
        while not self._keeper.is_idle:
            time.sleep(WAIT_S)
            self._asked += self._keeper.advance()
            self._carry_out()
        return self._keeper.pid is not None

    def close(self) -> None:
        """End the process, and with it all that runs there."""
        self._keeper.close()

    def described(self) -> list[str]:
        """Return the line that tells of this surface, where code was entered."""
        told = self._told()
        return [] if told is None else [told]

    def _told(self) -> str | None:
        there = self._keeper.pid is not None
        runs = [f"code: {', '.join(self.routines) or 'no function runs'}"] if there else []
        return "; ".join([*runs, *([waits(self._held)] if self._held else [])]) or None

    def _go(self) -> None:
        """Have all run that is due soon."""
        state, engine = self._show.session.state, self._show.session.engine
        if not _is_on(state):
            self._paused = True
            return
        frame, tempo = engine.frame(), state.tempo
        now, until = tempo.bar(frame), tempo.bar(frame + AHEAD_S * tempo.rate_hz)
        ends, label, ends_bar = self._ending(until)
        next_bar = self._keeper.plan.next_bar
        if (next_bar is not None and next_bar < until) or ends:
            self._keeper.go(
                Go(
                    now, until, tempo.beats_per_bar, self._seen(), self._paused,
                    ends, label, ends_bar,
                )
            )  # fmt: skip
            self._paused = False

    def _ending(self, until: float) -> tuple[str, str, float]:
        """Return the section that ends before `until`, told once, where anything waits for it."""
        state = self._show.session.state
        end, arrangement, playhead = state.end_bar, state.arrangement, state.playhead
        if not self._keeper.plan.waits or end is None or end >= until or end == self._told_end:
            return "", "", 0.0
        if arrangement is None or playhead is None:
            return "", "", 0.0
        self._told_end = end
        label = arrangement.sections[playhead.place].label
        return f"{label} {arrangement.occurrence(playhead.place)}", label, end

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
        commands = _commands(ask)
        session = self._show.session
        tempo = session.state.tempo
        if ask.bar is None or not session.state.started:
            return self._show.carry_out(commands)
        margin = max(session.options.guard_frames, margin_frames(tempo.rate_hz))
        bar = reachable(tempo, ask.bar, ask.grid, session.engine.frame() + margin)
        if bar != ask.bar:
            self._tell_late(ask, bar)
        meant = [meant_for(command, bar) for command in commands]
        return self._show.carry_out(meant, due_frame=tempo.line(bar))

    def _answer(self, ask: Ask, answer: Answer) -> None:
        """Tell what came of it: of a cell all, of routines what was refused."""
        if not answer.ok:
            self._refuse(ask, "; ".join(answer.lines))
        elif ask.bar is None:
            for line in answer.lines:
                self._tell(line)

    def _refuse(self, ask: Ask, text: str) -> None:
        """Tell what was refused; of a routine not the same again and again."""
        if ask.bar is None or self._refused.get(ask.name) != text:
            self._refused[ask.name] = text
            self._tell(f"{ask.name}: {text}")

    def _tell_late(self, ask: Ask, bar: float) -> None:
        """Tell that code was late, once for each of its bars."""
        meant = (ask.bar or 0.0) + 1.0
        if self._late.get(ask.name) != int(meant):
            self._late[ask.name] = int(meant)
            text = f"{ask.name} is late for bar {meant:g}: what it asks for goes to {bar + 1.0:g}"
            self._show.session.note("late", text, code=ask.name)

    def _scene(self) -> Scene:
        """Return the set as a cell meets it that is entered now."""
        session = self._show.session
        state, bar = session.state, None
        if state.started:
            ahead = session.engine.frame() + AHEAD_S * state.tempo.rate_hz
            bar = max(0.0, state.tempo.bar(ahead))
        return Scene(bar, state.tempo.beats_per_bar, self._seen())

    def _seen(self) -> dict[str, object]:
        return dataclasses.asdict(panel_now(self._show))


def waits(code: str) -> str:
    r"""Return the line that offers code that is held.

    >>> waits("x = 1\n@loop\ndef hats(): ...\n")
    'code waits: hats: load code runs it again'
    """
    names = ", ".join(kept_routines(code)) or "no function"
    return f"code waits: {names}: load code runs it again"


def _is_on(state: State) -> bool:
    """Tell whether the music plays, or its first line is known: so long functions have turns."""
    begins = any(isinstance(change.action, Enter | SetArrangement) for change in state.pending)
    return state.started and (state.playing or begins)


def _commands(ask: Ask) -> list[Command]:
    """Return what is asked for, as commands; LoopMindError where it is none of the table."""
    if ask.phrase:
        commands = list(parse(ask.phrase))
    else:
        text = worded(ask.command, ask.arguments)
        commands = [Command(ask.command, ask.arguments, text=text)]
    if any(command.name in KEPT_BACK for command in commands):
        raise SessionError("quit stands at the prompt alone: nothing was done")
    if ask.bar is None:
        return commands
    return [dataclasses.replace(command, by_routine=True) for command in commands]
