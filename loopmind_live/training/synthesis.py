"""Excerpts of notes as sound, by FluidSynth and a sound font."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import ConfigError
from loopmind_live.training.midi import Message, Note, midi_file

PROGRAM = "fluidsynth"
DRUMS_CHANNEL = 9
_GAP_S = 1.5
_BEND_CENTS = 200.0
_ALL_SOUND_OFF, _VOLUME = 120, 7


@dataclass(frozen=True, slots=True)
class Part:
    """Notes played by a General MIDI program (0..127), or by a drum kit where `drums`."""

    notes: Sequence[Note]
    program: int = 0
    drums: bool = False
    volume: int = 100


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Parts that sound together for `length_s` from 0; all but drums `cents` out of tune."""

    parts: Sequence[Part]
    length_s: float
    cents: float = 0.0


def render(excerpts: Sequence[Excerpt], soundfont: Path, rate_hz: int) -> Iterator[Floats]:
    """Yield each excerpt as float32 [frames, 2], cut at its length. Raises ConfigError.

    All are played in one go, for to read a large sound font takes longer than to play a bar.
    """
    import soundfile

    program = shutil.which(PROGRAM)
    if program is None:
        raise ConfigError(f"{PROGRAM} is not installed: install it, and a sound font")
    if not soundfont.is_file():
        raise ConfigError(f"{soundfont}: no such sound font")
    with tempfile.TemporaryDirectory(prefix="loopmind-") as name:
        score, out = Path(name, "score.mid"), Path(name, "out.wav")
        score.write_bytes(midi_file(_messages(excerpts)))
        command = [
            program, "-ni", "-q", "-g", "0.4", "-r", str(rate_hz), "-T", "wav", "-O", "float",
            "-o", "synth.dynamic-sample-loading=1", "-F", str(out), str(soundfont), str(score),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not out.is_file():
            raise ConfigError(f"{PROGRAM} failed on {soundfont.name}: {done.stderr[-200:].strip()}")
        with soundfile.SoundFile(out) as file:
            for excerpt, start_s in zip(excerpts, _starts_s(excerpts), strict=True):
                file.seek(min(round(start_s * rate_hz), len(file)))
                frames = round(excerpt.length_s * rate_hz)
                yield file.read(frames, dtype="float32", always_2d=True, fill_value=0.0)


def _starts_s(excerpts: Sequence[Excerpt]) -> Iterator[float]:
    start_s = 0.0
    for excerpt in excerpts:
        yield start_s
        start_s += excerpt.length_s + _GAP_S


def _messages(excerpts: Sequence[Excerpt]) -> Iterator[Message]:
    for excerpt, start_s in zip(excerpts, _starts_s(excerpts), strict=True):
        end_s = start_s + excerpt.length_s
        melodic = [channel for channel in range(16) if channel != DRUMS_CHANNEL]
        for part in excerpt.parts:
            channel = DRUMS_CHANNEL if part.drums else melodic.pop(0)
            cents = 0.0 if part.drums else excerpt.cents
            bend = round(8192 * (1.0 + cents / _BEND_CENTS))
            yield Message(start_s, bytes((0xC0 | channel, part.program)))
            yield Message(start_s, bytes((0xE0 | channel, bend & 0x7F, bend >> 7)))
            yield Message(start_s, bytes((0xB0 | channel, _VOLUME, part.volume)))
            for note in part.notes:
                if note.start_s >= excerpt.length_s:
                    continue
                on_s = start_s + max(0.0, note.start_s)
                off_s = start_s + min(note.end_s, excerpt.length_s)
                yield Message(on_s, bytes((0x90 | channel, note.pitch, note.velocity)))
                yield Message(off_s, bytes((0x80 | channel, note.pitch, 0)))
            yield Message(end_s, bytes((0xB0 | channel, _ALL_SOUND_OFF, 0)))
    # The player stops with the last message: let the last excerpt end.
    if excerpts:
        yield Message(end_s + _GAP_S, bytes((0xB0, _ALL_SOUND_OFF, 0)))
