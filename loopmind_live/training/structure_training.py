"""Train the model of structure that is shipped, and write its card."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from loopmind_live.arranger.checkpoint import FOLDER, load_checkpoint
from loopmind_live.errors import ConfigError
from loopmind_live.training.structure import StructureFigures, measure
from loopmind_live.training.structure_card import Made, card
from loopmind_live.training.structure_corpus import (
    Song,
    held_out,
    lessons,
    measurable,
    merged,
    read_corpus,
)
from loopmind_live.training.structure_lesson import Recipe, Told, learn
from loopmind_live.training.structure_ngrams import Factored, Trigrams
from loopmind_live.training.structure_published import read_published
from loopmind_live.training.structure_store import load_counts, save_counts, save_models

DISCOUNT = 0.9
"""The best for both n-grams, of .5, .6, .75 and .9."""
COUNTED_SOURCES = ("harmonix", "billboard")
"""The n-grams count these: with songs like POP909's or without bars they foretell worse."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to train from and how. `published`: folders of data sets as they were published."""

    corpus: Path
    published: Sequence[Path]
    out: Path
    members: int
    seed: int
    command: str
    recipe: Recipe = field(default_factory=Recipe)


def train_structure(
    order: Order, advance: Callable[[int, int], None] = lambda *_: None
) -> StructureFigures:
    """Train, save and measure what is shipped; return its figures. Raises ConfigError."""
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise ConfigError("training needs torch and transformers: pip install 'loopmind-live[ai]'")
    began = time.monotonic()
    songs = merged([*read_corpus(order.corpus), *read_published(order.published)])
    taught = lessons(songs)
    judged = held_out([song for song in songs if song.split != "train"])
    if not taught or not judged:
        raise ConfigError(f"{order.corpus}: it needs songs of the splits train and valid")
    models = [
        learn(taught, order.recipe, order.seed + member, _counting(advance, member, order))
        for member in range(order.members)
    ]
    folder = order.out / FOLDER
    save_models(models, folder)
    save_counts(*counted(taught), folder)
    figures = measure(load_checkpoint(folder), *load_counts(folder), judged)
    made = Made(taught, order.members, order.recipe, order.command, time.monotonic() - began)
    try:
        (order.out / "structure.md").write_text(card(made, figures, folder), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{order.out}: cannot be written ({error.strerror})") from error
    return figures


def _counting(advance: Callable[[int, int], None], member: int, order: Order) -> Told:
    """Return what tells `advance` of each epoch of one of several models."""

    def told(epoch: int, _model: object) -> None:
        epochs = order.recipe.epochs
        advance(member * epochs + epoch + 1, order.members * epochs)

    return told


def counted(songs: Sequence[Song]) -> tuple[Trigrams, Factored]:
    """Return the n-grams of the songs that were published with bars."""
    bodies = [song.body_tokens for song in measurable(songs) if song.source in COUNTED_SOURCES] or [
        song.body_tokens for song in measurable(songs)
    ]
    return Trigrams.learned(bodies, DISCOUNT), Factored.learned(bodies, DISCOUNT)
