"""What the bench "osc" floods: a performance, or the OSC server alone, that notes what it takes.

    python -m loopmind_live.app.osc_flooded FOLDER RATE SECONDS [perform ...]

Some seconds after it began to listen it has itself flooded, and writes FOLDER/figures.json.
"""

import json
import random
import runpy
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from loopmind_live.app.osc import OscSurface
from loopmind_live.bench.osc_flood import code_of
from loopmind_live.bench.osc_flooding import ADDRESSES, flooded
from loopmind_live.control.datagrams import Address
from loopmind_live.control.fixed_addresses import CONTROLS, FADER_ADDRESSES
from loopmind_live.control.osc_addresses import BY_ADDRESS
from loopmind_live.control.osc_inbox import Inbox, Received
from loopmind_live.control.osc_packet import Message
from loopmind_live.control.osc_pattern import Pattern
from loopmind_live.control.osc_server import OscServer
from loopmind_live.errors import ControlError
from loopmind_live.workers.niceness import answer_quickly, come_first

SET_FIRST_S, FIRST_S = 8.0, 1.0
"""So long a set has played, or a server alone has listened, before it is flooded."""
TICK_S = 0.004
_DRAIN_S = 0.5
_PIECES = ("*", "?", "[a-z]", "[!a]", "{a,e,l,t}", "{level,mute,,}", "l", "track", "*a", "/*", "/")
_PATTERNS = 2000


class NotingInbox(Inbox):
    """Notes when each fader's move was queued, and which it was."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[tuple[int, int]] = []

    def put(self, message: Message, sender: Address, frame: int | None = None) -> bool:
        """Take a message in."""
        done = super().put(message, sender, frame)
        if done and message.arguments and isinstance(message.arguments[-1], float):
            self.taken.append((time.monotonic_ns(), code_of(message.arguments[-1])))
        return done


class FloodedServer(OscServer):
    """A server that has itself flooded once it has listened for a while."""

    folder, first_s, rate, seconds = Path(), FIRST_S, 0.0, 0.0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.noting = self.inbox = NotingInbox()
        addresses = flood_addresses()
        for address in addresses:
            self.route(address, _nothing, newest=True)  # until a surface takes it for itself
        (self.folder / "addresses.json").write_text(json.dumps(addresses))
        self.flood = threading.Thread(target=self._be_flooded, daemon=True)
        self.flood.start()

    def _be_flooded(self) -> None:
        time.sleep(self.first_s)
        sent = flooded(self.folder, self.port, self.rate, self.seconds)
        time.sleep(_DRAIN_S)
        slowest, pattern = slowest_pattern((*BY_ADDRESS, *CONTROLS))
        figures = {
            "sent_ns": sent, "taken": self.noting.taken, "slowest_pattern_ms": slowest,
            "slowest_pattern": pattern,
        }  # fmt: skip
        (self.folder / "figures.json").write_text(json.dumps(figures))


def flood_addresses() -> list[str]:
    """Return the faders of surfaces, and as many more as the flood goes to, which lead nowhere."""
    faders = sorted(FADER_ADDRESSES)[:ADDRESSES]
    return [*faders, *(f"/bench/fader/{number}" for number in range(ADDRESSES - len(faders)))]


def slowest_pattern(addresses: Sequence[str], seed: int = 1) -> tuple[float, str]:
    """Return how long the worst of many patterns takes, in ms of this thread's time, and which."""
    rng = random.Random(seed)
    tried = ["/" + "*" * 10 + "X", "/loopmind/track/" + "*" * 10 + "X", "/loopmind/*/*/*"]
    for _ in range(_PATTERNS):
        tail = "".join(rng.choices(_PIECES, k=rng.randrange(1, 40)))
        tried.append((rng.choice(("/", "/loopmind/", "/loopmind/track/*/")) + tail)[:255])
    worst = 0.0, ""
    for text in tried:
        began = time.thread_time()
        with suppress(ControlError):  # to refuse one takes its time, too
            Pattern(text).matching(addresses)
        worst = max(worst, ((time.thread_time() - began) * 1000.0, text))
    return worst


def _nothing(_received: Received) -> None:
    """Take a move that leads nowhere."""


def main() -> int:
    """Perform, or only listen, while being flooded."""
    folder, rate, seconds, *words = sys.argv[1:]
    FloodedServer.folder = Path(folder)
    FloodedServer.rate, FloodedServer.seconds = float(rate), float(seconds)
    if words:
        OscSurface.server_type = FloodedServer
        FloodedServer.first_s = SET_FIRST_S
        sys.argv = ["loopmind", *words]
        runpy.run_module("loopmind_live.cli", run_name="__main__")
        return 0
    come_first()
    server = FloodedServer(0, ())
    answer_quickly()
    while server.flood.is_alive():
        while server.inbox.take() is not None:
            pass
        time.sleep(TICK_S)
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
