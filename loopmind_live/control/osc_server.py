"""An OSC server over UDP: a thread listens, decodes with bounds, and puts messages in an inbox."""

import errno
import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from loopmind_live.control.access import THIS_MACHINE, Allowed
from loopmind_live.control.datagrams import Address, Datagrams
from loopmind_live.control.osc_inbox import TRIGGERS_PER_S, Inbox, Received
from loopmind_live.control.osc_packet import (
    AT_ONCE,
    MAX_PACKET_BYTES,
    Argument,
    Message,
    decode,
    encode,
)
from loopmind_live.control.osc_pattern import Pattern, is_pattern
from loopmind_live.control.osc_reports import reports, watch
from loopmind_live.control.throttle import Allowance, Throttle
from loopmind_live.errors import ControlError

LOOPBACK, ANY_INTERFACE = "127.0.0.1", "0.0.0.0"
BUFFER_BYTES = 4 << 20
"""What may wait in the system while the performance is busy, where the system allows so much."""
MOST_SENDERS = 64
MOST_GONE = 256
PATTERNS_PER_S = 50.0
"""So many different patterns a second are matched: each may take a few milliseconds."""
MOST_PATTERNS = 256
"""So many are remembered with what they stand for."""
MAX_TEXT = 1000
"""Letters of a text that is sent back."""
PING, PONG = "/loopmind/ping", "/loopmind/pong"
REPLY_PORT = "/loopmind/reply_port"
REPLY, ERROR = "/loopmind/reply", "/loopmind/error"
LOG_S = 1.0
"""Of what is refused, no more is logged or answered than one line in this time."""
FAULT_S = 10.0
"""Of what fails on the way, no more is told than one line in this time."""
_WAKE_S = 0.25
_PAUSE_S = 0.01
_TRIES = 4
_REPORTS = frozenset({errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN})
"""What the system says to whoever calls next of a packet that could not be delivered."""
log = logging.getLogger(__name__)

Handler = Callable[[Received], None]


def at_once(_time_tag: int) -> int | None:
    """Take every time tag as for now."""
    return None


