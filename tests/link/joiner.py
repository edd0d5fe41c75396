"""Join a session, one peer of the engine's after the other: `python joiner.py FOLDER BPM...`.

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


def device_frame() -> int:
    return round(time.monotonic() * RATE_HZ) % (1 << 32)


def join(folder: Path, bpm: float) -> Said:
    """Return where a peer is that comes at a tempo of its own, once it has joined."""
    folder.mkdir()
    block = LinkBlock.create(folder)
    block.ask(Asked(True, bpm=bpm))
    peer = LinkPeer(block, RATE_HZ, BLOCK, lambda: 0.0, device_frame, print)
    end_s, frame = time.monotonic() + LIMIT_S, 0
    while block.said().stage is not Stage.JOINED and time.monotonic() < end_s:
        frame += BLOCK
        peer.look(time.monotonic())
        peer.capture(frame)
        time.sleep(0.005)
    said = block.said()
    peer.close()
    block.close()
    return said


def main() -> None:
    folder, tempos = Path(sys.argv[1]), [float(word) for word in sys.argv[2:]]
    told = [join(folder / str(number), bpm) for number, bpm in enumerate(tempos)]
    print(json.dumps([(said.stage, said.peers, said.bpm) for said in told]))


if __name__ == "__main__":
    main()
