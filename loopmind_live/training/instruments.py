"""Measure how well instruments are told by ear, on a folder of sounds with known truth."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopmind_live.errors import ConfigError, LibraryError
from loopmind_live.library.classes import CLASS_OF, CLASSES, FAMILIES
from loopmind_live.library.decode import decode
from loopmind_live.library.instruments import judge_instrument, judge_kind
from loopmind_live.library.names import NameHints
from loopmind_live.library.sound import measure
from loopmind_live.training.confusion import Confusion, confusion, picture
from loopmind_live.training.manifest import Truth, read_manifest

Advance = Callable[[int, int], None]
_NO_NAME = NameHints()


@dataclass(frozen=True, slots=True)
class InstrumentFigures:
    """How instruments were told; `left_out` sounds could not be read or have no known class."""

    found: Confusion
    left_out: int

    def to_json(self) -> dict[str, Any]:
        """Return the figures over ten classes, and the accuracy over six families of them."""
        return {
            "accuracy": round(self.found.accuracy, 4),
            "macro_f1": round(self.found.macro_f1, 4),
            "accuracy_families": round(self.found.merged(FAMILIES).accuracy, 4),
            "sounds": int(self.found.counts.sum()),
            "left_out": self.left_out,
            "recall": {name: round(part, 4) for name, part in self.found.recalls.items()},
            "confusion": self.found.to_json(),
        }

    def picture(self) -> str:
        """Return the confusion matrix as SVG."""
        title = f"Instruments by ear: {self.found.accuracy:.1%} of {self.found.counts.sum()}"
        return picture(self.found, title)

    def __str__(self) -> str:
        """Return the figures with the table."""
        families = self.found.merged(FAMILIES).accuracy
        return (
            f"{self.found}\n\naccuracy {self.found.accuracy:.3f} over {len(CLASSES)} classes, "
            f"{families:.3f} over six families; macro F1 {self.found.macro_f1:.3f}; "
            f"{self.found.counts.sum()} sounds, {self.left_out} left out"
        )


def evaluate(data: Path, advance: Advance) -> InstrumentFigures:
    """Tell the instrument of every sound in the manifest of `data` by ear alone: names are hidden.

    Raises ConfigError where there is no manifest, or nothing in it that can be measured.
    """
    truths = [truth for truth in read_manifest(data) if truth.kind != "edge"]
    pairs = []
    for done, truth in enumerate(truths, 1):
        pair = _told(truth)
        if pair is not None:
            pairs.append(pair)
        advance(done, len(truths))
    if not pairs:
        raise ConfigError(f"{data}: no sound in its manifest has an instrument that is known")
    return InstrumentFigures(confusion(CLASSES, pairs), len(truths) - len(pairs))


def _told(truth: Truth) -> tuple[str, str] | None:
    """Return (true, told) classes; None without truth, or where the file cannot be read."""
    true = CLASS_OF.get((truth.instrument or "").lower())
    if true is None:
        return None
    try:
        sound = measure(decode(truth.path))
    except LibraryError:
        return None
    instrument, _role = judge_instrument(sound, _NO_NAME, judge_kind(sound, _NO_NAME))
    return true, CLASS_OF[instrument]
