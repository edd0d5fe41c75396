from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loopmind_live.arranger.checkpoint import load_checkpoint
from loopmind_live.arranger.structure.memory import facts_of
from loopmind_live.training.structure_corpus import Song
from loopmind_live.training.structure_figures import told_by_model
from loopmind_live.training.structure_lesson import Recipe, batch_of, learn, scores_of
from loopmind_live.training.structure_ngrams import Factored, Trigrams
from loopmind_live.training.structure_store import load_counts, save_counts, save_models

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

SECTIONS = (("intro", 4), ("verse", 8), ("chorus", 16), ("verse", 8), ("chorus", 16))
SONGS = [Song(f"{i}", "harmonix", "", "pop", 120.0, SECTIONS, "train") for i in range(32)]
SMALL = Recipe(
    width=16, layers=1, dropout=0.0, epochs=30, batch=8, rate=0.01, warmup=5, average=0.9
)


def flat(model: Any) -> np.ndarray:
    return np.concatenate([each.detach().numpy().ravel() for each in model.parameters()])


def test_a_song_that_is_heard_often_is_foretold_from_the_saved_files(tmp_path: Path) -> None:
    model = learn(SONGS, SMALL, 1)
    save_models([model], tmp_path)
    told = told_by_model(load_checkpoint(tmp_path), SONGS[0])
    tokens = SONGS[0].body_tokens
    likeliest = [shares.max() for shares in told]
    assert np.mean(likeliest) > 0.8
    saved = load_checkpoint(tmp_path)
    rows = [(t, *f) for t, f in zip(SONGS[0].tokens(), facts_of(SONGS[0].tokens()), strict=True)]
    with torch.no_grad():
        batch = batch_of([(SONGS[0].tokens(), np.array(facts_of(SONGS[0].tokens())))])
        wanted = scores_of(model, batch).numpy()[0]
    found = saved.network.read(saved.network.start(), np.array([rows]))[0, 0]
    assert np.abs(found - wanted).max() < 0.05  # float16 on disk
    assert len(told) == len(tokens)


def test_training_repeats_by_seed() -> None:
    recipe = Recipe(width=8, layers=1, epochs=2, batch=8)
    one, two, other = (learn(SONGS[:16], recipe, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(flat(one), flat(two))
    assert not np.array_equal(flat(one), flat(other))


def test_only_the_core_teaches_at_the_end() -> None:
    others = [Song("z", "pop909", "", "other", None, SECTIONS, "train")] * 16
    heard: list[int] = []
    recipe = Recipe(width=8, layers=1, epochs=4, batch=8, finish=0.5)
    learn([*SONGS[:16], *others], recipe, 1, lambda epoch, _: heard.append(epoch))
    assert heard == [0, 1, 2, 3]


def test_bars_that_are_not_known_are_not_taught() -> None:
    plain = Song("a", "salami", "", "rock", None, (("verse", None), ("chorus", None)), "train")
    batch = batch_of([(plain.tokens(), np.array(facts_of(plain.tokens())))])
    targets = batch.targets[0, 3:-1].tolist()
    assert targets[1] == targets[3] == -100
    assert targets[0] >= 0


def test_counts_are_kept_beside_the_models(tmp_path: Path) -> None:
    bodies = [song.body_tokens for song in SONGS[:2]]
    trigrams, factored = Trigrams.learned(bodies, 0.9), Factored.learned(bodies, 0.75)
    save_counts(trigrams, factored, tmp_path)
    again = load_counts(tmp_path)
    assert again[0].counts == trigrams.counts
    assert again[1].counts == factored.counts
    assert [each.discount for each in again] == pytest.approx([0.9, 0.75])
