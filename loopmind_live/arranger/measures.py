"""What is heard of a loop as it plays in a set, in figures that directions move. Pure."""

import math
from dataclasses import dataclass

from loopmind_live.arranger.base import Direction
from loopmind_live.score.arrangement import Part
from loopmind_live.score.fit import in_time, semitones_for, stretch_for
from loopmind_live.score.loop import Loop, Role

DRIVING = frozenset({"energetic", "aggressive", "busy", "hard", "epic"})
RESTING = frozenset({"calm", "chill", "dreamy", "sparse", "soft", "minimal", "mellow"})
NOTICEABLE = Direction(brightness=0.15, density=0.12, energy=0.1)
"""A loop that differs by less is no move: in octaves of the spectrum's center and of onsets, and
in the measure of energy."""
_AXES = ("brightness", "density", "energy")
_USUAL_LUFS = -16.0


@dataclass(frozen=True, slots=True)
class Measure:
    """A loop in a set: brightness and density in octaves, energy about -1..1; None if not known."""

    brightness: float | None
    density: float | None
    energy: float | None


def measure(loop: Loop, stretch: float, semitones: int) -> Measure:
    """Return what is heard of `loop` when it is stretched and transposed so.

    >>> from pathlib import Path
    >>> loop = Loop(Path("a.wav"), "", brightness_hz=1024.0, onsets_per_s=3.5)
    >>> measure(loop, 1.0, 12)
    Measure(brightness=11.0, density=2.0, energy=0.5)
    """
    hz, onsets = loop.brightness_hz, loop.onsets_per_s
    brightness = None if hz is None or hz <= 0.0 else math.log2(hz) + semitones / 12.0
    density = None if onsets is None else math.log2(onsets * stretch + 0.5)
    return Measure(brightness, density, _energy(loop, density))


def measure_of(part: Part) -> Measure:
    """Return what is heard of a part."""
    return measure(part.loop, part.stretch, part.semitones)


def measure_in(loop: Loop, role: Role, bpm: float, key: str | None) -> Measure:
    """Return what would be heard of `loop` as `role` in a set of `bpm` and `key`."""
    counted = in_time(loop, bpm)
    return measure(counted, stretch_for(counted, bpm), semitones_for(counted, role, key))


def _energy(loop: Loop, density: float | None) -> float | None:
    """Return how driving a loop is: many onsets, loud in its file, and called so."""
    if density is None:
        return None
    moods = set(loop.moods)
    called = 0.5 * (bool(moods & DRIVING) - bool(moods & RESTING))
    loud = 0.0 if loop.lufs is None else max(-0.5, min(0.5, 0.06 * (loop.lufs - _USUAL_LUFS)))
    return 0.25 * density + called + loud


def progress(before: Measure, after: Measure, direction: Direction) -> float | None:
    """Return how far `after` lies in `direction` of `before`, None where it does not.

    Of what is wished most something must move noticeably, and nothing back; the rest counts beside
    it. A direction that asks nothing of a loop (only of how many parts there are) is met by any.

    >>> low, high = Measure(10.0, 1.0, 0.0), Measure(11.0, 1.0, 0.0)
    >>> progress(high, low, Direction(brightness=-1.0)), progress(low, high, Direction(-1.0))
    (1.0, None)
    """
    wishes = {axis: float(getattr(direction, axis)) for axis in _AXES}
    most = max(map(abs, wishes.values()))
    if most == 0.0:
        return 0.0
    total, arrives = 0.0, False
    for axis, wish in wishes.items():
        old, new, step = (getattr(each, axis) for each in (before, after, NOTICEABLE))
        if old is None or new is None:
            continue
        moved = math.copysign(1.0, wish) * (new - old)
        if abs(wish) == most and moved <= -step:
            return None
        arrives = arrives or (abs(wish) == most and moved >= step)
        total += abs(wish) * max(-2.0, min(2.0, moved))
    return total if arrives and total > 0.0 else None


def same_sound(one: Loop, other: Loop) -> bool:
    """Tell whether two files sound the same by all that is known: copies, other formats."""
    if one.content_hash == other.content_hash:
        return True
    facts = ((one.brightness_hz, other.brightness_hz), (one.onsets_per_s, other.onsets_per_s))
    return (
        one.role == other.role
        and one.key == other.key
        and one.beats == other.beats
        and abs(one.duration_s - other.duration_s) < 0.02
        and all(_close(a, b) for a, b in facts)
    )


def _close(a: float | None, b: float | None) -> bool:
    return a is not None and b is not None and abs(a - b) <= 0.02 * max(a, b)
