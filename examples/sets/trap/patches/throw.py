"""Throw: the last beat of every phrase of eight bars goes into a long echo."""

import pyo

from loopmind_live.score.patch import Parameter

parameters = {
    "time": Parameter(0.75, 0.25, 2.0, "beats", 0.3),
    "feedback": Parameter(0.65, 0.0, 0.9),
    "mix": Parameter(0.8),
    "beats": Parameter(1.0, 0.25, 8.0, "beats", 0.0),
}
STEEP = 400
"""The door to the echo opens and closes within a hundredth of a beat or so: no click."""


def build(input, parameters):
    # phrase rises from 0 to 1 in 32 beats: what is thrown is its end.
    begins = 1 - parameters.beats / 32
    door = pyo.Clip((parameters.phrase - begins) * STEEP, 0, 1)
    echo = pyo.Delay(
        pyo.ButHP(input * door, 300),
        parameters.time * parameters.beat_s,
        parameters.feedback,
        maxdelay=3,
    )
    return input + pyo.ButLP(echo, 4000) * parameters.mix
