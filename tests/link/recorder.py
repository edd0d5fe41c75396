"""Record two JACK ports: `python recorder.py SECONDS FILE PORT PORT`, float32 [2, frames]."""

import os
import sys
import time

import jack
import numpy as np


def main() -> None:
    seconds, out, sources = float(sys.argv[1]), sys.argv[2], sys.argv[3:5]
    client = jack.Client(f"recorder-{os.getpid()}", no_start_server=True)
    ports = [client.inports.register(f"in_{i}") for i in range(2)]
    blocks: list[tuple[int, list[np.ndarray]]] = []

    @client.set_process_callback
    def process(_frames: int) -> None:
        blocks.append((int(client.last_frame_time), [port.get_array().copy() for port in ports]))

    with client:
        for source, port in zip(sources, ports, strict=True):
            client.connect(source, port)
        size = int(client.blocksize)
        blocks.clear()
        time.sleep(seconds)
        taken = list(blocks)
    first = taken[0][0]
    heard = np.zeros((2, taken[-1][0] - first + size), np.float32)
    for frame, both in taken:
        heard[:, frame - first : frame - first + size] = both
    np.save(out, heard)


if __name__ == "__main__":
    main()
