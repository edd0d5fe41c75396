"""The newest seconds of the master in shared memory, so that recording happens elsewhere."""

from pathlib import Path

from loopmind_live.engine.ring import Audio, Ring

FILE_NAME = "tap"
RING_FRAMES = 1 << 20
_STEP_FRAMES = 200
"""numpy copies so few without letting another thread have the interpreter meanwhile."""


class MasterTap(Ring):
    """A ring of output frames, float32 [frames, 2], by engine frame. One writer, any readers."""

    def __init__(self, path: Path, writable: bool) -> None:
        super().__init__(path, 1, writable)

    @classmethod
    def create(cls, folder: Path, frames: int = RING_FRAMES) -> "MasterTap":
        """Make the ring's file in `folder` and map it."""
        cls.make_file(folder / FILE_NAME, 1, frames)
        return cls(folder / FILE_NAME, writable=True)

    def write(self, frame: int, audio: Audio) -> None:
        """Write the block that begins at `frame`. Called from the audio callback."""
        ring = self._ring[0]
        for begin in range(0, len(audio), _STEP_FRAMES):
            step = audio[begin : begin + _STEP_FRAMES]
            at = (frame + begin) % self.capacity
            first = min(len(step), self.capacity - at)
            ring[at : at + first] = step[:first]
            if first < len(step):
                ring[: len(step) - first] = step[first:]
        self._advance(frame + len(audio))

    def read(self, frame: int, until: int) -> tuple[Audio, int]:
        """Return a copy of the frames from `frame` to `until`, and how many of them are lost.

        Lost frames (never computed, or overwritten by now) are silent. `until` must be written.
        """
        audio, lost = self.read_lanes(frame, until)
        return audio[0], lost
