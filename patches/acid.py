"""Acid: a squelching bass, whose filter falls with each note."""

import pyo

from loopmind_live.score.patch import Parameter

pattern = "0.07.30_ 0.5.03.7"
parameters = {
    "cutoff": Parameter(250.0, 60.0, 2000.0, "Hz"),
    "sweep": Parameter(4.0, 0.0, 5.0, "octaves"),
    "resonance": Parameter(0.7, 0.0, 0.9),
    "decay": Parameter(0.2, 0.03, 2.0, "s"),
    "slide": Parameter(0.02, 0.001, 0.3, "s"),
    "drive": Parameter(0.4),
}
ATTACK_S, RELEASE_S = 0.002, 0.03
E = 2.718281828


def build(notes, parameters):
    pitch = pyo.Port(notes.hz, parameters.slide, parameters.slide, 65.0)
    falling = E ** (notes.age / parameters.decay * -1)
    cutoff = parameters.cutoff * 2 ** (falling * parameters.sweep)
    sound = pyo.MoogLP(pyo.LFO(pitch, 1.0, 0), pyo.Min(cutoff, 12_000), parameters.resonance)
    held = pyo.Port(notes.gate, ATTACK_S, RELEASE_S)
    return pyo.Tanh(sound * (1 + parameters.drive * 6)) * held * 0.5
