"""A performance without sound, open to surfaces over real sockets."""

import socket
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from loopmind_live.app.osc import OscSurface
from loopmind_live.app.osc_feedback import OscFeedback
from loopmind_live.app.osc_live import OscLive
from loopmind_live.app.performance import Performance
from loopmind_live.app.recording import LiveRecorder
from loopmind_live.control.access import THIS_MACHINE, Allowed
from loopmind_live.control.osc_packet import Argument, Message, decode, encode
from loopmind_live.errors import ControlError
from loopmind_live.score.arrangement import Arrangement
from tests.session.stage import Rig

PATIENCE_S = 20.0
TICK_S = 0.004


class OscStage:
    """A performance that goes on as long as `until` waits."""

    def __init__(self, folder: Path, port: int = 0, who: Allowed = THIS_MACHINE) -> None:
        self.rig = Rig(live=True)
        self.told: list[str] = []
        self.show = Performance(
            self.rig.session, LiveRecorder(self.rig.engine), folder,  # type: ignore[arg-type]
            _no_timeline, lambda: datetime(2030, 1, 2),
        )  # fmt: skip
        self.osc = OscSurface(port, self.show, self.told.append, time.perf_counter, who)
        self.feedback = OscFeedback(self.osc, self.show, self.told.append, time.monotonic)
        self.live = OscLive(self.osc, self.show, time.monotonic)
        self.port = self.osc.server.port

    def tick(self) -> None:
        """Let a few milliseconds go by, and some music."""
        self.rig.play_to(self.rig.engine.frame() + 256)
        self.osc.advance()
        self.feedback.advance()
        self.live.advance()
        time.sleep(TICK_S)

    def until(self, true: Callable[[], bool], what: str = "") -> None:
        """Go on until something is so."""
        limit = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < limit, f"{what} never was: {self.told}"
            self.tick()

    def go_on(self, seconds: float) -> None:
        """Go on for some time."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            self.tick()

    def close(self) -> None:
        """Close the sockets."""
        self.feedback.close()
        self.osc.close()


class Tablet:
    """A surface that remembers what it was told last at each address, and all that it was told."""

    def __init__(self, stage_port: int, port: int = 0) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.port = int(self.socket.getsockname()[1])
        self._to = ("127.0.0.1", stage_port)
        self.messages: list[Message] = []

    def send(self, address: str, *arguments: Argument) -> None:
        """Send a message to the performance."""
        self.socket.sendto(encode(address, *arguments), self._to)

    def read(self) -> None:
        """Read all that came."""
        while True:
            try:
                self.messages += decode(self.socket.recv(65536))
            except BlockingIOError:
                return

    def shows(self, address: str) -> tuple[Argument, ...] | None:
        """Return what it was told last at an address, None where nothing."""
        self.read()
        found = [m.arguments for m in self.messages if m.address == address]
        return found[-1] if found else None

    def close(self) -> None:
        """Be gone."""
        self.socket.close()


def _no_timeline(path: Path) -> Arrangement:
    raise ControlError(f"{path}: there is no timeline here")
