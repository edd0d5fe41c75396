"""A cable between two networks that delays and loses packets: `relay.py PID PID MS MS LOSS`.

Carries Ethernet between a TAP device in each of two network namespaces, in user space: each packet
takes the first number of milliseconds and, by chance, about the second more; a share is lost.
Prints "up" once it carries; ends with its standard input.
"""

import fcntl
import heapq
import os
import random
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.jack.harness import end
from tests.link.network import Network
from tests.link.stage import close_pipes

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
FIRST, NETMASK = "10.78.0.{}", 24


@contextmanager
def cable(first: Network, second: Network, *ways: str) -> Iterator[None]:
    """Lay a cable between two networks; `ways`: milliseconds, about so many more, share lost."""
    if not Path("/dev/net/tun").exists():
        raise AssertionError("no /dev/net/tun: a cable between networks is made of TAP devices")
    words = [sys.executable, str(Path(__file__)), str(first.pid), str(second.pid), *ways]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "up"
        yield
    finally:
        end(process)
        close_pipes(process)


def tap(pid: str, name: str, number: int) -> int:
    """Return the descriptor of a new TAP device in the network of process `pid`."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    subprocess.run(["ip", "link", "set", name, "netns", pid], check=True)
    inside = ["nsenter", f"--target={pid}", "--net", "ip"]
    address = f"{FIRST.format(number)}/{NETMASK}"
    subprocess.run([*inside, "addr", "add", address, "dev", name], check=True)
    subprocess.run([*inside, "link", "set", name, "up"], check=True)
    subprocess.run([*inside, "route", "replace", "224.0.0.0/4", "dev", name], check=True)
    return descriptor


class Cable:
    """Packets on their way."""

    def __init__(self, mean_s: float, jitter_s: float, loss: float) -> None:
        self._mean_s, self._jitter_s, self._loss = mean_s, jitter_s, loss
        self._chance = random.Random(3)
        self._way: list[tuple[float, int, int, bytes]] = []
        self._changed = threading.Condition()
        self._count = 0

    def read(self, source: int, target: int) -> None:
        """Take packets from one end, for the other."""
        while True:
            packet = os.read(source, 2000)
            with self._changed:
                if self._chance.random() < self._loss:
                    continue
                late_s = self._chance.expovariate(1.0) * self._jitter_s
                self._count += 1
                due_s = time.perf_counter() + self._mean_s + late_s
                heapq.heappush(self._way, (due_s, self._count, target, packet))
                self._changed.notify()

    def deliver(self) -> None:
        """Deliver them as they are due."""
        while True:
            with self._changed:
                while not self._way or self._way[0][0] > time.perf_counter():
                    wait_s = self._way[0][0] - time.perf_counter() if self._way else None
                    self._changed.wait(None if wait_s is None else max(0.0001, wait_s))
                _, _, target, packet = heapq.heappop(self._way)
            os.write(target, packet)


def main() -> None:
    first, second = sys.argv[1:3]
    mean_ms, jitter_ms, loss = (float(word) for word in sys.argv[3:6])
    ends = tap(first, "cable-a", 1), tap(second, "cable-b", 2)
    cable = Cable(mean_ms / 1000.0, jitter_ms / 1000.0, loss)
    for source, target in (ends, ends[::-1]):
        threading.Thread(target=cable.read, args=(source, target), daemon=True).start()
    threading.Thread(target=cable.deliver, daemon=True).start()
    print("up", flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
