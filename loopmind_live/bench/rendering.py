"""Check a rendered set of any loops: section boundaries, silence, seams and level.

What a section must hold is not known from outside, but it can be rendered alone: every section
starts its clips from their beginning, so the first bar of the section in the set must be the first
bar of the section rendered alone, to the sample, and nothing else may sound in it.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopmind_live.bench.recordings import Frames
from loopmind_live.bench.rules import Meter

EXACT = 1e-6
SILENT = 10 ** (-90 / 20)
SEAM_WINDOW_S = 0.005
SEAM_FACTOR = 1.1
SEARCH_FRAMES = 64


@dataclass(frozen=True)
class RenderedClip:
    """One loop of a section: which part of its file goes round. Times are the file's own."""

    file: Path
    role: str
    beats: int
    source_bpm: float
    start_s: float


@dataclass(frozen=True)
class RenderedSection:
    """A section of a timeline: `start` is its first bar, from 0."""

    name: str
    start: int
    bars: int
    clips: tuple[RenderedClip, ...]


@dataclass(frozen=True)
class Boundary:
    """How a section begins in a mix: off by `residual` at its line, nearest `offset` frames away.

    `offset` is 0 where the best match is at the line itself; None where the section is silent
    there, so that no place is better than another.
    """

    section: str
    bar: int
    frame: int
    residual: float
    offset: int | None

    @property
    def exact(self) -> bool:
        """Return whether the section begins at its line to the sample."""
        return self.residual <= EXACT and self.offset in (0, None)


@dataclass(frozen=True)
class Seam:
    """One point at which a clip goes round: its step against the largest near it in the source.

    `inside` looks at the file alone, within 5 ms of the loop's end and of its beginning; `limit`
    also counts the step that the file itself makes from that end to that beginning.
    """

    role: str
    file: str
    frame: int
    step: float
    inside: float
    limit: float

    @property
    def ratio(self) -> float:
        """Return the step over the source's largest."""
        return self.step / max(self.limit, EXACT)

    @property
    def smooth(self) -> bool:
        """Return whether the step is within 1.1 times the source's."""
        return self.step <= SEAM_FACTOR * self.limit + EXACT


def read_sections(timeline: Path, rate_hz: int) -> tuple[Meter, tuple[RenderedSection, ...]]:
    """Return the meter at `rate_hz` and the sections of a timeline that tells its clips' beats."""
    data = json.loads(timeline.read_text(encoding="utf-8"))
    beats = int(str(data.get("meter", "4/4")).partition("/")[0])
    sections, start = [], 0
    for item in data["sections"]:
        clips = tuple(
            RenderedClip(
                (timeline.parent / loop).resolve(),
                clip["role"],
                clip["beats"],
                clip["bpm"],
                clip.get("start_s", 0.0),
            )
            for loop, clip in zip(item["loops"], item["clips"], strict=True)
            if clip.get("beats") and clip.get("bpm")
        )
        sections.append(RenderedSection(item["name"], start, item["bars"], clips))
        start += item["bars"]
    return Meter.of(data["bpm"], rate_hz, beats), tuple(sections)


def section_alone(timeline: Path, place: int, out: Path) -> Path:
    """Write a timeline of one section of another, beside it so that its paths hold."""
    data: dict[str, Any] = json.loads(timeline.read_text(encoding="utf-8"))
    section = {**data["sections"][place], "start_bar": 1, "start": 0}
    alone = timeline.parent / out.name
    alone.write_text(json.dumps({**data, "sections": [section]}), encoding="utf-8")
    return alone


