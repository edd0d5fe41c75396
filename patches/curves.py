"""Curves: envelopes, pitches and phases of notes, as arrays. Pure; a loop is a circle."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from loopmind_live.demo.note import Note

from .grid import Curve, Grid

_RISE_S = 0.0003
"""A struck sound is audible from its first frame, yet begins without a step."""
_CHOKE_S = 0.004
"""A note that is cut by the next one on its voice fades this long before it."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Notes played in one breath: one attack, then slides. All in frames of the loop.

    `gate` is how long it is held, `room` how long until the next phrase on the same voice.
    """

    start: int
    gate: int
    room: int
    notes: tuple[Note, ...]

    @property
    def velocity(self) -> float:
        """Return the velocity of the attack."""
        return self.notes[0].velocity


def phrases(grid: Grid, notes: Sequence[Note]) -> list[Phrase]:
    """Return the phrases of one voice, in order of time."""
    groups: list[list[Note]] = []
    for note in sorted(notes, key=lambda note: note.beat):
        if note.slide and groups:
            groups[-1].append(note)
        else:
            groups.append([note])
    starts = [grid.frame(group[0].beat) for group in groups]
    ends = [grid.frame(group[-1].beat + group[-1].length_beats) for group in groups]
    following = [*starts[1:], starts[0] + grid.frames] if starts else []
    return [
        Phrase(start, min(end, after) - start, after - start, tuple(group))
        for start, end, after, group in zip(starts, ends, following, groups, strict=True)
        if after > start
    ]


def voices(notes: Sequence[Note], count: int) -> list[list[Note]]:
    """Deal notes out to `count` voices, always to the one that has been free the longest.

    >>> notes = [Note(0, 60), Note(0, 64), Note(1, 60)]
    >>> [[note.beat for note in voice] for voice in voices(notes, 2)]
    [[0, 1], [0]]
    """
    dealt: list[list[Note]] = [[] for _ in range(count)]
    free = [float("-inf")] * count
    for note in sorted(notes, key=lambda note: (note.beat, note.pitch)):
        voice = min(range(count), key=lambda place: free[place])
        dealt[voice].append(note)
        free[voice] = note.beat + note.length_beats
    return [voice for voice in dealt if voice]


def draw(
    grid: Grid, parts: Sequence[Phrase], shape: Callable[[Phrase], Curve], rest: float = 0.0
) -> Curve:
    """Return a curve of the whole loop: `shape` of each phrase from its start, `rest` elsewhere.

    A shape may run past the loop's end, and goes on at its beginning; it is cut at its room.
    """
    curve = np.full(grid.frames, rest)
    for part in parts:
        values = shape(part)[: part.room]
        curve[(part.start + np.arange(len(values))) % grid.frames] = values
    return curve


def held(grid: Grid, parts: Sequence[Phrase], value: Callable[[Phrase], float]) -> Curve:
    """Return a curve that holds one value a phrase, until the next."""
    return draw(grid, parts, lambda part: np.full(part.room, value(part)))


def strike(grid: Grid, decay_s: float, hold_s: float = 0.0) -> Callable[[Phrase], Curve]:
    """Return the shape of a struck sound: full within 0.3 ms, held, then down 60 dB a `decay_s`."""

    def shape(part: Phrase) -> Curve:
        hold = grid.seconds(hold_s)
        length = min(part.room, hold + grid.seconds(decay_s * 1.3))
        time_s = np.maximum(np.arange(length) - hold, 0) / grid.rate_hz
        level = part.velocity * np.exp(-6.908 * time_s / decay_s)
        rise = min(length, grid.seconds(_RISE_S))
        level[:rise] *= np.arange(1, rise + 1) / rise
        return _choked(grid, level)

    return shape


def adsr(
    grid: Grid, attack_s: float, decay_s: float, sustain: float, release_s: float
) -> Callable[[Phrase], Curve]:
    """Return the shape of a held sound; decay and release are times to fall by 60 dB."""

    def shape(part: Phrase) -> Curve:
        gate = max(part.gate, 1)
        length = min(part.room, gate + grid.seconds(release_s))
        time_s = np.arange(length) / grid.rate_hz
        # A sine's quarter, squared: it leaves zero without a corner, so that no seam has a step.
        rise = np.sin(0.5 * np.pi * np.minimum(1.0, time_s / max(attack_s, 1e-4))) ** 2
        fall = sustain + (1.0 - sustain) * np.exp(
            -6.908 * np.maximum(time_s - attack_s, 0.0) / max(decay_s, 1e-3)
        )
        end = np.exp(-6.908 * np.maximum(time_s - gate / grid.rate_hz, 0.0) / max(release_s, 1e-3))
        return _choked(grid, part.velocity * rise * fall * end)

    return shape


def pitches(grid: Grid, glide_s: float = 0.06) -> Callable[[Phrase], Curve]:
    """Return the shape of a phrase's frequency in Hz: its slides take `glide_s`."""

    def shape(part: Phrase) -> Curve:
        curve = np.full(part.room, part.notes[0].pitch, dtype=np.float64)
        for before, note in zip(part.notes, part.notes[1:], strict=False):
            at = grid.frame(note.beat) - part.start
            if at >= part.room:
                break
            step = np.minimum(1.0, np.arange(part.room - at) / max(1, grid.seconds(glide_s)))
            smooth = step * step * (3.0 - 2.0 * step)
            curve[at:] = before.pitch + (note.pitch - before.pitch) * smooth
        return hertz(curve)

    return shape


def hertz(pitch: Curve) -> Curve:
    """Return the frequency of MIDI pitches: 69 is 440 Hz."""
    return np.asarray(440.0 * 2.0 ** ((pitch - 69.0) / 12.0), dtype=np.float64)


def phases(
    grid: Grid,
    parts: Sequence[Phrase],
    frequency: Callable[[Phrase], Curve],
    ratio: float = 1.0,
    start: float = 0.0,
) -> Curve:
    """Return the phase in cycles of an oscillator that begins anew with each phrase.

    So each pass of the loop is the same, which an oscillator that runs on would not give.
    """

    def shape(part: Phrase) -> Curve:
        steps = frequency(part) * (ratio / grid.rate_hz)
        return np.asarray(start + np.cumsum(steps) - steps[0], dtype=np.float64)

    return draw(grid, parts, shape)


def smooth(curve: Curve, frames: float) -> Curve:
    """Return `curve`, a circle, smoothed by a Gaussian of that standard deviation."""
    bins = np.fft.rfftfreq(len(curve))
    weights = np.exp(-2.0 * (np.pi * bins * frames) ** 2)
    return np.asarray(np.fft.irfft(np.fft.rfft(curve) * weights, len(curve)), dtype=np.float64)


def _choked(grid: Grid, curve: Curve) -> Curve:
    fade = min(len(curve), grid.seconds(_CHOKE_S))
    if fade:
        curve[-fade:] *= np.linspace(1.0, 0.0, fade)
    return curve
