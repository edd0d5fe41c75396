"""A patch alone on a server of its own, played block by block: where it is rehearsed."""

from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.patch.build import builder_of, check_patch
from loopmind_live.engine.patch.notes import Notes, Struck
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import CLOCK, PHRASE_BARS, Made, Patch

with pyo_import():
    import pyo64 as pyo

Samples = npt.NDArray[np.float64]
BPM, BEATS_PER_BAR = 120.0, 4


class Bench:
    """`patch` on a booted server, at 120 bpm. One a process at a time."""

    def __init__(self, patch: Patch, rate_hz: int, block: int) -> None:
        check_patch(patch)
        self._patch, self._rate_hz, self._block = patch, rate_hz, block
        self._frame = 0
        server = pyo.Server(sr=rate_hz, nchnls=2, buffersize=block, audio="manual", verbosity=1)
        server.deactivateMidi()
        server.boot()
        server.start()
        self._server = server
        place = pyo.Count(pyo.Trig().play(), min=0, max=block - 1)
        self._tables = {
            name: pyo.DataTable(size=block) for name in ("left", "right", *CLOCK)
        }  # fmt: skip
        self._made = [pyo.DataTable(size=block) for _ in range(2)]
        self._place = place
        readers = {name: pyo.TableIndex(table, place) for name, table in self._tables.items()}
        self._knobs = {
            name: pyo.SigTo(one.default, time=max(one.smoothing_s, 1 / rate_hz), init=one.default)
            for name, one in patch.parameters.items()
        }
        clock = {name: readers[name] for name in CLOCK}
        self._notes = Notes(place, rate_hz, block) if patch.pattern else None
        self._struck: Struck = []
        self._objects: list[pyo.PyoObject] = []
        if self._notes is not None:
            clock |= self._notes.signals
        try:
            build = builder_of(patch, clock, self._objects.extend)
            self._sides: tuple[pyo.PyoObject, ...] = build(
                readers["left"], readers["right"], self._knobs
            )
        except Exception as error:
            raise EngineError(f"patch {patch.name}: it cannot be built: {error!r:.200}") from error
        self._readers = readers
        self._fills = [
            pyo.TableFill(side, table) for side, table in zip(self._sides, self._made, strict=True)
        ]

    def __enter__(self) -> "Bench":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._server.stop()
        # Consumers first: the other way round pyo reads freed memory.
        self._fills.clear()
        self._sides = ()
        self._objects.clear()
        self._knobs.clear()
        if self._notes is not None:
            self._notes.close()
        self._readers.clear()
        self._place = None
        self._made.clear()
        self._tables.clear()
        self._server.shutdown()

    def turn(self, position: float | None) -> None:
        """Move all parameters to a place in their ranges, 0..1; to their defaults for None."""
        for name, one in self._patch.parameters.items():
            value = one.default if position is None else one.low + position * (one.high - one.low)
            self._knobs[name].value = value

    def turn_knob(self, name: str, value: float) -> None:
        """Move one parameter to a value in its unit."""
        self._knobs[name].value = value

    def strike(self, hz: float, frame: int = 0) -> None:
        """Begin a note in the next block, from its `frame` on; end one for 0 hertz."""
        self._struck.append((frame, hz))

    def line_beyond(self, most: float) -> int:
        """Return the line of what first is no number, or beyond `most`, as the block began.

        Where nothing is, that of what is heard; 0 where that was made of nothing.
        """
        for made, one in zip(self._objects, self._patch.objects, strict=True):
            if not abs(float(made.get())) <= most:
                return one.line
        places = [side.place for side in self._patch.sides if isinstance(side, Made)]
        return self._patch.objects[max(places)].line if places else 0

    def play(self, left: Samples, right: Samples) -> Samples:
        """Return what comes out, float64 [2, block], for a block that comes in."""
        beat_frames = 60.0 / BPM * self._rate_hz
        beats = (self._frame + np.arange(self._block)) / beat_frames
        fed: dict[str, Any] = {
            "left": left, "right": right, "beat_s": 60.0 / BPM,
            "bar_s": BEATS_PER_BAR * 60.0 / BPM, "beat": beats % 1.0,
            "bar": beats / BEATS_PER_BAR % 1.0,
            "phrase": beats / BEATS_PER_BAR / PHRASE_BARS % 1.0,
        }  # fmt: skip
        for name, samples in fed.items():
            np.asarray(self._tables[name].getBuffer())[:] = samples
        if self._notes is not None:
            self._notes.fill(self._struck)
            self._struck.clear()
        self._server.process()
        self._frame += self._block
        return np.stack([np.asarray(table.getBuffer())[: self._block] for table in self._made])
