"""The pyo graph from the mixer's buses to the outputs: effects, master, look-ahead limiter, guard.

    master bus ----------------+-> sum -> [shell] -> gain -+-> delay ----------> x -> guard -> out
    send buses -> reverb, delay -^                         +-> peak, hold, mean -^

Measured at 48 kHz and 256 frames, voices and strips included: no row 0.7 % of a core, 64 rows in 16
tracks 1.0 %, 256 rows 1.4 %; filters and both sends on 8 tracks add 0.4 %.

All is built before the sound starts but inserts, which stand in shells (see `shells`). pyo
processes in creation order, so every object stands after those it listens to.
"""

import ctypes
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from loopmind_live.engine.effects import Effects
from loopmind_live.engine.guard import CEILING, Parameter
from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.kernel import level, split
from loopmind_live.engine.outputs import STEREO, Outputs
from loopmind_live.engine.overload import Relief
from loopmind_live.engine.player import Tracks
from loopmind_live.engine.shell_stage import compile_shells
from loopmind_live.engine.shells import Shells
from loopmind_live.engine.strip_kernel import thin
from loopmind_live.engine.strips import Strips
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import Patch

with pyo_import():
    import pyo64 as pyo

LOOK_AHEAD_FRAMES = 256
LATENCY_FRAMES = LOOK_AHEAD_FRAMES - 1
"""What the limiter delays the master by. A dry graph has no limiter and no delay."""
RELEASE_S = 0.15
WARM_UP_S = 0.025
"""The server fades in for 5 ms and the limiter's mean fills up: silence is played meanwhile."""


def compile_graph(rate_hz: int, block: int) -> None:
    """Compile what a graph calls in each block, or load it from the disk cache."""
    strips = Strips(rate_hz, block)
    compile_shells(block)
    split(strips.buses[0], np.zeros(block), np.zeros(block))
    thin(np.zeros(block), np.zeros(block), 0.0, 0.0, 1.0, 1.0)
    level(np.zeros((block, 2), np.float32))


def device_input() -> tuple[int, float]:
    """Return portaudio's input channels, at most two, and the seconds of its way out and in.

    The way is what the devices suggest. EngineError where there is no input.
    """
    index = pyo.pa_get_default_input()
    inputs, _ = pyo.pa_get_devices_infos()
    if index < 0 or index not in inputs:
        raise EngineError(
            "this machine has no sound device with an input: plug one in, or leave out --input"
        )
    way_s = float(inputs[index]["latency"]) + output_latency_s()
    return min(2, max(1, int(pyo.pa_get_input_max_channels(index)))), way_s


def output_latency_s() -> float:
    """Return how long portaudio's output takes to be heard, as the device suggests."""
    _, outputs = pyo.pa_get_devices_infos()
    device = outputs.get(pyo.pa_get_default_output(), {})
    return float(device.get("latency", 0.0))


