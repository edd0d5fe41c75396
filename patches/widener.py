"""Widener: more, or less, of what differs between left and right, low notes kept in the middle."""

import pyo

from loopmind_live.score.patch import Parameter

parameters = {
    "width": Parameter(1.4, 0.0, 2.5),
    "air": Parameter(0.2),
    "mono_below": Parameter(150.0, 20.0, 500.0, "Hz"),
}


def build(input, parameters):
    left, right = input
    middle, side = (left + right) * 0.5, (left - right) * 0.5
    # What is the same on both sides is given a side of its own: gone again in mono.
    made = pyo.Allpass(pyo.Allpass(middle, 0.0113, 0.6, 0.1), 0.0047, 0.5, 0.1)
    side = side * parameters.width + (made - middle) * parameters.air * 0.5
    side = pyo.ButHP(side, parameters.mono_below)
    return [middle + side, middle - side]
