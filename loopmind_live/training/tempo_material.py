"""Loops of known tempo made from samples, sound fonts and songs, and sounds without one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.training.midi import Note
from loopmind_live.training.songs import Song, notes_between
from loopmind_live.training.synthesis import Excerpt, Part, render
from loopmind_live.training.tempo_lines import (
    draw_chords,
    draw_line,
    draw_low_notes,
    draw_melody,
    draw_pad,
)
from loopmind_live.training.tempo_patterns import (
    Hit,
    Random,
    Style,
    draw_beats,
    draw_bpm,
    draw_drums,
    draw_style,
)
from loopmind_live.training.tempo_sources import RATE_HZ, Made, Sources
from loopmind_live.training.tempo_untimed import draw_length_s, free_notes, hits, one_of, texture
from loopmind_live.training.tempo_weathering import colored, moved_in_time

UNSYNCED = 0.02
"""So many loops are stated by their length, whatever plays in them runs at a tempo of its own."""
_OF_SAMPLES, _PLAYED, _TEXTURES = 0.31, 0.43, 0.06
"""Shares of the kinds of sounds; the rest is without a tempo."""
_RING_S = 1.5
_BATCH = 40
_DRUM_NOTES: Mapping[str, Sequence[int]] = {
    "kick": (35, 36), "snare": (38, 40, 39, 37), "hat": (42, 46, 51, 44),
    "perc": (56, 60, 61, 62, 63, 64, 54, 70, 75, 45, 50),
}  # fmt: skip
_DRUM_KITS = (0, 8, 16, 24, 25, 40)
_BASSES = (*range(32, 40), 43, 58)
_LEADS = (0, 4, 6, 11, 13, 21, 24, 25, 26, 27, 40, 52, 56, 57, 61, 62, 65, 66, 68, 71, 73, 75, 80,
          81, 87)  # fmt: skip
_PADS = (16, 19, 48, 49, 50, 51, 52, 54, 60, 61, 88, 89, 90, 91, 92, 94, 95)
_SCALE = (0, 2, 3, 5, 7, 8, 10)


@dataclass(frozen=True, slots=True)
class _Score:
    """What is to be played, and what is true of it."""

    excerpt: Excerpt
    bpm: float | None
    length_s: float
    beats_per_bar: int = 4


def make_loops(random: Random, sources: Sources, count: int) -> Iterator[Made]:
    """Yield `count` clean loops, some without a tempo."""
    while count > 0:
        drawn = [_draw(random, sources) for _ in range(min(_BATCH, count))]
        count -= len(drawn)
        soundfont = one_of(random, sources.soundfonts)
        scores = [score for score in drawn if isinstance(score, _Score)]
        played = render([score.excerpt for score in scores], soundfont, RATE_HZ)
        for score, stereo in zip(scores, played, strict=True):
            sound = stereo.mean(axis=1)
            if float(np.abs(sound).max(initial=0.0)) > 1e-3:
                yield _finished(random, score, sound)
        yield from (made for made in drawn if isinstance(made, Made))


def _draw(random: Random, sources: Sources) -> _Score | Made:
    kind = random.random()
    if kind < _OF_SAMPLES:
        return _drums_of_samples(random, sources)
    if kind < _OF_SAMPLES + _PLAYED:
        return _score(random, sources)
    if kind < _OF_SAMPLES + _PLAYED + _TEXTURES:
        return _texture_in_time(random, sources)
    return _without_tempo(random, sources)


def _drums_of_samples(random: Random, sources: Sources) -> Made:
    style = draw_style(random)
    bpm = draw_bpm(random, style)
    beats = draw_beats(random, style, bpm)
    kit = {
        voice: one_of(random, sounds) for voice, sounds in sources.samples.items() if len(sounds)
    }
    length_s = beats * 60.0 / bpm
    sound = np.zeros(round((length_s + _RING_S) * RATE_HZ) + 1, np.float32)
    jitter_s = _jitter(random)
    for hit in draw_drums(random, style, beats):
        at = round(max(0.0, hit.beat * 60.0 / bpm + random.normal(0.0, jitter_s)) * RATE_HZ)
        sample = kit[hit.voice][: len(sound) - at]
        sound[at : at + len(sample)] += hit.loud * sample
    if float(np.abs(sound).max()) < 1e-3:
        return _silent_but_for_noise(random, sources)
    score = _Score(Excerpt((), length_s), bpm, length_s, style.beats_per_bar)
    return _finished(random, score, sound)


def _texture_in_time(random: Random, sources: Sources) -> Made:
    """Return a drone or a rise that was cut to whole bars, whatever goes on in it.

    Programs cut at whole tempos and to the frame; editors, and who cuts by ear, nearly so.
    """
    style = draw_style(random)
    bpm = float(round(draw_bpm(random, style)))
    length_s = draw_beats(random, style, bpm) * 60.0 / bpm
    if random.random() < 0.4:
        length_s *= 1.0 + random.normal(0.0, 0.0005)
    sound = texture(random, length_s)
    kind = random.random()
    if kind < 0.3:
        sound = moved_in_time(random, sound, bpm)
    elif kind < 0.65:
        sound = sound + random.uniform(0.1, 1.0) * hits(
            random, sources, length_s, int(random.integers(1, 5))
        )
    return Made(colored(random, sound), bpm, 0.0, style.beats_per_bar)


def _without_tempo(random: Random, sources: Sources) -> _Score | Made:
    """Return a hit, a held tone, noise that swells, or hits or notes at random times."""
    length_s = draw_length_s(random)
    kind = random.random()
    if kind < 0.22:
        sound = texture(random, length_s)
    elif kind < 0.38:
        part = free_notes(random, length_s, one_of(random, (*_LEADS, *_PADS, *_BASSES)))
        return _Score(Excerpt([part], length_s), None, length_s)
    elif kind < 0.55:
        sound = hits(random, sources, length_s, 1)
    else:
        sound = hits(random, sources, length_s, int(random.integers(2, 25)))
    if float(np.abs(sound).max()) < 1e-3:
        return _silent_but_for_noise(random, sources)
    return Made(colored(random, sound), None)


def _silent_but_for_noise(random: Random, sources: Sources) -> Made:
    return Made(colored(random, hits(random, sources, draw_length_s(random), 2)), None)


def _score(random: Random, sources: Sources) -> _Score:
    style = draw_style(random)
    bpm = draw_bpm(random, style)
    beats = draw_beats(random, style, bpm)
    kind = random.random()
    if kind < 0.2 and sources.songs and style.beats_per_bar == 4:
        return _of_a_song(random, sources.songs, bpm)
    bass, middle = int(random.integers(28, 41)), int(random.integers(48, 73))
    low = [_tonal(random, draw_line(random, style, beats), bpm, bass, _BASSES)]
    if kind < 0.36:
        parts = [_drum_part(random, draw_drums(random, style, beats), bpm)]
    elif kind < 0.56:
        parts = low
    elif kind < 0.65:
        parts = [_tonal(random, draw_line(random, style, beats), bpm, middle, _LEADS)]
    elif kind < 0.74:
        parts = [_tonal(random, draw_melody(random, style, beats), bpm, middle, _LEADS)]
    elif kind < 0.84:
        parts = _chords(random, style, beats, bpm, middle)
    elif kind < 0.91:
        parts = [_tonal(random, draw_pad(random, style, beats), bpm, middle, _PADS)]
    else:
        parts = [*low, *_chords(random, style, beats, bpm, middle)]
        if random.random() < 0.7:
            parts.append(_drum_part(random, draw_drums(random, style, beats), bpm))
    length_s = beats * 60.0 / bpm
    return _Score(Excerpt(parts, length_s + _RING_S), bpm, length_s, style.beats_per_bar)


def _chords(random: Random, style: Style, beats: int, bpm: float, low: int) -> list[Part]:
    parts = [_tonal(random, draw_chords(random, style, beats), bpm, low, _LEADS)]
    if style.beats_per_bar == 3 and random.random() < 0.5:
        parts.append(_tonal(random, draw_low_notes(random, style, beats), bpm, 36, _BASSES))
    return parts


def _of_a_song(random: Random, songs: Sequence[Song], bpm: float) -> _Score:
    """Return some bars of a song, its time evened out."""
    song = one_of(random, songs)
    spans = [span for span in song.spans if span.bars >= 4]
    if not spans:
        return _of_a_song(random, songs, bpm)
    lines = one_of(random, spans).lines_s
    bars = int(random.choice([1, 2, 4]))
    first = int(random.integers(0, len(lines) - bars))
    bpm = min(bpm, 150.0)
    bar_s = 240.0 / bpm
    parts = []
    names = [name for name in song.tracks if song.tracks[name]]
    chosen = random.choice(names, int(random.integers(1, len(names) + 1)), replace=False)
    for name in chosen:
        notes = []
        for bar in range(bars):
            begin_s, end_s = lines[first + bar], lines[first + bar + 1]
            scale = bar_s / (end_s - begin_s)
            notes += [
                Note(
                    bar * bar_s + note.start_s * scale, bar * bar_s + note.end_s * scale,
                    note.pitch, note.velocity,
                )
                for note in notes_between(song.tracks[str(name)], begin_s, end_s)
            ]  # fmt: skip
        parts.append(Part(notes, one_of(random, _LEADS)))
    return _Score(Excerpt(parts, bars * bar_s + _RING_S), bpm, bars * bar_s)


def _drum_part(random: Random, played: Sequence[Hit], bpm: float) -> Part:
    kit = {voice: int(random.choice(notes)) for voice, notes in _DRUM_NOTES.items()}
    jitter_s = _jitter(random)
    notes = []
    for hit in played:
        at = max(0.0, hit.beat * 60.0 / bpm + random.normal(0.0, jitter_s))
        notes.append(Note(at, at + 0.1, kit[hit.voice], round(20 + 107 * hit.loud)))
    return Part(notes, one_of(random, _DRUM_KITS), drums=True)


def _tonal(
    random: Random, played: Sequence[Hit], bpm: float, low: int, programs: Sequence[int]
) -> Part:
    jitter_s = _jitter(random)
    notes = []
    for hit in played:
        at = max(0.0, hit.beat * 60.0 / bpm + random.normal(0.0, jitter_s))
        chord = (0, 2, 4) if hit.voice == "chord" else (0,)
        for step in chord:
            octave, place = divmod(hit.degree + step, len(_SCALE))
            pitch = min(96, max(24, low + 12 * octave + _SCALE[place]))
            end_s = at + hit.beats * 60.0 / bpm
            notes.append(Note(at, max(at + 0.03, end_s), pitch, round(30 + 97 * hit.loud)))
    return Part(notes, one_of(random, programs))


def _finished(random: Random, score: _Score, sound: Floats) -> Made:
    """Return a loop cut to its beats, its tail cut off, wrapped to its start or left."""
    if score.bpm is not None and random.random() < UNSYNCED:
        score = _unsynced(random, score)
    frames = round(score.length_s * RATE_HZ)
    kind = random.random()
    if kind < 0.2:
        tail = sound[frames : 2 * frames]
        sound = sound[:frames].copy()
        sound[: len(tail)] += tail
    elif kind < 0.3:
        sound = sound[: frames + round(random.uniform(0.0, _RING_S) * RATE_HZ)]
    elif kind < 0.37:
        sound = sound[: frames + round(random.normal(0.0, 0.0005) * frames)]
    elif kind < 0.45:
        sound = sound[: frames + round(random.normal(0.0, 0.005) * frames)]
    else:
        sound = sound[:frames]
    if score.bpm is not None:
        sound = moved_in_time(random, sound, score.bpm)
    return Made(colored(random, sound), score.bpm, 0.0, score.beats_per_bar)


def _unsynced(random: Random, score: _Score) -> _Score:
    """Return a loop cut to the beats of another tempo than it is played in, or as it is."""
    bpm = float(random.integers(80, 176))
    fitting = [number for number in (4, 8, 16, 32) if number * 60.0 / bpm <= score.length_s]
    return replace(score, bpm=bpm, length_s=fitting[-1] * 60.0 / bpm) if fitting else score


def _jitter(random: Random) -> float:
    return float(random.choice([0.0, 0.0, 0.004, 0.01]))
