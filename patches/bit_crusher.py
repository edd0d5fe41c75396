"""Bit crusher: fewer bits and a lower sample rate."""

import pyo

from loopmind_live.score.patch import Parameter

parameters = {
    "bits": Parameter(8.0, 2.0, 16.0, "bits"),
    "rate": Parameter(0.25, 0.02, 1.0),
    "tone": Parameter(9000.0, 500.0, 18_000.0, "Hz"),
    "mix": Parameter(1.0),
}


def build(input, parameters):
    crushed = pyo.Degrade(pyo.Clip(input), parameters.bits, parameters.rate)
    return input + (pyo.ButLP(crushed, parameters.tone) - input) * parameters.mix
