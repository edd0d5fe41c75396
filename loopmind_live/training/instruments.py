"""Measure how well instruments are told by ear, on a folder of sounds with known truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopmind_live.errors import ConfigError, LibraryError
from loopmind_live.library.classes import CLASS_OF, CLASSES, FAMILIES
from loopmind_live.library.decode import decode
from loopmind_live.library.instrument_model import shipped_model
from loopmind_live.library.instruments import SURE, judge_instrument
from loopmind_live.library.names import NameHints
from loopmind_live.library.sound import measure
from loopmind_live.training.confusion import Confusion, confusion, picture
from loopmind_live.training.intervals import wilson
from loopmind_live.training.manifest import Truth, read_manifest, true_class

Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Told:
    """One sound: its true class, the class that it was told as, and how sure that was.

    `learned`: the model has learned from sounds of its pack, so that it says little of others.
    """

    true: str
    told: str
    confidence: float
    learned: bool = False

    @property
    def right(self) -> bool:
        """Return whether they are the same."""
        return self.true == self.told


@dataclass(frozen=True, slots=True)
class InstrumentFigures:
    """How instruments were told; `left_out` sounds could not be read or have no known class."""

    answers: Sequence[Told]
    left_out: int

    @property
    def found(self) -> Confusion:
        """Return how many of each class were told as what."""
        return confusion(CLASSES, [(each.true, each.told) for each in self.answers])

    def to_json(self) -> dict[str, Any]:
        """Return the figures over ten classes, and the accuracy over six families of them.

        `sure`: the share of sounds that are sure enough for a role, `sure_accuracy`: how many of
        these are right. The interval is Wilson's, of 95 %.
        """
        found, families = self.found, self.found.merged(FAMILIES)
        right = sum(each.right for each in self.answers)
        sure = [each for each in self.answers if each.confidence >= SURE]
        return {
            "accuracy": round(found.accuracy, 4),
            "interval": [round(end, 4) for end in wilson(right, len(self.answers))],
            "macro_f1": round(found.macro_f1, 4),
            "accuracy_families": round(families.accuracy, 4),
            "sure": round(len(sure) / len(self.answers), 4),
            "sure_accuracy": round(sum(each.right for each in sure) / max(len(sure), 1), 4),
            "sounds": len(self.answers),
            "left_out": self.left_out,
            "learned": sum(each.learned for each in self.answers),
            "recall": {name: round(part, 4) for name, part in found.recalls.items()},
            "confusion": found.to_json(),
            "confusion_families": families.to_json(),
        }

    def picture(self) -> str:
        """Return the confusion matrix as SVG."""
        found = self.found
        return picture(found, f"Instruments by ear: {found.accuracy:.1%} of {len(self.answers)}")

    def __str__(self) -> str:
        """Return the figures with the table."""
        figures = self.to_json()
        low, high = figures["interval"]
        return (
            f"{self.found}\n\naccuracy {figures['accuracy']:.3f} ({low:.2f}-{high:.2f}) over "
            f"{len(CLASSES)} classes, {figures['accuracy_families']:.3f} over six families; "
            f"macro F1 {figures['macro_f1']:.3f}; {figures['sure_accuracy']:.3f} right of the "
            f"{figures['sure']:.0%} that are sure; {len(self.answers)} sounds, "
            f"{self.left_out} left out{self._caution()}"
        )

    def _caution(self) -> str:
        learned = sum(each.learned for each in self.answers)
        told = f"; {learned} are of packs that the model has learned from: of others it knows less"
        return told if learned else ""


def evaluate(data: Path, advance: Advance) -> InstrumentFigures:
    """Tell the instrument of every sound in the manifest of `data` by ear alone: names are hidden.

    Raises ConfigError where there is no manifest, or nothing in it that can be measured.
    """
    truths = [truth for truth in read_manifest(data) if truth.kind != "edge"]
    answers = []
    for done, truth in enumerate(truths, 1):
        answer = _answer(truth)
        if answer is not None:
            answers.append(answer)
        advance(done, len(truths))
    if not answers:
        raise ConfigError(f"{data}: no sound in its manifest has an instrument that is known")
    return InstrumentFigures(answers, len(truths) - len(answers))


def _answer(truth: Truth) -> Told | None:
    """Return what is told; None without truth, or where the file cannot be read."""
    true = true_class(truth.instrument)
    if true is None:
        return None
    try:
        sound = measure(decode(truth.path))
    except LibraryError:
        return None
    judged = judge_instrument(sound, NameHints())
    learned = truth.pack in shipped_model().packs
    return Told(true, CLASS_OF[judged.instrument], judged.confidence, learned)
