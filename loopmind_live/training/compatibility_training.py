"""Make the model of what goes together, measure it on songs that it has not heard, write both."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loopmind_live.arranger.pairing_model import FILE, save_model
from loopmind_live.errors import ConfigError
from loopmind_live.training.compatibility import (
    CHOICES,
    QUERIES,
    Ranks,
    chosen_passages,
    listen,
    measured,
    told,
)
from loopmind_live.training.compatibility_lesson import NETWORKS, Lesson, learn, lessons_of
from loopmind_live.training.compatibility_material import passages_of, takes
from loopmind_live.training.compatibility_network import Recipe
from loopmind_live.training.songs import Song, read_songs

Advance = Callable[[int, int], None]
CARD = "compatibility.md"
FOLDS = 5
"""One song of so many is kept for measuring; the model that is shipped learns from all."""


_SEES = """\
## What it sees

Nothing but the profiles that a scan keeps of each loop (`loopmind_live/dsp/profile.py`): pitch
classes and lowest notes by half beats, hits by sixteenths, levels of bands, transposed and laid
over the same eight bars as they would sound in the set. Of two of them it counts how much sounds at
each of the twelve intervals, by half beats, half bars, bars and over all, and beside it for bars in
any order, which is chance's share; how hits fall together; when harmony and loudness move; how
dense both are; and how far they share the same bands (`pairing_features.py`). It knows nothing of
tempo, key, name, pack or instrument.
"""
_LIMITS = """\
## Limits

Pop songs in four, and what lies over the same bars of one song: it does not know that two loops of
different songs can go together as well. Of drums it knows next to nothing. A loop whose tempo is
heard wrong is laid wrong.
"""


@dataclass(frozen=True, slots=True)
class PairSources:
    """What is learned from: songs as POP909 has them, played by `fonts`; `unseen` measures."""

    corpus: Path
    fonts: Sequence[Path]
    unseen: Path
    passages: int = 2
    queries: int = QUERIES


def train_compatibility(
    sources: PairSources, out: Path, seed: int, learning: Advance, measuring: Advance
) -> str:
    """Write the model and its card into a folder; return its figures. Raises ConfigError.

    `learning` and `measuring` are told of the loops that are listened to for each.
    """
    if not out.is_dir():
        raise ConfigError(f"{out}: no such folder: make it first")
    started_s = time.monotonic()
    songs = read_songs(sources.corpus)
    lessons = _lessons(songs, sources, seed, learning)
    save_model(learn(lessons, seed), out / FILE)
    kept = {song.name for song in songs[::FOLDS]}
    known = [lesson for lesson in lessons if lesson.song not in kept]
    ranks = _measured([s for s in songs if s.name in kept], known, sources, seed, measuring)
    minutes = (time.monotonic() - started_s) / 60.0
    card = _card(sources, lessons, len(songs), ranks, seed, minutes)
    try:
        (out / CARD).write_text(card, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out / CARD}: cannot be written ({error.strerror})") from error
    return "\n".join(f"{name:<24} {told(each)}" for name, each in ranks.items())


def _lessons(
    songs: Sequence[Song], sources: PairSources, seed: int, advance: Advance
) -> list[Lesson]:
    random = np.random.default_rng((seed, 0))
    passages = [each for song in songs for each in passages_of(song, sources.passages, random)]
    return list(lessons_of(passages, sources.fonts, random, advance))


def _measured(
    songs: Sequence[Song],
    lessons: Sequence[Lesson],
    sources: PairSources,
    seed: int,
    advance: Advance,
) -> dict[str, Ranks]:
    """Return how well a model of `lessons` finds partners in other songs, by a font of their own.

    The loops come through the whole analysis, as those of a library do.
    """
    random = np.random.default_rng((seed, 1))
    model = learn(lessons, seed)
    passages = chosen_passages(songs, sources.queries, random)
    total = sum(len(passage.voices) for passage in passages)
    heard = []
    for done, take in enumerate(takes(passages, [sources.unseen], random), 1):
        heard.append(listen(take))
        advance(done, total)
    return measured(heard, model, sources.queries, random)


def _card(
    sources: PairSources,
    lessons: Sequence[Lesson],
    songs: int,
    ranks: dict[str, Ranks],
    seed: int,
    minutes: float,
) -> str:
    recipe = Recipe()
    fonts = " ".join(path.name for path in sources.fonts)
    figures = "\n".join(f"    {name:<16} {told(each)}" for name, each in ranks.items())
    return f"""\
# What goes together

`{FILE}` says of two loops that lie over each other how much likelier they
belong together than any two in the same key (`loopmind_live/arranger/pairing_model.py`): the
natural logarithm of it, 0 for a pair by chance. The arranger draws loops by it, beside tempo, key,
mood and taste.

{_SEES}
{NETWORKS} networks of {recipe.units} units beside a direct layer, and {NETWORKS} of the rhythm
alone for pairs of which one has no pitch. Those were learned from tones, and may say but little.

## Made by

    loopmind train compatibility --corpus POP909 --soundfont {fonts} \\
        --unseen {sources.unseen.name} --passages {sources.passages} \\
        --queries {sources.queries} --seed {seed}

It took {minutes:.0f} minutes on a core that others used, too. Each network sees {recipe.steps}
times {recipe.others} passages of different songs in one key, and learns to find the partner of each
among them, both ways.

## Learned from

[POP909](https://github.com/music-x-lab/POP909-Dataset) (MIT): {songs} songs,
{len({lesson.passage for lesson in lessons})} passages of eight bars, {len(lessons)} loops:
melody, bridge, piano, and a bass line of the piano's lowest notes, each played by FluidSynth alone,
at a tempo of its own from 76 to 150 and by a program and sound font at random. No sound and no song
is in this repository.

## How good

The true partner among {CHOICES} loops in the same key, the others of other songs: songs that were
not learned from (one of {FOLDS}; the model that is shipped learned from all), played by a sound
font that was not learned from, and heard by the whole analysis, which is told the tempo as by a
name. Beside it the distance of keys, as heard, on the circle of fifths; intervals are Wilson's, of
95 %.

{figures}

{_LIMITS}"""
