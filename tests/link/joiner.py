"""Join a session with peers of the engine's, one at a time: `python joiner.py FOLDER BPM...`.

Each has a tempo of its own, is driven as an engine drives it until it has joined, and leaves again.
Prints the stage, peers and tempo that each ended with.
"""

import json
import sys
import time
from pathlib import Path

from loopmind_live.engine.link import LinkPeer
from loopmind_live.engine.link_block import Asked, LinkBlock, Said, Stage

RATE_HZ, BLOCK = 48000, 256
LIMIT_S = 20.0
AT_ONCE = 1
"""Programs come to a session one after another; who comes at once may first meet each other."""


def device_frame() -> int:
    return round(time.monotonic() * RATE_HZ) % (1 << 32)


class Joiner:
    """A peer that comes at a tempo of its own."""

    def __init__(self, folder: Path, bpm: float) -> None:
        folder.mkdir()
        self._block = LinkBlock.create(folder)
        self._block.ask(Asked(True, bpm=bpm))
        self._peer = LinkPeer(self._block, RATE_HZ, BLOCK, lambda: 0.0, device_frame, print)

    def said(self) -> Said:
        return self._block.said()

    def play(self, frame: int) -> None:
        """Go on by a block."""
        self._peer.look(time.monotonic())
        self._peer.capture(frame)

    def close(self) -> None:
        self._peer.close()
        self._block.close()


def join(folder: Path, tempos: list[float]) -> list[Said]:
    """Return where peers are that come at once, each at its own tempo, once all have joined."""
    folder.mkdir()
    joiners = [Joiner(folder / str(number), bpm) for number, bpm in enumerate(tempos)]
    end_s, frame = time.monotonic() + LIMIT_S, 0
    while time.monotonic() < end_s:
        frame += BLOCK
        for joiner in joiners:
            joiner.play(frame)
        if all(joiner.said().stage is Stage.JOINED for joiner in joiners):
            break
        time.sleep(0.005)
    told = [joiner.said() for joiner in joiners]
    for joiner in joiners:
        joiner.close()
    return told


def main() -> None:
    folder, tempos = Path(sys.argv[1]), [float(word) for word in sys.argv[2:]]
    told: list[Said] = []
    for first in range(0, len(tempos), AT_ONCE):
        told += join(folder / str(first), tempos[first : first + AT_ONCE])
    print(json.dumps([(said.stage, said.peers, said.bpm) for said in told]))


if __name__ == "__main__":
    main()
