"""Electronic drums and effects to train on: single sounds of circuits drawn at random."""

from itertools import pairwise

import numpy as np
from scipy import signal

from loopmind_live.training.varying import RATE_HZ, Values


def kick(random: np.random.Generator) -> Values:
    """Return a bass drum: a sine that falls, with a click."""
    time_s = _time(_between(random, 0.15, 0.9))
    low_hz, fall = float(random.uniform(38.0, 75.0)), _between(random, 15.0, 120.0)
    high_hz = low_hz * float(random.uniform(1.5, 8.0))
    phase = 2 * np.pi * np.cumsum(low_hz + (high_hz - low_hz) * np.exp(-fall * time_s)) / RATE_HZ
    body = np.sin(phase) * _fall(time_s, float(random.uniform(0.3, 1.0)))
    click = random.standard_normal(len(time_s)) * np.exp(-time_s * _between(random, 150.0, 800.0))
    driven: Values = np.tanh(_between(random, 0.5, 6.0) * (body + random.uniform(0, 0.5) * click))
    return driven


def snare(random: np.random.Generator) -> Values:
    """Return a snare drum or a clap."""
    time_s = _time(_between(random, 0.12, 0.6))
    noise = random.standard_normal(len(time_s))
    if random.random() < 0.4:
        gaps_s = np.cumsum(random.uniform(0.006, 0.014, 3))
        bursts = sum(
            np.where(time_s >= gap_s, np.exp(-200.0 * np.maximum(time_s - gap_s, 0.0)), 0.0)
            for gap_s in (0.0, *gaps_s)
        )
        level = bursts + 0.7 * (time_s > gaps_s[-1]) * _fall(time_s, 1.0)
        low_hz = float(random.uniform(600.0, 1200.0))
        clap: Values = _band(noise, low_hz, low_hz * float(random.uniform(2.0, 6.0))) * level
        return clap
    tone_hz = float(random.uniform(140.0, 280.0))
    drop = tone_hz * (1.0 + 0.5 * np.exp(-60.0 * time_s))
    tone = np.sin(2 * np.pi * np.cumsum(drop) / RATE_HZ) * _fall(time_s, 0.5)
    rattle = _band(noise, float(random.uniform(300.0, 1800.0)), float(random.uniform(5e3, 1e4)))
    return float(random.uniform(0.2, 1.0)) * tone + float(
        random.uniform(0.5, 1.5)
    ) * rattle * _fall(time_s, 1.0)


def hat(random: np.random.Generator) -> Values:
    """Return a hi-hat or a cymbal."""
    longest_s = 2.0 if random.random() < 0.3 else 0.4
    time_s = _time(_between(random, 0.04, longest_s))
    metal = sum(np.sign(np.sin(2 * np.pi * hz * time_s)) for hz in random.uniform(300.0, 900.0, 6))
    noise = random.standard_normal(len(time_s))
    blend = float(random.uniform(0.0, 1.0))
    mixed = blend * noise + (1.0 - blend) * metal
    result: Values = _high(mixed, float(random.uniform(4000.0, 8000.0))) * _fall(time_s, 1.0)
    return result


def perc(random: np.random.Generator) -> Values:
    """Return a tom, conga, block, bell, shaker or zap."""
    kind = int(random.integers(5))
    time_s = _time(_between(random, 0.08, 0.8))
    hz = _between(random, 80.0, 400.0)
    if kind == 0:  # tom, conga
        drop = hz * (1.0 + float(random.uniform(0.1, 0.8)) * np.exp(-25.0 * time_s))
        skin = 0.3 * random.standard_normal(len(time_s)) * np.exp(-90.0 * time_s)
        return (np.sin(2 * np.pi * np.cumsum(drop) / RATE_HZ) + skin) * _fall(time_s, 1.0)
    if kind == 1:  # block, clave
        ring = np.sin(2 * np.pi * 6.0 * hz * time_s) + 0.4 * np.sin(2 * np.pi * 14.1 * hz * time_s)
        return ring * np.exp(-time_s * _between(random, 25.0, 120.0))
    if kind == 2:  # cowbell, agogo
        both = 2 * np.pi * hz * np.outer((3.0, 4.44), time_s)
        bell = np.sign(np.sin(both)).sum(axis=0)
        struck: Values = _band(bell, 500.0, 6000.0) * _fall(time_s, 1.0)
        return struck
    if kind == 3:  # shaker, tambourine
        level = np.minimum(1.0, time_s / _between(random, 0.005, 0.06)) * _fall(time_s, 1.0)
        shaken: Values = _high(random.standard_normal(len(time_s)), 3500.0) * level
        return shaken
    fall = np.exp(-time_s * _between(random, 8.0, 40.0))
    return np.sin(2 * np.pi * np.cumsum(hz + 3000.0 * fall) / RATE_HZ) * _fall(time_s, 1.0)


def fx(random: np.random.Generator) -> Values:
    """Return a sweep, laser, impact, wind, crackle, row of blips, siren or torn-up sound."""
    return _EFFECTS[int(random.integers(len(_EFFECTS)))](random)


def _sweep(random: np.random.Generator) -> Values:
    """Return noise whose band rises or falls: several fixed bands, each loud in its turn."""
    time_s = _time(float(random.uniform(0.6, 6.0)))
    noise, place = random.standard_normal(len(time_s)), time_s / time_s[-1]
    if random.random() < 0.4:
        place = place[::-1]
    edges = np.geomspace(150.0, 9500.0, 9)
    sound = np.zeros(len(time_s))
    for turn, (low_hz, high_hz) in enumerate(pairwise(edges)):
        sound += _band(noise, low_hz, high_hz) * np.exp(-(((place * 8.0 - turn) / 1.2) ** 2))
    result: Values = sound * (0.2 + place)
    return result


