"""Keep a live set in step with a clock outside, whichever it is: Ableton Link, MIDI clock."""

import math

from loopmind_live.session.following_beat import (
    STEADY_S,
    OutsideBeat,
    in_step,
    multiple_within,
    nearest_multiple,
)
from loopmind_live.session.landing import margin_frames
from loopmind_live.session.session import Session

_NEAR = 1e-3


class BeatFollower:
    """Follows one clock at a time; `session.following_beat` has the rules.

    `multiple` is by what the tempo outside is taken, a power of two: nothing plays at 999 bpm.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.multiple = 1.0
        self._bpm = 0.0
        self._since_frame = 0

    def begin(self, outside_bpm: float, own_bpm: float | None) -> None:
        """Begin to follow a clock at `outside_bpm`; where ours is a multiple of it, ours stays."""
        near = 1.0 if own_bpm is None else nearest_multiple(own_bpm, outside_bpm)
        if own_bpm is None or not math.isclose(outside_bpm * near, own_bpm, rel_tol=_NEAR):
            near = 1.0
        self.multiple = multiple_within(outside_bpm, near)
        self._bpm = 0.0

    def follow(self, outside: OutsideBeat) -> None:
        """Bring the set into step."""
        session = self._session
        state = session.state
        self.multiple = multiple_within(outside.bpm, self.multiple)
        if not math.isclose(outside.bpm, self._bpm, rel_tol=_NEAR):
            self._bpm, self._since_frame = outside.bpm, outside.frame
        free = session.engine.frame() + margin_frames(state.tempo.rate_hz)
        steady = outside.frame - self._since_frame > STEADY_S * state.tempo.rate_hz
        wanted = in_step(state, outside, self.multiple, free, steady, session.arranger.refit)
        if wanted is not state:
            session.revise(wanted)
