"""What the rest of the program knows of an engine: rows in, status out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine.overload import Relief
from loopmind_live.score.patch import Patch

CUE_TRACK = MAX_TRACKS
"""Rows of this track and those after it are heard on the cue bus alone."""
ROW_TRACKS = 2 * MAX_TRACKS
FOREVER = 1 << 62
"""The stop frame of a row that plays until it is replaced."""
SLOWEST_TAIL = 2
"""A tail that follows a clock rings for so many times its length at most, however slow that is."""


@dataclass(frozen=True, slots=True)
class Row:
    """One clip on one track from frame `start` to `stop`, in the order the kernel mixes them.

    Pass i of the body starts at ``round(origin + i * pass_frames)``; so the clip's place at `start`
    follows from `origin` alone. `fade_frames` is how long it rings after `stop` (0: a hard cut).
    `lead_frames` of the clip sound before `start`, where `start` is the beginning of a pass.

    A row with `clip_bars` follows a clock instead, at varispeed: the bar at frame f is
    ``clock_bar + expm1(clock_change * n) / clock_change`` (``clock_bar + n`` for no change) with
    ``n = (f - clock_frame) / clock_bar_frames``; its clip is `clip_bars` long and began at
    `origin_bar`. Its tails ring at the clock's pace too. Source of the formula:
    `timing.tempo_map`. Where its body is shorter than a pass it is struck rather than stretched: it
    sounds at its own speed, once from the rounded frame of each pass, and rings out.

    A row with `mask_steps` sounds in a rhythm alone: step i begins at the rounded frame of
    ``mask_origin + i * mask_span / mask_steps`` (in bars where the row follows a clock, else in
    frames), and sounds where bit ``i % mask_steps`` of `mask_low`, or from step 64 on of
    `mask_high`, is set. It is at full gain from its first frame; before it the gain rises over
    `mask_fade_frames`, and falls over as many after it.
    """

    track: int
    clip_id: int
    offset: int
    body_frames: int
    pass_frames: float
    origin: float
    start: int
    stop: int = FOREVER
    gain: float = 1.0
    fade_frames: int = 0
    lead_frames: int = 0
    tail_frames: int = 0
    clip_bars: float = 0.0
    origin_bar: float = 0.0
    clock_frame: float = 0.0
    clock_bar: float = 0.0
    clock_bar_frames: float = 1.0
    clock_change: float = 0.0
    mask_low: int = 0
    mask_high: int = 0
    mask_steps: int = 0
    mask_origin: float = 0.0
    mask_span: float = 1.0
    mask_fade_frames: int = 0


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What the engine says of itself. Levels are linear peaks since the last status.

    `time_s` is when it began to compute the block before `frame`, by time.monotonic. `relief` is
    what it sheds, for the `weighed_load` that it saw last (see `overload.weigh`).
    """

    frame: int
    load: float = 0.0
    xruns: int = 0
    peak: float = 0.0
    track_peaks: tuple[float, ...] = ()
    running: bool = True
    time_s: float = 0.0
    relief: Relief = Relief.NORMAL
    weighed_load: float = 0.0
    device_frame: int = -1
    """What JACK counted as that block began, of 32 bits; -1 where the device does not count."""


@dataclass(frozen=True, slots=True)
class EngineEvent:
    """Something that happened in the engine: "late", "restarted", "xrun", "load", "muted", "error".

    "landed" answers a splice that could move, with the frame at which it begins; "param" a
    parameter (named by `text`, moved to `value`), with the frame at which the move begins.
    """

    kind: str
    frame: int
    text: str = ""
    value: float = 0.0


class Engine(Protocol):
    """A transport that plays rows. All calls return at once and may be made while it plays."""

    @property
    def rate_hz(self) -> int:
        """Return the sample rate."""
        ...

    @property
    def block(self) -> int:
        """Return the block size in frames."""
        ...

    @property
    def latency_frames(self) -> int:
        """Return by how much the master's limiter delays the sound."""
        ...

    def frame(self) -> int:
        """Return the first frame that has not been computed yet."""
        ...

    def splice(self, frame: int, rows: Sequence[Row], latest: int | None = None) -> None:
        """Replace all that plays from `frame` on by `rows`.

        A row that already sounds and stands in `rows` with the same clip and origin plays on
        untouched. Where `frame` has passed when it arrives, nothing changes and a "late" event
        tells so. With `latest`, what begins or ends at `frame` is then `schedule.moved` to the
        block that comes next, if that is no later; a "landed" event tells where it begins.
        """
        ...

    def set_parameter(
        self, name: str, value: float, ramp_s: float = 0.02, frame: int | None = None
    ) -> int | None:
        """Move a live parameter to `value` over `ramp_s`: "track/3/gain", "master/gain".

        It begins no sooner than at `frame`: an insert just there, all else with the first block
        from there on. Returns the frame at which the move begins; None where a "param" event will
        tell it.
        """
        ...

    def learn(self, number: int, patch: Patch, instead_of: int | None = None) -> None:
        """Let `patch` be mounted by its number (config.FIRST_PATCH and up), as an insert is.

        The number `instead_of`, which nothing mounts any more, is forgotten.
        """
        ...

    def status(self) -> EngineStatus:
        """Return the newest status."""
        ...

    def events(self) -> list[EngineEvent]:
        """Return what happened since the last call, oldest first."""
        ...

    def close(self) -> None:
        """Stop the sound and let everything go."""
        ...