def _laser(random: np.random.Generator) -> Values:
    time_s = _time(_between(random, 0.15, 1.5))
    high_hz, low_hz = _between(random, 1500.0, 8000.0), _between(random, 60.0, 600.0)
    curve = np.exp(-time_s * _between(random, 3.0, 30.0))
    if random.random() < 0.3:
        curve = curve[::-1]
    phase = 2 * np.pi * np.cumsum(low_hz + (high_hz - low_hz) * curve) / RATE_HZ
    wave = np.sign(np.sin(phase)) if random.random() < 0.4 else np.sin(phase)
    result: Values = wave * _fall(time_s, 0.6)
    return result


def _impact(random: np.random.Generator) -> Values:
    time_s = _time(float(random.uniform(1.0, 4.0)))
    noise = random.standard_normal(len(time_s))
    boom = np.sin(2 * np.pi * np.cumsum(35.0 + 60.0 * np.exp(-6.0 * time_s)) / RATE_HZ)
    rubble = _band(noise, 60.0, float(random.uniform(800.0, 5000.0))) * _fall(time_s, 0.7)
    result: Values = boom * _fall(time_s, 0.8) + float(random.uniform(0.5, 2.0)) * rubble
    return result


def _wind(random: np.random.Generator) -> Values:
    time_s = _time(float(random.uniform(1.5, 6.0)))
    center_hz = _between(random, 200.0, 4000.0)
    gusts = np.interp(time_s, np.linspace(0, time_s[-1], 12), random.uniform(0.1, 1.0, 12))
    result: Values = _band(random.standard_normal(len(time_s)), center_hz, center_hz * 2.0) * gusts
    return result


def _crackle(random: np.random.Generator) -> Values:
    time_s = _time(float(random.uniform(0.5, 4.0)))
    pops = (random.random(len(time_s)) < _between(random, 2e-4, 5e-3)).astype(np.float64)
    pops *= random.uniform(-1.0, 1.0, len(time_s))
    hiss = 0.02 * random.standard_normal(len(time_s))
    result: Values = _band(pops, 300.0, 8000.0) + float(random.uniform(0.0, 1.0)) * hiss
    return result


def _blips(random: np.random.Generator) -> Values:
    """Return a row of short tones at pitches of no scale, as of a machine."""
    count = int(random.integers(1, 24))
    parts = []
    for _ in range(count):
        time_s = _time(_between(random, 0.02, 0.15))
        hz = _between(random, 200.0, 6000.0)
        bend = float(random.uniform(-0.5, 0.5))
        phase = 2 * np.pi * hz * (time_s + bend * time_s**2 / time_s[-1])
        parts += [np.sin(phase + random.uniform(0, 3) * np.sin(2.7 * phase)) * _fall(time_s, 0.7)]
    return np.concatenate(parts)


def _siren(random: np.random.Generator) -> Values:
    time_s = _time(float(random.uniform(0.8, 5.0)))
    hz = _between(random, 300.0, 1500.0)
    moved = np.sin(2 * np.pi * _between(random, 0.3, 12.0) * time_s)
    phase = 2 * np.pi * np.cumsum(hz * 2.0 ** (float(random.uniform(0.1, 1.2)) * moved)) / RATE_HZ
    result: Values = np.tanh(3.0 * np.sin(phase)) * _fall(time_s, 0.3)
    return result


def _torn(random: np.random.Generator) -> Values:
    """Return another sound cut into grains that are shuffled, turned round and repeated."""
    source = (snare, perc, hat, _laser, _blips, _siren)[int(random.integers(6))](random)
    grain = max(64, int(float(random.uniform(0.004, 0.08)) * RATE_HZ))
    source = np.pad(source, (0, grain))
    parts = []
    for _ in range(int(random.integers(4, 40))):
        start = int(random.integers(0, len(source) - grain))
        piece = source[start : start + grain]
        parts += [piece[::-1] if random.random() < 0.3 else piece] * int(random.integers(1, 4))
    sound = np.concatenate(parts)
    steps = 2.0 ** int(random.integers(2, 9))
    result: Values = np.round(sound / max(float(np.abs(sound).max()), 1e-9) * steps) / steps
    return result


_EFFECTS = (_sweep, _laser, _impact, _wind, _crackle, _blips, _blips, _siren, _torn, _torn)


def _time(length_s: float) -> Values:
    return np.arange(max(64, int(length_s * RATE_HZ))) / RATE_HZ


def _fall(time_s: Values, speed: float) -> Values:
    """Return a level that dies away towards the end; by 60 dB at a speed of 1."""
    result: Values = np.exp(-6.9 * speed * time_s / time_s[-1])
    return result


def _band(sound: Values, low_hz: float, high_hz: float) -> Values:
    edges = [max(low_hz, 20.0), min(high_hz, 0.49 * RATE_HZ)]
    result: Values = signal.sosfilt(
        signal.butter(2, edges, "bandpass", fs=RATE_HZ, output="sos"), sound
    )
    return result


def _high(sound: Values, low_hz: float) -> Values:
    result: Values = signal.sosfilt(
        signal.butter(3, low_hz, "highpass", fs=RATE_HZ, output="sos"), sound
    )
    return result


def _between(random: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(random.uniform(np.log(low), np.log(high))))
