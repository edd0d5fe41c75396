"""The names that a performance has, for completion."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from loopmind_live.app.patches import patch_files
from loopmind_live.repl.names import Named, Names
from loopmind_live.score.loop import Loop
from loopmind_live.session.patch_rules import turnable
from loopmind_live.session.state import State
from loopmind_live.units import spell_key

LIST_S = 2.0
"""Patches are looked for no more often, however fast one types."""


class KnownNames:
    """Collects names; asked at each key, so what changes seldom is kept."""

    def __init__(
        self,
        folders: Sequence[Path],
        set_names: Callable[[], tuple[str, ...]] = tuple,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`folders` are those that patches are in; `set_names` looks for saved sets."""
        self._folders, self._set_names, self._clock = folders, set_names, clock
        self._sets: tuple[str, ...] = ()
        self._patches: tuple[str, ...] = ()
        self._next_s = float("-inf")
        self._loops: Sequence[Loop] | None = None
        self._described: tuple[Named, ...] = ()

    def of(self, state: State, loops: Sequence[Loop], code: tuple[str, ...] = ()) -> Names:
        """Return the names there are now; a new list of `loops` is a new library.

        `code` are those that code has made.
        """
        if self._clock() >= self._next_s:
            self._patches = tuple(sorted(patch_files(self._folders)))
            self._sets = self._set_names()
            self._next_s = self._clock() + LIST_S
        if loops is not self._loops:
            self._loops = loops
            self._described = tuple((one.path.name, about(one)) for one in loops if not one.error)
        arrangement = state.arrangement
        sections: tuple[str, ...] = ()
        if arrangement is not None:
            places = range(len(arrangement.sections))
            sections = tuple(arrangement.name(place) for place in places)
        return Names(
            sections=sections,
            patches=self._patches,
            knobs=turnable(state),
            offers=tuple(
                f"{one.part.loop.path.name}, {about(one.part.loop)}" for one in state.offered
            ),
            loops=self._described,
            code=code,
            sets=self._sets,
        )


def about(loop: Loop) -> str:
    """Return what a performer wants to know of a loop: its part, tempo and key.

    >>> about(Loop(Path("sub.wav"), "", bpm=140.0, key="F#:min", role="bass"))
    'bass, 140 bpm, F# minor'
    """
    tempo = f"{loop.bpm:.5g} bpm" if loop.bpm is not None else None
    key = spell_key(loop.key) if loop.key is not None else None
    return ", ".join(fact for fact in (loop.role, tempo, key) if fact)
