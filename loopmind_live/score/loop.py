"""A loop: an analysed audio file, immutable."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

Role = Literal[
    "drums", "kick", "snare", "hats", "perc", "bass", "melody", "chords", "pad", "vocal", "fx"
]
ROLES: tuple[Role, ...] = get_args(Role)
"""All roles; a role's place is its track's number."""
UNPITCHED_ROLES: frozenset[Role] = frozenset({"drums", "kick", "snare", "hats", "perc", "fx"})
KIT: tuple[Role, ...] = ("kick", "snare", "hats")
LoopKind = Literal["loop", "one_shot"]


def silenced(roles: Iterable[Role]) -> frozenset[Role]:
    """Return the roles that leaving `roles` out silences: without drums there is no kick either.

    >>> sorted(silenced(["drums"]))
    ['drums', 'hats', 'kick', 'snare']
    """
    chosen = frozenset(roles)
    return chosen | set(KIT) if "drums" in chosen else chosen


@dataclass(frozen=True, slots=True)
class Loop:
    """What is known of one audio file. Estimates carry a confidence from 0 to 1.

    `beats` is the whole number of beats from `start_s`, the place of the first downbeat; what
    follows them is the tail. `bpm`, `beats` and `key` are None where none is sure. `tuning_cents`:
    how far the notes are from A 440, -50..50, where there is a key. `profile`: what it plays beat
    by beat, packed (`dsp.profile`), None where it has no beats or is from an older analysis; the
    library alone keeps it. `error` is set, and nothing else is trusted, where the file could not be
    analysed.
    """

    path: Path
    content_hash: str
    kind: LoopKind = "loop"
    duration_s: float = 0.0
    rate_hz: int = 0
    channels: int = 0
    bpm: float | None = None
    bpm_confidence: float = 0.0
    beats: int | None = None
    beats_per_bar: int = 4
    start_s: float = 0.0
    key: str | None = None
    key_confidence: float = 0.0
    instrument: str | None = None
    role: Role | None = None
    moods: tuple[str, ...] = ()
    lufs: float | None = None
    true_peak_dbtp: float | None = None
    brightness_hz: float | None = None
    onsets_per_s: float | None = None
    tuning_cents: float | None = None
    error: str | None = None
    profile: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def bars(self) -> float | None:
        """Return the length in bars of this loop's meter, or None without beats."""
        return None if self.beats is None else self.beats / self.beats_per_bar

    def to_json(self) -> dict[str, Any]:
        """Return the object that `loopmind loops --json` prints."""
        return {
            "path": str(self.path),
            "kind": self.kind,
            "duration_s": round(self.duration_s, 6),
            "bpm": self.bpm,
            "bpm_confidence": round(self.bpm_confidence, 3),
            "beats": self.beats,
            "beats_per_bar": self.beats_per_bar,
            "bars": self.bars,
            "key": self.key,
            "key_confidence": round(self.key_confidence, 3),
            "tuning_cents": self.tuning_cents,
            "instrument": self.instrument,
            "role": self.role,
            "moods": list(self.moods),
            "lufs": self.lufs,
            "true_peak_dbtp": self.true_peak_dbtp,
            "error": self.error,
        }
