"""Make the model of keys: gather what it learns from, learn, and measure what was left out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.chroma import Chroma, find_chroma
from loopmind_live.library.key_model import KEYS, KeyModel, Values, save_model, turned
from loopmind_live.library.sound import ANALYSIS_RATE_HZ
from loopmind_live.training.intervals import wilson
from loopmind_live.training.key import mirex_score
from loopmind_live.training.key_material import (
    Example,
    font_beats,
    kit_beats,
    made_examples,
    song_examples,
    vamp_examples,
)
from loopmind_live.training.key_network import Recipe, fit_sharpness, train_keys, train_tonal
from loopmind_live.training.songs import read_songs

Advance = Callable[[int, int], None]
IN_TUNE_CENTS = 10.0


@dataclass(frozen=True, slots=True)
class KeySources:
    """What is learned from: `songs` as POP909 has them, `fonts`, and `kits`, folders of kits."""

    songs: Path
    fonts: Sequence[Path]
    kits: Sequence[Path]
    cuts: int = 5
    vamps: int = 100
    beats: int = 60
    beats_a_kit: int = 14
    made: int = 240


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was measured of an example; `label` is its key's place in KEYS, -1: none or unknown."""

    kind: str
    source: str
    tonal: bool
    label: int
    cents: float
    chroma: Chroma


@dataclass(frozen=True, slots=True)
class Learned:
    """A model of all examples, and the answers that others gave to what they had not learned."""

    model: KeyModel
    lessons: Sequence[Lesson]
    shares: npt.NDArray[np.float64]
    tonal: npt.NDArray[np.float64]

    def __str__(self) -> str:
        """Return the figures over what was left out, for each kind of material."""
        kinds = dict.fromkeys(lesson.kind for lesson in self.lessons)
        songs = [k for k, lesson in enumerate(self.lessons) if _is_song(lesson)]
        lines = [self._told("songs", songs)]
        for kind in kinds:
            lines.append(
                self._told(kind, [k for k, x in enumerate(self.lessons) if x.kind == kind])
            )
        return "\n".join(lines)

    def _told(self, name: str, places: Sequence[int]) -> str:
        keyed = [k for k in places if self.lessons[k].label >= 0]
        if not keyed:
            told = "told" if self.lessons[places[0]].tonal else "no key"
            right = sum((self.tonal[k] >= 0.5) == self.lessons[k].tonal for k in places)
            return f"{name:<20} {told} {_share(right, len(places))}"
        best = {k: int(self.shares[k].argmax()) for k in keyed}
        points = sum(mirex_score(KEYS[self.lessons[k].label], KEYS[best[k]]) for k in keyed)
        exact = sum(self.lessons[k].label == best[k] for k in keyed)
        tonal = sum(self.tonal[k] >= 0.5 for k in keyed)
        off = [self.lessons[k].chroma.tuning.cents - self.lessons[k].cents for k in keyed]
        tuned = sum(abs((each + 50.0) % 100.0 - 50.0) <= IN_TUNE_CENTS for each in off)
        return (
            f"{name:<20} mirex {_share(points, len(keyed))}  exact {exact / len(keyed):.3f}"
            f"  told {tonal / len(keyed):.3f}  tuning {tuned / len(keyed):.3f}"
        )


def learn_keys(sources: KeySources, out: Path, seed: int, advance: Advance) -> Learned:
    """Write the model to `out`; return it with its figures. Raises ConfigError."""
    learned = learn(list(gather(sources, seed, advance)), seed)
    save_model(learned.model, out)
    return learned


def gather(sources: KeySources, seed: int, advance: Advance) -> Iterator[Lesson]:
    """Yield what is measured of every example, the same for the same seed. Raises ConfigError."""
    songs = read_songs(sources.songs)
    steps: list[Iterable[Example]] = []
    for place, font in enumerate(sources.fonts):
        random = np.random.default_rng((seed, place))
        steps += [
            song_examples(songs, font, sources.cuts, random),
            vamp_examples(sources.vamps, font, random),
            font_beats(sources.beats, font, random),
        ]
    for place, folder in enumerate(sources.kits):
        random = np.random.default_rng((seed, 1000 + place))
        steps.append(kit_beats(folder, sources.beats_a_kit, random))
    steps.append(made_examples(sources.made, np.random.default_rng((seed, 2000))))
    for done, step in enumerate(steps):
        advance(done, len(steps))
        for example in step:
            label = KEYS.index(example.key) if example.key is not None else -1
            heard = find_chroma(example.mono, ANALYSIS_RATE_HZ)
            chroma = replace(heard, levels=heard.levels[:0])  # large, and not learned from
            yield Lesson(example.kind, example.source, example.tonal, label, example.cents, chroma)
    advance(len(steps), len(steps))


def learn(lessons: Sequence[Lesson], seed: int, recipe: Recipe | None = None) -> Learned:
    """Return a model of all lessons; its figures are of halves that learned from each other.

    A song or kit is in one half alone.
    """
    recipe = recipe or Recipe()
    halves = _halves(lessons)
    harmonies = np.array([lesson.chroma.harmony for lesson in lessons])
    scores = np.zeros((len(lessons), 12, 2))
    tonal = np.zeros(len(lessons))
    for half in (False, True):
        model = _fit(lessons, np.flatnonzero(halves != half), recipe, seed)
        for place in np.flatnonzero(halves == half):
            scores[place] = model.scores(turned(harmonies[place][None]))[0]
            tonal[place] = model.tonal(lessons[int(place)].chroma.tonality)
    labels = np.array([lesson.label for lesson in lessons])
    keyed = labels >= 0
    sharpness = fit_sharpness(scores[keyed], labels[keyed])
    flat = sharpness * scores.reshape(len(scores), -1)
    shares = np.exp(flat - flat.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    model = _fit(lessons, np.arange(len(lessons)), recipe, seed)
    return Learned(replace(model, sharpness=sharpness), lessons, shares, tonal)


def _fit(
    lessons: Sequence[Lesson], places: npt.NDArray[np.int64], recipe: Recipe, seed: int
) -> KeyModel:
    chosen = [lessons[place] for place in places]
    labels = np.array([lesson.label for lesson in chosen])
    keyed = np.flatnonzero(labels >= 0)
    harmonies: Values = np.array([chosen[place].chroma.harmony for place in keyed])
    model = train_keys(harmonies, labels[keyed], np.ones(len(keyed)), recipe, seed)
    numbers = np.array([lesson.chroma.tonality for lesson in chosen])
    weights = np.array([0.5 if lesson.kind == "hit" else 1.0 for lesson in chosen])
    has_tones = np.array([lesson.tonal for lesson in chosen])
    center, spread, tonal, offset = train_tonal(numbers, has_tones, weights)
    return replace(
        model, tonal_center=center, tonal_spread=spread, tonal_weights=tonal, tonal_offset=offset
    )


def _halves(lessons: Sequence[Lesson]) -> npt.NDArray[np.bool_]:
    sources = {lesson.source: None for lesson in lessons}
    side = {source: place % 2 == 1 for place, source in enumerate(sorted(sources))}
    return np.array([side[lesson.source] for lesson in lessons])


def _is_song(lesson: Lesson) -> bool:
    return lesson.label >= 0 and lesson.kind != "vamp"


def _share(right: float, count: int) -> str:
    low, high = wilson(right, count)
    return f"{right / max(count, 1):.3f} ({low:.3f}-{high:.3f}) of {count}"
