"""Train the judges of tempo and meter on loops that are made for it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loopmind_live.dsp.onsets import find_onsets
from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import ConfigError
from loopmind_live.library.extent import find_extent
from loopmind_live.library.meter import describe_meter
from loopmind_live.library.rhythm import Evidence
from loopmind_live.library.tempo import count_beats
from loopmind_live.library.tempo_candidates import find_candidates
from loopmind_live.library.tempo_model import meter_to_json, to_json
from loopmind_live.training.choosing import Example, Recipe, train
from loopmind_live.training.meter_training import train_meter
from loopmind_live.training.songs import read_songs
from loopmind_live.training.tempo_material import make_loops
from loopmind_live.training.tempo_sources import RATE_HZ, Made, Sources, read_samples
from loopmind_live.training.tempo_weathering import spoil

NETWORKS, WARMTH = 3, 1.1
SPOILT = 2
"""How often each loop is looked at beside clean: each time spoilt in another way."""
_SAME_BPM, _SAME_START_S = 0.012, 0.04
_SHORTEST_S = 0.15
_SONGS = 40

Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Material:
    """Where the samples, songs and sound fonts to train on are, and how many loops to make."""

    samples: Path
    songs: Path
    soundfonts: Sequence[Path]
    loops: int = 5000
    seed: int = 1


def train_tempo(material: Material, out: Path, advance: Advance) -> int:
    """Train on `material` and write the model to `out`; return how many examples it saw."""
    samples = read_samples(material.samples)
    if not any(samples.values()):
        raise ConfigError(
            f"{material.samples}: no drum samples that say in their names what is hit"
        )
    sources = Sources(samples, material.soundfonts, read_songs(material.songs)[:_SONGS])
    random = np.random.default_rng(material.seed)
    examples: list[Example] = []
    meters: list[Floats] = []
    threes: list[bool] = []
    for group, made in enumerate(make_loops(random, sources, material.loops)):
        for version in (made, *(spoil(random, made) for _ in range(SPOILT))):
            if version.audio.duration_s < _SHORTEST_S:
                continue
            evidence = evidence_of(version)
            example = example_of(version, evidence, group)
            if example is not None:
                examples.append(example)
            if version.bpm is not None:
                meters.append(meter_of(version.bpm, version.start_s, evidence))
                threes.append(version.beats_per_bar == 3)
        advance(min(group, material.loops - 1), material.loops)
    seeds = range(material.seed, material.seed + NETWORKS)
    told = {
        "warmth": WARMTH,
        "networks": [to_json(train(examples, Recipe(seed=seed))) for seed in seeds],
        "meter": meter_to_json(train_meter(np.stack(meters), np.array(threes), seeds)),
    }
    try:
        out.write_text(json.dumps(told) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written ({error.strerror})") from error
    advance(material.loops, material.loops)
    return len(examples)


def evidence_of(made: Made) -> Evidence:
    """Return what the analysis would go by."""
    return Evidence(find_onsets(made.sound, RATE_HZ), find_extent(made.sound, RATE_HZ))


def example_of(made: Made, evidence: Evidence, group: int) -> Example | None:
    """Return a sound as candidates of which some are right, or of which none is.

    None where it has a tempo, but that is not among them.
    """
    found = find_candidates(evidence)
    # Half the digits take half the room, and there are many rows.
    figures = found.figures.astype(np.float16)
    if made.bpm is None:
        return Example(figures, np.zeros(len(found.bpms), np.bool_), found.overall, group)
    right = np.abs(found.bpms / made.bpm - 1.0) < _SAME_BPM
    if not right.any():
        return None
    there = right & (np.abs(found.starts_s - made.start_s) < _SAME_START_S)
    return Example(figures, there if there.any() else right, found.overall, group)


def meter_of(bpm: float, start_s: float, evidence: Evidence) -> Floats:
    """Return what speaks for the meter of a sound whose tempo is known: float32 [figures]."""
    return describe_meter(evidence, bpm, start_s, count_beats(bpm, start_s, evidence))