class OscServer:
    """Listens on a port: for this machine alone, or for those `allowed`, too.

    `addresses` are those that patterns may stand for. `frame_of` returns the engine's frame that a
    time tag names, and raises ControlError where it names none; the listening thread calls it.
    Raises ControlError where the port cannot be had.
    """

    def __init__(
        self,
        port: int,
        addresses: tuple[str, ...],
        allowed: Allowed = THIS_MACHINE,
        frame_of: Callable[[int], int | None] = at_once,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.inbox = Inbox(clock)
        self.received = 0
        """How many packets came from those who may send."""
        self.dropped = 0
        """How many came from others."""
        self.notices: deque[str] = deque(maxlen=16)
        """Lines for the performer that came up while listening."""
        self.gone: deque[Address] = deque(maxlen=MOST_GONE)
        """Where something was sent, and the system reported that nobody listens."""
        self._addresses = addresses
        self._exact = frozenset(addresses)
        self._allowed, self._frame_of = allowed, frame_of
        self._handlers: dict[str, Handler] = {}
        self._refusals, self._faults = Throttle(LOG_S, clock), Throttle(FAULT_S, clock)
        self._patterns: dict[str, list[str]] = {}
        self._new_patterns = Allowance(PATTERNS_PER_S, clock)
        self._reply_ports: dict[str, int] = {}
        self._known: dict[str, bool] = {}
        self._closing = False
        self._socket = _bound(port, ANY_INTERFACE if allowed else LOOPBACK)
        self._datagrams = Datagrams(self._socket, MAX_PACKET_BYTES + 1)
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._listen, name="osc", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._closing = True
        self._thread.join()
        self._socket.close()

    def route(self, address: str, handle: Handler, newest: bool = False) -> None:
        """Have `handle` take what comes to an address that is in no command's row.

        It is called by whoever calls `handler`: the performance's own thread. With `newest`, only
        the newest value counts while several wait, as of a fader. Patterns may stand for it, too.
        """
        if newest:
            self.inbox.faders |= {address}
        self._handlers[address] = handle
        if address not in self._addresses:
            self._addresses = (*self._addresses, address)
            self._exact |= {address}
            self._patterns.clear()

    def handler(self, address: str) -> Handler | None:
        """Return what takes messages to `address`, None where nothing was routed there."""
        return self._handlers.get(address)

    def send(self, to: Address, messages: Iterable[Message]) -> None:
        """Send messages to a surface, each in a packet of its own; nothing waits for it."""
        for message in messages:
            self._send_packet(encode(message.address, *message.arguments), to)

    def answer(self, sender: Address, ok: bool, address: str, text: str) -> None:
        """Tell a sender what came of its message to `address`."""
        self._answer(sender, REPLY if ok else ERROR, address, text[:MAX_TEXT])

    def told_at(self, sender: Address) -> Address:
        """Return where a sender is told things: on the port that it named, or else its own."""
        host, port = sender
        return host, self._reply_ports.get(host, port)

    def _listen(self) -> None:
        while not self._closing:
            try:
                if self._datagrams.wait(_WAKE_S) and not self._hear_all():
                    self._note_gone()  # that is what woke it
            except OSError as error:
                self._note_gone()
                if error.errno in _REPORTS:
                    continue  # of something that was sent
                self._fail(f"OSC: nothing can be heard: {error.strerror or error}")
                time.sleep(_PAUSE_S)  # a socket that only fails must not take a core

    def _hear_all(self) -> int:
        """Take what waits; return how many packets that was."""
        count = 0
        for packet, sender in self._datagrams.take():
            self._hear(packet, sender)
            count += 1
        return count

    def _hear(self, packet: bytes, sender: Address) -> None:
        if not self._may_send(sender[0]):
            self.dropped += 1
            return
        self.received += 1
        try:
            messages = decode(packet)
            named: dict[int, int | None] = {AT_ONCE: None}  # one frame for all of a bundle
            for message in messages:
                tag = message.time_tag
                if tag not in named:
                    named[tag] = self._frame_of(tag)
                self._take(message, sender, named[tag])
        except ControlError as error:
            self._refuse(sender, str(error))
        except Exception as error:
            # Whatever came, listening goes on: who plays must be heard.
            if (line := self._faults.passed(f"OSC: {type(error).__name__}: {error}")) is not None:
                log.exception("a packet could not be taken: %r", packet[:200])
                self.notices.append(f"{line}: this is a fault, see the log")

    def _may_send(self, host: str) -> bool:
        known = self._known.get(host)
        if known is None:
            if len(self._known) >= MOST_SENDERS:
                self._known.clear()
            known = self._known[host] = host in self._allowed
            if not known:
                self._fail(f"OSC: {host} may not send: name it with --lan where it should")
        return known

    def _take(self, message: Message, sender: Address, frame: int | None) -> None:
        if message.address in self._exact:  # most are: one look
            self._put(message, sender, frame)
        elif message.address == PING:
            number = message.arguments[0] if message.arguments else 0
            self._answer(sender, PONG, number if isinstance(number, int | float | str) else 0)
        elif message.address == REPLY_PORT:
            self._remember(message, sender)
        elif is_pattern(message.address):
            for address in self._matching(message.address):
                self._put(Message(address, message.arguments, message.time_tag), sender, frame)
        else:
            self._put(message, sender, frame)

    def _matching(self, pattern: str) -> list[str]:
        """Return the addresses that a pattern stands for."""
        known = self._patterns.get(pattern)
        if known is None:
            if not self._new_patterns.spent():
                raise ControlError(f"OSC: more than {PATTERNS_PER_S:g} new patterns a second")
            if len(self._patterns) >= MOST_PATTERNS:
                self._patterns.clear()
            known = self._patterns[pattern] = Pattern(pattern).matching(self._addresses)
        return known

    def _put(self, message: Message, sender: Address, frame: int | None) -> None:
        if not self.inbox.put(message, sender, frame):
            raise ControlError(
                f"OSC: more came than {TRIGGERS_PER_S:g} messages a second, faders apart: "
                "some of it is left out"
            )

    def _remember(self, message: Message, sender: Address) -> None:
        """Answer a sender's machine on the port that it names, too, from now on."""
        port = message.arguments[0] if message.arguments else None
        if not isinstance(port, int) or not 1024 <= port <= 65535:
            raise ControlError(f"OSC: {REPLY_PORT} takes a port, 1024 to 65535")
        if sender[0] not in self._reply_ports and len(self._reply_ports) >= MOST_SENDERS:
            raise ControlError(f"OSC: {MOST_SENDERS} surfaces are known: no more are taken")
        self._reply_ports[sender[0]] = port

    def _refuse(self, sender: Address, text: str) -> None:
        """Log and answer what is refused, a line a second at most."""
        line = self._refusals.passed(text)
        if line is not None:
            log.warning("%s (from %s:%s)", line, *sender)
            self._answer(sender, ERROR, line[:MAX_TEXT])

    def _fail(self, text: str) -> None:
        """Log and tell what stands in the way of surfaces, a line in ten seconds at most."""
        line = self._faults.passed(text)
        if line is not None:
            log.warning("%s", line)
            self.notices.append(line)

    def _answer(self, sender: Address, address: str, *arguments: Argument) -> None:
        packet = encode(address, *arguments)
        for to in {sender, self.told_at(sender)}:
            self._send_packet(packet, to)

    def _send_packet(self, packet: bytes, to: Address) -> None:
        why = ""
        for _ in range(_TRIES):
            try:
                self._socket.sendto(packet, to)
            except BlockingIOError:
                why = "too much is on its way"
                break
            except OSError as error:
                # It may tell of an earlier packet, to somebody else perhaps: then try again.
                self._note_gone()
                why = error.strerror or str(error)
                if error.errno == errno.ECONNREFUSED:
                    why = ""
            else:
                return
        if why:
            self._fail(f"OSC: {to[0]} cannot be told anything: {why}")

    def _note_gone(self) -> None:
        """Note who does not listen any more, and tell who is out of reach, where that is known."""
        told = reports(self._socket)
        self.gone.extend(told.gone)
        for host in sorted(told.unreachable):
            self._fail(f"OSC: {host} cannot be reached: the music plays on")


def _bound(port: int, host: str) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        listener.setblocking(False)  # the music waits for no network
        watch(listener)
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        why = error.strerror if isinstance(error, OSError) else error
        raise ControlError(f"OSC port {port}: {why}: choose another with --osc-port") from error
    return listener
