"""Faders that are moved at a named frame: the engine is told before it comes, and places them."""

from collections.abc import Iterator

from loopmind_live.session.actions import Faders
from loopmind_live.session.desk import faders
from loopmind_live.session.document import Refit
from loopmind_live.session.editing import inverse
from loopmind_live.session.effects import SetParameter
from loopmind_live.session.state import Change, State

AHEAD_S = 0.1
"""So long before its frame the engine knows of a move: a late tick does no harm."""


class FadersAhead:
    """Knows which moves the engine was told of that have not landed yet."""

    def __init__(self, rate_hz: int) -> None:
        self._ahead_frames = round(AHEAD_S * rate_hz)
        self._told: dict[int, Change] = {}

    def news(
        self, state: State, frame: int, refit: Refit
    ) -> Iterator[tuple[SetParameter, int | None]]:
        """Yield what the engine is to be told by `frame`: each move once, with its own frame.

        What was canceled after it had been told is moved back, at once.
        """
        pending = {change.number for change in state.pending}
        for number in self._told.keys() - pending:
            action = self._told.pop(number).action
            assert isinstance(action, Faders)
            for fader in faders(inverse(state.document, action, refit)):
                yield fader, None
        for change in state.pending:
            due = change.fixed and change.frame is not None and isinstance(change.action, Faders)
            if not due or change.number in self._told:
                continue
            if change.frame is not None and change.frame <= frame + self._ahead_frames:
                self._told[change.number] = change
                for fader in faders(change.action):
                    yield fader, change.frame

    def landed(self, change: Change) -> bool:
        """Take it that a change has landed; tell whether the engine was told of it before."""
        return self._told.pop(change.number, None) is not None
