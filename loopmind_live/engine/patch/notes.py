"""What instruments hear: the notes of a pattern, each on its frame."""

import numpy as np

from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.shell_kernel import play_notes
from loopmind_live.score.patch import NOTES

with pyo_import():
    import pyo64 as pyo

MOST_A_BLOCK = 64
"""What is struck beyond it in one block is not heard."""
_FIRST_HZ, _LONG_AGO_S = 110.0, 1000.0
OFF = 0.0
"""What is struck at so many hertz ends the note that is held."""
Struck = list[tuple[int, float]]


class Notes:
    """The signals of `score.patch.NOTES` for one instrument. Made outside the audio callback.

    `objects` are what keeps them alive, producers first.
    """

    def __init__(self, place: pyo.PyoObject, rate_hz: int, block: int) -> None:
        tables = [pyo.DataTable(size=block) for _ in NOTES]
        readers = [pyo.TableIndex(table, place) for table in tables]
        self.signals = dict(zip(NOTES, readers, strict=True))
        self.objects: list[object] = [*tables, *readers]
        self._lanes = tuple(np.asarray(table.getBuffer()) for table in tables)
        self._held = np.array([_FIRST_HZ, 0.0, _LONG_AGO_S])
        self._struck = np.zeros((MOST_A_BLOCK, 2))
        self._frame_s = 1.0 / rate_hz
        self.fill([])  # compiles: never inside the callback

    def fill(self, struck: Struck) -> None:
        """Write a block in which notes begin (in hertz) or end (`OFF`), in order, at its frames."""
        count = min(len(struck), MOST_A_BLOCK)
        for number in range(count):
            self._struck[number] = struck[number]
        trigger, gate, hz, age = self._lanes
        play_notes(trigger, gate, hz, age, self._held, self._struck, count, self._frame_s)

    def close(self) -> None:
        """Let go of the tables' samples, before the tables go."""
        self._lanes = ()
        self.signals.clear()
        self.objects.clear()


class Hands:
    """What is struck on all tracks in a block, and which tracks' notes are held back."""

    def __init__(self) -> None:
        self._struck: dict[int, list[tuple[int, int, float]]] = {}
        self._hushed: set[int] = set()

    def strike(self, track: int, hz: float, wait: int) -> None:
        """Begin a note `wait` frames after the block's first, or end one (`OFF`)."""
        self._struck.setdefault(track, []).append((wait, 1 if hz > OFF else 0, hz))

    def hear(self, track: int, heard: bool, wait: int) -> None:
        """Hold a track's notes back from there on, and end the one that is held; or no more."""
        self._struck.setdefault(track, []).append((wait, -1, float(heard)))

    def take(self, track: int) -> Struck:
        """Return what is struck on a track in this block, by frames, and forget it."""
        struck: Struck = []
        for wait, kind, value in sorted(self._struck.pop(track, ()), key=lambda one: one[:2]):
            if kind < 0 and not value:
                self._hushed.add(track)
                struck.append((wait, OFF))
            elif kind < 0:
                self._hushed.discard(track)
            elif kind == 0 or track not in self._hushed:
                struck.append((wait, value))
        return struck

    def drop(self) -> None:
        """Forget what is struck where nobody plays; who is held back stays so."""
        for track in list(self._struck):
            self.take(track)
