"""Measure how well partners are found: songs played apart, and told from others in the same key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from loopmind_live.arranger.pairing_model import PairModel, shipped_model
from loopmind_live.arranger.pairing_shapes import Shapes, shapes_of
from loopmind_live.dsp.profile import Profile, unpack
from loopmind_live.errors import ConfigError, LibraryError
from loopmind_live.library.analysis import hear_sound
from loopmind_live.library.decode import Audio
from loopmind_live.library.names import NameHints
from loopmind_live.library.sound import ANALYSIS_RATE_HZ
from loopmind_live.score.loop import Loop
from loopmind_live.training.compatibility_material import Passage, Take, Voice, passages_of, takes
from loopmind_live.training.intervals import wilson
from loopmind_live.training.songs import Song, read_songs
from loopmind_live.training.sound_fonts import find_fonts
from loopmind_live.units import scale_tonic

CHOICES = 50
"""How many loops in the same key there are to choose from; one is the true partner."""
QUERIES = 300
KINDS: tuple[tuple[Voice, Voice], ...] = (("chords", "melody"), ("bass", "melody"))
"""What is asked for what; the first is what the figures over all are of."""
_PASSAGES_A_SONG = 8


@dataclass(frozen=True, slots=True)
class Heard:
    """A part of a passage as the library knows it; what has no beats has no profile."""

    song: str
    passage: str
    voice: Voice
    tonic: int
    loop: Loop
    profile: Profile | None


@dataclass(frozen=True, slots=True)
class Ranks:
    """The place of the true partner among CHOICES, 1 the best, by the ranker and by key alone."""

    ranker: Sequence[float]
    key_distance: Sequence[float]

    def to_json(self) -> dict[str, Any]:
        """Return shares of 0..1 with their 95 % intervals."""
        hits = [sum(rank <= 1.0 for rank in ranks) for ranks in (self.ranker, self.key_distance)]
        count = len(self.ranker)
        inverse = [1.0 / rank for rank in self.ranker]
        return {
            "r_at_1": _share(hits[0], count),
            "r_at_5": _share(sum(rank <= 5.0 for rank in self.ranker), count),
            "mrr": _share(sum(inverse), count),
            "key_distance_r_at_1": _share(hits[1], count),
            "queries": count,
            "intervals": {
                "r_at_1": _interval(hits[0], count),
                "mrr": _interval(sum(inverse), count),
                "key_distance_r_at_1": _interval(hits[1], count),
            },
        }


@dataclass(frozen=True, slots=True)
class CompatibilityFigures:
    """The ranks of each kind of pair; `str` tells them to a person."""

    kinds: dict[str, Ranks]
    fonts: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        """Return the figures of chords and melodies, and beside them those of each kind."""
        kinds = {name: ranks.to_json() for name, ranks in self.kinds.items()}
        first = next(iter(kinds.values()))
        return {**first, "choices": CHOICES, "fonts": list(self.fonts), "kinds": kinds}

    def __str__(self) -> str:
        """Return a line for each kind of pair."""
        return "\n".join(f"{name:<24} {told(ranks)}" for name, ranks in self.kinds.items())


def told(ranks: Ranks) -> str:
    """Return the figures in one line."""
    found = ranks.to_json()
    low, high = found["intervals"]["r_at_1"]
    return (
        f"R@1 {found['r_at_1']:.3f} ({low:.2f}-{high:.2f})  R@5 {found['r_at_5']:.3f}"
        f"  MRR {found['mrr']:.3f}  key distance R@1 {found['key_distance_r_at_1']:.3f}"
        f"  of {found['queries']}, {CHOICES} to choose from"
    )


def evaluate(
    data: Path,
    advance: Callable[[int, int], None],
    queries: int = QUERIES,
    fonts: Sequence[Path] = (),
    seed: int = 1,
) -> CompatibilityFigures:
    """Return the figures for a folder of songs as POP909 has them. Raises ConfigError.

    Eight bars of each part are played by FluidSynth, alone, at a tempo and by an instrument of its
    own, and analysed as files whose names tell their tempo. `fonts`: default those that are
    installed.
    """
    chosen = list(fonts) or find_fonts()
    random = np.random.default_rng(seed)
    passages = chosen_passages(read_songs(data), queries, random)
    total = sum(len(passage.voices) for passage in passages)
    heard = []
    for done, take in enumerate(takes(passages, chosen, random), 1):
        heard.append(listen(take))
        advance(done, total)
    ranks = measured(heard, shipped_model(), queries, random)
    return CompatibilityFigures(ranks, [font.name for font in chosen])


def chosen_passages(
    songs: Sequence[Song], queries: int, random: np.random.Generator
) -> list[Passage]:
    """Return passages enough for so many queries, of as many songs as there are.

    Raise ConfigError where they are too few to choose among.
    """
    by_song = []
    for song in songs:
        passages = passages_of(song, _PASSAGES_A_SONG, random)
        by_song.append([passages[place] for place in random.permutation(len(passages))])
    rounds = [
        passages[number]
        for number in range(_PASSAGES_A_SONG)
        for passages in by_song
        if number < len(passages)
    ]
    wanted = {voice for kind in KINDS for voice in kind}
    found = [
        replace(passage, voices={v: n for v, n in passage.voices.items() if v in wanted})
        for passage in rounds[: max(queries, CHOICES + _PASSAGES_A_SONG)]
    ]
    if len(found) < CHOICES + _PASSAGES_A_SONG:
        raise ConfigError(
            f"{len(songs)} songs with {len(found)} passages of eight bars are too few to choose"
            f" among {CHOICES} loops: name a folder of more songs"
        )
    return found


def listen(take: Take) -> Heard:
    """Return what the analysis hears in a take whose name tells the tempo."""
    passage = take.passage
    path = Path(f"{passage.name}_{take.voice}_{take.bpm:g}bpm.wav")
    hints = NameHints(bpm=take.bpm, bpm_marked=True)
    try:
        audio = Audio(take.mono[:, None], ANALYSIS_RATE_HZ)
        loop = hear_sound(path, path.stem, audio, hints).loop
    except LibraryError as error:  # what cannot be heard is found by nobody
        loop = Loop(path, path.stem, error=str(error))
    tonic = scale_tonic(passage.key)
    return Heard(passage.song, passage.name, take.voice, tonic, loop, unpack(loop.profile))


def measured(
    heard: Sequence[Heard], model: PairModel, queries: int, random: np.random.Generator
) -> dict[str, Ranks]:
    """Return the ranks of each kind of pair.

    Each query is a loop of the first part; the choice is its own partner and others of that part
    from other songs, all transposed to the query's key by the keys as published. A tie counts as
    the middle of it; keys, which are often equally far, are ordered by lot.
    """
    result = {}
    lots = np.random.default_rng(0)  # of their own: they change nothing that is drawn else
    for low, high in KINDS:
        place = {h.passage: number for number, h in enumerate(heard) if h.voice == high}
        asked = [h for h in heard if h.voice == low and h.passage in place]
        chosen = [asked[number] for number in random.permutation(len(asked))[:queries]]
        pool = [h for h in heard if h.voice == high]
        ranks = [_ranks_of(query, pool, model, random, lots) for query in chosen]
        known = [pair for pair in ranks if pair is not None]
        result[f"{low}, {high}"] = Ranks([r for r, _ in known], [k for _, k in known])
    return result


def _ranks_of(
    query: Heard,
    pool: Sequence[Heard],
    model: PairModel,
    random: np.random.Generator,
    lots: np.random.Generator,
) -> tuple[float, float] | None:
    """Return the true partner's rank by the ranker and by key; None in too small a pool."""
    partner = next(each for each in pool if each.passage == query.passage)
    others = [each for each in pool if each.song != query.song]
    if len(others) < CHOICES - 1:
        return None
    drawn = random.choice(len(others), CHOICES - 1, replace=False)
    choice = [partner, *(others[number] for number in drawn)]
    moved = [(query.tonic - each.tonic + 6) % 12 - 6 for each in choice]
    by_key = [
        0.5 * lot - _key_distance(query.loop, each.loop, up)
        for each, up, lot in zip(choice, moved, lots.random(CHOICES), strict=True)
    ]
    return _rank(_scores(query, choice, moved, model)), _rank(by_key)