class Graph:
    """A booted pyo server and what it plays: the master, and the cue where `outputs` has one.

    `output`, and `cue` or None: float32 [block, 2], the block computed last, where a mono bus is
    both sides. `outputs` are the device's channels; where it has fewer, `Outputs.within` says what
    stays. Through JACK, and without a device, the buses' channels follow each other instead.

    A dry graph is the plain sum of the tracks: it takes no parameters and may exceed full scale.
    Through JACK it is the client `client`, whose ports are connected to nothing yet. With `inputs`
    the device is opened for so many channels of input, too.
    """

    def __init__(
        self,
        backend: str,
        rate_hz: int,
        block: int,
        dry: bool,
        client: str = "loopmind",
        inputs: int = 0,
        outputs: Outputs = STEREO,
    ) -> None:
        if backend == "portaudio" and pyo.pa_get_default_output() < 0:
            # pyo ends the process with a crash where it boots without a device.
            raise EngineError(
                "this machine has no sound device that portaudio can open: start a JACK server, or "
                "use --audio offline"
            )
        if backend == "portaudio":
            there = int(pyo.pa_get_output_max_channels(pyo.pa_get_default_output()))
            outputs = outputs.within(max(1, there))
        else:
            outputs = outputs.packed()
        channels = max(2, outputs.channels)
        self._server = pyo.Server(
            sr=rate_hz, nchnls=channels, buffersize=block, duplex=int(inputs > 0),
            ichnls=max(1, inputs), audio=backend, jackname=client, verbosity=1,
        )  # fmt: skip
        self._boot(f"no sound through {backend} at {rate_hz} Hz and {block} frames")
        self.rate_hz = int(self._server.getSamplingRate())
        self.block = int(self._server.getBufferSize())
        self.latency_frames = 0 if dry else LATENCY_FRAMES
        self.warm_up_blocks = int(np.ceil(WARM_UP_S * self.rate_hz / self.block)) + 2
        view = self._view(channels)
        self.output = _bus_view(view, outputs.master)
        self.cue = _bus_view(view, outputs.cue) if outputs.cue else None
        self.input = self._input_view(inputs) if inputs else None
        self._called: list[Callable[[], None]] = []
        self._callback: Callable[[], None] | None = None
        self._objects: list[object] = []
        self._tables: list[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] = []
        self._strips = Strips(self.rate_hz, self.block)
        self._share: Callable[[Tracks], None] | None = None
        self._shells: Shells | None = None
        self._effects: Effects | None = None
        self._master: pyo.SigTo | None = None
        self._limit: pyo.SigTo | None = None
        trigger = self._keep(pyo.Trig().play())
        self._place = self._keep(pyo.Count(trigger, min=0, max=self.block - 1))
        if not dry:
            self._shells = Shells(self._place, self._strips, self.rate_hz, self._mix)
        master = self._read_table()
        if dry:
            self._send_out(master, outputs.master)
        else:
            self._send_out(self._build_master(master, self._build_returns()), outputs.master)
        self._cue_sides = self._build_cue(outputs.cue) if outputs.cue else None

    def _boot(self, failure: str) -> None:
        """Open the device; EngineError, which begins with `failure`, where it stays shut."""
        self._server.deactivateMidi()
        # pyo would read beyond its ports where the sound card has more, and crash where it has
        # none: the patchbay connects them.
        self._server.setJackAuto(False, False)
        self._server.boot()
        if not self._server.getIsBooted():
            self._server.shutdown()
            raise EngineError(f"{failure}: try another --rate, --block or --audio")

    def start(self, callback: Callable[[], None]) -> None:
        """Call `callback` before every block, and start.

        pyo keeps what it was given for as long as the process lives, so it is given a function
        that holds nothing once the graph is closed.
        """
        self._called.append(callback)
        called = self._called

        def call() -> None:
            called[-1]()

        self._callback = call
        self._server.setCallback(call)
        self._server.start()

    def process(self) -> None:
        """Compute one block (manual back-end only)."""
        self._server.process()

    def feed(
        self, tracks: Tracks, frame: int, share: Callable[[Tracks], None] | None = None
    ) -> None:
        """Mix the block of `frame`, and give it to the tables. tracks: float64 [tracks, block, 2].

        `share` is called once it is mixed, which inserts put off, with what each track adds to the
        master, float64 [tracks, block, 2], which it must copy.
        """
        self._share = share
        self._strips.sharing = share is not None
        if self._shells is None:
            self._mix(tracks)
        else:
            self._shells.run(tracks, frame)

    def holds(self, interval_s: float) -> bool:
        """Tell whether inserts put the mix off; the switch interval is then set as it is done."""
        return self._shells is not None and self._shells.holds(interval_s)

    def feed_cue(self, cue: npt.NDArray[np.float64]) -> None:
        """Give the next block of the cue bus to its tables. cue: float64 [block, 2]."""
        if self._cue_sides is not None:
            split(cue, *self._cue_sides)

    def _mix(self, tracks: Tracks) -> None:
        """Mix the block that all inserts are done with, and give it to the tables."""
        strips = self._strips
        strips.mix(tracks)
        if self._share is not None:
            self._share(strips.shares)
        if self._effects is not None:
            self._effects.wake(strips.sent)
        buses = strips.buses[:1] if self._effects is None else strips.buses
        for (left, right), block in zip(self._tables, buses, strict=True):
            split(block, left, right)
        if self._effects is not None and self._effects.sheds:
            self._effects.thin_sends(self._tables[1], self._tables[2])

    def prepare(self, change: Parameter) -> None:
        """Build what `change` is going to mount. Not in the audio callback."""
        if self._shells is not None and change.target == "insert":
            self._shells.prepare(change.index, int(change.control[-1]) - 1, int(change.value))

    def learn(self, number: int, patch: Patch, instead_of: int | None = None) -> None:
        """Let a patch be mounted by its number: see `Rack`. Not in the audio callback."""
        if self._shells is not None:
            self._shells.rack.learn(number, patch, instead_of)

    def troubles(self) -> list[str]:
        """Return what was taken off since the last call, and why."""
        return [] if self._shells is None else self._shells.troubles()

    def apply(self, change: Parameter, wait: int = 0) -> None:
        """Move a live parameter from the next block on; a dry graph has none.

        An insert, and a note, is heard from `wait` frames after that block's first on.
        """
        if self._effects is None:
            return
        if change.target in ("insert", "knob"):
            self._change_insert(change, wait)
        elif change.target == "note":
            assert self._shells is not None
            self._shells.play(change.index, change.control, change.value, wait)
        elif change.target == "clock":
            self._move_clock(change)
        elif change.target == "relief":
            self._effects.relieve(Relief(int(change.value)))
        elif change.target == "track":
            self._strips.move(change.index, change.control, change.value, change.ramp_s)
        elif change.target == "effect":
            self._effects.move(change.control, change.value, change.ramp_s)
        else:
            signal = self._master if change.target == "master" else self._limit
            assert signal is not None
            signal.time = max(change.ramp_s, 1.0 / self.rate_hz)
            signal.value = change.value

    def _change_insert(self, change: Parameter, wait: int) -> None:
        assert self._shells is not None
        if change.target == "insert":
            shell = int(change.control[-1]) - 1
            self._shells.switch(change.index, shell, int(change.value), change.ramp_s, wait)
        else:
            place, name = change.control.split("/")
            shell = int(place[-1]) - 1
            self._shells.turn(change.index, shell, name, change.value, change.ramp_s)

    def _move_clock(self, change: Parameter) -> None:
        """Move the clock that patches hear, and the delay, which follows the tempo."""
        assert self._shells is not None and self._effects is not None
        self._shells.rack.clock.move(change.control, change.value)
        if change.control == "tempo":
            self._effects.move(change.control, change.value, change.ramp_s)

    def close(self) -> None:
        """Stop the server and free everything, the objects before the server that they live in."""
        self._server.stop()
        self._tables.clear()
        self._cue_sides = None
        self._master = self._limit = self._place = None
        if self._effects is not None:
            self._effects.close()
        if self._shells is not None:
            self._shells.close()
        while self._objects:  # consumers first: the other way round pyo reads freed memory
            self._objects.pop()
        self._server.shutdown()
        self._called.clear()

    def _view(self, channels: int) -> npt.NDArray[np.float32]:
        """Return the server's output, float32 [block, channels]: the block computed last."""
        address = int(self._server.getOutputAddr(), 16)
        samples = (ctypes.c_float * (self.block * channels)).from_address(address)
        return np.ctypeslib.as_array(samples).reshape(self.block, channels)

    def _input_view(self, channels: int) -> npt.NDArray[np.float64]:
        """Return the server's input, float64 [block, channels]: filled before every callback."""
        address = int(self._server.getInputAddr(), 16)
        samples = (ctypes.c_double * (self.block * channels)).from_address(address)
        return np.ctypeslib.as_array(samples).reshape(self.block, channels)

    def _keep(self, item: pyo.PyoObject) -> pyo.PyoObject:
        self._objects.append(item)
        return item

    def _delay(self, item: pyo.PyoObject, frames: int) -> pyo.PyoObject:
        # pyo cuts seconds down to frames: half a frame more keeps the count that is meant.
        seconds = (frames + 0.5) / self.rate_hz
        return self._keep(pyo.SDelay(item, delay=seconds, maxdelay=seconds + 0.001))

    def _read_table(self) -> list[pyo.PyoObject]:
        """Return left and right of a new pair of tables, which `feed` fills in order."""
        tables = [self._keep(pyo.DataTable(size=self.block)) for _ in range(2)]
        left, right = (np.asarray(table.getBuffer()) for table in tables)
        self._tables.append((left, right))
        return [self._keep(pyo.TableIndex(table, self._place)) for table in tables]

    def _send_out(self, sides: list[pyo.PyoObject], channels: tuple[int, ...]) -> None:
        """Let left and right sound on `channels`; their mean where that is a single one."""
        if len(channels) == 1:
            sides = [self._keep(pyo.Mix(sides, voices=1, mul=0.5))]
        for channel, signal in zip(channels, sides, strict=True):
            signal.out(channel)

    def _build_cue(
        self, channels: tuple[int, ...]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Let the cue sound, as late as the master, and return the tables that it is read from."""
        sides = self._read_table()
        if self.latency_frames:
            sides = [self._delay(signal, self.latency_frames) for signal in sides]
        guarded = [self._keep(pyo.Clip(signal, min=-CEILING, max=CEILING)) for signal in sides]
        self._send_out(guarded, channels)
        return self._tables.pop()

    def _build_returns(self) -> list[list[pyo.PyoObject]]:
        """Return left and right of what comes back from the sends: an effect's, or a patch's."""
        assert self._shells is not None
        sent = {"reverb": self._read_table(), "delay": self._read_table()}
        self._effects = Effects(sent["reverb"], sent["delay"], self.rate_hz, self.block)
        return [
            self._shells.add_bus(name, sent[name], sides)
            for name, sides in self._effects.returns.items()
        ]

    def _build_master(
        self, bus: list[pyo.PyoObject], returns: list[list[pyo.PyoObject]]
    ) -> list[pyo.PyoObject]:
        assert self._shells is not None
        self._master = self._keep(pyo.SigTo(1.0, time=0.02, init=1.0))
        self._limit = self._keep(pyo.SigTo(CEILING, time=0.02, init=CEILING))
        sums = [
            self._keep(pyo.Mix([bus[side], *(one[side] for one in returns)], voices=1))
            for side in range(2)
        ]
        played = self._shells.add_bus("master", sums, sums)
        sums = [self._keep(pyo.Sig(side, mul=self._master)) for side in played]
        gain = self._build_gain(sums)
        late = [self._keep(pyo.Sig(self._delay(side, LATENCY_FRAMES), mul=gain)) for side in sums]
        return [self._keep(pyo.Clip(side, min=-CEILING, max=CEILING)) for side in late]

    def _build_gain(self, sums: list[pyo.PyoObject]) -> pyo.PyoObject:
        """Return the limiter's gain, which reaches what a peak needs just as the peak comes out.

        The highest level of the last LOOK_AHEAD_FRAMES says which gain is allowed; the mean of
        that gain over as many frames never exceeds what any sample leaving the delay needs. The
        follower lets the gain come back slowly, so that bass notes are not bent.
        """
        levels = [self._keep(pyo.Abs(signal)) for signal in sums]
        highest = self._keep(pyo.Max(levels[0], levels[1]))
        span = 1
        while span < LOOK_AHEAD_FRAMES:
            highest = self._keep(pyo.Max(highest, self._delay(highest, span)))
            span *= 2
        slow = self._keep(pyo.Follower2(highest, risetime=0.005, falltime=RELEASE_S))
        held = self._keep(pyo.Max(highest, slow))
        over = self._keep(pyo.Max(held, self._limit))
        wanted = self._keep(self._limit / over)
        return self._keep(pyo.Average(wanted, size=LOOK_AHEAD_FRAMES))


def _bus_view(view: npt.NDArray[np.float32], channels: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Return the two sides of a bus within `view`, [block, channels]; mono is both."""
    if len(channels) == 1:
        return np.broadcast_to(view[:, channels[0] : channels[0] + 1], (len(view), 2))
    left, right = channels
    step = right - left
    stop = left + 2 * step
    return view[:, left : stop if stop >= 0 else None : step]
