"""Pickup: a fader moves its value only once it stands where the value is. Pure.

Knobs and faders without motors stay where the hand left them, while the value is moved elsewhere:
by another surface, an undo, a new set. They take hold of it again when they come near it or pass
it, so that nothing jumps (soft takeover).
"""

from dataclasses import dataclass

STEP = 1 / 127
NEAR = 2 * STEP
"""So near a fader takes hold."""
_SAME = STEP
"""A value this near to where it was left is where it was left: levels are rounded."""
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Grip:
    """How a fader holds its value. Places run from 0 to 1.

    `seen` is where the fader stood last, None where that is not known; `left` is where it left the
    value, None while it does not hold it.
    """

    seen: float | None = None
    left: float | None = None


def moved(grip: Grip, place: float, value: float | None) -> Grip:
    """Return the grip of a fader moved to `place` while its value stands at `value`.

    It holds the value where `left` is not None. A value that is not known is taken at once.

    >>> far = moved(Grip(), 0.1, 0.75)
    >>> far.left is None, moved(far, 0.8, 0.75).left
    (True, 0.8)
    """
    if value is None:
        return Grip(place, place)
    held = grip.left is not None and abs(value - grip.left) <= _SAME + _EPSILON
    near = abs(place - value) <= NEAR + _EPSILON
    passed = grip.seen is not None and (grip.seen - value) * (place - value) < 0.0
    return Grip(place, place if held or near or passed else None)
