"""Sounds made to learn tempo from, with what is true of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.library.decode import Audio, decode
from loopmind_live.library.names import read_name
from loopmind_live.library.walk import find_audio
from loopmind_live.training.songs import Song
from loopmind_live.training.tempo_patterns import VOICES

RATE_HZ = 22050


@dataclass(frozen=True, slots=True)
class Made:
    """A sound, mono at RATE_HZ; `bpm` None where it has no tempo, else its first downbeat."""

    sound: Floats
    bpm: float | None
    start_s: float = 0.0
    beats_per_bar: int = 4

    @property
    def audio(self) -> Audio:
        """Return it as it would be decoded."""
        return Audio(np.ascontiguousarray(self.sound[:, None], np.float32), RATE_HZ)


@dataclass(frozen=True, slots=True)
class Sources:
    """What loops are made of: samples by voice, sound fonts, songs."""

    samples: Mapping[str, Sequence[Floats]]
    soundfonts: Sequence[Path]
    songs: Sequence[Song]


def read_samples(folder: Path) -> dict[str, list[Floats]]:
    """Return the drum samples in and below a folder, by the voice that their names say."""
    import soxr

    found: dict[str, list[Floats]] = {voice: [] for voice in VOICES}
    for file in find_audio(folder)[0]:
        voice = read_name(file.path).instrument
        if voice in found:
            audio = decode(file.path)
            mono = audio.samples.mean(axis=1)[: 3 * audio.rate_hz]
            found[voice].append(soxr.resample(mono, audio.rate_hz, RATE_HZ, "MQ"))
    return found
