"""The numbers of all examples and their variations: what networks learn from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import ConfigError
from loopmind_live.library.classes import CLASSES
from loopmind_live.library.decode import Audio, decode
from loopmind_live.library.sound import measure
from loopmind_live.library.timbre import timbre
from loopmind_live.training.gather import Example
from loopmind_live.training.varying import RATE_HZ, vary

_COLUMNS = ("numbers", "labels", "packs", "real", "sources")
_AS_IT_IS = 0.5


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of numbers [n, numbers] with the class (its place in CLASSES) and the pack of each.

    `real`: the sound of a pack as it is; only those are measured on. `sources`: by row, the number
    of the example that it is, or is a variation of.
    """

    numbers: Floats
    labels: npt.NDArray[np.int64]
    packs: npt.NDArray[np.str_]
    real: npt.NDArray[np.bool_]
    sources: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, chosen: npt.NDArray[np.bool_]) -> "Table":
        """Return the rows where `chosen` is true."""
        return Table(
            self.numbers[chosen], self.labels[chosen], self.packs[chosen], self.real[chosen],
            self.sources[chosen],
        )  # fmt: skip

    def save(self, path: Path) -> None:
        """Write it to a file."""
        np.savez(
            path, numbers=self.numbers.astype(np.float32), labels=self.labels, packs=self.packs,
            real=self.real, sources=self.sources,
        )  # fmt: skip


def load_table(path: Path) -> Table:
    """Return a table that was saved. Raises ConfigError."""
    try:
        with np.load(path) as kept:
            return Table(*(kept[name] for name in _COLUMNS))
    except (OSError, KeyError, ValueError) as error:
        raise ConfigError(f"{path}: no table of sounds ({error}): delete it") from error


def make_table(examples: Iterable[Example], seed: int, variations: int) -> Table:
    """Return the table of `examples`, each real one with so many variations, others with one."""
    found: list[tuple[Floats, int, str, bool, int]] = []
    for number, example in enumerate(examples):
        random = np.random.default_rng([seed, number])
        label = CLASSES.index(example.label)
        for audio, as_it_is in _versions(example, variations, random):
            found.append((timbre(measure(audio)), label, example.pack, as_it_is, number))
    if not found:
        raise ConfigError("no sounds to learn from: name where they are")
    numbers, labels, packs, real, sources = zip(*found, strict=True)
    return Table(
        np.stack(numbers), np.array(labels), np.array(packs), np.array(real), np.array(sources)
    )


def joined(tables: Sequence[Table]) -> Table:
    """Return all rows, with the numbers of their sources counted on."""
    counts = [0, *np.cumsum([int(table.sources.max()) + 1 for table in tables]).tolist()]
    sources = [table.sources + before for table, before in zip(tables, counts, strict=False)]
    return Table(
        np.concatenate([table.numbers for table in tables]),
        np.concatenate([table.labels for table in tables]),
        np.concatenate([table.packs for table in tables]),
        np.concatenate([table.real for table in tables]),
        np.concatenate(sources),
    )


def _versions(
    example: Example, count: int, random: np.random.Generator
) -> Iterator[tuple[Audio, bool]]:
    """Yield a sound as a scan hears it, and its variations; True for the file itself."""
    if example.path is not None:
        yield decode(example.path), True
    elif random.random() < _AS_IT_IS:
        yield Audio(example.samples[:, None], RATE_HZ), False
    for _ in range(count if example.real else 1):
        yield Audio(vary(example.samples, random)[:, None], RATE_HZ), False
