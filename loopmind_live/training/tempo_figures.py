"""What is counted of the answers of a tempo estimator: shares by condition, tier and confidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from loopmind_live.library.tempo import Tempo
from loopmind_live.training.manifest import Truth
from loopmind_live.training.peers import PEERS
from loopmind_live.training.shares import Share
from loopmind_live.training.spoiling import CONDITIONS, START_SILENCE_S

TIERS = ("A", "B")
TOLERANCES = (0.01, 0.04)
COVERAGES = (0.3, 0.5, 0.7, 0.9, 1.0)
FAST_BPM = (160.0, 180.0)
_START_S = 0.03
_OCTAVES = (1.0, 2.0, 0.5, 3.0, 1.0 / 3.0)
_TIMES = ("", "double", "half", "triple", "third")
_BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one loop, and the truth."""

    truth: Truth
    condition: str
    true_bpm: float
    alone: Tempo | None
    named: Tempo | None

    @property
    def bpm(self) -> float | None:
        """Return the tempo by the sound alone."""
        return self.alone.bpm if self.alone is not None else None

    @property
    def confidence(self) -> float:
        """Return how sure that is."""
        return self.alone.confidence if self.alone is not None else 0.0

    @property
    def beats_per_bar(self) -> int | None:
        """Return the meter by the sound alone."""
        return self.alone.beats_per_bar if self.alone is not None else None

    def right(self, tolerance: float, named: bool = False) -> bool:
        """Return whether the tempo is within a share of the true one."""
        tempo = self.named if named else self.alone
        return tempo is not None and is_near(tempo.bpm, self.true_bpm, tolerance)

    def is_start(self, condition: str) -> bool:
        """Return whether this tells where a loop begins in a condition: its tempo is right."""
        return self.condition == condition and self.right(max(TOLERANCES))

    @property
    def octave(self) -> str:
        """Return what a wrong tempo is of the true one: "half", "double", "none", "other"."""
        if self.bpm is None:
            return "none"
        for factor, name in zip(_OCTAVES, _TIMES, strict=True):
            if is_near(self.bpm, factor * self.true_bpm, max(TOLERANCES)):
                return name or "right"
        return "other"


