"""Effects for a whole part: room, echo, pump, crush. Each repeats exactly with the loop."""

import numpy as np
import pyo64 as pyo

from .stage import Stage, Stereo


def room(
    stage: Stage, sound: Stereo, *, mix: float = 0.25, size: float = 0.7, damp: float = 0.5
) -> Stereo:
    """Set the sound in a room: `mix` 0..1, `size` 0..1 (0.9: about two seconds), `damp` 0..1."""
    left, right = sound
    wet_left = stage.keep(pyo.Freeverb(left, size=size, damp=damp, bal=1.0))
    wet_right = stage.keep(pyo.Freeverb(right, size=size * 0.985, damp=damp, bal=1.0))
    dry = 1.0 - 0.5 * mix
    near, far = mix * 1.2, mix * 0.5
    return (
        left * dry + wet_left * near + wet_right * far,
        right * dry + wet_right * near + wet_left * far,
    )


def echo(
    stage: Stage, sound: Stereo, *, beats: float = 0.75, feedback: float = 0.4, mix: float = 0.3
) -> Stereo:
    """Repeat the sound every `beats`, first right, then left, each time softer by `feedback`."""
    grid = stage.grid
    left, right = sound
    length_s = grid.frame(beats) / grid.rate_hz
    mono = stage.keep(pyo.ButHP((left + right) * 0.5, freq=250.0))
    first = stage.keep(
        pyo.Delay(mono, delay=length_s, feedback=feedback**2, maxdelay=length_s * 2 + 0.01)
    )
    # The repeats of one side lie halfway between those of the other: twice the time each.
    first.setDelay(length_s * 2)
    early = stage.keep(pyo.Delay(mono, delay=length_s, maxdelay=length_s + 0.01))
    bounce = stage.keep(
        pyo.Delay(early, delay=length_s * 2, feedback=feedback**2, maxdelay=length_s * 2 + 0.01)
    )
    wet_right = early + bounce * feedback**2
    return (
        left + stage.keep(pyo.ButLP(first, freq=4500.0)) * (mix * feedback),
        right + stage.keep(pyo.ButLP(wet_right, freq=4500.0)) * mix,
    )


def pump(stage: Stage, sound: Stereo, *, depth: float = 0.7, beats: float = 1.0) -> Stereo:
    """Duck the sound at every beat and let it come back, as a compressor keyed by a kick does."""
    grid = stage.grid
    left, right = sound
    place = (np.arange(grid.frames) * grid.bpm / 60.0 / grid.rate_hz / beats) % 1.0
    # Down within the last 2 % of the beat before, so that no pass begins with a step.
    back = np.minimum(1.0, (place / 0.55) ** 1.3)
    down = np.clip((1.0 - place) / 0.02, 0.0, 1.0)
    gain = stage.signal(1.0 - depth * (1.0 - back * down))
    return left * gain, right * gain


def drive(stage: Stage, sound: Stereo, *, amount: float = 1.5) -> Stereo:
    """Press the sound into a soft curve: denser, its peaks rounded. `amount` 1 is gentle."""
    left, right = (stage.keep(pyo.Tanh(side * amount)) for side in sound)
    return left, right


def crush(stage: Stage, sound: Stereo, *, bits: float = 10.0, rate: float = 0.5) -> Stereo:
    """Take the sound down to `bits` and to `rate` (0..1) of the sample rate, softened."""
    left, right = (stage.keep(pyo.Degrade(side, bitdepth=bits, srscale=rate)) for side in sound)
    cutoff_hz = 0.42 * rate * stage.grid.rate_hz
    return (
        stage.keep(pyo.ButLP(left, freq=cutoff_hz)),
        stage.keep(pyo.ButLP(right, freq=cutoff_hz)),
    )


def thin(stage: Stage, sound: Stereo, *, low_hz: float = 300.0, high_hz: float = 8000.0) -> Stereo:
    """Keep the band from `low_hz` to `high_hz`: a telephone, a radio, a filtered break."""
    cut = [stage.keep(pyo.ButHP(side, freq=low_hz)) for side in sound]
    left, right = (stage.keep(pyo.ButLP(side, freq=high_hz)) for side in cut)
    return left, right
