"""Join a session, many peers of the engine's at once: `python joiner.py FOLDER BPM BPM...`.

The first tempo is the session's, the others are their own. Each peer is driven as an engine drives
it, until all are at the session's tempo: those that meet first are a session of their own for a
moment. Prints the stage, peers and tempo that each ended with.
"""

import json
import sys
import time
from pathlib import Path

from loopmind_live.engine.link import LinkPeer
from loopmind_live.engine.link_block import Asked, LinkBlock, Stage

RATE_HZ, BLOCK = 48000, 256
LIMIT_S = 20.0


def main() -> None:
    folder, (bpm_there, *tempos) = Path(sys.argv[1]), [float(word) for word in sys.argv[2:]]
    peers = []
    for number, bpm in enumerate(tempos):
        place = folder / str(number)
        place.mkdir()
        block = LinkBlock.create(place)
        block.ask(Asked(True, bpm=bpm))
        began = time.monotonic()

        def device_frame(began: float = began) -> int:
            return round((time.monotonic() - began) * RATE_HZ)

        peers.append((LinkPeer(block, RATE_HZ, BLOCK, lambda: 0.0, device_frame, print), block))
    end_s, frame, told = time.monotonic() + LIMIT_S, 0, []
    while time.monotonic() < end_s:
        frame += BLOCK
        for peer, _ in peers:
            peer.look(time.monotonic())
            peer.capture(frame)
        told = [block.said() for _, block in peers]
        if all(said.stage is Stage.JOINED and abs(said.bpm - bpm_there) < 0.001 for said in told):
            break
        time.sleep(0.005)
    print(json.dumps([(said.stage, said.peers, said.bpm) for said in told]))
    for peer, block in peers:
        peer.close()
        block.close()


if __name__ == "__main__":
    main()
