"""How often what is told is what is true: the figures of a classifier, and their picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

_CELL, _LEFT, _TOP = 46, 96, 84
_FONT = "font-family='sans-serif' font-size='13'"


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many sounds of each true class (rows) were told as each class (columns)."""

    labels: tuple[str, ...]
    counts: npt.NDArray[np.int64]

    @property
    def accuracy(self) -> float:
        """Return the share that is told right; 0 of nothing."""
        total = int(self.counts.sum())
        return float(np.trace(self.counts)) / total if total else 0.0

    @property
    def macro_f1(self) -> float:
        """Return the mean of the classes' F1, over the classes that occur in the truth.

        >>> confusion(("a", "b"), [("a", "a"), ("b", "a")]).macro_f1
        0.3333333333333333
        """
        right = np.diag(self.counts).astype(np.float64)
        both = self.counts.sum(axis=0) + self.counts.sum(axis=1)
        present = self.counts.sum(axis=1) > 0
        return float((2.0 * right[present] / both[present]).mean()) if present.any() else 0.0

    @property
    def recalls(self) -> dict[str, float]:
        """Return the share of each class that is told right, of the classes that occur."""
        totals = self.counts.sum(axis=1)
        return {
            label: float(self.counts[place, place] / totals[place])
            for place, label in enumerate(self.labels)
            if totals[place]
        }

    def merged(self, groups: Mapping[str, str]) -> "Confusion":
        """Return the same with classes taken together; those not in `groups` stay.

        >>> confusion(("a", "b", "c"), [("a", "b"), ("c", "c")]).merged({"b": "a"}).accuracy
        1.0
        """
        names = [groups.get(label, label) for label in self.labels]
        labels = tuple(dict.fromkeys(names))
        to = [labels.index(name) for name in names]
        counts = np.zeros((len(labels), len(labels)), np.int64)
        np.add.at(counts, np.ix_(to, to), self.counts)
        return Confusion(labels, counts)

    def to_json(self) -> dict[str, dict[str, int]]:
        """Return, by true class, how many were told as what; what never happened is left out."""
        return {
            truth: {
                told: int(count)
                for told, count in zip(self.labels, row, strict=True)
                if count
            }
            for truth, row in zip(self.labels, self.counts, strict=True)
            if row.sum()
        }  # fmt: skip

    def __str__(self) -> str:
        """Return the table: true classes down, told ones across."""
        width = max(6, *(len(label) for label in self.labels)) + 1
        head = " " * width + "".join(f"{label:>{width}}" for label in self.labels)
        rows = [
            f"{label:<{width}}" + "".join(f"{count or '.':>{width}}" for count in row.tolist())
            for label, row in zip(self.labels, self.counts, strict=True)
        ]
        return "\n".join((head, *rows))


def confusion(labels: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Confusion:
    """Count pairs of (true, told); ValueError for a label that is not among `labels`."""
    places = {label: place for place, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), np.int64)
    for truth, told in pairs:
        if truth not in places or told not in places:
            raise ValueError(f"{(truth, told)}: not among {', '.join(labels)}")
        counts[places[truth], places[told]] += 1
    return Confusion(tuple(labels), counts)


def picture(found: Confusion, title: str) -> str:
    """Return the table as an SVG picture: each row shaded by its share, with the counts in it."""
    size = len(found.labels)
    width, height = _LEFT + size * _CELL + 16, _TOP + size * _CELL + 16
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' {_FONT}>",
        "<rect width='100%' height='100%' fill='white'/>",
        f"<text x='8' y='20' font-weight='bold'>{escape(title)}</text>",
        f"<text x='8' y='{_TOP - 10}' fill='#666'>true \\ told</text>",
    ]
    for place, label in enumerate(found.labels):
        x, y = _LEFT + (place + 0.5) * _CELL, _TOP + (place + 0.6) * _CELL
        parts.append(f"<text x='{x}' y='{_TOP - 10}' text-anchor='middle'>{escape(label)}</text>")
        parts.append(f"<text x='{_LEFT - 8}' y='{y}' text-anchor='end'>{escape(label)}</text>")
    for row, counts in enumerate(found.counts):
        total = max(int(counts.sum()), 1)
        parts += [
            _cell(row, column, int(count), int(count) / total)
            for column, count in enumerate(counts)
        ]
    return "\n".join([*parts, "</svg>", ""])


def _cell(row: int, column: int, count: int, share: float) -> str:
    x, y = _LEFT + column * _CELL, _TOP + row * _CELL
    hue = "34, 110, 60" if row == column else "170, 50, 40"
    ink = "white" if share > 0.55 else "#222"
    box = (
        f"<rect x='{x}' y='{y}' width='{_CELL}' height='{_CELL}' stroke='#ddd'"
        f" fill='rgba({hue}, {share:.2f})'/>"
    )
    if not count:
        return box
    middle = f"x='{x + _CELL / 2}' y='{y + 0.6 * _CELL}'"
    return f"{box}<text {middle} text-anchor='middle' fill='{ink}'>{count}</text>"
