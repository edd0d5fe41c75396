"""Faders that are to move at a frame ahead: the engine is told before it comes, and places them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from loopmind_live.session.actions import Faders, SetArrangement
from loopmind_live.session.desk import moved
from loopmind_live.session.document import Document, Refit
from loopmind_live.session.editing import apply, inverse
from loopmind_live.session.effects import SetParameter
from loopmind_live.session.landing import projected
from loopmind_live.session.state import Change, State
from loopmind_live.session.walking import landing_frame

AHEAD_S = 0.4
"""So long before its frame the engine knows of a move: it may have a patch to build."""


class FadersAhead:
    """Knows which moves the engine was told of that have not landed yet."""

    def __init__(self, rate_hz: int) -> None:
        self._ahead_frames = round(AHEAD_S * rate_hz)
        self._told: dict[int, _Told] = {}

    def news(self, state: State, frame: int, refit: Refit) -> Iterator[SetParameter]:
        """Yield what the engine is to be told by `frame`: each move once, with its own frame.

        What was canceled after it had been told, or waits for another bar since, is moved back,
        just after it would have moved.
        """
        bars = {change.number: change.bar for change in state.pending}
        for number in sorted(self._told):
            told = self._told[number]
            if bars.get(number) == told.bar:
                continue
            del self._told[number]
            back = inverse(state.document, told.action, refit)
            for fader in moved(back, apply(state.document, told.action, refit)):
                yield replace(fader, frame=told.frame)
        for change in state.pending:
            if not isinstance(change.action, Faders | SetArrangement):
                continue
            if change.number in self._told:
                continue
            at = landing_frame(state, change)
            if at <= frame + self._ahead_frames:
                faders = moved(change.action, _just_before(state, change, refit))
                self._told[change.number] = _Told(change.action, change.bar, at, faders)
                for fader in faders:
                    yield replace(fader, frame=at)

    def landed(self, change: Change, before: Document) -> tuple[SetParameter, ...]:
        """Take it that a change has landed; return what the engine was not told of it before.

        `before` is the document that it found: a fader may have been moved since it was told.
        """
        told = self._told.pop(change.number, None)
        if told is None:
            return moved(change.action, before)
        if isinstance(change.action, Faders):
            return ()
        return tuple(one for one in moved(change.action, before) if one not in told.faders)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the engine was told of a change at `bar`, for a frame."""

    action: Faders | SetArrangement
    bar: float
    frame: int
    faders: tuple[SetParameter, ...]


def _just_before(state: State, change: Change, refit: Refit) -> Document:
    """Return the document that `change` finds where it lands, as far as is known."""
    if isinstance(change.action, Faders):
        return state.document
    at = landing_frame(state, change), change.number
    earlier = tuple(one for one in state.pending if (landing_frame(state, one), one.number) < at)
    return projected(replace(state, pending=earlier), refit)
