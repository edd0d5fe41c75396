"""The thread that sends a clock where a system of ports keeps no time itself."""

import threading
import time
from collections.abc import Callable

from loopmind_live.control.clock_out import ClockOut, Due
from loopmind_live.control.clock_plan import ClockAnchor, ClockPlan
from loopmind_live.workers import realtime

_LOOK_S = 0.02
"""How often it looks whether there is something to send, or another tempo to send it by."""
_READY_S = 0.002
"""A message is worked out so long before it is due: what is left then is to send it."""


class ClockThread:
    """Sends each message at its own time: it sleeps until then, and adds up nothing."""

    def __init__(
        self,
        plan: Callable[[], tuple[ClockPlan, ClockAnchor | None]],
        send: Callable[[Due], None],
    ) -> None:
        self._plan, self._send = plan, send
        self._clock = ClockOut()
        self._over, self._ready = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)
        self._thread.start()
        self._ready.wait()  # it has its own priority before others are given theirs

    def end(self) -> None:
        """Send no more."""
        self._over.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        realtime.ask_for_priority("portaudio", alone=True)
        self._ready.set()
        while not self._over.is_set():
            plan, anchor = self._plan()
            if anchor is None or plan.tempo is None:
                self._over.wait(_LOOK_S)
                continue
            rate_hz = plan.tempo.rate_hz
            frame = heard_at(anchor, time.monotonic_ns(), rate_hz)
            for due in self._clock.take(plan, frame, frame + _READY_S * rate_hz):
                self._sleep_until(due.frame, anchor, rate_hz)
                self._send(due)
            next_frame = self._clock.next_frame - _READY_S * rate_hz
            self._sleep_until(min(next_frame, frame + _LOOK_S * rate_hz), anchor, rate_hz)

    def _sleep_until(self, frame: float, anchor: ClockAnchor, rate_hz: float) -> None:
        wait_s = (frame - heard_at(anchor, time.monotonic_ns(), rate_hz)) / rate_hz
        if wait_s > 0.0:
            time.sleep(wait_s)


def heard_at(anchor: ClockAnchor, time_ns: int, rate_hz: float) -> float:
    """Return the frame that is heard at `time_ns`.

    >>> heard_at(ClockAnchor(1000, 0, 5, delay_frames=240, heard_after_ns=10**7), 10**7, 48000.0)
    760.0
    """
    passed_s = (time_ns - anchor.time_ns - anchor.heard_after_ns) / 1e9
    return anchor.frame - anchor.delay_frames + passed_s * rate_hz
