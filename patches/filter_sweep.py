"""Filter sweep: a low-pass that opens and closes over some bars."""

import pyo

from loopmind_live.score.patch import Parameter

parameters = {
    "bars": Parameter(4.0, 0.25, 8.0, "bars", 0.0),
    "low": Parameter(250.0, 40.0, 2000.0, "Hz"),
    "octaves": Parameter(5.0, 0.5, 7.0, "octaves"),
    "resonance": Parameter(0.3, 0.0, 0.8),
}
PHRASE_BARS = 8


def build(input, parameters):
    turns = parameters.phrase * (PHRASE_BARS / parameters.bars)
    turn = turns - pyo.Floor(turns)
    height = 0.5 - pyo.Cos(turn * 6.283185307) * 0.5
    cutoff = parameters.low * 2 ** (height * parameters.octaves)
    return pyo.MoogLP(input, pyo.Min(cutoff, 18_000), parameters.resonance)
