"""Every track's insert shells: where a pyo graph stands between a track's filter and its fader.

    voices -> filter -> [shell 1] -> [shell 2] -> fader -> pan -> master, sends

The mixer is compiled code that pyo calls before it computes a block, so a track with an insert
takes turns: its filtered signal goes into tables, pyo computes the inserts of all first shells and
calls back (a hook among its streams), their sound is taken out of tables, the second shells follow,
and the last hook mixes the block. No sample is late, and what an empty shell adds is nothing: its
streams are there from the start and stopped.

pyo processes in the order of creation, so what is mounted later is moved before the hook. An insert
whose output is no number, or far too loud, is held back in that very block and taken off: neither
the strip nor the shared effects hear it.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from loopmind_live.config import INSERTS, MAX_TRACKS, SHELLS
from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.inserts import BUILDERS, Parameters, Sides
from loopmind_live.engine.kernel import copy, split
from loopmind_live.engine.player import Tracks
from loopmind_live.engine.shell_kernel import (
    LEFT,
    STEP,
    TARGET,
    VALUE,
    blend,
    is_sound,
    replace,
    silence,
)
from loopmind_live.engine.strips import Strips
from loopmind_live.errors import EngineError

with pyo_import():
    import pyo64 as pyo

Builder = Callable[[pyo.PyoObject, pyo.PyoObject, Parameters], Sides]
Samples = npt.NDArray[np.float64]
DEFAULT_AMOUNT = 0.5
_MOST_AT_ONCE = 3
"""How many inserts one shell fades between: quick fingers; the oldest then ends hard."""
_MOST_PREPARED = 2


def compile_shells(block: int) -> None:
    """Compile what shells call in each block, or load it from the disk cache."""
    signal, side, share = np.zeros((block, 2)), np.zeros(block), np.zeros(4)
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
    track: int
    shell: int
    left: Samples
    right: Samples
    parameters: dict[str, pyo.PyoObject]
    streams: list[pyo.PyoObject]
    objects: list[object]
    share: Samples = field(default_factory=lambda: np.zeros(4))
    ended: bool = False

    @property
    def stays(self) -> bool:
        """Tell whether it is there to stay, or on its way out."""
        return bool(self.share[TARGET] == 1.0)

    def fade(self, target: float, frames: int) -> None:
        """Fade evenly to `target` over so many frames, from the next one on."""
        share = self.share
        share[TARGET] = target
        share[STEP] = (target - share[VALUE]) / max(1, frames)
        share[LEFT] = frames
        if not frames:
            share[VALUE] = target

    def settled(self) -> bool:
        """Tell whether nothing but it is heard."""
        return bool(self.share[LEFT] == 0.0 and self.share[VALUE] == 1.0)

    def silent(self) -> bool:
        """Tell whether it has faded out."""
        return bool(self.share[LEFT] == 0.0 and self.share[VALUE] == 0.0)


class _Stage:
    """The shells of one number, of all tracks, and the hook behind them."""

    def __init__(self, place: pyo.PyoObject, block: int, called: Callable[[], None]) -> None:
        self.mounted: dict[int, list[Insert]] = {}
        self._dry = np.zeros((block, 2))
        tables = [[pyo.DataTable(size=block) for _ in range(2)] for _ in range(MAX_TRACKS)]
        self._inputs = [tuple(_view(table) for table in pair) for pair in tables]
        self.readers = [[pyo.TableIndex(table, place).stop() for table in pair] for pair in tables]
        first = pyo.DataTable(size=block)
        _view(first)[0] = 1.0
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
                _free(insert)
        self.mounted.clear()
        self._inputs.clear()
        self._at = self.server = self._hook = self._tick = None
        self.readers.clear()


class Shells:
    """The insert shells of all tracks. `mix` is called with the tracks when they are complete.

    Everything but `prepare` and `build` belongs to the audio callback.
    """

    def __init__(
        self, place: pyo.PyoObject, strips: Strips, rate_hz: int, mix: Callable[[Tracks], None]
    ) -> None:
        self._strips, self._rate_hz, self._mix = strips, rate_hz, mix
        self._block = strips.buses.shape[1]
        self._stages = [
            _Stage(place, self._block, self._hook(number)) for number in range(1, SHELLS + 1)
        ]
        self._tracks: Tracks | None = None
        self._apart: list[int] = []
        self._amounts = np.full((MAX_TRACKS, SHELLS), DEFAULT_AMOUNT)
        self._prepared: dict[tuple[int, int, str], list[Insert]] = {}
        self._retired: deque[Insert] = deque()
        self._broken: deque[Insert] = deque()
        self._notes: deque[str] = deque()
        self._failure: Exception | None = None
        compile_shells(self._block)

    def prepare(self, track: int, shell: int, number: int) -> None:
        """Build the insert that `switch` is going to mount. Not in the audio callback."""
        if number:
            name = INSERTS[number - 1]
            ready = self._prepared.setdefault((track, shell, name), [])
            if len(ready) < _MOST_PREPARED:
                values = {"amount": float(self._amounts[track, shell])}
                ready.append(self.build(name, BUILDERS[name], track, shell, values))

    def build(
        self, name: str, builder: Builder, track: int, shell: int, values: Mapping[str, float]
    ) -> Insert:
        """Return what `builder` makes for a shell, not running yet; EngineError where it fails.

        Not in the audio callback: it takes longer than a block may. One thread builds at a time.
        """
        stage = self._stages[shell]
        before = max(stream.getId() for stream in list(stage.server.getStreams()))
        tables = [pyo.DataTable(size=self._block) for _ in range(2)]
        with _still():
            parameters = {
                key: pyo.SigTo(value, time=0.02, init=value) for key, value in values.items()
            }
            try:
                left, right = stage.readers[track]
                sides = builder(left, right, parameters)
                fills = [
                    pyo.TableFill(side, table) for side, table in zip(sides, tables, strict=True)
                ]
            except Exception as error:
                raise EngineError(f"the insert {name} cannot be built: {error!r}") from error
        streams = [one for one in list(stage.server.getStreams()) if one.getId() > before]
        streams.sort(key=lambda stream: int(stream.getId()))
        return Insert(
            name, track, shell, _view(tables[0]), _view(tables[1]), parameters, streams,
            [*tables, *parameters.values(), *sides, *fills],
        )  # fmt: skip

    def switch(self, track: int, shell: int, number: int, crossfade_s: float) -> None:
        """Mount the insert of that number, which was prepared, or none (0), from this block on."""
        if not number:
            self.unmount(track, shell, crossfade_s)
            return
        name = INSERTS[number - 1]
        ready = self._prepared.get((track, shell, name))
        made = ready.pop(0) if ready else None
        there = self._there(track, shell, name)
        if there is not None:
            self._fade_to(there, crossfade_s)
            if made is not None:
                self._retired.append(made)
        elif made is not None:
            self.move(track, shell, float(self._amounts[track, shell]), 0.0, made)
            self.mount(made, crossfade_s)
        else:
            self._notes.append(f"track {track}: the insert {name} was not built: ask for it again")

    def mount(self, insert: Insert, crossfade_s: float) -> None:
        """Fade `insert` in from this block's first frame on, and out what its shell held."""
        stage = self._stages[insert.shell]
        stage.add(insert)
        if insert.track not in self._apart:
            self._apart.append(insert.track)
            self._strips.set_apart(insert.track, True)
        for oldest in stage.mounted[insert.track][:-_MOST_AT_ONCE]:
            oldest.ended = True
        self._fade_to(insert, crossfade_s)

    def unmount(self, track: int, shell: int, crossfade_s: float) -> None:
        """Fade out what a shell holds, from this block's first frame on."""
        for insert in self._stages[shell].mounted.get(track, ()):
            insert.fade(0.0, self._frames(crossfade_s))
            insert.ended = insert.silent()

    def move(
        self, track: int, shell: int, amount: float, ramp_s: float, insert: Insert | None = None
    ) -> None:
        """Move the amount of a shell's insert, of the one there or the next, over `ramp_s`."""
        self._amounts[track, shell] = amount
        inserts = self._stages[shell].mounted.get(track, []) if insert is None else [insert]
        for one in inserts:
            signal = one.parameters.get("amount")
            if signal is not None:
                signal.time = max(ramp_s, 1.0 / self._rate_hz)
                signal.value = amount

    def run(self, tracks: Tracks) -> None:
        """Begin the block: mix it, or hand the tracks to the inserts, whose hook does so later."""
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        if not self._apart and not self._retired:
            self._mix(tracks)
            return
        self._tidy()
        for track in self._apart:
            self._strips.filter(track, tracks[track])
        self._tracks = tracks
        self._go_on(0)

    def troubles(self) -> list[str]:
        """Return what could not be mounted, or was taken off, since the last call, and why."""
        while self._broken:
            insert = self._broken.popleft()
            self._notes.append(
                f"track {insert.track}: its insert {insert.name} gave no sound that can be played; "
                "the track was muted for a block, the insert is off"
            )
        notes = list(self._notes)
        self._notes.clear()
        return notes

    def close(self) -> None:
        """Free everything, before the server that it lives in."""
        for ready in self._prepared.values():
            self._retired.extend(ready)
        self._prepared.clear()
        for insert in self._retired:
            _free(insert)
        for stage in reversed(self._stages):
            stage.close()
        self._retired.clear()

    def _go_on(self, number: int) -> None:
        """Hand the tracks to the next stage that has inserts; mix them where none has."""
        assert self._tracks is not None
        for stage in self._stages[number:]:
            if stage.mounted:
                stage.give(self._tracks)
                return
        self._mix(self._tracks)

    def _hook(self, following: int) -> Callable[[], None]:
        """Return what pyo calls when the stage before the `following` one is computed."""

        def called() -> None:
            try:
                assert self._tracks is not None
                self._stages[following - 1].take(self._tracks, self._broken)
                self._go_on(following)
            except Exception as error:  # noqa: BLE001 - raised again by `run`
                self._failure = error

        return called

    def _tidy(self) -> None:
        """Let go of one insert at a time that is heard no more."""
        if self._retired:
            _free(self._retired.popleft())
        for stage in self._stages:
            ended = stage.take_ended()
            for insert in ended:
                for stream in insert.streams:
                    stream.getStreamObject().stop()
            self._retired.extend(ended)
        there = {track for stage in self._stages for track in stage.mounted}
        for track in [one for one in self._apart if one not in there]:
            self._apart.remove(track)
            self._strips.set_apart(track, False)

    def _there(self, track: int, shell: int, name: str) -> Insert | None:
        inserts = self._stages[shell].mounted.get(track, [])
        return next((one for one in reversed(inserts) if one.name == name and not one.ended), None)

    def _fade_to(self, insert: Insert, crossfade_s: float) -> None:
        frames = self._frames(crossfade_s)
        for one in self._stages[insert.shell].mounted[insert.track]:
            if one is not insert and not one.ended:
                one.fade(0.0, frames)
                one.ended = one.silent()
        insert.fade(1.0, frames)

    def _frames(self, crossfade_s: float) -> int:
        return round(crossfade_s * self._rate_hz)


def _view(table: pyo.PyoObject) -> Samples:
    return np.asarray(table.getBuffer())


def _free(insert: Insert) -> None:
    insert.left = insert.right = np.zeros(0)  # the tables go too: nobody may look at them
    insert.streams.clear()
    insert.parameters.clear()
    while insert.objects:
        insert.objects.pop()


@contextmanager
def _still() -> Iterator[None]:
    """Let nothing run that is made meanwhile: pyo starts each object as it is made.

    An insert would otherwise have run for as many blocks as building took: never the same twice.
    """
    starts = pyo.PyoObject._init_play
    pyo.PyoObject._init_play = lambda _: None
    try:
        yield
    finally:
        pyo.PyoObject._init_play = starts
