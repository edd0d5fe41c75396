"""Surfaces that listen over OSC: told what plays, and heard at addresses of their own."""

import logging
from collections.abc import Callable

from loopmind_live.app.osc import OscSurface
from loopmind_live.app.panels import panel_now
from loopmind_live.app.performance import Performance
from loopmind_live.control import knobs
from loopmind_live.control.datagrams import Address
from loopmind_live.control.feedback import Value, told
from loopmind_live.control.fixed_addresses import CONTROLS, FADER_ADDRESSES, asked
from loopmind_live.control.listeners import Listener, Listeners
from loopmind_live.control.osc_inbox import Received
from loopmind_live.control.osc_packet import Message
from loopmind_live.errors import ControlError
from loopmind_live.score.loop import ROLES
from loopmind_live.session.command import PREFIX
from loopmind_live.session.patches import KnownPatch

START, STOP = f"{PREFIX}/start_listen", f"{PREFIX}/stop_listen"
log = logging.getLogger(__name__)


class OscFeedback:
    """Tells whoever sent `/loopmind/start_listen`, with an id of its own or none, what changes."""

    def __init__(
        self,
        osc: OscSurface,
        show: Performance,
        tell: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        """`clock` returns seconds, and only runs forward."""
        self._osc = osc
        self._show = show
        self._tell = tell
        self._clock = clock
        self._panel = panel_now(show)
        self._patches: tuple[KnownPatch, ...] = ()
        self._knobs: set[str] = set()
        self.listeners = Listeners()
        osc.when_gone.append(self._drop)
        osc.server.route(START, self._start)
        osc.server.route(STOP, self._stop)
        for address in CONTROLS:
            osc.server.route(address, self._control, newest=address in FADER_ADDRESSES)

    def advance(self) -> None:
        """Tell what changed, as far as a turn reaches."""
        now = self._clock()
        self._hear_knobs()
        if self.listeners.due(now):
            self._panel = panel_now(self._show)
            self.listeners.update(told(self._panel), now)
        for to, message in self.listeners.take(now):
            self._osc.server.send(to, (message,))

    def close(self) -> None:
        """Tell nobody anything more; the server is closed by the surface that opened it."""

    def described(self) -> list[str]:
        """Return the line that tells who listens."""
        there = ", ".join(map(str, self.listeners)) or "nobody"
        return [f"OSC listeners: {there}"]

    def _hear_knobs(self) -> None:
        """Take what comes to the knobs of new patches at their names, whichever part has them."""
        patches = self._show.session.state.patches
        if patches is self._patches:
            return
        self._patches = patches
        for name in {name for patch in patches for name in patch.knobs} - self._knobs:
            self._knobs.add(name)
            for role in ROLES:
                self._osc.server.route(knobs.address(role, name), self._control, newest=True)

    def _drop(self, to: Address) -> list[Listener]:
        stopped = self.listeners.stop(to)
        for one in stopped:
            self._tell(f"OSC {one} listens no more")
        return stopped

    def _start(self, received: Received) -> None:
        to, now = self._osc.server.told_at(received.sender), self._clock()
        known = any(one.to == to for one in self.listeners)
        gone = self.listeners.start(to, _id_of(received.message), now)
        if gone is not None:
            self._tell(f"OSC {gone} was silent and gives way to another surface")
        if not known:
            self._tell(f"OSC {to[0]}:{to[1]} listens")
        self._osc.note(received, "listens")
        self._osc.server.answer(received.sender, True, START, f"{len(self.listeners)} listen")

    def _stop(self, received: Received) -> None:
        to = self._osc.server.told_at(received.sender)
        stopped = self.listeners.stop(to, _id_of(received.message))
        for one in stopped:
            self._tell(f"OSC {one} listens no more")
        self._osc.note(received, "listens no more")
        text = f"{len(stopped)} listen no more" if stopped else "nobody listened there"
        self._osc.server.answer(received.sender, bool(stopped), STOP, text)

    def _control(self, received: Received) -> None:
        """Do what a control asks for; whoever moved it is not told of it while the hand is on."""
        to, now = self._osc.server.told_at(received.sender), self._clock()
        self.listeners.heard(to, now)
        self.listeners.touch(to, received.message.address, now)
        address = received.message.address
        if address not in FADER_ADDRESSES or knobs.named(address) is not None:
            self._panel = panel_now(self._show)  # any other fader says all, and may flood
        panel = self._panel
        if received.frame is not None:  # it adds to what is to have happened by then
            panel = panel_now(self._show, received.frame)
        self._osc.do(received, asked(received.message, panel))


def _id_of(message: Message) -> Value | None:
    """Return the id that a surface calls itself by, None where it has none."""
    if not message.arguments:
        return None
    value = message.arguments[0]
    if len(message.arguments) > 1 or not isinstance(value, int | float | str):
        raise ControlError(f"OSC: {message.address} takes one id, a number or a text, or nothing")
    return value
