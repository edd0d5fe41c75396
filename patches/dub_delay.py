"""Dub delay: echoes in time, each darker than the one before."""

import pyo

from loopmind_live.score.patch import Parameter

parameters = {
    "time": Parameter(0.75, 0.125, 2.0, "beats", 0.3),
    "feedback": Parameter(0.6, 0.0, 0.9),
    "tone": Parameter(3500.0, 400.0, 12_000.0, "Hz"),
    "mix": Parameter(0.5),
}
ECHOES = 5


def build(input, parameters):
    time = parameters.time * parameters.beat_s
    echo = pyo.Tanh(input)
    wet = []
    for _ in range(ECHOES):
        echo = pyo.ButHP(pyo.ButLP(echo, parameters.tone), 90, mul=parameters.feedback)
        echo = pyo.Delay(echo, time, maxdelay=3)
        wet.append(echo)
    # The last one goes on by itself: it is dark enough.
    wet[-1] = pyo.Delay(wet[-1], time, parameters.feedback * 0.9, maxdelay=3, mul=0.7)
    total = sum(wet[1:], start=wet[0])
    return input + total * parameters.mix