def boundaries(
    mix: Frames, alone: Sequence[Frames], meter: Meter, sections: Sequence[RenderedSection]
) -> tuple[Boundary, ...]:
    """Return how each section begins in a dry mix, given dry renders of each section alone."""
    found = []
    for section, own in zip(sections, alone, strict=True):
        frame, frames = meter.line(section.start), meter.line(1)
        frames = min(frames, meter.line(section.start + 1) - frame)
        expected, audio = own(0, frames), mix(frame, frame + frames)
        residual = _difference(expected, audio)
        offset = _best_offset(mix, expected, frame) if np.any(expected) else None
        found.append(Boundary(section.name, section.start + 1, frame, residual, offset))
    return tuple(found)


def _difference(expected: NDArray[np.float64], audio: NDArray[np.float64]) -> float:
    """Return the largest difference; infinite where lengths differ or something is not finite."""
    if audio.shape != expected.shape:
        return float("inf")
    return float(np.nan_to_num(np.abs(audio - expected), nan=np.inf).max(initial=0.0))


def _best_offset(mix: Frames, expected: NDArray[np.float64], frame: int) -> int:
    """Return the offset of up to 64 frames at which `expected` fits the mix best, 0 if equal."""
    first = max(0, frame - SEARCH_FRAMES)
    around = mix(first, frame + SEARCH_FRAMES + len(expected))
    errors = {}
    for start in range(len(around) - len(expected) + 1):
        piece = around[start : start + len(expected)]
        errors[first + start - frame] = float(np.square(piece - expected).sum())
    return min(errors, key=lambda offset: (errors[offset], abs(offset)))


def silent_bars(mix: Frames, meter: Meter, sections: Sequence[RenderedSection]) -> tuple[int, ...]:
    """Return the bars (from 1) of sections with loops in which nothing is heard."""
    silent = []
    for section in sections:
        for bar in range(section.start, section.start + section.bars if section.clips else 0):
            audio = mix(meter.line(bar), meter.line(bar + 1))
            if float(np.abs(audio).max(initial=0.0)) < SILENT:
                silent.append(bar + 1)
    return tuple(silent)


def seams(
    stem: Frames, role: str, meter: Meter, sections: Sequence[RenderedSection]
) -> tuple[Seam, ...]:
    """Return every seam of a role's dry stem, at unity gain."""
    found = []
    for section in sections:
        for clip in section.clips:
            if clip.role != role:
                continue
            inside, limit = source_steps(clip)
            pass_bars = Fraction(clip.beats, meter.beats_per_bar)
            for number in range(1, math.ceil(section.bars / pass_bars)):
                frame = round((section.start + number * pass_bars) * meter.bar_frames)
                step = _largest_step(stem(frame - 1, frame + 1))
                found.append(Seam(role, clip.file.name, frame, step, inside, limit))
    return tuple(found)


def source_steps(clip: RenderedClip) -> tuple[float, float]:
    """Return the largest step near the seam in the loop's file, and the same with the seam's own.

    Near is within 5 ms of the end and of the beginning of what goes round.
    """
    import soundfile

    audio, rate_hz = soundfile.read(clip.file, dtype="float64", always_2d=True)
    window = round(SEAM_WINDOW_S * rate_hz)
    start = round(clip.start_s * rate_hz)
    stop = min(len(audio), start + round(clip.beats * 60 * rate_hz / clip.source_bpm))
    ends = [audio[max(0, at - window - 1) : at + window + 1] for at in (start, stop)]
    inside = max(map(_largest_step, ends))
    return inside, max(inside, float(np.abs(audio[stop - 1] - audio[start]).max()))


def _largest_step(audio: NDArray[np.float64]) -> float:
    return float(np.abs(np.diff(audio, axis=0)).max(initial=0.0))


def level(mix: Frames, frames: int, chunk: int = 1 << 20) -> tuple[float, bool]:
    """Return the largest sample of a mix, and whether all are finite."""
    peak, finite = 0.0, True
    for start in range(0, frames, chunk):
        audio = mix(start, min(frames, start + chunk))
        finite = finite and bool(np.isfinite(audio).all())
        peak = max(peak, float(np.abs(np.nan_to_num(audio)).max(initial=0.0)))
    return peak, finite
