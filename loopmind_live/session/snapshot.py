"""All that a session needs to go on in another process: what its journal keeps."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from loopmind_live.score.clip import Clip, ClipRecipe
from loopmind_live.session.state import State, differs_by_faders_alone

GESTURE_S = 0.1


@dataclass(frozen=True, slots=True)
class Placed:
    """A clip in the arena, and the first frame at which it may be given to the engine.

    `opened_frames` of its body are there, and may be given where a pass of it begins; 0: all are.
    """

    clip: Clip
    not_before: int = 0
    opened_frames: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session at one moment.

    `recipes` are those that rows speak of, in the order of their `clip_id`; `placed` is what was
    laid into the arena and may still lie there; `told_bpm` the tempo that the engine was told.
    """

    state: State
    recipes: tuple[ClipRecipe, ...] = ()
    placed: tuple[Placed, ...] = ()
    told_bpm: float = 0.0

    def is_still(self, before: "Snapshot") -> bool:
        """Tell whether nothing was put in another's place since `before`: it looks at no value."""
        return self.state is before.state and self.has_clips_of(before)

    def has_clips_of(self, before: "Snapshot") -> bool:
        """Tell whether at most the state is another than in `before`."""
        return (
            self.recipes is before.recipes
            and self.placed is before.placed
            and self.told_bpm == before.told_bpm
        )


class Keeper:
    """Hands each new snapshot to `keep`, the journal; a gesture on faders every 0.1 s at most.

    A flood of them would otherwise cost more to write down than to carry out.
    """

    def __init__(self, keep: Callable[[Snapshot], None], rate_hz: int) -> None:
        self.keep = keep
        self.kept: Snapshot | None = None
        self._pause_frames = round(GESTURE_S * rate_hz)
        self._next_frame = 0

    def offer(self, new: Snapshot, frame: int | None = None) -> None:
        """Have `new` kept where anything in it is; at `frame`, a gesture may wait."""
        kept = self.kept
        if kept is not None:
            if new.is_still(kept):
                return
            waits = frame is not None and frame < self._next_frame
            if waits and new.has_clips_of(kept) and differs_by_faders_alone(kept.state, new.state):
                return
        if frame is not None:
            self._next_frame = frame + self._pause_frames
        self.kept = new
        self.keep(new)


def with_placed(placed: Iterable[Placed], new: Placed) -> tuple[Placed, ...]:
    """Return `placed` and `new`, without the clips whose place or name it took.

    >>> from pathlib import Path
    >>> one, two = (ClipRecipe(Path(n), n, 0.0, 4, 120.0, 120.0, 0, 48000) for n in "ab")
    >>> old = with_placed((), Placed(Clip(one, 0, 100)))
    >>> [len(with_placed(old, Placed(Clip(two, at, 100)))) for at in (99, 100)]
    [1, 2]
    """
    begin = new.clip.offset - new.clip.lead_frames
    end = begin + new.clip.frames

    def stays(one: Placed) -> bool:
        first = one.clip.offset - one.clip.lead_frames
        apart = first >= end or first + one.clip.frames <= begin
        return apart and one.clip.recipe != new.clip.recipe

    return (*(one for one in placed if stays(one)), new)
