"""The notes of instruments: told to the engine just before they sound, each for its own frame."""

import math
from collections.abc import Iterator
from functools import lru_cache

from loopmind_live.score.loop import ROLES, Role
from loopmind_live.score.melody import HELD, Melody, degree_hz, melody_of
from loopmind_live.session.document import INSERT_CONTROLS, Document, Refit
from loopmind_live.session.effects import SetParameter
from loopmind_live.session.patches import KnownPatch, numbered
from loopmind_live.session.state import State
from loopmind_live.session.walking import walk_to

AHEAD_S = 0.25
"""So long before it sounds a live engine knows of a note; what is muted by then stays silent."""
_OFF = 0.0


def instrument_of(known: tuple[KnownPatch, ...], document: Document, role: Role) -> str:
    """Return the pattern that the instrument in a part plays, "" where there is none."""
    patch = numbered(known, document.control(role, INSERT_CONTROLS[0]))
    if patch is None or not patch.pattern:
        return ""
    return document.pattern(role) or patch.pattern


class NotesAhead:
    """Knows which notes the engine was told, and in which parts they are heard.

    Time is cut where something lands: what is played up to there follows the set as it is now.
    """

    def __init__(self, ahead_frames: int) -> None:
        self._ahead_frames = ahead_frames
        self._until = 0
        self._heard: dict[Role, list[tuple[int, bool]]] = {}

    def news(self, state: State, frame: int, refit: Refit) -> Iterator[SetParameter]:
        """Yield what the engine, about to play `frame`, is to be told by now."""
        if not any(patch.pattern for patch in state.patches):
            return
        for role in ROLES:
            yield from self._hear(state, role, frame, None)
        end = frame + self._ahead_frames
        start = max(self._until, frame)
        for moment in walk_to(state, end - 1, refit, lambda _: True):
            yield from self._play(state, start, min(moment.frame, end))
            state, start = moment.state, max(start, moment.frame)
        yield from self._play(state, start, end)
        self._until = max(self._until, end)

    def _play(self, state: State, start: int, end: int) -> Iterator[SetParameter]:
        """Yield the notes that begin from `start` on, before `end`, by frames."""
        if start >= end:
            return
        notes: list[tuple[int, float, int]] = []
        for track, role in enumerate(ROLES):
            pattern = instrument_of(state.patches, state.document, role)
            yield from self._hear(state, role, start, start)
            if pattern and _plays(state, role):
                found = _notes(state, _melody(pattern), start, end)
                notes += [(frame, hz, track) for frame, hz in found]
        for frame, hz, track in sorted(notes):
            yield SetParameter(f"track/{track}/note", hz, frame)

    def _hear(self, state: State, role: Role, frame: int, at: int | None) -> Iterator[SetParameter]:
        """Yield whether a part's notes are heard from `frame` on, where that is new."""
        told = [one for one in self._heard.get(role, []) if one[0] > frame]
        before = [heard for since, heard in self._heard.get(role, []) if since <= frame]
        heard = _plays(state, role)
        if before and before[-1] == heard:
            self._heard[role] = [(frame, heard), *told]
            return
        if not before and not instrument_of(state.patches, state.document, role):
            return
        self._heard[role] = [(frame, heard)]
        yield SetParameter(f"track/{ROLES.index(role)}/heard", float(heard), at)


@lru_cache(maxsize=64)
def _melody(pattern: str) -> Melody:
    return melody_of(pattern)


def _plays(state: State, role: Role) -> bool:
    """Tell whether the notes of a part are heard: the set plays, and it is not muted."""
    here = state.playhead
    return state.playing and here is not None and state.document.audible(role, here.place)


def _notes(state: State, melody: Melody, start: int, end: int) -> Iterator[tuple[int, float]]:
    """Yield where notes begin, in hertz, from `start` on and before `end`, and where each ends.

    A pattern counts from where its section began, as loops do.
    """
    assert state.playhead is not None and state.arrangement is not None
    tempo, origin = state.tempo, state.playhead.origin_bar
    step_bars = melody.bars / melody.steps
    turn = math.floor((tempo.bar(start) - origin) / melody.bars) - 1
    while tempo.line(origin + turn * melody.bars) < end:
        for note in melody.notes:
            bar = origin + turn * melody.bars + note.step * step_bars
            frame = tempo.line(bar)
            if start <= frame < end:
                yield frame, degree_hz(note.degree, state.arrangement.key)
                length = note.steps - (1.0 - HELD)
                yield tempo.line(bar + length * step_bars), _OFF
        turn += 1
