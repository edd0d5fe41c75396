"""A tablet with TouchOSC and one of the shipped layouts, over real sockets."""

import socket
from collections import defaultdict

from loopmind_live.config import shipped_folder
from loopmind_live.control.osc_packet import Argument, Message, decode, encode
from loopmind_live.control.osc_server import ERROR, REPLY, REPLY_PORT
from tests.control.touchosc.reading import ReadMessage, SentArgument, messages
from tests.control.touchosc.surface import Surface

AFTER_ANOTHER = {"REDO": "UNDO", "take": "others", "record": "stems"}
"""Buttons that make sense after another one only."""
LAST = ("/loopmind/panic", "/loopmind/transport/stop")
"""What ends the music: pressed when all else has been."""


class Tablet:
    """It sends from one port and receives on another, as the app does, and shows what it is told.

    `told` is what came to each address, oldest first.
    """

    def __init__(self, layout: str, performer: int) -> None:
        path = shipped_folder("controllers") / f"{layout}.tosc"
        self.surface = Surface(path)
        self.messages = messages(path)
        self.told: dict[str, list[tuple[Argument, ...]]] = defaultdict(list)
        self._sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # The machine that runs this may be busy: nothing that came may be lost meanwhile.
        self._receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._receiver.bind(("127.0.0.1", 0))
        self._receiver.setblocking(False)
        self._port = int(self._receiver.getsockname()[1])
        self._to = ("127.0.0.1", performer)

    def open(self) -> None:
        """Open the layout: what it sends by itself goes out."""
        self.surface.sent.clear()
        self.surface.open()
        for address, arguments in self.surface.sent:
            self.send(address, arguments)

    def send(self, address: str, arguments: tuple[SentArgument, ...]) -> None:
        """Send a message; the port that this tablet receives on stands for the shipped one."""
        if address == REPLY_PORT:
            arguments = (self._port,)
        self._sender.sendto(encode(address, *arguments), self._to)

    def read(self) -> list[Message]:
        """Take in all that came, and return it."""
        came: list[Message] = []
        while True:
            try:
                came += decode(self._receiver.recv(65536))
            except BlockingIOError:
                break
        for message in came:
            self.surface.receive(message.address, message.arguments)
            self.told[message.address].append(message.arguments)
        return came

    def answers(self, address: str) -> list[Message]:
        """Return what came just now of messages to `address`."""
        return [
            message for message in self.read()
            if message.address in (REPLY, ERROR) and message.arguments[0] == address
        ]  # fmt: skip

    def shown(self) -> set[str]:
        """Return all addresses that the layout shows."""
        return {message.address for message in self.messages if message.received}

    def controls(self) -> list[ReadMessage]:
        """Return what a hand can send, each after those that it needs; CONNECT left out."""
        sent = [one for one in self.messages if one.sent and "/CONNECT/" not in one.node.path]

        def place(message: ReadMessage) -> int:
            if message.address in LAST:
                return 3
            name = message.node.path.split("/")[-2]
            return 2 if name.split()[0] in AFTER_ANOTHER else 1

        return sorted(sent, key=place)

    def examples(self, control: ReadMessage) -> list[tuple[SentArgument, ...]]:
        """Return what a hand sends with a control; a switch that is down comes up first."""
        examples = control.examples()
        if self.told[control.address][-1:] == examples[:1]:
            examples.reverse()
        return examples

    def close(self) -> None:
        """Be gone."""
        self._sender.close()
        self._receiver.close()
