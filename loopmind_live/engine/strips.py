"""The mixer's channel strips: every track's controls, and one block after another through them."""

import numpy as np
import numpy.typing as npt

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine.kernel import copy
from loopmind_live.engine.player import Tracks
from loopmind_live.engine.strip_kernel import (
    DELAY,
    FILTER,
    GAIN,
    LEFT,
    NEUTRAL,
    PAN,
    REVERB,
    STATES,
    STEP,
    TARGET,
    VALUE,
    find_sound,
    mix_strips,
)

CONTROLS = {"gain": GAIN, "filter": FILTER, "pan": PAN, "reverb": REVERB, "delay": DELAY}
"""A strip's controls by the name of their parameter."""
Block = npt.NDArray[np.float64]


class Strips:
    """The strips of all tracks. Nothing is allocated while it runs.

    `buses`: float64 [3, block, 2], the newest block of the master, the reverb's send and the
    delay's; `sent`: bool [2], whether the sends' are not silent; `shares`: float64
    [tracks, block, 2], each track's share of the master, renewed while `sharing` is set.
    """

    def __init__(self, rate_hz: int, block: int) -> None:
        self.buses: Block = np.zeros((3, block, 2))
        self.sent = np.zeros(2, np.bool_)
        self.shares: Tracks = np.zeros((MAX_TRACKS, block, 2))
        self.sharing = False
        self._rate_hz = rate_hz
        self._controls = np.zeros((MAX_TRACKS, len(CONTROLS), 4))
        self._controls[:, :, VALUE] = self._controls[:, :, TARGET] = NEUTRAL
        self._memories = np.zeros((MAX_TRACKS, STATES))
        self._flat_shares = self.shares.reshape(MAX_TRACKS, -1)
        self._no_shares: Block = np.zeros((MAX_TRACKS, 0))
        self._work = np.zeros(2 * block)
        self._lanes = np.zeros((len(CONTROLS), block))
        # Of the tracks that are set apart: their filters alone, and where these put their sound.
        self._apart = np.zeros(MAX_TRACKS, np.bool_)
        self._filters = self._controls.copy()
        self._filter_memories = np.zeros_like(self._memories)
        self._filtered = np.zeros_like(self.buses)
        # The first call compiles, for just these arrays: never inside the callback.
        self.mix(np.zeros((MAX_TRACKS, block, 2)))

    def move(self, track: int, control: str, value: float, ramp_s: float) -> None:
        """Move a control evenly to `value` over `ramp_s`, from the next block on."""
        apart = control == "filter" and self._apart[track]
        moved = (self._filters if apart else self._controls)[track, CONTROLS[control]]
        frames = max(1.0, float(round(ramp_s * self._rate_hz)))
        moved[TARGET] = value
        moved[STEP] = (value - moved[VALUE]) / frames
        moved[LEFT] = frames

    def set_apart(self, track: int, apart: bool) -> None:
        """Let a track be filtered by `filter` before it is mixed, or in `mix` again."""
        if self._apart[track] == apart:
            return
        self._apart[track] = apart
        for mine, other in (
            (self._controls[track, FILTER], self._filters[track, FILTER]),
            (self._memories[track], self._filter_memories[track]),
        ):
            kept = mine.copy()
            mine[:] = other
            other[:] = kept

    def filter(self, track: int, signal: Block) -> None:
        """Filter a track that is set apart, as `mix` would. signal: float64 [block, 2]."""
        one = slice(track, track + 1)
        mix_strips(
            signal.reshape(1, -1), self._filters[one], self._filter_memories[one],
            self._filtered.reshape(len(self._filtered), -1), self._no_shares, self._work,
            self._lanes, float(self._rate_hz),
        )  # fmt: skip
        copy(signal, self._filtered[0])

    def mix(self, tracks: Tracks) -> None:
        """Mix one block of the tracks. tracks: float64 [tracks, block, 2]."""
        buses = self.buses.reshape(len(self.buses), -1)
        flat = tracks.reshape(len(tracks), -1)
        mix_strips(
            flat, self._controls, self._memories, buses,
            self._flat_shares if self.sharing else self._no_shares,
            self._work, self._lanes, float(self._rate_hz),
        )  # fmt: skip
        find_sound(self.buses[1:], self.sent)
