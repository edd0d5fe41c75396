"""Damaged OSC, by the million: what a performance makes of it.

    python -m tests.control.fuzz_osc --packets 1000000 [--seed N] [--batch N]

sends mutated packets to a performance without sound, over a real socket, and a ping after each
batch. It prints what it counted, as JSON, and ends with 1 where anything got through: an exception,
more than a line a second, or a ping that was not answered.
"""

import argparse
import json
import logging
import random
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from loopmind_live.app.recording import Recording
from loopmind_live.control.fixed_addresses import CONTROLS
from loopmind_live.control.osc_addresses import BY_ADDRESS
from loopmind_live.control.osc_packet import decode, encode
from loopmind_live.control.osc_server import LOG_S
from loopmind_live.errors import SessionError
from loopmind_live.score.loop import ROLES
from tests.app.osc_stage import OscStage

BATCH = 1000
PROBE_S = 5.0
PROBE_BAR_MS = 10.0
FAULT = "this is a fault"
_ADDRESSES = (
    *BY_ADDRESS,
    *CONTROLS,
    "/loopmind/start_listen",
    "/live/test",
    "/loopmind/reply_port",
)
_PIECES = (
    b"\0",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b",",
    b",[[[[",
    b"#bundle\0",
    b"/*",
    b"{a,b",
    b"[!a-",
    b"*" * 10 + b"X",
    b",sif",
    b"\xc3\x28",
    b"nan",
)


@dataclass
class Counted:
    """What came of it."""

    packets: int = 0
    seconds: float = 0.0
    pings_answered: int = 0
    pings_lost: int = 0
    slowest_ping_ms: float = 0.0
    over_10_ms: int = 0
    lines_logged: int = 0
    lines_told: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Tell whether nothing got through that should not; times are told, not judged."""
        quiet = self.lines_logged <= self.seconds / LOG_S + 2
        return not self.faults and not self.pings_lost and quiet


def seeds(rng: random.Random, count: int = 400) -> list[bytes]:
    """Return packets as surfaces send them: messages, bundles, bundles in bundles, patterns."""
    values = [
        1, 0, -1, 0.5, 1.0, 2**40, "bass", "hook", "all", "verse 2", True, None, b"\1\2\3", "",
        float("nan"), float("inf"), (1, ("x", 2.0)), "mute drums now", "quit", "\u00e9" * 20,
    ]  # fmt: skip
    made = []
    for _ in range(count):
        address = rng.choice(_ADDRESSES)
        first = [rng.choice(ROLES)] if rng.random() < 0.5 else []
        made.append(encode(address, *first, *rng.choices(values, k=rng.randrange(4))))  # type: ignore[arg-type]
    for _ in range(count // 4):
        inner = bundle(rng, rng.choices(made, k=rng.randrange(1, 5)))
        made.append(bundle(rng, [inner, rng.choice(made)]))
    return made


def bundle(rng: random.Random, packets: Sequence[bytes]) -> bytes:
    """Return packets in one, for now, for soon, for long ago or for never."""
    now = int((time.time() + 2_208_988_800) * 2**32)
    tag = rng.choice([1, 0, now, now + (1 << 31), now + (200 << 32), 2**64 - 1])
    sized = b"".join(struct.pack(">i", len(one)) + one for one in packets)
    return b"#bundle\0" + struct.pack(">Q", tag) + sized


def mutated(rng: random.Random, packets: Sequence[bytes]) -> bytes:
    """Return a packet with a few things wrong."""
    packet = bytearray(rng.choice(packets))
    for _ in range(rng.randint(0, 5)):
        place = rng.randrange(len(packet) + 1)
        match rng.randrange(7):
            case 0 if place < len(packet):
                packet[place] = rng.randrange(256)
            case 1 if place < len(packet):
                packet[place] ^= 1 << rng.randrange(8)
            case 2:
                del packet[place:]
            case 3:
                packet[place:place] = rng.choice(_PIECES)
            case 4:
                del packet[place : place + rng.choice((1, 4, 8))]
            case 5:
                other = rng.choice(packets)
                packet[place:] = other[rng.randrange(len(other) + 1) :]
            case _:
                packet += packet[:place]
    return bytes(packet[:60_000])


class _NoRecorder:
    """Records nothing: there is no sound."""

    current = None

    def start(self, file: Path | None, stems: Path | None = None) -> Recording:
        raise SessionError(f"nothing can be recorded here: {file or stems}")

    def stop(self) -> None:
        return None


class _Lines(logging.Handler):
    """Counts what is logged as a warning or worse; keeps what is a fault."""

    def __init__(self, counted: Counted) -> None:
        super().__init__(logging.WARNING)
        self._counted = counted

    def emit(self, record: logging.LogRecord) -> None:
        self._counted.lines_logged += 1
        if record.exc_info is not None:
            self._counted.faults.append(record.getMessage()[:300])


def fuzz(packets: int, seed: int, batch: int = BATCH) -> Counted:
    """Send mutated packets, and return what came of them."""
    counted = Counted()
    handler = _Lines(counted)
    caught: list[str] = []
    before = threading.excepthook
    threading.excepthook = lambda args: caught.append(repr(args.exc_value))
    logging.getLogger().addHandler(handler)
    with tempfile.TemporaryDirectory(prefix="fuzz-osc-") as folder:
        stage = OscStage(Path(folder))
        try:
            stage.show._recorder = _NoRecorder()
            stage.show.type("play")
            stage.until(lambda: stage.show.session.state.playing, "playing")
            told = len(stage.told)
            begun = time.monotonic()
            _send(stage, counted, packets, random.Random(seed), batch)
            counted.seconds = time.monotonic() - begun
            new = stage.told[told:]
            counted.lines_told = len(new)
            counted.faults += [line for line in new if FAULT in line] + caught
        finally:
            stage.close()
            logging.getLogger().removeHandler(handler)
            threading.excepthook = before
    return counted


def _send(stage: OscStage, counted: Counted, packets: int, rng: random.Random, batch: int) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hand,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as prober,
    ):
        to = ("127.0.0.1", stage.port)
        prober.bind(("127.0.0.1", 0))
        prober.settimeout(0.001)
        good = seeds(rng)
        while counted.packets < packets:
            for _ in range(min(batch, packets - counted.packets)):
                hand.sendto(mutated(rng, good), to)
                counted.packets += 1
                if counted.packets % 100 == 0:
                    stage.tick()
            _probe(stage, prober, counted)


def _probe(stage: OscStage, prober: socket.socket, counted: Counted) -> None:
    """Ping, and note how long the answer took: the performance goes on meanwhile."""
    number = counted.pings_answered + counted.pings_lost + 1
    sent = time.monotonic()
    prober.sendto(encode("/loopmind/ping", number), ("127.0.0.1", stage.port))
    while time.monotonic() < sent + PROBE_S:
        try:
            (message,) = decode(prober.recv(1000))
        except TimeoutError:
            stage.osc.advance()
            continue
        if message.arguments == (number,):
            took_ms = (time.monotonic() - sent) * 1000.0
            counted.pings_answered += 1
            counted.slowest_ping_ms = max(counted.slowest_ping_ms, took_ms)
            counted.over_10_ms += took_ms > PROBE_BAR_MS
            return
    counted.pings_lost += 1


def main() -> int:
    """Fuzz, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packets", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=BATCH)
    asked = parser.parse_args()
    counted = fuzz(asked.packets, asked.seed, asked.batch)
    print(json.dumps({**asdict(counted), "passed": counted.passed}, indent=1))
    return 0 if counted.passed else 1


if __name__ == "__main__":
    sys.exit(main())
