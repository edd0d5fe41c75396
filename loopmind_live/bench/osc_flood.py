"""A flood of OSC, as more tablets than there are would send it, and what became of it.

    python -m loopmind_live.bench.osc_flood PORT RATE SECONDS ADDRESSES.json SENT.bin

sends fader moves to the addresses in turn, in the pace of the clock, and writes when each was sent.
Each move carries a number that tells which one it was: whoever takes it notes the number and when.
"""

import array
import json
import socket
import struct
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

CODES = 1 << 16
"""Moves are numbered anew after so many; each number is exact in a float of 32 bits."""
_STEP_S = 0.0003


@dataclass(frozen=True)
class Flooded:
    """What became of a flood: how many never arrived, and how late the others were, in ms."""

    sent: int
    lost: int
    late_ms: tuple[float, ...]

    def percentile(self, percent: float) -> float | None:
        """Return how late so many percent were at most, in ms; None where none arrived."""
        if not self.late_ms:
            return None
        ordered = sorted(self.late_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100.0))]


def packet_head(address: str) -> bytes:
    r"""Return all of a packet with one float but the float.

    >>> packet_head("/a")
    b'/a\x00\x00,f\x00\x00'
    """
    data = address.encode()
    return data + bytes(4 - len(data) % 4) + b",f\0\0"


def value_of(number: int) -> float:
    """Return the fader's place, 0 to 1, that tells the `number`-th move.

    >>> value_of(32768), value_of(CODES + 1) == value_of(1)
    (0.5, True)
    """
    return number % CODES / CODES


def code_of(value: float) -> int:
    """Return the number, up to `CODES`, of the move with a place.

    >>> code_of(value_of(12345))
    12345
    """
    return round(value * CODES)


def matched(sent_ns: Sequence[int], taken: Iterable[tuple[int, int]]) -> Flooded:
    """Return what became of the moves sent at `sent_ns`; `taken` are when and which code, in order.

    Between two programs of one machine nothing overtakes.

    >>> matched([0, 10, 20, 30], [(2_000_000, 0), (1_000_020, 2), (1_000_030, 3)])
    Flooded(sent=4, lost=1, late_ms=(2.0, 1.0, 1.0))
    """
    late, number = [], 0
    for when_ns, code in taken:
        number += (code - number) % CODES
        if number >= len(sent_ns):
            break
        late.append((when_ns - sent_ns[number]) / 1e6)
        number += 1
    return Flooded(len(sent_ns), len(sent_ns) - len(late), tuple(late))


def send(port: int, rate: float, seconds: float, addresses: Sequence[str]) -> list[int]:
    """Send to each address in turn; return when, in ns of the monotonic clock."""
    heads = [packet_head(address) for address in addresses]
    layout = struct.Struct(">f")
    total = int(rate * seconds)
    sent: list[int] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hand:
        hand.connect(("127.0.0.1", port))
        began = time.monotonic()
        while len(sent) < total:
            due = min(total, int((time.monotonic() - began) * rate) + 1)
            for number in range(len(sent), due):
                packet = heads[number % len(heads)] + layout.pack(value_of(number))
                sent.append(time.monotonic_ns())
                hand.send(packet)
            time.sleep(_STEP_S)
    return sent


def read_times(path: Path) -> list[int]:
    """Return the times that a sender wrote."""
    times = array.array("q")
    times.frombytes(path.read_bytes())
    return times.tolist()


def main() -> int:
    """Send, and write when."""
    port, rate, seconds, addresses, out = sys.argv[1:]
    named = json.loads(Path(addresses).read_text())
    try:
        sent = send(int(port), float(rate), float(seconds), named)
    except ConnectionRefusedError:
        print("nobody listens any more", file=sys.stderr)
        return 1
    Path(out).write_bytes(array.array("q", sent).tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