@dataclass(frozen=True, slots=True)
class TempoEvaluation:
    """All answers on a folder."""

    answers: tuple[Answer, ...]
    one_shots: int
    false_tempos: int
    named_false_tempos: int
    peers: Mapping[Path, tuple[float | None, ...]]

    def to_json(self) -> dict[str, Any]:
        """Return the figures: shares with counts and 95 % intervals."""
        return {
            "conditions": {
                condition: {tier: self._group(condition, tier) for tier in self._tiers}
                for condition in CONDITIONS
            },
            "one_shots": {
                "false_tempos": Share(self.false_tempos, self.one_shots).to_json(),
                "with_names": Share(self.named_false_tempos, self.one_shots).to_json(),
            },
            "downbeats": self._downbeats().to_json(),
            "meter": {name: share.to_json() for name, share in self._meter().items()},
            "reliability": self._reliability(),
            "peers": self._peers(),
            "wrong": [_told(answer) for answer in self.answers if not answer.right(0.04)],
        }

    def __str__(self) -> str:
        lines = ["within 4 %, by sound alone (95 % interval):"]
        for tier in self._tiers:
            for condition in CONDITIONS:
                group = self._of(condition, tier)
                lines.append(f"  {tier} {condition:14} {_right(group, 0.04)}")
                lines += [f"      {name}: {share}" for name, share in _beside(group).items()]
        lines.append(f"one-shots given a tempo: {Share(self.false_tempos, self.one_shots)}")
        lines.append(f"loops that start late and on their one: {self._downbeats()}")
        lines += [f"{name.replace('_', ' ')}: {share}" for name, share in self._meter().items()]
        lines += [
            f"confidence {row['from']:.1f}-{row['to']:.1f}: right {row['right']['value']} "
            f"of {row['right']['of']}, told {row['told']}"
            for row in self._reliability()
        ]
        for peer, by_tier in self._peers().items():
            lines += [f"{peer} on clean {tier}: {row}" for tier, row in by_tier.items()]
        return "\n".join(lines)

    @property
    def _tiers(self) -> list[str]:
        return [tier for tier in TIERS if any(a.truth.bpm_tier == tier for a in self.answers)]

    def _of(self, condition: str, tier: str) -> list[Answer]:
        return [
            answer
            for answer in self.answers
            if answer.condition == condition and answer.truth.bpm_tier == tier
        ]

    def _group(self, condition: str, tier: str) -> dict[str, Any]:
        group = self._of(condition, tier)
        octaves = [answer.octave for answer in group]
        return {
            "acc1": {f"{each:g}": _right(group, each).to_json() for each in TOLERANCES},
            "acc2": Share(
                sum(each not in ("none", "other") for each in octaves), len(group)
            ).to_json(),
            "with_names": {
                f"{each:g}": _right(group, each, named=True).to_json() for each in TOLERANCES
            },
            "fast": _right(_fast(group), 0.04).to_json(),
            "told": Share(sum(a.bpm is not None for a in group), len(group)).to_json(),
            "octaves": {name: octaves.count(name) for name in sorted(set(octaves))},
            "by_coverage": {
                f"{part:g}": _right(surest(group, part), 0.04).to_json() for part in COVERAGES
            },
        }

    def _downbeats(self) -> Share:
        """Return of how many loops, tempo found, the one moves along with silence before them."""
        starts = {
            a.truth.path: a.alone.start_s for a in self.answers if a.alone and a.is_start("clean")
        }
        late = [a for a in self.answers if a.is_start("start_silence") and a.truth.path in starts]
        moved = [
            answer.alone is not None
            and abs(answer.alone.start_s - starts[answer.truth.path] - START_SILENCE_S) < _START_S
            for answer in late
        ]
        return Share(sum(moved), len(moved))

    def _meter(self) -> dict[str, Share]:
        """Return how often three beats a bar are told, and rightly where the meter is known."""
        told = [answer for answer in self.answers if answer.alone is not None]
        known = [answer for answer in told if answer.truth.beats_per_bar is not None]
        fours = [answer for answer in known if answer.truth.beats_per_bar == 4]
        right = sum(answer.beats_per_bar == answer.truth.beats_per_bar for answer in known)
        return {
            "told_in_three": Share(_threes(told), len(told)),
            "meter_right": Share(right, len(known)),
            "fours_told_in_three": Share(_threes(fours), len(fours)),
        }

    def _reliability(self) -> list[dict[str, Any]]:
        """Return, for each range of the told confidence, how often the tempo was right."""
        rows = []
        for low, high in pairwise(_BINS):
            inside = [
                answer
                for answer in self.answers
                if answer.bpm is not None and low <= answer.confidence <= high
                and (answer.confidence < high or high == 1.0)
            ]  # fmt: skip
            told = sum(a.confidence for a in inside) / len(inside) if inside else None
            rows.append(
                {
                    "from": low,
                    "to": high,
                    "told": None if told is None else round(told, 3),
                    "right": _right(inside, 0.04).to_json(),
                }
            )
        return rows

    def _peers(self) -> dict[str, dict[str, Any]]:
        return {
            peer: {
                tier: Share(
                    sum(
                        is_near(self.peers[a.truth.path][place], a.true_bpm, 0.04)
                        for a in self._of("clean", tier)
                    ),
                    len(self._of("clean", tier)),
                ).to_json()
                for tier in self._tiers
            }
            for place, peer in enumerate(PEERS)
        }


def surest(answers: Sequence[Answer], part: float) -> list[Answer]:
    """Return the share `part` of the answers that is surest; those without a tempo are last."""
    ordered = sorted(answers, key=lambda answer: -answer.confidence)
    return ordered[: int(part * len(ordered))]


def is_near(bpm: float | None, true_bpm: float, tolerance: float) -> bool:
    """Return whether a tempo is within a share of the true one."""
    return bpm is not None and abs(bpm / true_bpm - 1.0) <= tolerance


def _right(answers: Sequence[Answer], tolerance: float, named: bool = False) -> Share:
    return Share(sum(answer.right(tolerance, named) for answer in answers), len(answers))


def _threes(answers: Sequence[Answer]) -> int:
    return sum(answer.beats_per_bar == 3 for answer in answers)


def _beside(group: Sequence[Answer]) -> dict[str, Share]:
    return {
        "within 1 %": _right(group, 0.01),
        "160-180 BPM": _right(_fast(group), 0.04),
        "the surest 70 %": _right(surest(group, 0.7), 0.04),
        "with names": _right(group, 0.04, named=True),
    }


def _fast(group: Sequence[Answer]) -> list[Answer]:
    return [answer for answer in group if FAST_BPM[0] <= answer.true_bpm <= FAST_BPM[1]]


def _told(answer: Answer) -> dict[str, Any]:
    return {
        "file": answer.truth.path.name,
        "tier": answer.truth.bpm_tier,
        "condition": answer.condition,
        "true_bpm": answer.true_bpm,
        "bpm": None if answer.bpm is None else round(answer.bpm, 3),
        "confidence": round(answer.confidence, 3),
    }
