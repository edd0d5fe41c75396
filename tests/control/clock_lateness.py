"""How late the clock's own thread sends, where no system of ports keeps time: ALSA, macOS.

    python -m tests.control.clock_lateness [SECONDS] [BUSY_PROCESSES]

prints the lateness of its ticks as it sends them, at 120 bpm.
"""

import sys
import time

from loopmind_live.bench.jack_server import hogs
from loopmind_live.control.clock_out import Due
from loopmind_live.control.clock_plan import ClockAnchor, ClockPlan
from loopmind_live.control.clock_thread import ClockThread
from loopmind_live.timing.tempo_map import TempoMap
from loopmind_live.workers import realtime

RATE_HZ = 48000


def main() -> int:
    """Send to nobody, and tell how late."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    busy = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    plan = ClockPlan(TempoMap.constant(120.0, RATE_HZ), outputs=("nobody",))
    late_ms: list[float] = []
    with hogs(busy, seconds + 5.0):
        began_ns = time.monotonic_ns() + 100_000_000
        anchor = ClockAnchor(0, began_ns)

        def send(due: Due) -> None:
            late_ms.append((time.monotonic_ns() - began_ns) / 1e6 - due.frame * 1000 / RATE_HZ)

        realtime.settle()
        clock = ClockThread(lambda: (plan, anchor), send)
        priority = realtime.ask_for_priority("jack")
        time.sleep(seconds)
        clock.end()
    late_ms = sorted(late_ms[6:])
    p50, p99 = (late_ms[int(share * (len(late_ms) - 1))] for share in (0.5, 0.99))
    print(
        f"{len(late_ms)} ticks, {priority}: "
        f"p50 {p50:.3f}, p99 {p99:.3f}, max {late_ms[-1]:.3f} ms late"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
