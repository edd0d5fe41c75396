"""Sidechain pump: every beat ducks the sound, as a kick would."""

import pyo

from loopmind_live.score.patch import Parameter

parameters = {
    "depth": Parameter(0.8),
    "release": Parameter(0.6, 0.1, 1.0, "beats"),
    "curve": Parameter(2.0, 0.5, 4.0),
}
RISE_S, FALL_S = 0.001, 0.002


def build(input, parameters):
    back = pyo.Clip(parameters.beat / parameters.release, 0, 1)
    duck = pyo.Max(1 - back, 0) ** parameters.curve
    gain = 1 - parameters.depth * duck
    return input * pyo.Port(gain, RISE_S, FALL_S, 1)
