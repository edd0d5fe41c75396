"""Faders that are to move at a frame ahead: the engine is told before it comes, and places them."""

from collections.abc import Iterator
from dataclasses import replace

from loopmind_live.session.actions import Faders, SetArrangement
from loopmind_live.session.desk import moved
from loopmind_live.session.document import Refit
from loopmind_live.session.editing import apply, inverse
from loopmind_live.session.effects import SetParameter
from loopmind_live.session.state import Change, State
from loopmind_live.session.walking import landing_frame

AHEAD_S = 0.4
"""So long before its frame the engine knows of a move: it may have a patch to build."""


class FadersAhead:
    """Knows which moves the engine was told of that have not landed yet."""

    def __init__(self, rate_hz: int) -> None:
        self._ahead_frames = round(AHEAD_S * rate_hz)
        self._told: dict[int, tuple[Change, int]] = {}

    def news(self, state: State, frame: int, refit: Refit) -> Iterator[SetParameter]:
        """Yield what the engine is to be told by `frame`: each move once, with its own frame.

        What was canceled after it had been told is moved back, just after it would have moved.
        """
        pending = {change.number for change in state.pending}
        for number in sorted(self._told.keys() - pending):
            change, at = self._told.pop(number)
            assert isinstance(change.action, Faders | SetArrangement)
            back = inverse(state.document, change.action, refit)
            for fader in moved(back, apply(state.document, change.action, refit)):
                yield replace(fader, frame=at)
        for change in state.pending:
            if not isinstance(change.action, Faders | SetArrangement):
                continue
            if change.number in self._told:
                continue
            at = landing_frame(state, change)
            if at <= frame + self._ahead_frames:
                self._told[change.number] = change, at
                for fader in moved(change.action, state.document):
                    yield replace(fader, frame=at)

    def landed(self, change: Change) -> bool:
        """Take it that a change has landed; tell whether the engine was told of it before."""
        return self._told.pop(change.number, None) is not None
