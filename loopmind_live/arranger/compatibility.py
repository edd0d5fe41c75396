"""How well a loop suits a role in a set: tempo, key, mood, pack, color, loudness. Pure.

A model may take this module's place: it too gives each candidate a score, higher is better.
"""

import math
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from loopmind_live.arranger.base import NEUTRAL
from loopmind_live.arranger.directions import MOOD_DIRECTIONS
from loopmind_live.score.fit import MAX_GAIN_DB, TARGET_LUFS, semitones_for, time_factor
from loopmind_live.score.loop import UNPITCHED_ROLES, Loop, Role
from loopmind_live.units import split_key

SURE_TEMPO = 0.5
SURE_KEY = 0.35
"""Below these confidences a loop is not used on stage while there is anything else."""
NEAR_STRETCH = (1 / 1.12, 1.12)
EASY_STRETCH = (0.75, 1.35)
HARD_STRETCH = (0.5, 2.0)
"""Outside the first a loop loses to any of its role that is within, outside the second it is a last
choice, outside the third none."""
REACHES = (NEAR_STRETCH, EASY_STRETCH, HARD_STRETCH)
_AN_OCTAVE, _FAR = 1.0, 0.3
"""What stretch costs of a score: by the octave, and for each reach that it leaves."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A loop that can be used, with what is asked of it again and again worked out once.

    `brightness` and `density` are ranks (0..1) among the loops of the same role.
    """

    loop: Loop
    role: Role
    bpm: float
    beats: int
    sure: bool
    folder: str
    brightness: float = 0.5
    density: float = 0.5


@dataclass(frozen=True, slots=True)
class Aim:
    """What loops are chosen for. `moods_out`: moods that they are to lie away from."""

    bpm: float
    key: str | None
    beats_per_bar: int
    moods: tuple[str, ...] = ()
    moods_out: tuple[str, ...] = ()


def candidates_of(loops: Iterable[Loop]) -> tuple[Candidate, ...]:
    """Return what can be used of `loops`: sound ones with a tempo and beats, each content once.

    The order does not depend on the order of `loops`.
    """
    usable = [loop for loop in loops if _is_usable(loop)]
    usable.sort(key=lambda loop: (loop.content_hash, str(loop.path)))
    once = {loop.content_hash or str(loop.path): loop for loop in reversed(usable)}
    plain = [_candidate(loop) for loop in reversed(once.values())]
    brightness = _ranks([(c.role, c.loop.brightness_hz) for c in plain])
    density = _ranks([(c.role, _onsets_per_beat(c)) for c in plain])
    return tuple(
        Candidate(c.loop, c.role, c.bpm, c.beats, c.sure, c.folder, bright, dense)
        for c, bright, dense in zip(plain, brightness, density, strict=True)
    )


def _is_usable(loop: Loop) -> bool:
    return (
        loop.error is None
        and loop.kind == "loop"
        and loop.bpm is not None
        and loop.bpm > 0.0
        and loop.beats is not None
        and loop.beats > 0
    )


def _candidate(loop: Loop) -> Candidate:
    """Return `loop` as a candidate; one without a role plays a likely one, and counts as unsure."""
    assert loop.bpm is not None and loop.beats is not None
    role: Role = loop.role or ("melody" if loop.key is not None else "perc")
    pitched = role not in UNPITCHED_ROLES
    key_is_sure = loop.key is not None and loop.key_confidence >= SURE_KEY
    sure = (
        loop.role is not None and loop.bpm_confidence >= SURE_TEMPO and (key_is_sure or not pitched)
    )
    return Candidate(loop, role, loop.bpm, loop.beats, sure, str(loop.path.parent))


def _onsets_per_beat(candidate: Candidate) -> float | None:
    onsets = candidate.loop.onsets_per_s
    return None if onsets is None else onsets * 60.0 / candidate.bpm


def _ranks(values: Sequence[tuple[Role, float | None]]) -> list[float]:
    """Return each value's rank (0..1) among those of its role, 0.5 where it is not known."""
    by_role: dict[Role, list[float]] = {}
    for role, value in values:
        if value is not None:
            by_role.setdefault(role, []).append(value)
    for known in by_role.values():
        known.sort()
    return [
        0.5
        if value is None or len(by_role[role]) < 2
        else bisect_left(by_role[role], value) / (len(by_role[role]) - 1)
        for role, value in values
    ]


def stretch_of(candidate: Candidate, bpm: float) -> float:
    """Return the stretch that `candidate` needs at `bpm`, half and double time considered."""
    return bpm / (candidate.bpm * time_factor(candidate.bpm, candidate.beats, bpm))


