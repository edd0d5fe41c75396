"""OSC on a performance: what comes is carried out in turns that never hold up the clock."""

import logging
from collections.abc import Callable

from loopmind_live.app.performance import Performance
from loopmind_live.control.osc_addresses import BY_ADDRESS, Typed, check_sent, meaning
from loopmind_live.control.osc_inbox import Address, Received
from loopmind_live.control.osc_server import OscServer
from loopmind_live.errors import LoopMindError
from loopmind_live.repl.grammar import parse
from loopmind_live.session.commands import Command

TURN_S = 0.002
"""So much of a tick may go into messages; the rest of them wait for the next."""
log = logging.getLogger(__name__)


class OscSurface:
    """Listens on a port and does what is asked there. Raises ControlError where it cannot."""

    def __init__(
        self, port: int, show: Performance, tell: Callable[[str], None], clock: Callable[[], float]
    ) -> None:
        self._show = show
        self._tell = tell
        self._clock = clock
        self.server = OscServer(port, tuple(BY_ADDRESS))
        self.when_gone: list[Callable[[Address], object]] = []
        """Called with each address at which nobody listens any more."""
        tell(f"OSC on port {self.server.port} of this machine")

    def advance(self) -> None:
        """Carry out what came, as far as a turn reaches."""
        while self.server.gone:
            address = self.server.gone.popleft()
            for call in self.when_gone:
                call(address)
        end = self._clock() + TURN_S
        while (received := self.server.inbox.take()) is not None:
            handle = self.server.handler(received.message.address) or self._carry_out
            try:
                handle(received)
            except LoopMindError as error:
                self._answer(received, False, str(error))
            except Exception as error:
                # Whatever went wrong, the music plays on: say so, keep the trace, go on.
                log.exception("a message over OSC failed: %r", received.message)
                fault = f"{type(error).__name__}: {error}: this is a fault, see the log"
                self._answer(received, False, fault)
            if self._clock() >= end:
                return

    def close(self) -> None:
        """Listen no more."""
        self.server.close()

    def do(self, received: Received, asked: Command | Typed | None) -> None:
        """Carry out what a message asks for, and answer its sender. None asks for nothing."""
        if asked is None:
            return
        if isinstance(asked, Typed):
            _check_words(asked.text)
            answer = self._show.type(asked.text)
        else:
            answer = self._show.carry_out([asked])
        self._answer(received, answer.ok, "\n".join(answer.lines))

    def _carry_out(self, received: Received) -> None:
        self.do(received, meaning(received.message))

    def _answer(self, received: Received, ok: bool, text: str) -> None:
        self.server.answer(received.sender, ok, received.message.address, text)
        if text:
            self._tell(f"OSC {text}")


def _check_words(text: str) -> None:
    """Raise where words ask for what may not come over a network."""
    try:
        commands = parse(text)
    except LoopMindError:
        return  # who carries them out says why, and writes it down
    for command in commands:
        check_sent(command)
