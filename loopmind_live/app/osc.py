"""OSC on a performance: what comes is carried out in turns that never hold up the clock."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from loopmind_live.app.monitor import Monitor, meant_by
from loopmind_live.app.performance import Answer, Performance
from loopmind_live.control.access import THIS_MACHINE, Allowed
from loopmind_live.control.datagrams import Address
from loopmind_live.control.osc_addresses import BY_ADDRESS, Typed, check_sent, meaning, shown
from loopmind_live.control.osc_inbox import Received
from loopmind_live.control.osc_server import LOG_S, OscServer
from loopmind_live.control.osc_time import Arrival, frame_reached, named_frame
from loopmind_live.control.throttle import Throttle
from loopmind_live.errors import ControlError, LoopMindError
from loopmind_live.repl.grammar import parse
from loopmind_live.session.commands import BY_NAME, Command

TURN_S = 0.001
"""So much of a tick may go into messages; the rest of them wait for the next."""
MOST_AHEAD = 64
"""So many changes are handed over before their time; more of them wait until it has come."""
MOST_WAITING = 1024
ECHO_S = 0.1
"""Of what is done, no more is told to the performer than one line in this time."""
log = logging.getLogger(__name__)


class OscSurface:
    """Listens on a port and does what is asked there. Raises ControlError where it cannot."""

    server_type: ClassVar[type[OscServer]] = OscServer

    def __init__(
        self,
        port: int,
        show: Performance,
        tell: Callable[[str], None],
        clock: Callable[[], float],
        allowed: Allowed = THIS_MACHINE,
        monitor: Monitor | None = None,
    ) -> None:
        self._show = show
        self._monitor = monitor or Monitor()
        self._tell = tell
        self._clock = clock
        self._allowed = allowed
        self._echo, self._errors = Throttle(ECHO_S, clock), Throttle(LOG_S, clock)
        self.server = self.server_type(port, tuple(BY_ADDRESS), allowed, self._frame_of)
        self._waiting: list[Received] = []
        self.when_gone: list[Callable[[Address], object]] = []
        """Called with each address at which nobody listens any more."""
        who = f"{allowed} may send" if allowed else "of this machine"
        tell(f"OSC on port {self.server.port}{': ' if allowed else ' '}{who}")

    def advance(self) -> None:
        """Carry out what came, as far as a turn reaches."""
        while self.server.gone:
            address = self.server.gone.popleft()
            for call in self.when_gone:
                call(address)
        end = self._clock() + TURN_S
        while self.server.notices:
            self._tell(self.server.notices.popleft())
        for late in self._due():
            self._handle(late)
        while (received := self.server.inbox.take()) is not None:
            self._handle(received)
            if self._clock() >= end:
                return

    def close(self) -> None:
        """Listen no more."""
        self.server.close()

    def _handle(self, received: Received) -> None:
        handle = self.server.handler(received.message.address) or self._carry_out
        try:
            handle(received)
        except LoopMindError as error:
            self.note(received, f"refused: {error}")
            self._answer(received, False, str(error))
        except Exception as error:
            # Whatever went wrong, the music plays on: say so, keep the trace, go on.
            if self._answer(received, False, f"{type(error).__name__}: {error}: see the log"):
                log.exception("a message over OSC failed: %r", received.message)

    def _frame_of(self, time_tag: int) -> int | None:
        """Return the frame that a time tag names now. Called by the thread that listens."""
        engine = self._show.session.engine
        status = engine.status()
        frame = frame_reached(status.frame, status.time_s, time.monotonic(), engine.rate_hz)
        return named_frame(time_tag, Arrival(time.time(), frame, engine.rate_hz))

    def described(self) -> list[str]:
        """Return the line that tells of this surface."""
        server = self.server
        counts = f"{server.received:,} packets, {server.inbox.refused:,} messages left out"
        return [f"OSC on port {server.port}: {self._allowed} may send; {counts}"]

    def note(self, received: Received, meant: str) -> None:
        """Note what a message is taken for, where anybody looks."""
        if self._monitor.watched:
            source = "OSC {}:{}".format(*received.sender)
            self._monitor.note(source, shown(received.message), meant)

    def do(self, received: Received, asked: Command | Typed | None) -> None:
        """Carry out what a message asks for, and answer its sender. None asks for nothing."""
        answer = self.carry_out(received, asked)
        if answer is not None:
            self._answer(received, answer.ok, "\n".join(answer.lines))

    def carry_out(self, received: Received, asked: Command | Typed | None) -> Answer | None:
        """Carry out what a message asks for; None where that is nothing, or waits for its time."""
        self.note(received, meant_by(asked))
        if asked is None:
            return None
        commands = _commands(asked)
        if received.frame is not None and not self._can_land(commands):
            self._wait(received)
            return None
        if isinstance(asked, Typed):
            return self._show.type(asked.text, due_frame=received.frame)
        return self._show.carry_out(commands, due_frame=received.frame)

    def _can_land(self, commands: Sequence[Command]) -> bool:
        """Tell whether all may be handed over before their time: they land, and not too many do."""
        waiting = sum(change.fixed for change in self._show.session.state.pending)
        lands = all(BY_NAME[one.name].lands is not None or one.name == "tap" for one in commands)
        return lands and waiting < MOST_AHEAD

    def _wait(self, received: Received) -> None:
        """Keep a message until its frame: what it asks for is done there and then."""
        if len(self._waiting) >= MOST_WAITING:
            raise ControlError(
                f"OSC: {MOST_WAITING} messages wait for their time: send them nearer to it"
            )
        self._waiting.append(received)

    def _due(self) -> list[Received]:
        """Return the messages whose frame has come, in the order of their frames."""
        if not self._waiting:
            return []
        now = self._show.session.engine.frame()
        due = [one for one in self._waiting if (one.frame or 0) <= now]
        self._waiting = [one for one in self._waiting if (one.frame or 0) > now]
        due.sort(key=lambda one: (one.frame or 0, one.order))
        return [replace(one, frame=None) for one in due]

    def _carry_out(self, received: Received) -> None:
        self.do(received, meaning(received.message))

    def _answer(self, received: Received, ok: bool, text: str) -> bool:
        """Answer a sender, and tell the performer; say whether that was told."""
        self.server.answer(received.sender, ok, received.message.address, text)
        return self.tell(received, ok, text)

    def tell(self, received: Received, ok: bool, text: str) -> bool:
        """Tell the performer what came of a message, whom no flood shall bury; say whether told."""
        if not text or (ok and received.message.address in self.server.inbox.faders):
            return False
        line = (self._echo if ok else self._errors).passed(f"OSC {text}")
        if line is not None:
            self._tell(line)
        return line is not None


def _commands(asked: Command | Typed) -> list[Command]:
    """Return what is asked for. Raise where words ask for what may not come over a network."""
    if isinstance(asked, Command):
        return [asked]
    try:
        commands = list(parse(asked.text))
    except LoopMindError:
        return []  # who carries them out says why, and writes it down
    for command in commands:
        check_sent(command)
    return commands
