"""Each instrument alone, in a worker: what its settings promise must be heard."""

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest

from loopmind_live.demo.note import Note
from loopmind_live.demo.recipe import Layer, Recipe
from loopmind_live.demo.render import render_recipe
from loopmind_live.workers import WorkerPool

RATE_HZ = 48000
PITCHED = ("bass", "pad", "keys", "lead", "pluck", "vocal")


@pytest.fixture(scope="module")
def pool() -> Generator[WorkerPool]:
    with WorkerPool(1) as workers:
        yield workers


def play(pool: WorkerPool, patch: str, notes: tuple[Note, ...], **settings: Any) -> np.ndarray:
    layer = Layer(patch, notes, settings)
    recipe = Recipe(f"test {patch}", "melody", patch, 120.0, 4, "A:min", (layer,))
    return pool.submit(render_recipe, recipe, 1, timeout_s=60.0).result()


def spectrum(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mono = audio.mean(axis=1)
    return np.fft.rfftfreq(len(mono), 1 / RATE_HZ), np.abs(np.fft.rfft(mono)) ** 2


def centroid_hz(audio: np.ndarray) -> float:
    frequency_hz, power = spectrum(audio)
    return float((frequency_hz * power).sum() / power.sum())


@pytest.mark.parametrize("patch", PITCHED)
def test_a_note_sounds_at_its_pitch(pool: WorkerPool, patch: str) -> None:
    audio = play(pool, patch, (Note(0.0, 57, 0.9, 3.5),))
    frequency_hz, power = spectrum(audio)
    band = frequency_hz > 60.0
    # Harmonics of 220 Hz (A3), whichever of them is the loudest.
    loudest = frequency_hz[band][power[band].argmax()]
    assert abs(loudest / 220.0 - round(loudest / 220.0)) < 0.03, loudest
    near = np.zeros_like(band)
    for harmonic in range(1, 40):
        near |= np.abs(frequency_hz - 220.0 * harmonic) < 0.03 * 220.0 * harmonic
    assert power[band & near].sum() > 0.8 * power[band].sum()


@pytest.mark.parametrize("patch", PITCHED)
def test_both_sides_sound_alike_in_level(pool: WorkerPool, patch: str) -> None:
    audio = play(pool, patch, (Note(0.0, 57, 0.9, 1.5), Note(2.0, 60, 0.9, 1.5)))
    left, right = np.sqrt((audio.astype(np.float64) ** 2).mean(axis=0))
    assert 0.7 < left / right < 1.4


def test_a_kick_falls_to_its_tone(pool: WorkerPool) -> None:
    audio = play(pool, "kick", (Note(0.0, 36, 1.0),), tone_hz=50.0, decay_s=0.5)
    early, late = audio[:960], audio[round(0.1 * RATE_HZ) : round(0.4 * RATE_HZ)]
    frequency_hz, power = spectrum(late)
    assert abs(frequency_hz[power.argmax()] - 50.0) < 5.0
    assert centroid_hz(early) > 1.5 * centroid_hz(late)


def test_an_open_hat_rings_longer_than_a_closed_one(pool: WorkerPool) -> None:
    audio = play(pool, "hats", (Note(0.0, 42, 1.0), Note(2.0, 46, 1.0)))
    from_s, to_s = round(0.15 * RATE_HZ), round(0.3 * RATE_HZ)
    closed, opened = audio[from_s:to_s], audio[RATE_HZ + from_s : RATE_HZ + to_s]
    assert np.abs(opened).mean() > 10 * np.abs(closed).mean()


def test_a_clap_has_three_bursts(pool: WorkerPool) -> None:
    audio = play(pool, "snare", (Note(0.0, 39, 1.0),), clap=1.0)
    level = np.abs(audio).max(axis=1)
    bursts = [level[round(s * RATE_HZ) :][:150].max() for s in (0.0, 0.011, 0.023)]
    gaps = [level[round(s * RATE_HZ) :][:60].max() for s in (0.0095, 0.0215)]
    assert min(bursts) > 1.3 * max(gaps)


def test_higher_percussion_stands_further_right(pool: WorkerPool) -> None:
    audio = play(pool, "perc", (Note(0.0, 50, 1.0), Note(2.0, 62, 1.0)), width=1.0)
    low, high = audio[: RATE_HZ // 4], audio[RATE_HZ : RATE_HZ + RATE_HZ // 4]
    assert np.abs(low[:, 0]).sum() > np.abs(low[:, 1]).sum()
    assert np.abs(high[:, 1]).sum() > np.abs(high[:, 0]).sum()


def test_a_higher_cutoff_is_a_brighter_bass(pool: WorkerPool) -> None:
    notes = (Note(0.0, 33, 0.9, 3.5),)
    dark = play(pool, "bass", notes, mix=(0.0, 1.0, 0.0), cutoff_hz=150.0, drive=1.0)
    bright = play(pool, "bass", notes, mix=(0.0, 1.0, 0.0), cutoff_hz=2000.0, drive=1.0)
    assert centroid_hz(bright) > 1.5 * centroid_hz(dark)


def test_vowels_differ_in_their_formants(pool: WorkerPool) -> None:
    notes = (Note(0.0, 57, 0.9, 3.8),)

    def share(vowel: str, low_hz: float, high_hz: float) -> float:
        frequency_hz, power = spectrum(play(pool, "vocal", notes, vowels=vowel))
        return float(power[(frequency_hz > low_hz) & (frequency_hz < high_hz)].sum() / power.sum())

    assert share("a", 700, 1300) > 2 * share("i", 700, 1300)
    assert share("i", 1500, 2000) > 2 * share("u", 1500, 2000)


def test_a_rise_grows_louder_and_brighter_and_a_fall_the_reverse(pool: WorkerPool) -> None:
    notes = (Note(0.0, 57, 1.0, 4.0),)
    for shape, sign in (("rise", 1), ("fall", -1)):
        audio = play(pool, "fx", notes, shape=shape)
        quarter = len(audio) // 4
        start, end = audio[quarter // 2 : quarter], audio[-quarter:-200]
        assert sign * (np.abs(end).mean() - np.abs(start).mean()) > 0.0, shape
        assert sign * (centroid_hz(end) - centroid_hz(start)) > 0.0, shape


@pytest.mark.parametrize(
    "effect",
    [("room", {}), ("echo", {}), ("pump", {}), ("crush", {}), ("thin", {}), ("drive", {})],
    ids=lambda effect: effect[0],
)
def test_an_effect_changes_the_sound_and_keeps_it_going_round(
    pool: WorkerPool, effect: tuple[str, dict[str, float]]
) -> None:
    def render(effects: tuple[Any, ...]) -> np.ndarray:
        notes = (Note(0.0, 57, 0.9, 1.0), Note(2.5, 64, 0.9, 1.0))
        layer = Layer("pluck", notes, effects=effects)
        recipe = Recipe("effect", "melody", "pluck", 120.0, 4, None, (layer,))
        return pool.submit(render_recipe, recipe, 1, timeout_s=60.0).result()

    dry, wet = render(()), render((effect,))
    assert np.isfinite(wet).all()
    assert np.abs(wet - dry).max() > 0.01
    steps = np.abs(np.diff(np.concatenate([wet[-240:], wet[:240]]), axis=0)).max(axis=1)
    assert steps[239] <= 1.1 * np.delete(steps, 239).max()
