"""The folder as evidence: loops that lie together are often of one tempo.

Whether a loop is counted in half or in double time its sound alone often leaves open; a folder full
of sure loops at one of the two tempos does not.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from loopmind_live.config import MAX_BPM, MIN_BPM
from loopmind_live.score.loop import Loop

LEAST = 3
"""So many neighbors must be of the other tempo before a loop follows them."""
LEAST_SHARE = 1.0 / 3.0
"""So much of the folder's confidence must be in it: a folder of many packs says nothing."""
_SAME_TEMPO = 0.005
_PULL = 15.0
"""How much likelier a tempo is if all of the folder has it."""
_OCTAVES_SHARE = 0.7
"""Of wrong tempos so many are half or twice the right one."""


def follow_neighbors(loops: Sequence[Loop], fixed: frozenset[str] = frozenset()) -> list[Loop]:
    """Return those of a folder's loops that its others move to half or double time.

    Loops whose content hash is in `fixed` are left alone: the user has said what they are.
    """
    told = [loop for loop in loops if loop.bpm is not None and loop.kind == "loop"]
    folder = _Folder(told)
    moved = []
    for loop in told:
        if loop.content_hash not in fixed:
            both = (_at(loop, factor, folder) for factor in (0.5, 2.0))
            better = [other for other in both if other is not None]
            moved += sorted(better, key=lambda other: -other.bpm_confidence)[:1]
    return moved


class _Folder:
    """How much of a folder's confidence is in each tempo."""

    def __init__(self, loops: Sequence[Loop]) -> None:
        told = sorted((loop.bpm or 0.0, loop.bpm_confidence) for loop in loops)
        self._bpms = [bpm for bpm, _ in told]
        self._sums = [0.0, *accumulate(confidence for _, confidence in told)]

    def near(self, bpm: float) -> tuple[int, float]:
        """Return how many loops have a tempo, and how sure they are in all."""
        low = bisect_left(self._bpms, bpm * (1.0 - _SAME_TEMPO))
        high = bisect_right(self._bpms, bpm * (1.0 + _SAME_TEMPO))
        return high - low, self._sums[high] - self._sums[low]

    def all(self) -> float:
        """Return how sure all of them are together."""
        return self._sums[-1]


def _at(loop: Loop, factor: float, folder: _Folder) -> Loop | None:
    """Return the loop in half or double time, where its neighbors make that the likelier."""
    if loop.bpm is None or loop.beats is None or loop.beats * factor != int(loop.beats * factor):
        return None
    bpm, sure = loop.bpm * factor, loop.bpm_confidence
    count, there = folder.near(bpm)
    if count < LEAST or not MIN_BPM <= bpm <= MAX_BPM:
        return None
    others = max(folder.all() - sure, 1e-9)
    if there < LEAST_SHARE * others:
        return None
    here = max(0.0, folder.near(loop.bpm)[1] - sure)
    kept = sure * (1.0 + _PULL * here / others)
    changed = (1.0 - sure) * _OCTAVES_SHARE * (1.0 + _PULL * there / others)
    if changed <= kept:
        return None
    rest = (1.0 - sure) * (1.0 - _OCTAVES_SHARE)
    confidence = changed / (changed + kept + rest)
    return replace(loop, bpm=bpm, bpm_confidence=confidence, beats=int(loop.beats * factor))
