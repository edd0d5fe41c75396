"""The newest seconds of every track's share of the master, while somebody asks for them."""

import struct
from pathlib import Path

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine.ring import OWN_AT, Audio, Ring

FILE_NAME = "tracks"
RING_FRAMES = 1 << 18
"""Five seconds at 48 kHz, 34 MB: what a disk may take its time for."""
_ASKED, _KEPT = OWN_AT, OWN_AT + 8


class TrackTap(Ring):
    """A ring of all tracks after their strips, by the music's frame, before any latency.

    The reader asks; the engine, whichever plays, then writes every block. Nothing is written, nor
    computed for it, while nobody asks. Each new request has a number, so that the engine begins
    anew for it, and goes on with it where it plays on for another engine.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, MAX_TRACKS, writable=True)

    @classmethod
    def create(cls, folder: Path, frames: int = RING_FRAMES) -> "TrackTap":
        """Make the ring's file in `folder` and map it."""
        cls.make_file(folder / FILE_NAME, MAX_TRACKS, frames)
        return cls(folder / FILE_NAME)

    def ask(self) -> None:
        """Ask for the tracks from the next block on, where nobody does yet."""
        if not self._asked:
            self._put(_ASKED, self._kept + 1)

    def release(self) -> None:
        """Ask no longer."""
        self._put(_ASKED, 0)

    def asked(self) -> bool:
        """Tell whether the tracks are to be written. Called from the audio callback, too."""
        return self._asked != 0

    def written(self) -> int:
        """Return the first frame not written yet; 0 where what was asked for has not begun."""
        return super().written() if self._asked == self._kept else 0

    def read(self, frame: int, until: int) -> tuple[Audio, int]:
        """Return a copy of frame..until, float32 [tracks, frames, 2], and how many are lost."""
        return self.read_lanes(frame, until)

    @property
    def _asked(self) -> int:
        """Return the number of the request there is; 0 where there is none."""
        return self._number(_ASKED)

    @property
    def _kept(self) -> int:
        """Return the number of the request for which the ring holds what it holds."""
        return self._number(_KEPT)

    def _keep_for(self, request: int) -> None:
        self._put(_KEPT, request)

    def _number(self, at: int) -> int:
        return int(struct.unpack_from("=q", self._map, at)[0])

    def _put(self, at: int, number: int) -> None:
        struct.pack_into("=q", self._map, at, number)
