"""Train the model of instruments: gather sounds, leave packs out to measure, learn from all."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from loopmind_live.errors import ConfigError
from loopmind_live.library.classes import CLASSES
from loopmind_live.library.instrument_model import FILE, InstrumentModel
from loopmind_live.training.card import Training, card
from loopmind_live.training.confusion import confusion, picture
from loopmind_live.training.gather import Amounts, Part, Sources, gather
from loopmind_live.training.learning import LeftOut, learn, leave_out, sharpened
from loopmind_live.training.manifest import read_manifest
from loopmind_live.training.network import Recipe
from loopmind_live.training.table import Table, joined, load_table, make_table

MEMBERS = 3


class OpenBar(Protocol):
    """Opens a bar of progress by its title."""

    def __call__(self, title: str) -> Callable[[int, int], None]:
        """Return what moves the bar on."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """What to train from, and where to put the model, its card and picture.

    `tables`: a folder that keeps the numbers of all sounds, a file for each sort; what is there
    already is not gathered again. `command`: what the card says the model was made by.
    """

    sources: Sources
    out: Path
    tables: Path
    seed: int
    command: str
    amounts: Amounts = field(default_factory=Amounts)
    recipe: Recipe = field(default_factory=Recipe)
    members: int = MEMBERS


def train(order: Order, open_bar: OpenBar) -> Training:
    """Train, measure, and write model, card and picture. Raises ConfigError."""
    table = _table(order, open_bar)
    began_s = time.monotonic()
    measured = leave_out(
        table, order.members, order.recipe, order.seed, open_bar("leaving packs out")
    )
    model = learn(table, order.members, order.recipe, order.seed, open_bar("learning"))
    model = sharpened(model, measured)
    done = Training(
        table, measured, _groups(order.sources, measured), order.members, model.sharpness,
        time.monotonic() - began_s, order.command,
    )  # fmt: skip
    _write(order.out, model, done)
    return done


def _table(order: Order, open_bar: OpenBar) -> Table:
    parts = gather(order.sources, order.amounts, order.seed)
    advance = open_bar("listening")
    tables = []
    for done, part in enumerate(parts, 1):
        tables.append(_table_of(part, order))
        advance(done, len(parts))
    return joined(tables)


def _table_of(part: Part, order: Order) -> Table:
    path = order.tables / f"{part.name}.npz"
    if path.is_file():
        return load_table(path)
    table = make_table(part.examples(), order.seed, part.variations)
    try:
        order.tables.mkdir(parents=True, exist_ok=True)
        table.save(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror})") from error
    return table


def _groups(sources: Sources, measured: LeftOut) -> dict[str, list[str]]:
    """Return the packs of each folder that is named, to be told of together."""
    groups = {}
    for folder in sources.sounds:
        groups[folder.name] = sorted({truth.pack for truth in read_manifest(folder)})
    for folder in (*sources.kits, *(folder for _label, folder in sources.alike)):
        groups[folder.name] = sorted(path.name for path in folder.iterdir())
    packs = sorted(set(measured.packs.tolist()))
    for folder in sources.voices:
        groups[folder.name] = [pack for pack in packs if pack.split("/")[0] == folder.name]
    return groups


def _write(folder: Path, model: InstrumentModel, done: Training) -> None:
    from safetensors.numpy import save_file

    drawn = confusion(CLASSES, done.measured.pairs())
    title = f"Instruments of packs left out: {drawn.accuracy:.1%} of {int(drawn.counts.sum())}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {name: np.ascontiguousarray(part) for name, part in model.tensors().items()}
        packs = sorted(set(done.table.packs.tolist()))
        save_file(tensors, folder / FILE, {"packs": json.dumps(packs)})
        (folder / "instruments.md").write_text(card(done), encoding="utf-8")
        (folder / "instruments.svg").write_text(picture(drawn, title), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written ({error.strerror})") from error
