"""The tempo and the place that a MIDI clock tells, from ticks that come late, twice or not at all.

Each tick gets its number from the interval before it: as many ticks as fit that well. Tempo and
phase are those of the line through the newest four beats (`clock_line`), or through the newest beat
where that goes otherwise: then the tempo has just changed. Pure: all times are given.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median

from loopmind_live.control.clock_line import lines_through
from loopmind_live.control.clock_plan import TICKS_PER_BEAT
from loopmind_live.control.midi_messages import (
    CLOCK,
    CONTINUE,
    SONG_POSITION,
    START,
    STOP,
    sixteenths_of,
)

LONG, SHORT = 4 * TICKS_PER_BEAT, TICKS_PER_BEAT
MIN_HEARD_BPM, MAX_HEARD_BPM = 20.0, 400.0
_LONGEST_NS = int(60e9 / (MIN_HEARD_BPM * TICKS_PER_BEAT))
_SHORTEST_NS = int(60e9 / (MAX_HEARD_BPM * TICKS_PER_BEAT))
_NEAR = 9
"""The interval that ticks are counted by is the median of so many."""
_SIGNIFICANT = 5.0
"""The newest beat's tempo is another one where it is so many times its own error away."""


@dataclass(frozen=True, slots=True)
class ClockHeard:
    """What a clock that comes in tells: `bpm`, and `beat` at `time_ns` (monotonic).

    Beats count from the song's start; None where none was told. `plays` is whether it was started;
    `steady` whether it has been heard for four beats at least.
    """

    port: str
    bpm: float
    time_ns: int
    beat: float | None
    plays: bool
    steady: bool


class ClockReader:
    """Reads the clock that comes in at one port.

    >>> reader = ClockReader("pads")
    >>> for tick in range(97):
    ...     reader.take((CLOCK,), tick * 20_000_000)
    >>> reader.heard().bpm
    125.0
    """

    def __init__(self, port: str) -> None:
        self._port = port
        self._plays = False
        self._offset: int | None = None
        self._next_place: int | None = None
        self._ticks: deque[tuple[int, int]] = deque(maxlen=LONG + 1)
        self._near: deque[int] = deque(maxlen=_NEAR)
        self._came_ns = self._count = 0

    def take(self, data: tuple[int, ...], time_ns: int) -> None:
        """Take a message that came at `time_ns`; what is none of a clock's is left aside."""
        match data[0]:
            case status if status == CLOCK:
                self._tick(time_ns)
            case status if status == START:
                self._plays, self._next_place = True, 0
            case status if status == CONTINUE:
                self._plays = True
                if self._next_place is None and self._offset is not None and self._ticks:
                    self._next_place = self._ticks[-1][0] + self._offset + 1
            case status if status == STOP:
                self._plays = False
            case status if status == SONG_POSITION:
                self._next_place = sixteenths_of(data) * TICKS_PER_BEAT // 4

    def heard(self) -> ClockHeard | None:
        """Return what is known by now; None before a beat was heard."""
        if len(self._ticks) <= SHORT:
            return None
        index = self._ticks[-1][0]
        period_ns, at_ns = self._line()
        place = None if self._offset is None else (index + self._offset) / TICKS_PER_BEAT
        bpm = 60e9 / (period_ns * TICKS_PER_BEAT)
        time_ns = self._ticks[-1][1] + round(at_ns)
        return ClockHeard(self._port, bpm, time_ns, place, self._plays, len(self._ticks) > LONG)

    def _tick(self, time_ns: int) -> None:
        steps = 1
        if self._ticks:
            if not 0 <= time_ns - self._came_ns <= _LONGEST_NS * TICKS_PER_BEAT:
                self._begin_again()
            else:
                self._near.append(time_ns - self._came_ns)
                steps = self._steps(time_ns - self._ticks[-1][1])
        self._came_ns = time_ns
        if steps == 0:
            return  # the same tick, told twice
        self._count += steps
        if self._plays and self._next_place is not None:
            self._offset, self._next_place = self._next_place - self._count, None
        self._ticks.append((self._count, time_ns))

    def _steps(self, interval: int) -> int:
        """Return by how many ticks the clock went on in `interval`; 0 for one told twice."""
        if len(self._near) < _NEAR:
            return 1
        return round(interval / max(_SHORTEST_NS, median(self._near)))

    def _begin_again(self) -> None:
        """Forget the tempo of a clock that stood still."""
        self._ticks.clear()
        self._near.clear()

    def _line(self) -> tuple[float, float]:
        """Return the time of a tick, and by how much the newest one came early, in nanoseconds."""
        last, last_ns = self._ticks[-1]
        points = [
            (float(index - last), float(time_ns - last_ns))
            for index, time_ns in self._ticks
            if index >= last - LONG
        ]
        line, newest = lines_through(points, -SHORT)
        if abs(newest.period - line.period) > _SIGNIFICANT * newest.error:
            return newest.period, newest.at
        return line.period, line.at
