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

import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from loopmind_live.config import INSERTS, MAX_TRACKS, SHELLS
from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.inserts import BUILDERS, Parameters, Sides
from loopmind_live.engine.player import Tracks
from loopmind_live.engine.shell_stage import Insert, Stage, compile_shells, free, view
from loopmind_live.engine.strips import Strips
from loopmind_live.errors import EngineError

with pyo_import():
    import pyo64 as pyo

Builder = Callable[[pyo.PyoObject, pyo.PyoObject, Parameters], Sides]
DEFAULT_AMOUNT = 0.5
_MOST_AT_ONCE = 3
"""How many inserts one shell fades between: quick fingers; the oldest then ends hard."""
_MOST_PREPARED = 2


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
            Stage(place, self._block, self._hook(number)) for number in range(1, SHELLS + 1)
        ]
        self._tracks: Tracks | None = None
        self._apart: list[int] = []
        self._amounts = np.full((MAX_TRACKS, SHELLS), DEFAULT_AMOUNT)
        self._prepared: dict[tuple[int, int, str], list[Insert]] = {}
        self._retired: deque[Insert] = deque()
        self._broken: deque[Insert] = deque()
        self._notes: deque[str] = deque()
        self._failure: Exception | None = None
        self._interval_s = 0.0
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
            name, track, shell, view(tables[0]), view(tables[1]), parameters, streams,
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

    def holds(self, interval_s: float) -> bool:
        """Tell whether the block is still to be mixed; if so, the last hook sets the interval.

        Until then no other thread may take the interpreter, or the hook would have to wait for it.
        """
        self._interval_s = 0.0 if self._tracks is None else interval_s
        return self._tracks is not None

    def troubles(self) -> list[str]:
        """Return what could not be mounted, or was taken off, since the last call, and why."""
        while self._broken:
            insert = self._broken.popleft()
            self._notes.append(
                f"track {insert.track}: its insert {insert.name} gave no sound that can be played; "
                "the track was muted for a block, the insert is off: ask for it again to try it"
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
            free(insert)
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
        tracks, self._tracks = self._tracks, None
        self._mix(tracks)

    def _hook(self, following: int) -> Callable[[], None]:
        """Return what pyo calls when the stage before the `following` one is computed."""

        def called() -> None:
            try:
                assert self._tracks is not None
                self._stages[following - 1].take(self._tracks, self._broken)
                self._go_on(following)
            except Exception as error:  # noqa: BLE001 - raised again by `run`
                self._failure, self._tracks = error, None
            if self._tracks is None and self._interval_s:
                sys.setswitchinterval(self._interval_s)
                self._interval_s = 0.0

        return called

    def _tidy(self) -> None:
        """Let go of one insert at a time that is heard no more."""
        if self._retired:
            free(self._retired.popleft())
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
