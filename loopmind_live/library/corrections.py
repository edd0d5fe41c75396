"""What the user knows better than the analysis: read from words, and laid over an estimate.

A correction is kept as text, or None for "it has none", so that one table takes all of them. They
are laid over the estimate each time it is read, and never written into it.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, cast, get_args

from loopmind_live.config import MAX_BPM, MIN_BPM
from loopmind_live.errors import LibraryError
from loopmind_live.score.loop import ROLES, Loop, LoopKind, Role
from loopmind_live.units import parse_key

Field = Literal["kind", "bpm", "beats", "key", "role"]
FIELDS: tuple[Field, ...] = get_args(Field)
"""What can be corrected, in the order in which it is laid over an estimate."""
Corrections = Mapping[Field, str | None]
"""The user's words for a sound, as `read_correction` gives them."""
NONE = "none"
"""What one writes for: it has no tempo, no key."""
MAX_BEATS = 4096
_SAME_LENGTH = 0.02
_SHORT_BEATS = 0.35
"""A loop that was cut so much too early still fills its bar."""


def read_correction(field: Field, text: str) -> str | None:
    """Return the words for a correction as they are kept; LibraryError where they make no sense.

    >>> read_correction("bpm", "174"), read_correction("key", "Fm"), read_correction("key", "none")
    ('174', 'F:min', None)
    """
    words = text.strip()
    if words.lower() == NONE and field in ("bpm", "key"):
        return None
    return _READERS[field](words)


def corrected(estimate: Loop, corrections: Corrections) -> Loop:
    """Return a loop as the user knows it: what was corrected is sure, the rest as estimated.

    A tempo makes a loop of a one-shot, and its beats follow the length, unless they were told, too.

    >>> from pathlib import Path
    >>> loop = Loop(Path("amen.wav"), "hash", duration_s=5.52, bpm=87.0, beats=8)
    >>> fixed = corrected(loop, {"bpm": "174"})
    >>> fixed.bpm, fixed.beats, fixed.bpm_confidence
    (174.0, 16, 1.0)
    """
    if estimate.error is not None or not corrections:
        return estimate
    loop = estimate
    for field in FIELDS:
        if field in corrections:
            loop = _with(loop, field, corrections[field], estimate)
    return loop


def _with(loop: Loop, field: Field, value: str | None, estimate: Loop) -> Loop:
    if field == "kind":
        kind = cast(LoopKind, value)
        return replace(loop, kind=kind) if kind == "loop" else _without_tempo(loop, kind)
    if field == "bpm":
        if value is None:
            return _without_tempo(loop, loop.kind)
        bpm = float(value)
        beats = _beats(estimate, bpm)
        return replace(loop, kind="loop", bpm=bpm, bpm_confidence=1.0, beats=beats)
    if field == "beats":
        return replace(loop, beats=int(value)) if value is not None and loop.bpm else loop
    if field == "key":
        return replace(loop, key=value, key_confidence=1.0 if value is not None else 0.0)
    return replace(loop, role=cast(Role, value))


def _without_tempo(loop: Loop, kind: LoopKind) -> Loop:
    return replace(loop, kind=kind, bpm=None, bpm_confidence=0.0, beats=None)


def _beats(estimate: Loop, bpm: float) -> int:
    """Return the beats at the tempo that the user gives.

    Where it is that of the estimate, its half or its double, the estimated span is right and only
    was counted otherwise; else all that the file holds counts.
    """
    if estimate.bpm is not None and estimate.beats is not None:
        for times in (0.5, 1.0, 2.0):
            beats = estimate.beats * times
            near = abs(bpm / (estimate.bpm * times) - 1.0) <= _SAME_LENGTH
            if near and beats == int(beats):
                return int(beats)
    return _whole_beats(estimate.duration_s - estimate.start_s, bpm, estimate.beats_per_bar)


def _whole_beats(length_s: float, bpm: float, beats_per_bar: int) -> int:
    """Return the whole bars that a length holds, in beats; below a bar its whole beats, at least 1.

    >>> _whole_beats(5.52, 174.0, 4), _whole_beats(6.2, 174.0, 4), _whole_beats(1.0, 120.0, 4)
    (16, 16, 2)
    """
    beats = length_s * bpm / 60.0
    bars = math.floor((beats + _SHORT_BEATS) / beats_per_bar)
    return beats_per_bar * bars if bars else max(1, math.floor(beats + _SHORT_BEATS))


def _read_bpm(words: str) -> str:
    try:
        bpm = float(words)
    except ValueError as error:
        raise LibraryError(f"bpm {words!r}: give a number, as in 174, or {NONE}") from error
    if not math.isfinite(bpm) or not MIN_BPM <= bpm <= MAX_BPM:
        raise LibraryError(f"bpm {words}: choose {MIN_BPM:g} to {MAX_BPM:g}, or {NONE}")
    return f"{bpm:.10g}"


def _read_beats(words: str) -> str:
    if not words.isdecimal() or not 1 <= int(words) <= MAX_BEATS:
        raise LibraryError(f"beats {words!r}: give a whole number, 1 to {MAX_BEATS}")
    return str(int(words))


def _read_key(words: str) -> str:
    key = parse_key(words)
    if key is None:
        raise LibraryError(f"key {words!r}: give one as in Fm, F# minor, Bb, or {NONE}")
    return key


def _read_role(words: str) -> str:
    if words.lower() not in ROLES:
        raise LibraryError(f"role {words!r}: choose one of {', '.join(ROLES)}")
    return words.lower()


def _read_kind(words: str) -> str:
    kinds: tuple[str, ...] = get_args(LoopKind)
    kind = words.lower().replace("-", "_").replace(" ", "_")
    if kind not in kinds:
        raise LibraryError(f"kind {words!r}: choose one of {', '.join(kinds)}")
    return kind


_READERS = {
    "kind": _read_kind, "bpm": _read_bpm, "beats": _read_beats, "key": _read_key,
    "role": _read_role,
}  # fmt: skip
