"""Sub drop: turn "drop" up and a sine falls away below the music; turn it back and it rises."""

import pyo

from loopmind_live.score.patch import Parameter

SECONDS = 2.5
parameters = {
    "drop": Parameter(0.0, smoothing_s=SECONDS),
    "start": Parameter(110.0, 50.0, 220.0, "Hz"),
    "level": Parameter(0.6),
    "drive": Parameter(0.3),
}
END_HZ = 28.0


def build(input, parameters):
    fallen = parameters.drop
    pitch = END_HZ + (parameters.start - END_HZ) * (1 - fallen) ** 2
    swell = pyo.Sin(fallen * 3.14159265)
    sub = pyo.Tanh(pyo.Sine(pitch) * (1 + parameters.drive * 3)) * swell * parameters.level
    return input * (1 - swell * 0.3) + sub
