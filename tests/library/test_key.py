"""Keys: what the sound and the name say together, and no key for what has no pitch."""

from pathlib import Path

import numpy as np
import pytest

from loopmind_live.dsp.harmony import ROWS
from loopmind_live.dsp.tonality import NUMBERS
from loopmind_live.errors import ConfigError
from loopmind_live.library.decode import Audio
from loopmind_live.library.key import KeyJudgment, judge_key
from loopmind_live.library.key_model import (
    KEYS,
    load_model,
    save_model,
    shipped_model,
    turned,
    with_products,
)
from loopmind_live.library.names import NameHints, read_name
from loopmind_live.library.sound import Sound, measure
from loopmind_live.score.loop import Role
from loopmind_live.units import transpose_key

RATE_HZ = 22050
CADENCES = {
    "C:maj": [[48, 64, 67, 72], [53, 65, 69, 72], [55, 62, 67, 71], [48, 64, 67, 72]],
    "A:min": [[45, 60, 64, 69], [50, 62, 65, 69], [52, 59, 64, 68], [45, 60, 64, 69]],
}


def chords(midi: list[list[int]], semitones: float = 0.0) -> np.ndarray:
    """Return plucked chords of a second each."""
    time_s = np.arange(RATE_HZ) / RATE_HZ
    return np.concatenate(
        [
            sum(
                np.sin(2 * np.pi * 440.0 * 2 ** ((note + semitones - 69) / 12) * k * time_s)
                / k**1.5
                for note in chord
                for k in range(1, 7)
            )
            * np.exp(-1.5 * time_s)
            * np.minimum(1.0, time_s / 0.005)
            * 0.1
            for chord in midi
        ]
    ).astype(np.float32)


def heard(mono: np.ndarray) -> Sound:
    return measure(Audio(mono[:, None].astype(np.float32), RATE_HZ))


def judged(mono: np.ndarray, role: Role = "chords", name: str = "x.wav") -> KeyJudgment:
    return judge_key(heard(mono), role, read_name(Path(name)))


def hits(seed: int) -> np.ndarray:
    """Return a bar of a falling sine for a kick and noise for the rest."""
    random = np.random.default_rng(seed)
    time_s = np.arange(RATE_HZ // 4) / RATE_HZ
    kick = np.sin(2 * np.pi * (50 * time_s + 6 * (1 - np.exp(-30 * time_s)))) * np.exp(-9 * time_s)
    noise = random.standard_normal(len(time_s)) * np.exp(-25 * time_s)
    return np.concatenate([kick + 0.1 * noise, 0.4 * noise, kick * 0.7, 0.8 * noise] * 4) * 0.5


@pytest.mark.parametrize("semitones", range(12))
@pytest.mark.parametrize("key", CADENCES)
def test_a_cadence_tells_its_key_in_every_transposition(key: str, semitones: int) -> None:
    found = judged(chords(CADENCES[key], semitones - 6))
    assert found.key == transpose_key(key, semitones - 6)
    assert found.confidence > 0.5


@pytest.mark.parametrize("cents", [-30, 30])
def test_what_is_out_of_tune_has_its_key_and_its_tuning(cents: int) -> None:
    found = judged(chords(CADENCES["A:min"], cents / 100.0))
    assert found.key == "A:min"
    assert found.tuning_cents == pytest.approx(cents, abs=4.0)


@pytest.mark.parametrize("seed", range(3))
def test_drums_and_noise_have_no_key(seed: int) -> None:
    noise = np.random.default_rng(seed).standard_normal(RATE_HZ * 4) * 0.2
    for mono in (hits(seed), noise):
        assert judged(mono, "drums") == KeyJudgment()
        assert judged(mono, "chords") == KeyJudgment()


def test_chords_taken_for_drums_by_their_sound_keep_their_key() -> None:
    assert judged(chords(CADENCES["C:maj"]), "drums").key == "C:maj"


def test_the_role_and_the_name_count_where_the_sound_is_in_doubt() -> None:
    random = np.random.default_rng(0)
    mono = chords(CADENCES["A:min"])
    sounds = [
        heard(mono + loud * random.standard_normal(len(mono))) for loud in (0.02, 0.1, 0.3, 1)
    ]
    told = {
        name: sum(judge_key(sound, role, read_name(Path(name))).key is not None for sound in sounds)
        for name, role in (("a.wav", "chords"), ("b.wav", "drums"), ("drums.wav", "drums"))
    }
    assert told["a.wav"] >= told["b.wav"] >= told["drums.wav"]
    assert told["a.wav"] > told["drums.wav"]


def test_a_name_decides_what_the_sound_leaves_open() -> None:
    vamp = chords([[57, 60, 64], [55, 60, 64]])  # C major or A minor: who knows
    assert judged(vamp, name="keys_Cmaj.wav").key == "C:maj"
    assert judged(vamp, name="keys_Am.wav").key == "A:min"
    assert judged(vamp, name="keys_120_A.wav").key == "A:min"  # a tonic alone
    named, unnamed = judged(vamp, name="keys_Am.wav"), judged(vamp)
    assert named.confidence > unnamed.confidence


def test_a_name_that_the_sound_speaks_against_is_not_believed() -> None:
    assert judged(chords(CADENCES["A:min"]), name="keys_F#maj.wav").key == "A:min"


def test_all_transpositions_are_judged_alike() -> None:
    model = shipped_model()
    random = np.random.default_rng(1)
    rows = random.random((len(ROWS), 12))
    here = model.probabilities(rows)
    there = model.probabilities(np.roll(rows, 5, axis=1))
    assert sum(here.values()) == pytest.approx(1.0)
    for key in KEYS:
        assert there[transpose_key(key, 5)] == pytest.approx(here[key])


def test_numbers_far_from_usual_give_a_probability() -> None:
    model = shipped_model()
    for size in (-1e9, 0.0, 1e9):
        assert 0.0 <= model.tonal(np.full(len(NUMBERS), size)) <= 1.0
    assert turned(np.ones((2, len(ROWS), 12))).shape == (2, 12, len(ROWS) * 12)
    assert with_products(np.ones((3, 4))).shape == (3, 4 + 10)


def test_a_model_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "key.safetensors"
    save_model(shipped_model(), path)
    rows = np.random.default_rng(2).random((len(ROWS), 12))
    again = load_model(path)
    assert again.probabilities(rows) == shipped_model().probabilities(rows)


def test_a_model_that_is_damaged_or_missing_is_told_in_one_line(tmp_path: Path) -> None:
    damaged = tmp_path / "key.safetensors"
    damaged.write_bytes(b"\x10\0\0\0\0\0\0\0no weights")
    for path in (damaged, tmp_path / "none.safetensors"):
        with pytest.raises(ConfigError, match="loopmind train key") as caught:
            load_model(path)
        assert "\n" not in str(caught.value)


def test_silence_after_a_click_has_no_key() -> None:
    click = np.zeros(RATE_HZ)
    click[:3] = 0.5
    assert judge_key(heard(click), "fx", NameHints()) == KeyJudgment()
