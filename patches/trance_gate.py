"""Trance gate: the sound opens and closes in time."""

import pyo

from loopmind_live.score.patch import Parameter

parameters = {
    "steps": Parameter(16.0, 2.0, 32.0, "a bar", 0.0),
    "width": Parameter(0.5, 0.05, 0.95),
    "swing": Parameter(0.0, 0.0, 0.5),
    "depth": Parameter(1.0),
}


def build(input, parameters):
    pairs = parameters.bar * (pyo.Round(parameters.steps) * 0.5)
    pair = pairs - pyo.Floor(pairs)
    # Of two steps the second comes later the more it swings.
    second = parameters.swing * 0.33 + 0.5
    first_open = pyo.Between(pair, 0, second * parameters.width)
    late = pair - second
    second_open = pyo.Between(late, 0, (1 - second) * parameters.width)
    is_open = pyo.Port(first_open + second_open, 0.002, 0.004)
    return input * (1 - parameters.depth * (1 - is_open))
