"""An insert, and the stages that inserts stand in, each with the hook behind it.

A stage is the shells of one number of all tracks, or the one shell of a bus.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.kernel import copy, split
from loopmind_live.engine.patch.notes import Notes
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
    blend(signal, signal, side, side, share, False)
    replace(signal, side, side)
    silence(signal)
    is_sound(side, side)


@dataclass(eq=False)
class Insert:
    """What was built for one shell; `share` is how much of it is heard.

    It stands still until it is mounted. An instrument has `notes`.
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
    notes: Notes | None = None
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
    """Where inserts stand, by track or bus, and the hook that pyo calls once they are computed.

    `readers` are left and right of what an insert is given. What is made before a stage is computed
    before its inserts, what is made after it, after its hook.
    """

    def __init__(self, place: pyo.PyoObject, block: int, called: Callable[[], None]) -> None:
        self.mounted: dict[int, list[Insert]] = {}
        self.readers: dict[int, Sequence[pyo.PyoObject]] = {}
        self._dry = np.zeros((block, 2))
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
            self._listen(insert.track)
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
                self._listen_no_more(track)
        if ended and not self.mounted:
            self._tick.stop()
            self._hook.stop()
        return ended

    def close(self) -> None:
        """Free everything, consumers first."""
        for inserts in self.mounted.values():
            for insert in inserts:
                free(insert)
        self.mounted.clear()
        self._at = self.server = self._hook = self._tick = None
        self.readers.clear()

    def _listen(self, track: int) -> None:
        """Begin to read what the first insert of a track is given."""

    def _listen_no_more(self, track: int) -> None:
        """End what `_listen` began."""

    def _blend(self, signal: Samples, inserts: list[Insert], broken: deque[Insert]) -> bool:
        """Put what inserts made of `signal`, [block, 2], in its place; tell whether all is sound.

        Where it is not, `signal` stays as it is, and what is no sound is taken off.
        """
        bad = [one for one in inserts if not is_sound(one.left, one.right)]
        if bad:
            broken.extend(bad)
            for insert in bad:
                insert.ended = True
            return False
        if len(inserts) == 1 and inserts[0].settled():
            replace(signal, inserts[0].left, inserts[0].right)
            return True
        copy(self._dry, signal)
        for insert in inserts:
            whole = insert.notes is not None and insert.stays
            blend(signal, self._dry, insert.left, insert.right, insert.share, whole)
            insert.ended = insert.silent()
        return True


class TrackStage(Stage):
    """The shells of one number, of all tracks."""

    def __init__(self, place: pyo.PyoObject, block: int, called: Callable[[], None]) -> None:
        tables = [[pyo.DataTable(size=block) for _ in range(2)] for _ in range(MAX_TRACKS)]
        self._inputs = [tuple(view(table) for table in pair) for pair in tables]
        readers = [[pyo.TableIndex(table, place).stop() for table in pair] for pair in tables]
        super().__init__(place, block, called)
        self.readers = dict(enumerate(readers))

    def give(self, tracks: Tracks) -> None:
        """Hand the tracks that have inserts to them."""
        for track in self.mounted:
            split(tracks[track], *self._inputs[track])

    def take(self, tracks: Tracks, broken: deque[Insert]) -> None:
        """Put what the inserts made of the tracks in their place; silence what is no sound."""
        for track, inserts in self.mounted.items():
            if not self._blend(tracks[track], inserts, broken):
                silence(tracks[track])

    def close(self) -> None:
        """Free everything, consumers first."""
        self._inputs.clear()  # before the tables go, which the readers hold
        super().close()

    def _listen(self, track: int) -> None:
        for reader in self.readers[track]:
            reader.play()

    def _listen_no_more(self, track: int) -> None:
        for reader in self.readers[track]:
            reader.stop()


class BusStage(Stage):
    """The one shell of a bus, in which a patch takes the place of `sides`.

    `given` is what the patch hears, left and right, and `out` what goes on: the sides themselves
    while nothing is mounted.
    """

    def __init__(
        self,
        place: pyo.PyoObject,
        block: int,
        called: Callable[[], None],
        bus: int,
        given: Sequence[pyo.PyoObject],
        sides: Sequence[pyo.PyoObject],
    ) -> None:
        tables = [pyo.DataTable(size=block) for _ in range(2)]
        self._signal = np.zeros((block, 2))
        self._made = tuple(view(table) for table in tables)
        self._fills = [
            pyo.TableFill(side, table) for side, table in zip(sides, tables, strict=True)
        ]
        super().__init__(place, block, called)
        self._bus = bus
        self.readers = {bus: given}
        self.out = [pyo.TableIndex(table, place) for table in tables]

    def take(self, broken: deque[Insert]) -> None:
        """Put what the patch made in the place of the sides; leave them where it is no sound."""
        replace(self._signal, *self._made)
        self._blend(self._signal, self.mounted[self._bus], broken)
        split(self._signal, *self._made)

    def close(self) -> None:
        """Free everything, consumers first."""
        self._made = ()  # before the tables go, which the readers hold
        self.out.clear()
        super().close()
        self._fills.clear()


def view(table: pyo.PyoObject) -> Samples:
    """Return a table's samples themselves, float64 [frames]; let go of them before the table."""
    return np.asarray(table.getBuffer())


def free(insert: Insert) -> None:
    """Let an insert go, consumers first: the other way round pyo reads freed memory."""
    insert.left = insert.right = np.zeros(0)  # the tables go too: nobody may look at them
    if insert.notes is not None:
        insert.notes.close()
    insert.streams.clear()
    insert.parameters.clear()
    while insert.objects:
        insert.objects.pop()
