"""The model of keys learns what can be learned, and says how sure it is."""

from dataclasses import replace

import numpy as np
import pytest

from loopmind_live.dsp.chroma import Chroma
from loopmind_live.dsp.harmony import ROWS
from loopmind_live.dsp.pitches import Tuning
from loopmind_live.dsp.tonality import NUMBERS
from loopmind_live.library.key_model import KEYS, with_products
from loopmind_live.training.key_lesson import Lesson, learn
from loopmind_live.training.key_network import Recipe, fit_sharpness, train_keys, train_tonal

LEVELS = np.zeros((0, 80))
SMALL = Recipe(units=6, networks=2, epochs=12)
SCALES = {"maj": (0, 2, 4, 5, 7, 9, 11), "min": (0, 2, 3, 5, 7, 8, 10)}


def harmony_of(label: int, random: np.random.Generator) -> np.ndarray:
    """Return rows in which the scale sounds, and the tonic more than the rest."""
    rows = 0.3 * random.random((len(ROWS), 12))
    tonic, mode = label // 2, KEYS[label].split(":")[1]
    for step in SCALES[mode]:
        rows[:, (tonic + step) % 12] += 0.6
    rows[:, tonic] += 0.5
    return rows / rows.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def examples() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    labels = random.integers(0, 24, 240)
    return np.array([harmony_of(label, random) for label in labels]), labels


def test_keys_of_few_tonics_teach_all_of_them(examples: tuple[np.ndarray, np.ndarray]) -> None:
    harmonies, labels = examples
    few = labels < 8  # C to D#
    model = train_keys(harmonies[few], labels[few], np.ones(few.sum()), SMALL, seed=0)
    told = [model.probabilities(rows) for rows in harmonies[~few]]
    right = [max(t, key=t.__getitem__) == KEYS[k] for t, k in zip(told, labels[~few], strict=True)]
    assert np.mean(right) > 0.95


def test_the_same_seed_gives_the_same_model(examples: tuple[np.ndarray, np.ndarray]) -> None:
    harmonies, labels = examples
    recipe = replace(SMALL, epochs=2)
    one, other = (train_keys(harmonies, labels, np.ones(240), recipe, seed=3) for _ in range(2))
    assert one.probabilities(harmonies[0]) == other.probabilities(harmonies[0])


def test_examples_that_count_nothing_teach_nothing(
    examples: tuple[np.ndarray, np.ndarray],
) -> None:
    harmonies, labels = examples
    wrong = (labels + 5) % 24
    both = np.concatenate([harmonies, harmonies]), np.concatenate([labels, wrong])
    weights = np.concatenate([np.ones(240), np.zeros(240)])
    model = train_keys(*both, weights, SMALL, seed=0)
    told = model.probabilities(harmonies[0])
    assert max(told, key=told.__getitem__) == KEYS[labels[0]]


@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_scores_that_are_too_sure_or_not_sure_enough_are_set_right(factor: float) -> None:
    random = np.random.default_rng(1)
    scores = 2.0 * random.standard_normal((6000, 12, 2))
    shares = np.exp(scores.reshape(-1, 24))
    shares /= shares.sum(axis=1, keepdims=True)
    labels = np.array([random.choice(24, p=share) for share in shares])
    assert fit_sharpness(scores / factor, labels) == pytest.approx(factor, rel=0.1)


def test_what_tells_tones_is_found_though_drums_are_rare() -> None:
    random = np.random.default_rng(2)
    numbers = random.standard_normal((1000, len(NUMBERS)))
    tonal = np.arange(1000) >= 50
    numbers[tonal, 0] += 3.0
    center, spread, weights, offset = train_tonal(numbers, tonal, np.ones(1000))
    scores = with_products((numbers - center) / spread) @ weights + offset
    assert np.mean(scores[tonal] > 0) > 0.9
    assert np.mean(scores[~tonal] < 0) > 0.9


def test_figures_are_of_what_was_left_out(examples: tuple[np.ndarray, np.ndarray]) -> None:
    random = np.random.default_rng(4)
    tuning = Tuning(-20.0, 0.9)
    lessons = []
    for rows, label in zip(*examples, strict=True):
        numbers = 2.0 + random.random(len(NUMBERS))
        chroma = Chroma(np.zeros(12), 1.0, tuning, rows, numbers, LEVELS, 0.1)
        lessons.append(Lesson("all", f"song {len(lessons)}", True, int(label), -20.0, chroma))
    for number in range(60):
        rows = random.random((len(ROWS), 12))
        numbers = random.random(len(NUMBERS))
        chroma = Chroma(np.zeros(12), 0.0, tuning, rows, numbers, LEVELS, 0.1)
        lessons.append(Lesson("beat", f"kit {number}", False, -1, 0.0, chroma))
    learned = learn(lessons, seed=0, recipe=SMALL)
    told = str(learned).splitlines()
    assert [line.split()[0] for line in told] == ["songs", "all", "beat"]
    assert "of 240" in told[0]
    assert "told 1.000  tuning 1.000" in told[1]
    assert "no key 1.000" in told[2]
    assert learned.shares.sum(axis=1) == pytest.approx(np.ones(300))
    assert 0.3 <= learned.model.sharpness <= 3.0
