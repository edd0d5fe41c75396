"""Make the model of what goes together: play songs part by part, listen, learn, and measure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loopmind_live.arranger.pairing_model import PairModel
from loopmind_live.arranger.pairing_shapes import Shapes, shapes_of
from loopmind_live.dsp.profile import Profile
from loopmind_live.library.decode import Audio
from loopmind_live.library.profile import profile_of
from loopmind_live.library.sound import ANALYSIS_RATE_HZ, measure
from loopmind_live.training.compatibility_material import BEATS, Passage, Voice, takes
from loopmind_live.training.compatibility_network import NUMBERS, Matches, Recipe, train
from loopmind_live.units import scale_tonic

Advance = Callable[[int, int], None]
KINDS: dict[tuple[Voice, Voice], float] = {
    ("chords", "melody"): 0.4, ("bass", "melody"): 0.2, ("chords", "bridge"): 0.15,
    ("melody", "bridge"): 0.15, ("bass", "bridge"): 0.1,
}  # fmt: skip
"""The pairs that are learned from, the ground first, and how often each sort is. The bass is taken
from the chords: of these two nothing can be learned."""
NETWORKS = 2


@dataclass(frozen=True, slots=True)
class Lesson:
    """A part of a passage as it was heard. `tonic`: of its key, or of the relative major's."""

    song: str
    passage: str
    voice: Voice
    tonic: int
    profile: Profile


def lessons_of(
    passages: Sequence[Passage],
    fonts: Sequence[Path],
    random: np.random.Generator,
    advance: Advance,
) -> Iterator[Lesson]:
    """Yield what is heard of every part of `passages`. Raises ConfigError."""
    total = sum(len(passage.voices) for passage in passages)
    for done, take in enumerate(takes(passages, fonts, random), 1):
        sound = measure(Audio(take.mono[:, None], ANALYSIS_RATE_HZ))
        profile = profile_of(sound, 60.0 / take.bpm, BEATS, 0.0)
        passage = take.passage
        yield Lesson(passage.song, passage.name, take.voice, scale_tonic(passage.key), profile)
        advance(done, total)


def learn(lessons: Sequence[Lesson], seed: int, recipe: Recipe | None = None) -> PairModel:
    """Return a model of all lessons, the same for the same seed."""
    recipe = recipe or Recipe()
    shapes, matches = in_one_key(lessons), matches_of(lessons)
    networks = {
        kind: [
            train(shapes, matches, numbers, recipe, np.random.default_rng((seed, place)))
            for place in range(NETWORKS)
        ]
        for kind, numbers in NUMBERS.items()
    }
    return PairModel(networks["pitched"], networks["rhythmic"])


def in_one_key(lessons: Sequence[Lesson]) -> Shapes:
    """Return the shapes of all lessons, transposed to C."""
    profiles = [lesson.profile for lesson in lessons]
    shapes = shapes_of(profiles, [profile.beat_s for profile in profiles])
    return shapes.transposed([-lesson.tonic for lesson in lessons])


def matches_of(lessons: Sequence[Lesson]) -> list[Matches]:
    """Return the true pairs of each sort that there are at all."""
    places = {(each.voice, each.passage): place for place, each in enumerate(lessons)}
    result = []
    for (low, high), share in KINDS.items():
        pairs = [
            (place, places[high, passage])
            for (voice, passage), place in places.items()
            if voice == low and (high, passage) in places
        ]
        if pairs:
            ground, above = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
            songs = np.array([lessons[place].song for place in ground])
            result.append(Matches(f"{low}, {high}", ground, above, songs, share))
    return result
