"""From OSC time tags to frames of the engine. Pure.

A time tag is a wall clock's time. Which frame the engine will have reached then is worked out once,
as the bundle arrives: nothing waits for that time, and a clock that is set meanwhile moves nothing.
The frame is the one that is computed then, as with all that is typed; it is heard when the device
has played what lies before it. The engine's clock is read to the start of a block, so that bundles
for one time that come in several packets may differ by what a block begins late.
"""

from dataclasses import dataclass

from loopmind_live.control.osc_packet import AT_ONCE
from loopmind_live.errors import ControlError

FARTHEST_S = 60.0
"""A time tag farther ahead than this is refused: then the clocks differ."""
_NTP_TO_UNIX_S = 2_208_988_800


@dataclass(frozen=True, slots=True)
class Arrival:
    """The clocks as a bundle arrived.

    `wall_s` is seconds since 1970; the engine had reached `frame` then, of `rate_hz` a second.
    """

    wall_s: float
    frame: int
    rate_hz: int


def due_s(time_tag: int) -> float:
    """Return a time tag as seconds since 1970, 0 for at once.

    >>> due_s(1), due_s((2_208_988_800 + 5) << 32)
    (0.0, 5.0)
    """
    return 0.0 if time_tag == AT_ONCE else time_tag / 2**32 - _NTP_TO_UNIX_S


def frame_reached(frame: int, time_s: float, now_s: float, rate_hz: int) -> int:
    """Return the frame that an engine reaches at `now_s` that reached `frame` at `time_s`.

    An engine that has not played yet, at 0 s, stands still.

    >>> frame_reached(4800, 10.0, 10.5, 48000), frame_reached(256, 0.0, 10.5, 48000)
    (28800, 256)
    """
    return frame + max(0, round((now_s - time_s) * rate_hz)) if time_s else frame


def named_frame(time_tag: int, arrival: Arrival) -> int | None:
    """Return the frame that a time tag names; None where it says at once, or has passed.

    Raise ControlError where it is too far ahead.

    >>> arrival = Arrival(1_700_000_000.0, 96000, 48000)
    >>> tag = (1_700_000_001 + 2_208_988_800) << 32
    >>> named_frame(tag, arrival), named_frame(AT_ONCE, arrival), named_frame(2, arrival)
    (144000, None, None)
    """
    ahead_s = due_s(time_tag) - arrival.wall_s
    if ahead_s > FARTHEST_S:
        raise ControlError(
            f"OSC: a bundle for {ahead_s:,.0f} s ahead: {FARTHEST_S:g} s at most: "
            "set the sender's clock"
        )
    return arrival.frame + round(ahead_s * arrival.rate_hz) if ahead_s > 0.0 else None
