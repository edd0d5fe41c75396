"""Train the judge of tempo candidates on loops that are made for it."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loopmind_live.errors import ConfigError
from loopmind_live.library.rhythm import Evidence
from loopmind_live.library.sound import measure
from loopmind_live.library.tempo_candidates import find_candidates
from loopmind_live.library.tempo_model import to_json
from loopmind_live.training.choosing import Example, Recipe, train
from loopmind_live.training.songs import read_songs
from loopmind_live.training.tempo_material import Made, Sources, make_loops, read_samples, spoil

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
    made_loops = make_loops(random, sources, material.loops)
    for group, made in enumerate(made_loops):
        examples += examples_of(random, made, group)
        advance(min(group, material.loops - 1), material.loops)
    seeds = range(material.seed, material.seed + NETWORKS)
    networks = [to_json(train(examples, Recipe(seed=seed))) for seed in seeds]
    text = json.dumps({"warmth": WARMTH, "networks": networks})
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written ({error.strerror})") from error
    advance(material.loops, material.loops)
    return len(examples)


def examples_of(random: np.random.Generator, made: Made, group: int) -> Iterator[Example]:
    """Yield a loop, clean and spoilt, as candidates of which some are right."""
    for version in (made, *(spoil(random, made) for _ in range(SPOILT))):
        if version.audio.duration_s < _SHORTEST_S:
            continue
        sound = measure(version.audio)
        found = find_candidates(Evidence(sound.onsets, sound.extent))
        if version.bpm is None:
            right = np.zeros(len(found.bpms), np.bool_)
        else:
            right = np.abs(found.bpms / version.bpm - 1.0) < _SAME_BPM
            if not right.any():
                continue
            there = right & (np.abs(found.starts_s - version.start_s) < _SAME_START_S)
            right = there if there.any() else right
        yield Example(found.figures, right, found.overall, group)