def reach_of(stretch: float) -> int | None:
    """Return the first of REACHES that a stretch is within, None beyond them all.

    >>> [reach_of(stretch) for stretch in (1.0, 0.9, 1.2, 0.72, 2.5)]
    [0, 0, 1, 2, None]
    """
    return next((i for i, (low, high) in enumerate(REACHES) if low <= stretch <= high), None)


def suitability(candidate: Candidate, aim: Aim) -> float | None:
    """Return how well a candidate alone suits `aim` (about 0..1), None where it cannot be fitted.

    >>> from pathlib import Path
    >>> def loop(bpm, key): return Loop(Path(f"{bpm}{key}.wav"), f"{bpm}{key}", bpm=bpm,
    ...     beats=16, key=key, role="bass", bpm_confidence=1.0, key_confidence=1.0)
    >>> aim = Aim(140.0, "A:min", 4)
    >>> near, far = candidates_of([loop(140.0, "A:min"), loop(120.0, "C#:min")])
    >>> sorted([near, far], key=lambda c: suitability(c, aim) or 0)[-1].loop.key
    'A:min'
    """
    factor = time_factor(candidate.bpm, candidate.beats, aim.bpm)
    stretch = aim.bpm / (candidate.bpm * factor)
    reach = reach_of(stretch)
    if reach is None:
        return None
    loop = candidate.loop
    score = 0.5 - _AN_OCTAVE * abs(math.log2(stretch)) - _FAR * reach
    score -= 0.05 if factor != 1.0 else 0.0
    score += 0.25 * _key_score(candidate, aim.key)
    score += 0.25 * _mood_score(candidate, aim.moods)
    score -= 0.25 * _mood_score(candidate, aim.moods_out)
    score += 0.1 * loop.bpm_confidence + 0.05 * _length_score(candidate, factor, aim.beats_per_bar)
    return score - 0.2 * _weakness(loop, candidate.role)


def _key_score(candidate: Candidate, key: str | None) -> float:
    """Return 1 for the same key, less for each semitone to transpose; unpitched roles fit any.

    Transposition always reaches the set's scale, so that what is left of the distance is how far
    the loop has to be moved, and whether its mode was meant.
    """
    loop = candidate.loop
    if candidate.role in UNPITCHED_ROLES or key is None:
        return 1.0
    if loop.key is None:
        return 0.0
    moved = abs(semitones_for(loop, candidate.role, key)) / 6.0
    same_mode = split_key(loop.key)[1] == split_key(key)[1]
    return (1.0 - moved) * (0.8 + 0.2 * loop.key_confidence) - (0.0 if same_mode else 0.1)


def _mood_score(candidate: Candidate, moods: Collection[str]) -> float:
    """Return about -0.5..1.5: moods that the loop is known for, and colors that suit them."""
    if not moods:
        return 0.0
    score = sum(mood in candidate.loop.moods for mood in moods) / len(moods)
    for mood in moods:
        way = MOOD_DIRECTIONS.get(mood, NEUTRAL)
        shade = way.brightness * (candidate.brightness - 0.5)
        shade += way.density * (candidate.density - 0.5)
        score += 0.5 * shade / len(moods)
    return score


def _length_score(candidate: Candidate, factor: float, beats_per_bar: int) -> float:
    """Return 1 for two bars and more, less for shorter loops and for broken bars."""
    beats = candidate.beats * factor
    whole = 0.0 if beats % beats_per_bar == 0 else -1.0
    return whole + min(1.0, beats / (2 * beats_per_bar))


def _weakness(loop: Loop, role: Role) -> float:
    """Return 0..1: how far a loop stays below its role's level even with all the gain allowed."""
    if loop.lufs is None:
        return 0.0
    missing_db = TARGET_LUFS[role] - loop.lufs - MAX_GAIN_DB
    return min(1.0, max(0.0, missing_db / 12.0))


def togetherness(candidate: Candidate, chosen: Collection[Candidate]) -> float:
    """Return how well a candidate goes with those already chosen (0..0.4).

    Loops of one folder are usually one pack, made for each other; pitched loops that differ in
    brightness leave each other room.
    """
    if not chosen:
        return 0.0
    same_pack = sum(other.folder == candidate.folder for other in chosen) / len(chosen)
    if candidate.role in UNPITCHED_ROLES:
        return 0.3 * same_pack
    gaps = [
        abs(candidate.brightness - other.brightness)
        for other in chosen
        if other.role not in UNPITCHED_ROLES and other.role != candidate.role
    ]
    return 0.3 * same_pack + 0.1 * (min(gaps) if gaps else 0.5)