def _scores(
    query: Heard, choice: Sequence[Heard], moved: Sequence[int], model: PairModel
) -> list[float]:
    """Return the ranker's scores; the lowest of all where a loop's beats were not found."""
    worst = -1e9
    known = [place for place, each in enumerate(choice) if each.profile is not None]
    if query.profile is None or not known:
        return [worst] * len(choice)
    shapes = _shapes([choice[place] for place in known])
    told = model.scores(_shapes([query]), shapes.transposed([moved[place] for place in known]))[0]
    scores = [worst] * len(choice)
    for place, score in zip(known, told.tolist(), strict=True):
        scores[place] = score
    return scores


def _shapes(heard: Sequence[Heard]) -> Shapes:
    profiles = [each.profile for each in heard if each.profile is not None]
    return shapes_of(profiles, [profile.beat_s for profile in profiles])


def _key_distance(first: Loop, second: Loop, semitones: int) -> float:
    """Return how far two loops' keys lie apart on the circle of fifths, 0..6; 3 where one has none.

    Relative keys are the same place.
    """
    if first.key is None or second.key is None:
        return 3.0
    fifths = 7 * (scale_tonic(first.key) - scale_tonic(second.key) - semitones) % 12
    return float(min(fifths, 12 - fifths))


def _rank(scores: Sequence[float]) -> float:
    """Return the place of the first score among all.

    >>> _rank([3.0, 1.0, 5.0]), _rank([1.0, 1.0, 1.0])
    (2.0, 2.0)
    """
    own = scores[0]
    return 1.0 + sum(each > own for each in scores) + 0.5 * (sum(e == own for e in scores) - 1)


def _share(hits: float, count: int) -> float:
    return round(hits / max(count, 1), 4)


def _interval(hits: float, count: int) -> list[float]:
    return [round(end, 4) for end in wilson(hits, count)]
