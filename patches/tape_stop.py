"""Tape stop: turn "stop" up and the tape runs down; turn it back and it spins up again."""

import pyo

from loopmind_live.score.patch import Parameter

SECONDS = 1.2
parameters = {"stop": Parameter(0.0, smoothing_s=SECONDS)}


def build(input, parameters):
    stop = parameters.stop
    # As it goes evenly from 0 to 1 the tape's speed goes from 1 to 0: this much is left behind.
    behind = stop * stop * (SECONDS / 2) + 0.0001
    tape = pyo.Delay(input, behind, maxdelay=SECONDS)
    level = pyo.Clip((1 - stop) * 12, 0, 1)
    return pyo.ButLP(tape, 400 + (1 - stop) * 17_000) * level
