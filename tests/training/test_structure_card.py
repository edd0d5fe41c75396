from pathlib import Path

from loopmind_live.training.structure import measure
from loopmind_live.training.structure_card import Made, card
from loopmind_live.training.structure_corpus import Song
from loopmind_live.training.structure_lesson import Recipe
from loopmind_live.training.structure_ngrams import Factored, Trigrams
from tests.arranger.structure.tiny import tiny_model

SECTIONS = (("intro", 4), ("verse", 8), ("chorus", 8))


def test_a_card_tells_from_what_how_and_how_good(tmp_path: Path) -> None:
    songs = [Song("a", "harmonix", "", "pop", 120.0, SECTIONS, "train")] * 3
    counts = (
        Trigrams.learned([songs[0].body_tokens], 0.9),
        Factored.learned([songs[0].body_tokens], 0.9),
    )
    figures = measure(tiny_model(), *counts, songs, samples=2)
    (tmp_path / "model.safetensors").write_bytes(bytes(4321))
    command = "loopmind train structure --corpus corpus"
    told = card(Made(songs, 4, Recipe(), command, 600.0), figures, tmp_path)
    for words in (
        "4 kB", "3 songs of [Harmonix Set]", "(MIT)", command, "10 minutes", "4 GPT-2 models",
        f"| this model | {figures.model.perplexity:.3f} |", "trigram", "factored", "## Limits",
    ):  # fmt: skip
        assert words in told
    assert "{" not in told
