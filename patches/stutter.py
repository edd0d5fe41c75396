"""Stutter: a slice of the bar, repeated some times before the next is taken."""

import pyo

from loopmind_live.score.patch import Parameter

parameters = {
    "slices": Parameter(16.0, 2.0, 64.0, "a bar", 0.0),
    "repeats": Parameter(4.0, 1.0, 16.0, "times", 0.0),
    "mix": Parameter(1.0, smoothing_s=0.01),
}
EDGE_S = 0.002


def build(input, parameters):
    slices, repeats = pyo.Round(parameters.slices), pyo.Round(parameters.repeats)
    place = parameters.bar * slices
    number = pyo.Floor(place)
    again = number - repeats * pyo.Floor(number / repeats)
    slice_s = parameters.bar_s / slices
    held = pyo.Delay(input, again * slice_s + 0.0001, maxdelay=8)
    within = place - number
    edge = pyo.Clip(pyo.Min(within, 1 - within) * slice_s / EDGE_S, 0, 1)
    return input + (held * edge - input) * parameters.mix
