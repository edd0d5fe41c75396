"""Measure how well keys are heard, on files whose keys are known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loopmind_live.errors import ConfigError, LibraryError
from loopmind_live.library.analysis import hear_sound
from loopmind_live.library.decode import decode
from loopmind_live.library.names import NameHints
from loopmind_live.training.intervals import wilson
from loopmind_live.training.manifest import Truth, read_manifest
from loopmind_live.units import parse_key, split_key

UNPITCHED = frozenset({"drums", "kick", "snare", "hat", "hats", "perc"})
"""What has no key, where it plays alone."""
_STEPS = 5
_CONFIDENT = 0.7


@dataclass(frozen=True, slots=True)
class Answer:
    """What was heard in one file: `truth` is its key in the project's spelling, None for drums.

    `modal`: whether the truth says major or minor, and not just a root.
    """

    kind: str
    truth: str | None
    modal: bool
    heard: str | None
    confidence: float

    @property
    def score(self) -> float:
        """Return the points of this answer in MIREX's contest of keys."""
        return mirex_score(self.truth, self.heard) if self.truth is not None else 0.0

    @property
    def has_root(self) -> bool:
        """Return whether the tonic is right."""
        if self.truth is None or self.heard is None:
            return False
        return split_key(self.truth)[0] == split_key(self.heard)[0]


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """All answers; `str` tells the figures to a person."""

    answers: Sequence[Answer]

    def to_json(self) -> dict[str, Any]:
        """Return shares of 0..1 with their 95 % intervals, also of each kind of material."""
        kinds = sorted({answer.kind for answer in self.answers})
        return {
            **_figures(self.answers),
            "most_confident": _exact_of_most_confident(self.answers),
            "calibration": _calibration(self.answers),
            "kinds": {
                kind: _figures([each for each in self.answers if each.kind == kind])
                for kind in kinds
            },
        }

    def __str__(self) -> str:
        """Return a line for each kind of material, and one for all."""
        figures = self.to_json()
        rows = [("all", figures), *figures["kinds"].items()]
        return "\n".join(f"{name:<12} {_told(each)}" for name, each in rows)


def evaluate(data: Path, advance: Callable[[int, int], None]) -> KeyFigures:
    """Return the figures for the folder `data` with a manifest. Raises ConfigError.

    Every file with a key counts, and the loops of drums, which have none. A key that is a bare
    letter is a root, whose mode is not known. Names are kept from the analysis: only sound counts.
    """
    wanted = [truth for truth in read_manifest(data) if _counts(truth)]
    if not wanted:
        raise ConfigError(f"{data}: no file with a key and no loop of drums in its manifest")
    answers = []
    for done, truth in enumerate(wanted, 1):
        answers.append(_answer(truth))
        advance(done, len(wanted))
    return KeyFigures(answers)


def mirex_score(truth: str, heard: str | None) -> float:
    """Return the points of an answer: 1 right, .5 a fifth above, .3 relative, .2 parallel, else 0.

    As in MIREX and mir_eval: the fifth below is wrong.

    >>> [mirex_score("C:maj", key) for key in ("C:maj", "G:maj", "A:min", "C:min", "F:maj", None)]
    [1.0, 0.5, 0.3, 0.2, 0.0, 0.0]
    """
    if heard is None:
        return 0.0
    (tonic, mode), (other, other_mode) = split_key(truth), split_key(heard)
    if mode == other_mode:
        return {0: 1.0, 7: 0.5}.get((other - tonic) % 12, 0.0)
    relative = 9 if mode == "maj" else 3
    return {0: 0.2, relative: 0.3}.get((other - tonic) % 12, 0.0)


def _counts(truth: Truth) -> bool:
    if truth.key is not None:
        return parse_key(truth.key) is not None
    return truth.kind == "loop" and truth.instrument in UNPITCHED


def _answer(truth: Truth) -> Answer:
    key = parse_key(truth.key) if truth.key is not None else None
    modal = truth.key is not None and "m" in truth.key.lower()  # as in Em, E minor, E:maj
    answer = Answer(truth.instrument or truth.kind, key, modal, None, 0.0)
    try:
        loop = hear_sound(truth.path, "", decode(truth.path), NameHints()).loop
    except LibraryError:
        return answer  # what cannot be heard has no key
    return replace(answer, heard=loop.key, confidence=loop.key_confidence)


def _figures(answers: Sequence[Answer]) -> dict[str, Any]:
    keyed = [each for each in answers if each.truth is not None]
    modal = [each for each in keyed if each.modal]
    drums = [each for each in answers if each.truth is None]
    counted = {
        "mirex": (sum(each.score for each in modal), len(modal)),
        "exact": (sum(each.truth == each.heard for each in modal), len(modal)),
        "root": (sum(each.has_root for each in keyed), len(keyed)),
        "told": (sum(each.heard is not None for each in keyed), len(keyed)),
        "unpitched": (sum(each.heard is None for each in drums), len(drums)),
    }
    return {
        **{name: _share(*pair) for name, pair in counted.items()},
        "intervals": {name: [round(end, 4) for end in wilson(*p)] for name, p in counted.items()},
        "files": {"keyed": len(keyed), "with_mode": len(modal), "unpitched": len(drums)},
    }


def _exact_of_most_confident(answers: Sequence[Answer]) -> float | None:
    """Return the share that is exact of the most confident seven tenths."""
    modal = sorted((each for each in answers if each.modal), key=lambda each: -each.confidence)
    sure = modal[: round(_CONFIDENT * len(modal))]
    return _share(sum(each.truth == each.heard for each in sure), len(sure))


def _calibration(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Return, by confidence, how many keys were told, the mean confidence, and how many exact."""
    told = [each for each in answers if each.modal and each.heard is not None]
    rows = []
    for step in range(_STEPS):
        low, high = step / _STEPS, (step + 1) / _STEPS
        inside = [each for each in told if low <= min(each.confidence, 0.9999) < high]
        rows.append(
            {
                "from": low,
                "files": len(inside),
                "confidence": _share(sum(each.confidence for each in inside), len(inside)),
                "exact": _share(sum(each.truth == each.heard for each in inside), len(inside)),
            }
        )
    return rows


def _share(successes: float, count: int) -> float | None:
    return round(successes / count, 4) if count else None


def _told(figures: dict[str, Any]) -> str:
    parts = []
    for name, (low, high) in figures["intervals"].items():
        if figures[name] is not None:
            parts.append(f"{name} {figures[name]:.3f} ({low:.2f}-{high:.2f})")
    files = figures["files"]
    return f"{'  '.join(parts)}  of {files['keyed']} with a key, {files['unpitched']} without"
