"""Record two JACK ports: `python recorder.py SECONDS FILE PORT PORT`.

Writes `heard`, float32 [2, frames], and of each block that came its first frame (`starts`) and when
it came, by Link's clock in microseconds (`times_us`).
"""

import os
import sys
import time

import jack
import numpy as np


def main() -> None:
    seconds, out, sources = float(sys.argv[1]), sys.argv[2], sys.argv[3:5]
    client = jack.Client(f"recorder-{os.getpid()}", no_start_server=True)
    ports = [client.inports.register(f"in_{i}") for i in range(2)]
    blocks: list[tuple[int, int, list[np.ndarray]]] = []

    @client.set_process_callback
    def process(_frames: int) -> None:
        now_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW) // 1000
        both = [port.get_array().copy() for port in ports]
        blocks.append((int(client.last_frame_time), now_us, both))

    with client:
        for source, port in zip(sources, ports, strict=True):
            client.connect(source, port)
        size = int(client.blocksize)
        blocks.clear()
        time.sleep(seconds)
        taken = list(blocks)
    first = taken[0][0]
    heard = np.zeros((2, taken[-1][0] - first + size), np.float32)
    for frame, _, both in taken:
        heard[:, frame - first : frame - first + size] = both
    starts = np.array([frame - first for frame, _, _ in taken])
    times_us = np.array([now_us for _, now_us, _ in taken])
    np.savez(out, heard=heard, starts=starts, times_us=times_us)


if __name__ == "__main__":
    main()
