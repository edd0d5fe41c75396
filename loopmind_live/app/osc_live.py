"""AbletonOSC's addresses on a performance, for templates that were made for it."""

from collections.abc import Callable

from loopmind_live.app.osc import OscSurface
from loopmind_live.app.panels import panel_now
from loopmind_live.app.performance import Performance
from loopmind_live.control.datagrams import Address
from loopmind_live.control.listeners import FRAMES_HZ
from loopmind_live.control.live_addresses import (
    ADDRESSES,
    ERROR,
    FADER_ADDRESSES,
    PORT,
    REPLY_PORT,
    Watch,
    live,
)
from loopmind_live.control.live_listeners import LiveListeners
from loopmind_live.control.osc_addresses import shown
from loopmind_live.control.osc_inbox import Received
from loopmind_live.control.osc_packet import Message
from loopmind_live.errors import LoopMindError
from loopmind_live.session.commands import Command


class OscLive:
    """Answers `/live/...` as AbletonOSC does, and tells what is listened to."""

    def __init__(self, osc: OscSurface, show: Performance, clock: Callable[[], float]) -> None:
        """`clock` returns seconds, and only runs forward."""
        self._osc = osc
        self._show = show
        self._clock = clock
        self._next_s = 0.0
        self.listeners = LiveListeners()
        osc.when_gone.append(self.listeners.drop)
        for address in ADDRESSES:
            osc.server.route(address, self._take, newest=address in FADER_ADDRESSES)

    def advance(self) -> None:
        """Tell what changed, so many times a second at most."""
        now = self._clock()
        if len(self.listeners) and now >= self._next_s:
            self._next_s = max(self._next_s + 1 / FRAMES_HZ, now)
            for to, message in self.listeners.changed(panel_now(self._show)):
                self._osc.server.send(to, (message,))

    def close(self) -> None:
        """Tell nobody anything more; the server is closed by the surface that opened it."""

    def described(self) -> list[str]:
        """Return the line that tells who listens AbletonOSC's way, none where nobody does."""
        there = ", ".join(sorted(f"{host}:{port}" for host, port in self.listeners.places()))
        return [f"AbletonOSC listeners: {there}"] if there else []

    def _take(self, received: Received) -> None:
        to = self._told_at(received.sender)
        try:
            asked = live(received.message, panel := panel_now(self._show))
            if isinstance(asked, Watch):
                self._osc.note(received, f"listens to {asked.address}")
                answer = self.listeners.take(to, asked, panel)
            elif isinstance(asked, Message):
                self._osc.note(received, f"answered: {shown(asked)}")
                answer = asked
            else:
                answer = self._do(received, asked)
        except LoopMindError as error:
            self._osc.note(received, f"refused: {error}")
            answer = Message(ERROR, (str(error),))
        if answer is not None:
            self._osc.server.send(to, (answer,))

    def _do(self, received: Received, asked: Command) -> Message | None:
        """Carry out a command; return what is answered: nothing, unless it was refused."""
        done = self._osc.carry_out(received, asked)
        if done is None:
            return None
        text = "\n".join(done.lines)
        self._osc.tell(received, done.ok, text)
        return None if done.ok else Message(ERROR, (text,))

    def _told_at(self, sender: Address) -> Address:
        """Return where a sender is answered: as by AbletonOSC where this listens on its port."""
        to = self._osc.server.told_at(sender)
        return (to[0], REPLY_PORT) if to == sender and self._osc.server.port == PORT else to
