"""What happens to made loops so that they are like those of real folders: colors, rooms, cuts."""

from dataclasses import replace

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.training.tempo_patterns import Random
from loopmind_live.training.tempo_sources import RATE_HZ, Made

_SPOILING = {
    "end": 0.19, "start": 0.19, "cut": 0.2, "room": 0.22, "both": 0.06, "cut room": 0.07,
    "coded": 0.07,
}  # fmt: skip


def spoil(random: Random, made: Made) -> Made:
    """Return a sound with silence, a tail, or less of its end, as chance wills."""
    sound, start_s = made.sound, made.start_s
    kind = str(random.choice(list(_SPOILING), p=list(_SPOILING.values())))
    if "room" in kind:
        sound = _in_a_room(random, sound)
    if "cut" in kind:
        sound = sound[: max(1000, round(len(sound) * (1.0 - random.uniform(0.02, 0.15))))]
    if kind in ("end", "both"):
        sound = np.concatenate([sound, _silence(random, random.uniform(0.05, 2.0))])
    if kind in ("start", "both"):
        before_s = random.uniform(0.02, 1.0)
        sound = np.concatenate([_silence(random, before_s), sound])
        start_s += before_s
    if kind == "coded":  # lossy coders pad at both ends
        before_s = random.choice([0.025, 0.05, 0.0])
        pads = [np.zeros(round(pad * RATE_HZ)) for pad in (before_s, random.uniform(0.0, 0.05))]
        sound = np.concatenate([pads[0], sound, pads[1]])
        start_s += float(before_s)
    return replace(made, sound=sound.astype(np.float32), start_s=start_s)


def moved_in_time(random: Random, sound: Floats, bpm: float) -> Floats:
    """Return a sound with echoes in time, ducked by a kick, or cut to a rhythm by a gate."""
    if random.random() < 0.12:
        sound = _echoing(random, sound, bpm)
    kind = random.random()
    if kind < 0.06:
        return _pumping(sound, bpm)
    return _gated(random, sound, bpm) if kind < 0.1 else sound


def colored(random: Random, sound: Floats) -> Floats:
    """Return a sound driven, filtered, in a room, in noise: each by chance, and at any level."""
    from scipy.signal import lfilter

    sound = sound / max(float(np.abs(sound).max()), 1e-6)
    if random.random() < 0.3:
        sound = np.tanh(sound * random.uniform(1.0, 6.0))
    if random.random() < 0.15:
        keep = random.uniform(0.5, 0.95)
        sound = lfilter([1.0 - keep], [1.0, -keep], sound)
    if random.random() < 0.15:
        sound = _in_a_room(random, sound)[: len(sound)]
    if random.random() < 0.2:
        noise = random.standard_normal(len(sound)) * 10.0 ** random.uniform(-4.5, -2.7)
        sound = sound + noise
    sound = sound * random.uniform(0.2, 1.0) / max(float(np.abs(sound).max()), 1e-6)
    # Sixteen bits, as most files have.
    result: Floats = (np.round(sound * 32767.0) / 32768.0).astype(np.float32)
    return result


def _echoing(random: Random, sound: Floats, bpm: float) -> Floats:
    """Return a sound with echoes in time: an eighth, a dotted one or a quarter later."""
    wet = sound.copy()
    lag = round(random.choice([0.5, 0.75, 1.0]) * 60.0 / bpm * RATE_HZ)
    loud = random.uniform(0.2, 0.6)
    for time in range(1, 5):
        late = sound[: max(0, len(sound) - time * lag)]
        wet[len(wet) - len(late) :] += loud**time * late
    return wet


def _pumping(sound: Floats, bpm: float) -> Floats:
    """Return a sound that is ducked on every beat, as by a kick."""
    beats = np.arange(len(sound)) / RATE_HZ * bpm / 60.0
    result: Floats = (sound * np.minimum(1.0, 0.1 + 1.8 * (beats % 1.0))).astype(np.float32)
    return result


def _gated(random: Random, sound: Floats, bpm: float) -> Floats:
    """Return a sound of which only some sixteenths of each bar are left."""
    opened = random.random(16) < random.uniform(0.3, 0.8)
    opened[0] = True
    steps = np.arange(len(sound)) / RATE_HZ * bpm / 15.0
    level = np.where(opened[steps.astype(np.int64) % 16], 1.0, random.choice([0.0, 0.2]))
    smooth = np.ones(64) / 64.0
    result: Floats = (sound * np.convolve(level, smooth, "same")).astype(np.float32)
    return result


def _in_a_room(random: Random, sound: Floats) -> Floats:
    from scipy.signal import fftconvolve

    seconds = random.uniform(0.4, 2.0)
    frames = round(seconds * RATE_HZ)
    noise = random.standard_normal(frames) * 10.0 ** (-3.0 * np.arange(frames) / frames)
    response = noise * (random.uniform(0.12, 0.6) / np.sqrt((noise**2).sum()))
    response[0] += 1.0
    wet: Floats = fftconvolve(sound, response).astype(np.float32)
    if random.random() < 0.3:  # the tail ends before it is over
        wet = wet[: len(sound) + round(random.uniform(0.1, 1.0) * frames)]
    return wet


def _silence(random: Random, seconds: float) -> Floats:
    level = 0.0 if random.random() < 0.75 else 10.0 ** random.uniform(-5.0, -3.7)
    noise: Floats = (random.standard_normal(round(seconds * RATE_HZ)) * level).astype(np.float32)
    return noise
