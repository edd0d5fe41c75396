"""An insert, and the shells of one number of all tracks with the hook behind them."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.kernel import copy, split
from loopmind_live.engine.player import Tracks
from loopmind_live.engine.shell_kernel import (
    LEFT,
    STEP,
    TARGET,
    VALUE,
    WAIT,
    blend,
    is_sound,
    replace,
    silence,
)
from loopmind_live.score.patch import Parameter

with pyo_import():
    import pyo64 as pyo

Samples = npt.NDArray[np.float64]


def compile_shells(block: int) -> None:
    """Compile what shells call in each block, or load it from the disk cache."""
    signal, side, share = np.zeros((block, 2)), np.zeros(block), np.zeros(5)
    split(signal, side, side)
    copy(signal, signal)
    blend(signal, signal, side, side, share)
    replace(signal, side, side)
    silence(signal)
    is_sound(side, side)


@dataclass(eq=False)
class Insert:
    """What was built for one shell; `share` is how much of it is heard.

    It stands still until it is mounted.
    """

    name: str
    number: int
    knobs: Mapping[str, Parameter]
    track: int
    shell: int
    left: Samples
    right: Samples
    parameters: dict[str, pyo.PyoObject]
    streams: list[pyo.PyoObject]
    objects: list[object]
    share: Samples = field(default_factory=lambda: np.zeros(5))
    ended: bool = False

    @property
    def stays(self) -> bool:
        """Tell whether it is there to stay, or on its way out."""
        return bool(self.share[TARGET] == 1.0)

    def fade(self, target: float, frames: int, wait: int = 0) -> None:
        """Fade evenly to `target` over so many frames, after `wait` frames more."""
        share = self.share
        if wait and not frames:
            frames = 1  # the first frame after the wait is all there
        share[TARGET] = target
        share[STEP] = (target - share[VALUE]) / max(1, frames)
        share[LEFT] = frames
        share[WAIT] = wait
        if not frames:
            share[VALUE] = target

    def settled(self) -> bool:
        """Tell whether nothing but it is heard."""
        return bool(self.share[LEFT] == 0.0 and self.share[VALUE] == 1.0)

    def silent(self) -> bool:
        """Tell whether it has faded out."""
        return bool(self.share[LEFT] == 0.0 and self.share[VALUE] == 0.0)


class Stage:
    """The shells of one number, of all tracks, and the hook behind them."""

    def __init__(self, place: pyo.PyoObject, block: int, called: Callable[[], None]) -> None:
        self.mounted: dict[int, list[Insert]] = {}
        self._dry = np.zeros((block, 2))
        tables = [[pyo.DataTable(size=block) for _ in range(2)] for _ in range(MAX_TRACKS)]
        self._inputs = [tuple(view(table) for table in pair) for pair in tables]
        self.readers = [[pyo.TableIndex(table, place).stop() for table in pair] for pair in tables]
        first = pyo.DataTable(size=block)
        view(first)[0] = 1.0
        self._tick = pyo.TableIndex(first, place).stop()
        self._hook = pyo.TrigFunc(self._tick, called).stop()
        self._at = self._hook.getBaseObjects()[0]._getStream()
        self.server = self._hook.getBaseObjects()[0].getServer()

    def add(self, insert: Insert) -> None:
        """Let pyo compute `insert` from this block on, before the hook."""
        for stream in insert.streams:
            self.server.changeStreamPosition(self._at, stream)
            stream.getStreamObject().play()
        if not self.mounted:
            self._tick.play()
            self._hook.play()
        if insert.track not in self.mounted:
            for reader in self.readers[insert.track]:
                reader.play()
        self.mounted.setdefault(insert.track, []).append(insert)

    def take_ended(self) -> list[Insert]:
        """Return the inserts that are heard no more, and stop what only they needed."""
        ended = []
        for track in list(self.mounted):
            inserts = self.mounted[track]
            for insert in [one for one in inserts if one.ended]:
                inserts.remove(insert)
                ended.append(insert)
            if not inserts:
                del self.mounted[track]
                for reader in self.readers[track]:
                    reader.stop()
        if ended and not self.mounted:
            self._tick.stop()
            self._hook.stop()
        return ended

    def give(self, tracks: Tracks) -> None:
        """Hand the tracks that have inserts to them."""
        for track in self.mounted:
            split(tracks[track], *self._inputs[track])

    def take(self, tracks: Tracks, broken: deque[Insert]) -> None:
        """Put what the inserts made of the tracks in their place; silence what is no sound."""
        for track, inserts in self.mounted.items():
            signal = tracks[track]
            bad = [one for one in inserts if not is_sound(one.left, one.right)]
            if bad:
                silence(signal)
                broken.extend(bad)
                for insert in bad:
                    insert.ended = True
            elif len(inserts) == 1 and inserts[0].settled():
                replace(signal, inserts[0].left, inserts[0].right)
            else:
                copy(self._dry, signal)
                for insert in inserts:
                    blend(signal, self._dry, insert.left, insert.right, insert.share)
                    insert.ended = insert.silent()

    def close(self) -> None:
        """Free everything, consumers first."""
        for inserts in self.mounted.values():
            for insert in inserts:
                free(insert)
        self.mounted.clear()
        self._inputs.clear()
        self._at = self.server = self._hook = self._tick = None
        self.readers.clear()


def view(table: pyo.PyoObject) -> Samples:
    """Return a table's samples themselves, float64 [frames]; let go of them before the table."""
    return np.asarray(table.getBuffer())


def free(insert: Insert) -> None:
    """Let an insert go, consumers first: the other way round pyo reads freed memory."""
    insert.left = insert.right = np.zeros(0)  # the tables go too: nobody may look at them
    insert.streams.clear()
    insert.parameters.clear()
    while insert.objects:
        insert.objects.pop()
