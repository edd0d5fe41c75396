"""An OSC server over UDP: a thread listens, decodes with bounds, and puts messages in an inbox."""

import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

from loopmind_live.control.osc_inbox import Address, Inbox, Received
from loopmind_live.control.osc_packet import MAX_PACKET_BYTES, Message, decode, encode
from loopmind_live.control.osc_pattern import Pattern, is_pattern
from loopmind_live.control.osc_refused import refused, watch
from loopmind_live.errors import ControlError

LOOPBACK = "127.0.0.1"
BUFFER_BYTES = 4 << 20
"""What may wait in the system while the performance is busy: 4 MiB is some 20,000 messages."""
MOST_SENDERS = 64
MOST_GONE = 256
MAX_TEXT = 1000
"""Letters of a text that is sent back."""
PING, PONG = "/loopmind/ping", "/loopmind/pong"
REPLY_PORT = "/loopmind/reply_port"
REPLY, ERROR = "/loopmind/reply", "/loopmind/error"
LOG_S = 1.0
"""Of what is refused, no more is logged or answered than one line in this time."""
_WAKE_S = 0.25
log = logging.getLogger(__name__)


Handler = Callable[[Received], None]


class OscServer:
    """Listens on a port of this machine alone. `addresses` are those that patterns may stand for.

    Raises ControlError where the port cannot be had.
    """

    def __init__(
        self,
        port: int,
        addresses: tuple[str, ...],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.inbox = Inbox(now)
        self.received = 0
        """How many packets came."""
        self._addresses = addresses
        self._handlers: dict[str, Handler] = {}
        self._clock = clock
        self._reply_ports: dict[str, int] = {}
        self._complained_s = -LOG_S
        self._closing = False
        self.gone: deque[Address] = deque(maxlen=MOST_GONE)
        """Where something was sent, and the system reported that nobody listens."""
        self._socket = _bound(port)
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

    def handler(self, address: str) -> Handler | None:
        """Return what takes messages to `address`, None where nothing was routed there."""
        return self._handlers.get(address)

    def send(self, to: Address, messages: Iterable[Message]) -> None:
        """Send messages to a surface, each in a packet of its own; nothing waits for it."""
        for message in messages:
            self._send_packet(encode(message.address, *message.arguments), to)

    def told_at(self, sender: Address) -> Address:
        """Return where a sender is told things: on the port that it named, or else its own."""
        host, port = sender[:2]
        return host, self._reply_ports.get(host, port)

    def answer(self, sender: Address, ok: bool, address: str, text: str) -> None:
        """Tell a sender what came of its message to `address`."""
        self._send(sender, REPLY if ok else ERROR, address, text[:MAX_TEXT])

    def _listen(self) -> None:
        while not self._closing:
            try:
                packet, sender = self._socket.recvfrom(MAX_PACKET_BYTES + 1)
            except TimeoutError:
                continue
            except OSError as error:
                if self._note_gone():
                    continue
                self._complain(None, f"OSC: {error}")
                time.sleep(0.01)  # a socket that only fails must not take a core
                continue
            self.received += 1
            try:
                for message in decode(packet):
                    self._take(message, sender)
            except ControlError as error:
                self._complain(sender, str(error))

    def _take(self, message: Message, sender: Address) -> None:
        if message.address == PING:
            number = message.arguments[0] if message.arguments else 0
            self._send(sender, PONG, number if isinstance(number, int | float | str) else 0)
        elif message.address == REPLY_PORT:
            self._remember(message, sender)
        elif is_pattern(message.address):
            for address in Pattern(message.address).matching(self._addresses):
                self._put(Message(address, message.arguments, message.time_tag), sender)
        else:
            self._put(message, sender)

    def _put(self, message: Message, sender: Address) -> None:
        if not self.inbox.put(message, sender):
            raise ControlError("OSC: more came than can be carried out: some of it is left out")

    def _remember(self, message: Message, sender: Address) -> None:
        """Answer a sender's machine on the port that it names, too, from now on."""
        port = message.arguments[0] if message.arguments else None
        if not isinstance(port, int) or not 1024 <= port <= 65535:
            raise ControlError(f"OSC: {REPLY_PORT} takes a port, 1024 to 65535")
        if sender[0] not in self._reply_ports and len(self._reply_ports) >= MOST_SENDERS:
            raise ControlError(f"OSC: {MOST_SENDERS} surfaces are known: no more are taken")
        self._reply_ports[sender[0]] = port

    def _complain(self, sender: Address | None, text: str) -> None:
        """Log and answer what is refused, a line a second at most."""
        if self._clock() - self._complained_s < LOG_S:
            return
        self._complained_s = self._clock()
        log.warning("%s (from %s)", text, sender)
        if sender is not None:
            self._send(sender, ERROR, text[:MAX_TEXT])

    def _send(self, sender: Address, address: str, *arguments: int | float | str) -> None:
        host, port = sender[:2]
        packet = encode(address, *arguments)
        for to in {port, self._reply_ports.get(host, port)}:
            self._send_packet(packet, (host, to))

    def _send_packet(self, packet: bytes, to: Address) -> None:
        try:
            self._socket.sendto(packet, to)
        except OSError as error:
            if self._note_gone():
                # What failed was an earlier packet, to somebody else perhaps.
                with suppress(OSError):
                    self._socket.sendto(packet, to)
                return
            # Who asked is gone, or its buffer is full: the music does not wait for it.
            log.debug("nothing sent to %s: %s", to, error)

    def _note_gone(self) -> bool:
        """Note who does not listen any more; False where the system reported nothing."""
        count, gone = refused(self._socket)
        self.gone.extend(gone)
        return count > 0


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        listener.settimeout(_WAKE_S)
        watch(listener)
        listener.bind((LOOPBACK, port))
    except (OSError, OverflowError) as error:
        listener.close()
        why = error.strerror if isinstance(error, OSError) else error
        raise ControlError(f"OSC port {port}: {why}: choose another with --osc-port") from error
    return listener
