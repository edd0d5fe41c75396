"""Loops that are known to go together: eight bars of the parts of a song, played apart.

Each part is played by an instrument and at a tempo of its own, as loops of different packs are, so
that nothing but the music tells which belong together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.library.sound import ANALYSIS_RATE_HZ
from loopmind_live.training.key_material import BASSES, CHORDS, LINES, bass_line
from loopmind_live.training.midi import Note
from loopmind_live.training.songs import Song
from loopmind_live.training.synthesis import Excerpt, Part, render

Voice = Literal["melody", "bridge", "chords", "bass"]
VOICES: Mapping[Voice, Sequence[int]] = {
    "melody": LINES, "bridge": LINES, "chords": CHORDS, "bass": BASSES,
}  # fmt: skip
"""The parts of a song, and the General MIDI programs that play them."""
BARS, BEATS = 8, 32
_FEWEST: Mapping[Voice, int] = {"melody": 10, "bridge": 10, "chords": 16, "bass": 8}
_SLOWEST, _FASTEST = 76, 150
_BATCH = 24


@dataclass(frozen=True, slots=True)
class Passage:
    """Eight bars of a song in one key: the notes of its parts, timed in beats from 0 to BEATS."""

    song: str
    place: int
    key: str
    voices: Mapping[Voice, Sequence[Note]]

    @property
    def name(self) -> str:
        """Return what no other passage is called."""
        return f"{self.song}.{self.place}"


@dataclass(frozen=True, slots=True)
class Take:
    """A part of a passage as sound: mono at ANALYSIS_RATE_HZ, BEATS beats at `bpm`."""

    passage: Passage
    voice: Voice
    bpm: float
    mono: Floats


def passages_of(song: Song, most: int, random: np.random.Generator) -> list[Passage]:
    """Return up to `most` passages of a song that do not overlap, with chords and a melody."""
    found = []
    for span in song.spans:
        for first in range(0, span.bars - BARS + 1, BARS):
            lines = np.asarray(span.lines_s[first : first + BARS + 1])
            voices = _voices(song, lines)
            if "melody" in voices and "chords" in voices:
                found.append(Passage(song.name, round(float(lines[0])), span.key, voices))
    chosen = random.permutation(len(found))[:most]
    return [found[place] for place in sorted(chosen)]


def takes(
    passages: Sequence[Passage], fonts: Sequence[Path], random: np.random.Generator
) -> Iterator[Take]:
    """Yield every part of every passage once, each by one of the fonts. Raises ConfigError.

    FluidSynth plays them.
    """
    wanted = [(passage, voice) for passage in passages for voice in passage.voices]
    by_font = random.integers(len(fonts), size=len(wanted))
    for place, font in enumerate(fonts):
        mine = [each for each, number in zip(wanted, by_font, strict=True) if number == place]
        for start in range(0, len(mine), _BATCH):
            batch = mine[start : start + _BATCH]
            tempos = [float(random.integers(_SLOWEST, _FASTEST + 1)) for _ in batch]
            excerpts = [
                _played(passage.voices[voice], voice, bpm, random)
                for (passage, voice), bpm in zip(batch, tempos, strict=True)
            ]
            sounds = render(excerpts, font, ANALYSIS_RATE_HZ)
            for (passage, voice), bpm, sound in zip(batch, tempos, sounds, strict=True):
                yield Take(passage, voice, bpm, sound.mean(axis=1))


def _voices(song: Song, lines_s: np.ndarray) -> dict[Voice, list[Note]]:
    """Return the parts of a song between bar lines that have enough notes, timed in beats."""
    beats = np.arange(len(lines_s)) * (BEATS / (len(lines_s) - 1))

    def timed(notes: Sequence[Note]) -> list[Note]:
        # A note is often played a trifle before its line.
        inside = [each for each in notes if lines_s[0] - 0.03 <= each.start_s < lines_s[-1] - 0.03]
        starts = np.interp([each.start_s for each in inside], lines_s, beats)
        ends = np.interp([each.end_s for each in inside], lines_s, beats)
        return [
            replace(note, start_s=float(start), end_s=float(end))
            for note, start, end in zip(inside, starts, ends, strict=True)
        ]

    piano = timed(song.tracks.get("PIANO", []))
    voices: dict[Voice, list[Note]] = {
        "melody": timed(song.tracks.get("MELODY", [])),
        "bridge": timed(song.tracks.get("BRIDGE", [])),
        "chords": piano,
        "bass": bass_line(piano),
    }
    return {voice: notes for voice, notes in voices.items() if len(notes) >= _FEWEST[voice]}


def _played(
    notes: Sequence[Note], voice: Voice, bpm: float, random: np.random.Generator
) -> Excerpt:
    beat_s = 60.0 / bpm
    timed = [
        replace(note, start_s=note.start_s * beat_s, end_s=note.end_s * beat_s) for note in notes
    ]
    program = int(random.choice(VOICES[voice]))
    return Excerpt([Part(timed, program)], BEATS * beat_s)
