"""Which message of a MIDI clock is due at which frame: each one follows from the tempo map. Pure.

A tick is at the frame of its own place on the map, never at the last one's plus an interval: so
changes of tempo land on their tick, and nothing drifts. Start, continue and stop are sent half a
tick before their line, as receivers count the first tick that follows as the line itself.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from loopmind_live.control.clock_plan import TICKS_PER_BEAT, ClockPlan, Turn
from loopmind_live.control.midi_messages import CLOCK, CONTINUE, START, STOP, song_position
from loopmind_live.timing.tempo_map import TempoMap

_TICK, _STOP = bytes((CLOCK,)), bytes((STOP,))
_SIXTEENTH = TICKS_PER_BEAT // 4
_AHEAD = 0.5
"""So many ticks before its line a start, continue or stop is sent."""
_BEYOND = 2 * TICKS_PER_BEAT
"""Further off than so many ticks, the clock was moved: what lies between is left out."""


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is due at `frame` (not rounded) at all `ports`."""

    frame: float
    data: bytes
    ports: tuple[str, ...]


class ClockOut:
    """The place in a clock up to which all was sent.

    >>> out = ClockOut()
    >>> plan = ClockPlan(TempoMap.constant(120.0, 48000), (Turn(0.0, True),), ("pads",))
    >>> [(due.frame, due.data.hex()) for due in out.take(plan, -600.0, 1001.0)]
    [(-500.0, 'fa'), (0.0, 'f8'), (1000.0, 'f8')]
    """

    def __init__(self) -> None:
        self._next: int | None = None
        self._turn: Turn | None = None
        self._joined: frozenset[str] = frozenset()
        self._joining: dict[str, int] = {}
        self._plan: ClockPlan | None = None
        self._quiet_until = -math.inf

    @property
    def next_frame(self) -> float:
        """Return the frame before which nothing more is due, by the plan that was taken last."""
        return self._quiet_until

    def take(self, plan: ClockPlan, frame: float, until: float) -> list[Due]:
        """Return what is due before `until` and was not taken yet; now is `frame`."""
        if plan is self._plan and until <= self._quiet_until:
            return []
        dues = self._change(plan, frame)
        tempo = plan.tempo
        if tempo is None:
            self._quiet_until = math.inf
            return dues
        per_bar = TICKS_PER_BEAT * tempo.beats_per_bar
        tick = self._from_here(tempo, frame)
        while (at := _just_before(tempo, tick, per_bar)) < until:
            dues += self._turn_at(plan, tick, at, per_bar)
            at = tempo.frame(tick / per_bar)
            if (beyond := _beyond_cut(tempo, tick, at, per_bar)) is not None:
                tick = beyond
                if self._turn is not None and self._turn.plays:
                    self._joining = dict.fromkeys(self._joined, 0)
                continue
            if at >= until:
                break
            if self._joined:
                dues.append(Due(at, _TICK, tuple(sorted(self._joined))))
            tick += 1
        self._next, self._quiet_until = tick, at
        return dues

    def _change(self, plan: ClockPlan, frame: float) -> list[Due]:
        """Take another plan: let ports that are asked no more stop, and have new ones join."""
        if plan is self._plan:
            return []
        self._plan = plan
        outputs = frozenset(plan.outputs)
        left = self._joined - outputs
        plays = self._turn is not None and self._turn.plays
        if plays:
            self._joining |= dict.fromkeys(outputs - self._joined, 0)
        self._joining = {port: at for port, at in self._joining.items() if port in outputs}
        self._joined = outputs
        return [Due(frame, _STOP, tuple(sorted(left)))] if left and plays else []

    def _from_here(self, tempo: TempoMap, frame: float) -> int:
        """Return the next tick to be sent, counted on unless the clock was moved."""
        here = math.ceil(tempo.bar(frame) * TICKS_PER_BEAT * tempo.beats_per_bar - 1e-6)
        if self._next is not None and abs(self._next - here) <= _BEYOND:
            return self._next
        if self._turn is not None and self._turn.plays and self._next is not None:
            self._joining |= dict.fromkeys(self._joined, 0)
        return here

    def _turn_at(self, plan: ClockPlan, tick: int, at: float, per_bar: int) -> list[Due]:
        """Return what is sent just before `tick`: starts, stops, and ports that join."""
        reached = [turn for turn in plan.turns if turn.bar * per_bar <= tick + 1e-6]
        turn = reached[-1] if reached else None
        dues = []
        if turn is not None and turn != self._turn:
            played = self._turn is not None and self._turn.plays
            self._turn = turn
            if not turn.plays:
                self._joining.clear()
                if played and self._joined:
                    dues.append(Due(at, _STOP, tuple(sorted(self._joined))))
            elif tick <= math.ceil(turn.bar * per_bar - 1e-6):
                self._joining.clear()
                return _begin(at, tick, self._joined)
            else:
                self._joining = dict.fromkeys(self._joined, 0)  # told late: from the next beat on
        if self._joining and tick % TICKS_PER_BEAT == 0:
            ports, self._joining = frozenset(self._joining), {}
            return dues + _begin(at, tick, ports)
        return dues


def _just_before(tempo: TempoMap, tick: int, per_bar: int) -> float:
    """Return when what is sent before a tick is due; with it, where the map leaps to it."""
    return min(tempo.frame((tick - _AHEAD) / per_bar), tempo.frame(tick / per_bar))


def _beyond_cut(tempo: TempoMap, tick: int, at: float, per_bar: int) -> int | None:
    """Return the first tick after a piece of a bar that is cut out, None for a tick that sounds."""
    bar = tick / per_bar
    for segment in tempo.segments:
        if segment.bar > bar:
            return math.ceil(segment.bar * per_bar) if segment.frame <= at else None
    return None


def _begin(at: float, tick: int, ports: Iterable[str]) -> list[Due]:
    """Return what has `ports` play from `tick` on."""
    names = tuple(sorted(ports))
    if not names:
        return []
    if tick == 0:
        return [Due(at, bytes((START,)), names)]
    place = bytes(song_position(tick // _SIXTEENTH))
    return [Due(at, place, names), Due(at, bytes((CONTINUE,)), names)]
