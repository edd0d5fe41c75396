"""Which frames of the arena are taken: a first-fit free list. Pure."""

from bisect import bisect_left

from loopmind_live.errors import EngineError


class Places:
    """Hand out ranges of `capacity` frames that never overlap.

    >>> places = Places(100)
    >>> places.allocate(60), places.allocate(50), places.allocate(40)
    (0, None, 60)
    >>> places.free(0)
    >>> places.allocate(10), places.free_frames
    (0, 50)
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._free: list[tuple[int, int]] = [(0, capacity)] if capacity > 0 else []
        self._taken: dict[int, int] = {}

    @property
    def free_frames(self) -> int:
        """Return how many frames are free, in one piece or several."""
        return sum(size for _, size in self._free)

    def allocate(self, frames: int) -> int | None:
        """Return the first place where `frames` fit, now taken; None where there is no room."""
        if frames <= 0:
            raise EngineError(f"a clip of {frames} frames: it must have at least one")
        for i, (offset, size) in enumerate(self._free):
            if size >= frames:
                rest = (offset + frames, size - frames)
                self._free[i : i + 1] = [rest] if rest[1] else []
                self._taken[offset] = frames
                return offset
        return None

    def reserve(self, offset: int, frames: int) -> None:
        """Take just this place; EngineError where any of it is taken.

        >>> places = Places(100)
        >>> places.reserve(20, 30)
        >>> places.allocate(30), places.free_frames
        (50, 40)
        """
        for i, (begin, size) in enumerate(self._free):
            if begin <= offset and offset + frames <= begin + size and frames > 0:
                around = (begin, offset - begin), (offset + frames, begin + size - offset - frames)
                self._free[i : i + 1] = [piece for piece in around if piece[1]]
                self._taken[offset] = frames
                return
        raise EngineError(f"arena frames {offset}..{offset + frames}: not all of them are free")

    def widen(self, offset: int, frames: int) -> None:
        """Take just this place, of which parts may be taken already as places of their own.

        EngineError where what is taken there reaches beyond it.

        >>> places = Places(100)
        >>> places.reserve(20, 30)
        >>> places.widen(10, 50)
        >>> places.free(10)
        >>> places.free_frames
        100
        """
        end = offset + frames
        inside = {at: n for at, n in self._taken.items() if offset <= at and at + n <= end}
        for at in inside:
            self.free(at)
        try:
            self.reserve(offset, frames)
        except EngineError:
            for at, size in inside.items():
                self.reserve(at, size)
            raise

    def free(self, offset: int) -> None:
        """Give the place at `offset` back; neighbors become one. EngineError if it is not taken."""
        frames = self._taken.pop(offset, None)
        if frames is None:
            raise EngineError(f"arena frame {offset} begins no clip: it was freed already")
        i = bisect_left(self._free, (offset, 0))
        if i < len(self._free) and self._free[i][0] == offset + frames:
            frames += self._free.pop(i)[1]
        if i > 0 and sum(self._free[i - 1]) == offset:
            offset, before = self._free.pop(i - 1)
            frames += before
            i -= 1
        self._free.insert(i, (offset, frames))
