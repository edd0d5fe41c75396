"""Blip: a small tuned drum, falling to its pitch."""

import pyo

from loopmind_live.score.patch import Parameter

pattern = "x(5,16)"
parameters = {
    "tune": Parameter(24.0, 0.0, 48.0, "semitones"),
    "fall": Parameter(1.5, 0.0, 4.0, "octaves"),
    "decay": Parameter(0.12, 0.02, 1.0, "s"),
    "snap": Parameter(0.3),
}
ATTACK_S, FALL_S, SNAP_S = 0.0005, 0.02, 0.008
E = 2.718281828


def build(notes, parameters):
    rising = pyo.Clip(notes.age / ATTACK_S, 0, 1)
    fallen = 2 ** (E ** (notes.age / -FALL_S) * parameters.fall)
    pitch = notes.hz * 2 ** (parameters.tune / 12) * fallen
    body = pyo.Sine(pyo.Min(pitch, 12_000)) * E ** (notes.age / parameters.decay * -1)
    snap = pyo.ButHP(pyo.Noise(), 3000) * E ** (notes.age / -SNAP_S) * (parameters.snap * 1.5)
    return (body + snap) * rising * 0.6
