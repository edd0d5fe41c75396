"""Every track's insert shells: where a pyo graph stands between a track's filter and its fader.

    voices -> filter -> [shell 1] -> [shell 2] -> fader -> pan -> master, sends
    sends -> reverb, delay [or a shell] -> master -> [shell] -> gain, limiter

The mixer is compiled code that pyo calls before it computes a block, so a track with an insert
takes turns: its filtered signal goes into tables, pyo computes the inserts of all first shells and
calls back (a hook among its streams), their sound is taken out of tables, the second shells follow,
and the last hook mixes the block. No sample is late, and what an empty shell adds is nothing: its
streams are there from the start and stopped. The buses' shells follow in pyo's own graph: their
hooks put what a patch makes in the place of what the bus has without it.

pyo processes in the order of creation, so what is mounted later is moved before the hook. An insert
whose output is no number, or far too loud, is held back in that very block and taken off: neither
the strip nor the shared effects hear it.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from loopmind_live.config import BUSES, MAX_TRACKS, SHELLS
from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.patch.notes import Hands, Notes
from loopmind_live.engine.patch.rack import Device, Rack
from loopmind_live.engine.player import Tracks
from loopmind_live.engine.shell_stage import (
    BusStage,
    Insert,
    Stage,
    TrackStage,
    compile_shells,
    free,
    view,
)
from loopmind_live.engine.strips import Strips
from loopmind_live.errors import EngineError

with pyo_import():
    import pyo64 as pyo

_MOST_AT_ONCE = 3
"""How many inserts one shell fades between: quick fingers; the oldest then ends hard."""
_MOST_PREPARED = 2


class Shells:
    """The insert shells of all tracks. `mix` is called with the tracks when they are complete.

    A `track` is one, or a bus that `add_bus` gave a shell, counted after them. Everything but
    `prepare`, `build` and `add_bus` belongs to the audio callback.
    """

    def __init__(
        self, place: pyo.PyoObject, strips: Strips, rate_hz: int, mix: Callable[[Tracks], None]
    ) -> None:
        self._strips, self._rate_hz, self._mix = strips, rate_hz, mix
        self._place = place
        self.rack = Rack(place, rate_hz, strips.buses.shape[1])
        self._block = strips.buses.shape[1]
        self._stages = [
            TrackStage(place, self._block, self._hook(number)) for number in range(1, SHELLS + 1)
        ]
        self._buses: dict[int, BusStage] = {}
        self._last_bus = 0
        self._hands = Hands()
        self._tracks: Tracks | None = None
        self._apart: list[int] = []
        self._turned: dict[tuple[int, int, str], float] = {}
        self._prepared: dict[tuple[int, int, int], list[Insert]] = {}
        self._retired: deque[Insert] = deque()
        self._broken: deque[Insert] = deque()
        self._notes: deque[str] = deque()
        self._failure: Exception | None = None
        self._interval_s = 0.0
        compile_shells(self._block)

    def add_bus(
        self, name: str, given: Sequence[pyo.PyoObject], sides: Sequence[pyo.PyoObject]
    ) -> list[pyo.PyoObject]:
        """Give a bus its shell; return what goes on from there, for `sides`, left and right.

        A patch hears what is `given`. All must be made in the order in which it is computed.
        """
        bus = MAX_TRACKS + BUSES.index(name)
        hook = self._bus_hook(bus)
        self._buses[bus] = BusStage(self._place, self._block, hook, bus, given, sides)
        return self._buses[bus].out

    def prepare(self, track: int, shell: int, number: int) -> None:
        """Build the insert that `switch` is going to mount. Not in the audio callback.

        EngineError where there is none of that number, or it cannot be built.
        """
        if number:
            device = self.rack.device(number)
            ready = self._prepared.setdefault((track, shell, number), [])
            if len(ready) < _MOST_PREPARED:
                ready.append(self.build(number, device, track, shell))

    def build(self, number: int, device: Device, track: int, shell: int) -> Insert:
        """Return what `device` makes for a shell, not running yet; EngineError where it fails.

        Not in the audio callback: it takes longer than a block may. One thread builds at a time.
        """
        stage = self._stage(track, shell)
        before = max(stream.getId() for stream in list(stage.server.getStreams()))
        tables = [pyo.DataTable(size=self._block) for _ in range(2)]
        with _still():
            parameters = {}
            for name, knob in device.knobs.items():
                value = self._turned.get((track, shell, name), knob.default)
                value = min(knob.high, max(knob.low, value))
                time_s = max(knob.smoothing_s, 1.0 / self._rate_hz)
                parameters[name] = pyo.SigTo(value, time=time_s, init=value)
            notes = Notes(self._place, self._rate_hz, self._block) if device.plays else None
            heard = {} if notes is None else notes.signals
            try:
                left, right = stage.readers[track]
                sides = device.builder(left, right, {**heard, **parameters})
                fills = [
                    pyo.TableFill(side, table) for side, table in zip(sides, tables, strict=True)
                ]
            except Exception as error:
                raise EngineError(
                    f"the insert {device.name} cannot be built: {error!r:.200}"
                ) from error
        streams = [one for one in list(stage.server.getStreams()) if one.getId() > before]
        streams.sort(key=lambda stream: int(stream.getId()))
        return Insert(
            device.name, number, device.knobs, track, shell, view(tables[0]),
            view(tables[1]), parameters, streams,
            [*([] if notes is None else notes.objects), *tables, *parameters.values(), *sides,
             *fills],
            notes,
        )  # fmt: skip

    def switch(
        self, track: int, shell: int, number: int, crossfade_s: float, wait: int = 0
    ) -> None:
        """Mount the insert of that number, which was prepared, or none (0).

        It is heard from `wait` frames after the beginning of this block on.
        """
        if not number:
            self.unmount(track, shell, crossfade_s, wait)
            return
        ready = self._prepared.get((track, shell, number))
        made = ready.pop(0) if ready else None
        there = self._there(track, shell, number)
        if there is not None:
            self._fade_to(there, crossfade_s, wait)
            if made is not None:
                self._retired.append(made)
        elif made is not None:
            for name in made.parameters:
                self._turn(made, name, self._turned.get((track, shell, name)), 0.0)
            self.mount(made, crossfade_s, wait)
        else:
            name = self.rack.name(number)
            where = _named(track)
            self._notes.append(f"{where}: the insert {name} was not built: ask for it again")

    def mount(self, insert: Insert, crossfade_s: float, wait: int = 0) -> None:
        """Fade `insert` in from `wait` frames after this block's first, and out what was there."""
        stage = self._stage(insert.track, insert.shell)
        stage.add(insert)
        if insert.track < MAX_TRACKS and insert.track not in self._apart:
            self._apart.append(insert.track)
            self._strips.set_apart(insert.track, True)
        for oldest in stage.mounted[insert.track][:-_MOST_AT_ONCE]:
            oldest.ended = True
        self._fade_to(insert, crossfade_s, wait)

    def unmount(self, track: int, shell: int, crossfade_s: float, wait: int = 0) -> None:
        """Fade out what a shell holds, from `wait` frames after this block's first on."""
        for insert in self._stage(track, shell).mounted.get(track, ()):
            insert.fade(0.0, self._frames(crossfade_s), wait)
            insert.ended = insert.silent()

    def turn(self, track: int, shell: int, name: str, value: float, ramp_s: float) -> None:
        """Turn a knob of a shell's insert, of the one there or the next.

        It gets there over `ramp_s`, or over the knob's own smoothing where that is longer.
        """
        self._turned[track, shell, name] = value
        for one in self._stage(track, shell).mounted.get(track, []):
            if name in one.parameters:
                self._turn(one, name, value, max(ramp_s, one.knobs[name].smoothing_s))

    def play(self, track: int, control: str, value: float, wait: int = 0) -> None:
        """Begin or end a note of a track's instrument ("note", in hertz), or hold all back.

        It counts from `wait` frames after this block's first on.
        """
        if control == "note":
            self._hands.strike(track, value, wait)
        else:
            self._hands.hear(track, bool(value), wait)

    def _turn(self, insert: Insert, name: str, value: float | None, ramp_s: float) -> None:
        knob, signal = insert.knobs[name], insert.parameters[name]
        signal.time = max(ramp_s, 1.0 / self._rate_hz)
        signal.value = knob.default if value is None else min(knob.high, max(knob.low, value))

    def run(self, tracks: Tracks, frame: int) -> None:
        """Begin the block of `frame`: mix it, or hand the tracks to the inserts.

        Their hook mixes it later.
        """
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        self._last_bus = 0
        if not (self._apart or self._retired or any(one.mounted for one in self._buses.values())):
            self._hands.drop()
            self._mix(tracks)
            return
        self._tidy()
        self._play_notes()
        self._last_bus = max((bus for bus, one in self._buses.items() if one.mounted), default=0)
        self.rack.clock.begin(frame)
        for track in self._apart:
            self._strips.filter(track, tracks[track])
        self._tracks = tracks
        self._go_on(0)

    def holds(self, interval_s: float) -> bool:
        """Tell whether hooks are still to come; if so, the last one sets the interval.

        Until then no other thread may take the interpreter, or the hook would have to wait for it.
        """
        waits = self._tracks is not None or bool(self._last_bus)
        self._interval_s = interval_s if waits else 0.0
        return waits

    def troubles(self) -> list[str]:
        """Return what could not be mounted, or was taken off, since the last call, and why."""
        while self._broken:
            insert = self._broken.popleft()
            what = "went on without" if insert.track >= MAX_TRACKS else "was muted for a block"
            self._notes.append(
                f"{_named(insert.track)}: its insert {insert.name} gave no sound that can be "
                f"played; it {what}, the insert is off: ask for it again to try it"
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
        for stage in (*reversed(self._buses.values()), *reversed(self._stages)):
            stage.close()
        self._retired.clear()
        self.rack.clock.close()

    def _play_notes(self) -> None:
        """Let all instruments hear what is struck in this block."""
        for track in self._apart:
            struck = self._hands.take(track)
            for stage in self._stages:
                for insert in stage.mounted.get(track, ()):
                    if insert.notes is not None:
                        insert.notes.fill(struck)
        self._hands.drop()

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
            if self._tracks is None and not self._last_bus:
                self._let_others()

        return called

    def _bus_hook(self, bus: int) -> Callable[[], None]:
        """Return what pyo calls when the shell of `bus` is computed."""

        def called() -> None:
            try:
                self._buses[bus].take(self._broken)
            except Exception as error:  # noqa: BLE001 - raised again by `run`
                self._failure = error
            if bus == self._last_bus:
                self._let_others()

        return called

    def _let_others(self) -> None:
        """Set the interval by which other threads take their turn: no hook is to come."""
        if self._interval_s:
            sys.setswitchinterval(self._interval_s)
            self._interval_s = 0.0

    def _stage(self, track: int, shell: int) -> Stage:
        """Return the stage of a track's or a bus's shell."""
        return self._buses[track] if track >= MAX_TRACKS else self._stages[shell]

    def _tidy(self) -> None:
        """Let go of one insert at a time that is heard no more."""
        if self._retired:
            free(self._retired.popleft())
        for stage in (*self._stages, *self._buses.values()):
            ended = stage.take_ended()
            for insert in ended:
                for stream in insert.streams:
                    stream.getStreamObject().stop()
            self._retired.extend(ended)
        there = {track for stage in self._stages for track in stage.mounted}
        for track in [one for one in self._apart if one not in there]:
            self._apart.remove(track)
            self._strips.set_apart(track, False)

    def _there(self, track: int, shell: int, number: int) -> Insert | None:
        inserts = self._stage(track, shell).mounted.get(track, [])
        there = (one for one in reversed(inserts) if one.number == number and not one.ended)
        return next(there, None)

    def _fade_to(self, insert: Insert, crossfade_s: float, wait: int = 0) -> None:
        frames = self._frames(crossfade_s)
        for one in self._stage(insert.track, insert.shell).mounted[insert.track]:
            if one is not insert and not one.ended:
                one.fade(0.0, frames, wait)
                one.ended = one.silent()
        insert.fade(1.0, frames, wait)

    def _frames(self, crossfade_s: float) -> int:
        return round(crossfade_s * self._rate_hz)


def _named(track: int) -> str:
    """Return what a track, or a bus, is called."""
    return f"track {track}" if track < MAX_TRACKS else f"the {BUSES[track - MAX_TRACKS]}"


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
