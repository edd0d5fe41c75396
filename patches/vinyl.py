"""Vinyl: an old record with crackle and wow."""

import pyo

from loopmind_live.score.patch import Parameter

parameters = {
    "age": Parameter(0.5),
    "crackle": Parameter(0.4),
    "wow": Parameter(0.3),
}
RARE = 0.9994
TURNS_HZ = 33.333 / 60


def build(input, parameters):
    sway = pyo.Sine(TURNS_HZ) + pyo.Sine(TURNS_HZ * 7.3) * 0.15
    moved = pyo.Delay(input, 0.006 + sway * parameters.wow * 0.002, maxdelay=0.05)
    worn = pyo.ButHP(pyo.ButLP(moved, 17_000 - parameters.age * 12_000), 20 + parameters.age * 90)
    ticks = [pyo.Max(pyo.Noise(), RARE) - RARE for _ in range(2)]
    level = parameters.crackle * (0.6 / (1 - RARE))
    dust = [pyo.ButBP(tick * level, 3200, 1.2) for tick in ticks]
    hiss = pyo.ButLP(pyo.Noise(), 5000) * parameters.age * parameters.crackle * 0.003
    return [worn[0] + dust[0] + hiss, worn[1] + dust[1] + hiss]
