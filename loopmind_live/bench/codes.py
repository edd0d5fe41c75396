"""Loops that can be told apart sample by sample, and a set made of them.

Each loop is noise of its own on a grid of 2^-19, so that any sum of them is exact in float32 and
in 24 bits: what a dry mix holds can be compared without a tolerance worth the name.
"""

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopmind_live.bench.rules import Meter, Plan, Span

GRID = 1.0 / (1 << 19)
PEAK_STEPS = 1 << 14
"""Codes peak at 2^-5, so that 16 of them stay within full scale."""
TRACKS = ("drums", "bass", "melody", "chords", "pad", "vocal")
CLIP_BARS = (4, 1, 2, 8)
SECTIONS = (
    ("intro", 4), ("verse", 6), ("hook", 5), ("bridge", 3), ("drop", 8), ("breakdown", 4),
    ("build", 7), ("outro", 4),
)  # fmt: skip
"""Some do not hold whole clips: those are cut at the section's end."""


@dataclass(frozen=True)
class Code:
    """A loop made of noise: `steps` is int16 [frames, 2] on the grid, one pass rounded up."""

    name: str
    track: str
    bars: int
    steps: NDArray[np.int16]

    def audio(self, start: int, stop: int) -> NDArray[np.float64]:
        """Return frames `start` to `stop` at full precision."""
        return self.steps[start:stop].astype(np.float64) * GRID


@dataclass(frozen=True)
class CodeSet:
    """A folder of codes, the arrangement of them, and where both lie."""

    folder: Path
    timeline: Path
    meter: Meter
    key: str
    plan: Plan
    codes: Mapping[str, Code]

    def path(self, code: Code) -> Path:
        """Return the file of a code."""
        return self.folder / f"{code.name}.wav"


def make_code(name: str, track: str, bars: int, meter: Meter, seed: int = 0) -> Code:
    """Return the code called `name`: the same samples for the same name, length and seed."""
    random = np.random.default_rng((zlib.crc32(name.encode()), seed))
    frames = math.ceil(bars * meter.bar_frames)
    steps = random.integers(-PEAK_STEPS, PEAK_STEPS, (frames, 2), dtype=np.int16, endpoint=True)
    steps[steps == 0] = 1  # no sample is silent by itself
    return Code(name, track, bars, steps)


def make_code_set(
    folder: Path,
    meter: Meter,
    seed: int = 0,
    tracks: Sequence[str] = TRACKS,
    loops_per_track: int = 6,
    sections: Sequence[tuple[str, int]] = SECTIONS,
    clip_bars: Sequence[int] = CLIP_BARS,
) -> CodeSet:
    """Write the code loops and a timeline of them into `folder`.

    Every section plays every track; the loops go round, so that most sections differ.
    """
    import soundfile

    folder.mkdir(parents=True, exist_ok=True)
    codes: dict[str, Code] = {}
    by_track: dict[str, list[Code]] = {track: [] for track in tracks}
    for place, track in enumerate(tracks):
        for number in range(loops_per_track):
            bars = clip_bars[(place + number) % len(clip_bars)]
            code = make_code(f"{track}_{number}", track, bars, meter, seed)
            codes[code.name] = code
            by_track[track].append(code)
            audio = (code.steps * GRID).astype(np.float32)
            soundfile.write(folder / f"{code.name}.wav", audio, meter.rate_hz, subtype="FLOAT")
    spans = tuple(
        Span(
            label, bars,
            {track: by_track[track][place % loops_per_track].name for track in tracks},
        )
        for place, (label, bars) in enumerate(sections)
    )  # fmt: skip
    plan, timeline = Plan(spans), folder / "timeline.json"
    made = CodeSet(folder, timeline, meter, "A:min", plan, codes)
    timeline.write_text(json.dumps(timeline_json(made, seed), indent=1), encoding="utf-8")
    return made


def timeline_json(made: CodeSet, seed: int) -> dict[str, Any]:
    """Return the timeline of a code set."""
    beats, start_bar, sections = made.meter.beats_per_bar, 1, []
    for span in made.plan.spans:
        sections.append(
            {
                "name": span.label,
                "label": span.label,
                "bars": span.bars,
                "start_bar": start_bar,
                "start": (start_bar - 1) * beats,
                "loops": [f"{name}.wav" for name in span.voices.values()],
                "clips": [_clip_json(made, name) for name in span.voices.values()],
            }
        )
        start_bar += span.bars
    return {
        "format": 1,
        "bpm": float(made.meter.bpm),
        "key": made.key,
        "meter": f"{beats}/4",
        "seed": seed,
        "prompt": "",
        "sections": sections,
    }


def _clip_json(made: CodeSet, name: str) -> dict[str, Any]:
    """Return how a code plays: at its own tempo and pitch, from its first frame."""
    code, bpm = made.codes[name], float(made.meter.bpm)
    return {
        "role": code.track,
        "gain_db": 0.0,
        "semitones": 0,
        "stretch": 1.0,
        "bpm": bpm,
        "beats": code.bars * made.meter.beats_per_bar,
        "start_s": 0.0,
    }
