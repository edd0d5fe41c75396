"""The newest seconds of the live input in shared memory, and takes of it written to files."""

import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from loopmind_live.engine.ring import OWN_AT, Audio, Ring
from loopmind_live.engine.wav import WavWriter
from loopmind_live.errors import EngineError

FILE_NAME = "input"
RING_FRAMES = 1 << 20
PART_SUFFIX = ".part"
"""What a take's name ends in until it is whole."""
_FACTS = struct.Struct("=qqq")
_PIECE_FRAMES = 1 << 13
_WAIT_S = 0.01
_FULL_SCALE = np.float32(1 << 23)

Input = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class InputFacts:
    """What an engine says of its input: how many channels it has, 0 for none, and are linked.

    `latency_frames` is the way from the master's output to the performer's ear and back to the
    input, as the device reports it.
    """

    channels: int = 0
    links: int = 0
    latency_frames: int = 0


class InputRing(Ring):
    """A ring of the input, float32 [frames, 2], by engine frame. One writer, any readers."""

    def __init__(self, path: Path, writable: bool) -> None:
        super().__init__(path, 1, writable)
        self._writing = False
        self._keep: Callable[[Audio, int, Input], None] = _not_compiled

    @classmethod
    def create(cls, folder: Path, frames: int = RING_FRAMES) -> "InputRing":
        """Make the ring's file in `folder` and map it."""
        cls.make_file(folder / FILE_NAME, 1, frames)
        return cls(folder / FILE_NAME, writable=True)

    def tell(self, facts: InputFacts) -> None:
        """Say what the engine that plays knows of its input."""
        _FACTS.pack_into(self._map, OWN_AT, facts.channels, facts.links, facts.latency_frames)

    def facts(self) -> InputFacts:
        """Return what the engine said last."""
        return InputFacts(*_FACTS.unpack_from(self._map, OWN_AT))

    def compile(self, frames: int) -> None:
        """Compile `write` for blocks of `frames`: never inside the callback."""
        from loopmind_live.engine.strip_kernel import keep

        self._keep = keep
        keep(np.zeros((1, frames, 2), np.float32), 0, np.zeros((1, frames, 2)))

    def write(self, frame: int, block: Input) -> None:
        """Write the block that begins at `frame`, float64 [1, frames, 2].

        Called from the audio callback, after `compile`.
        """
        if not self._writing:
            self.begin(frame)
            self._writing = True
        self._keep(self._ring, frame % self.capacity, block)
        self._advance(frame + block.shape[1])

    def read(self, frame: int, until: int) -> tuple[Audio, int]:
        """Return a copy of frame..until, float32 [frames, 2], and how many of them are lost.

        What is no number is silence; all is rounded to 24 bits, as a file will hold it.
        """
        audio, lost = self.read_lanes(frame, until)
        return rounded(np.nan_to_num(audio[0], copy=False, nan=0.0, posinf=0.0, neginf=0.0)), lost


def _not_compiled(_ring: Audio, _at: int, _block: Input) -> None:
    raise EngineError("the input's ring must be compiled before it is written")


def rounded(audio: Audio) -> Audio:
    """Return `audio` as a 24-bit file gives it back.

    >>> rounded(np.float32([1.5, 1e-9, 0.5])).tolist()
    [0.9999998807907104, 0.0, 0.5]
    """
    scaled = np.rint(audio * _FULL_SCALE)
    whole: Audio = np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1) / _FULL_SCALE
    return whole


class Capture:
    """A thread that writes the input's frames `start`..`stop` to a new 24-bit WAV file.

    Each piece is given to `lay` too, with its place from the start, before it is written; first of
    all `clear_frames` of silence. While it runs the file's name ends in PART_SUFFIX. Lost frames
    are silence, and counted.
    """

    def __init__(
        self,
        ring: InputRing,
        path: Path,
        rate_hz: int,
        start: int,
        stop: int,
        lay: Callable[[int, Audio], None],
        clear_frames: int = 0,
    ) -> None:
        """Make the file; EngineError where that cannot be done."""
        self.path = path
        self.peak = 0.0
        self.lost_frames = 0
        self.failure: str | None = None
        self.done = False
        self._ring, self._lay, self._clear_frames = ring, lay, clear_frames
        self._start, self._stop, self._next = start, stop, start
        self._part = path.with_name(path.name + PART_SUFFIX)
        self._writer = WavWriter(self._part, rate_hz, "pcm24")
        self._over = threading.Event()
        self._kept = True
        self._thread = threading.Thread(target=self._run, name="take", daemon=True)
        self._thread.start()

    @property
    def frames(self) -> int:
        """Return how many frames have been taken."""
        return self._next - self._start

    def end(self, kept: bool) -> None:
        """End before its time, with what there is; without `kept` the file goes."""
        self._kept = kept
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            for at in range(0, self._clear_frames, _PIECE_FRAMES):
                piece = min(_PIECE_FRAMES, self._clear_frames - at)
                self._lay(at, np.zeros((piece, 2), np.float32))
            while self._next < self._stop and not self._over.is_set():
                self._take()
                self._over.wait(_WAIT_S)
        except (EngineError, OSError) as error:
            self.failure = str(error)
        finally:
            self._writer.close()
            self._name()
            self.done = True

    def _take(self) -> None:
        until = min(self._ring.written(), self._stop)
        while self._next < until:
            piece = min(until, self._next + _PIECE_FRAMES)
            audio, lost = self._ring.read(self._next, piece)
            self.lost_frames += lost
            self.peak = max(self.peak, float(np.abs(audio).max()))
            self._lay(self._next - self._start, audio)
            self._next = piece
            self._writer.write(audio)

    def _name(self) -> None:
        """Give the file its name where anything in it is worth keeping."""
        try:
            if self._kept and self._writer.frames:
                self._part.rename(self.path)
            else:
                self._part.unlink()
        except OSError as error:
            self.failure = self.failure or f"{self._part}: {error.strerror}"


def take_path(folder: Path, role: str, day: str) -> Path:
    """Return the first name in `folder` that no take has: "vocal 2026-11-22 take 1.wav"."""
    number = 1
    while True:
        path = folder / f"{role} {day} take {number}.wav"
        if not path.exists() and not path.with_name(path.name + PART_SUFFIX).exists():
            return path
        number += 1
