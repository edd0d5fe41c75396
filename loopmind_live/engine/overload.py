"""What the engine sheds as its load nears the limit, and when it takes it up again. Pure.

    load   < 75 %          75 %                85 %              92 %
           normal  ->  reverb simpler  ->  sends off  ->  new work refused

The loops are never touched. What was shed comes back one step at a time, once the load has been
well below the line for a while; where it then has to go again soon, that while doubles, so that
nothing flutters.
"""

import math
from dataclasses import dataclass, replace
from enum import IntEnum


class Relief(IntEnum):
    """How much is shed; each level includes those before it."""

    NORMAL = 0
    REDUCED = 1
    BARE = 2
    FULL = 3


ENTER = (0.75, 0.85, 0.92)
"""The load at which REDUCED, BARE and FULL begin."""
MARGIN = 0.15
"""How far below its line the load must be before a level ends."""
RECOVER_S = 3.0
LONGEST_RECOVERY_S = 60.0
SOON_S = 30.0
OWN_SHARE = 0.35
"""Where the engine itself takes less than this, others make the load: it has nothing to shed."""
SHORT = ("", "reverb simpler", "sends off", "full: no new work")
"""What a toolbar shows of each level."""
_BEGINS = (
    "",
    "the reverb is simpler now",
    "the sends are off now",
    "new work is refused until it has room",
)
_ENDS = ("", "the reverb is whole again", "the sends are back", "new work is taken again")


@dataclass(frozen=True, slots=True)
class Overload:
    """What is shed, and what decides how long: times are those that `judge` is given.

    `low_since_s` is when the load came below the line for the level's end, None while it is above;
    `eased_s` when a level last ended.
    """

    level: Relief = Relief.NORMAL
    low_since_s: float | None = None
    eased_s: float = -math.inf
    recover_s: float = RECOVER_S


def weigh(own: float, device: float) -> float:
    """Return the load that counts, of the engine's own and that of all on the device; 1 is all.

    >>> weigh(0.5, 0.8), weigh(0.02, 0.9)
    (0.8, 0.02)
    """
    return max(own, device) if own >= OWN_SHARE else own


def judge(before: Overload, load: float, now_s: float) -> Overload:
    """Return what is to be shed at `load`. What is no number changes nothing.

    >>> shed = judge(Overload(), 0.86, 0.0)
    >>> shed.level.name, judge(shed, 0.72, 60.0).level.name
    ('BARE', 'BARE')
    """
    if math.isnan(load):
        return before
    wanted = Relief(sum(load >= line for line in ENTER))
    if wanted > before.level:
        soon = now_s - before.eased_s < SOON_S
        recover_s = min(LONGEST_RECOVERY_S, 2.0 * before.recover_s) if soon else RECOVER_S
        return replace(before, level=wanted, low_since_s=None, recover_s=recover_s)
    if before.level is Relief.NORMAL:
        return before
    if load >= ENTER[before.level - 1] - MARGIN:
        return replace(before, low_since_s=None)
    if before.low_since_s is None:
        return replace(before, low_since_s=now_s)
    if now_s - before.low_since_s < before.recover_s:
        return before
    return replace(
        before, level=Relief(before.level - 1), low_since_s=now_s, eased_s=now_s
    )  # fmt: skip


def told(before: Relief, after: Relief, load: float) -> str:
    """Return what a performer is told of a change.

    >>> told(Relief.NORMAL, Relief.REDUCED, 0.84)
    'at 84 % of its time: the reverb is simpler now'
    """
    if after > before:
        words = [_BEGINS[level] for level in range(max(before + 1, 1), after + 1)]
        if len(words) > 1 and before < Relief.REDUCED:
            words = words[1:]  # without sends nobody hears how the reverb is made
        what = ", ".join(words)
    else:
        what = _ENDS[before]
    return f"at {100 * load:.0f} % of its time: {what}"
