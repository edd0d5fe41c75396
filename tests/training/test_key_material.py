"""What keys are learned from: each sound is what it is said to be."""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.dsp.chroma import find_chroma
from loopmind_live.library.sound import ANALYSIS_RATE_HZ
from loopmind_live.training.key_material import (
    Example,
    bass_line,
    font_beats,
    kit_beats,
    made_examples,
    song_examples,
    vamp_examples,
)
from loopmind_live.training.midi import Note
from loopmind_live.training.songs import Song, Span
from loopmind_live.training.synthesis import PROGRAM
from loopmind_live.training.vamps import beat, vamp

FONTS = sorted(Path("/usr/share/sounds/sf2").glob("*.sf2"), key=lambda font: font.stat().st_size)
needs_fluidsynth = pytest.mark.skipif(
    shutil.which(PROGRAM) is None or not FONTS, reason="needs fluidsynth and a sound font"
)


def a_song() -> Song:
    """Return C, F, G and C, a bar of two seconds each, with a melody over them."""
    chords = [Note(2.0 * bar + 1.0 * half, 2.0 * bar + 1.0 * half + 0.9, pitch, 90)
              for bar in range(8) for half in range(2)
              for pitch in ((48, 60, 64, 67), (53, 60, 65, 69), (55, 59, 62, 67), (48, 60, 64, 67))[
                  bar % 4]]  # fmt: skip
    melody = [Note(0.5 * k, 0.5 * k + 0.4, 72 + (0, 4, 7, 5)[k % 4], 90) for k in range(32)]
    lines_s = [2.0 * bar for bar in range(9)]
    return Song("1", {"PIANO": chords, "MELODY": melody}, [Span("C:maj", lines_s)])


@needs_fluidsynth
def test_cuts_of_a_song_are_in_its_key_and_as_long_as_bars() -> None:
    random = np.random.default_rng(0)
    examples = list(song_examples([a_song()], FONTS[0], 12, random))
    keyed = [each for each in examples if each.key is not None]
    assert {(each.key, each.tonal, each.source) for each in keyed} == {("C:maj", True, "1")}
    assert len({each.kind for each in keyed}) > 3
    assert {round(len(each.mono) / ANALYSIS_RATE_HZ) for each in keyed} <= {8, 16}
    for each in keyed:
        cents = find_chroma(each.mono, ANALYSIS_RATE_HZ).tuning.cents
        assert abs((cents - each.cents + 50.0) % 100.0 - 50.0) < 10.0
    rough = [each for each in examples if each.key is None]
    assert all(each.tonal and each.kind.startswith("rough") for each in rough)


@needs_fluidsynth
def test_the_same_seed_gives_the_same_sounds() -> None:
    def once() -> list[Example]:
        return list(vamp_examples(3, FONTS[0], np.random.default_rng(5)))

    for one, other in zip(once(), once(), strict=True):
        assert (one.key, one.kind) == (other.key, other.kind)
        assert np.array_equal(one.mono, other.mono)


@needs_fluidsynth
def test_beats_of_a_font_have_no_key() -> None:
    for each in font_beats(4, FONTS[0], np.random.default_rng(1)):
        assert (each.tonal, each.key) == (False, None)
        assert np.abs(each.mono).max() > 0.001


def test_kits_are_played_and_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    for kit, count in (("one", 4), ("small", 2)):
        (tmp_path / kit).mkdir()
        for number in range(count):
            noise = np.random.default_rng(number).standard_normal(4000) * 0.1
            soundfile.write(tmp_path / kit / f"{number}.wav", noise, 44100)
    (tmp_path / "one" / "broken.wav").write_bytes(b"no audio")
    examples = list(kit_beats(tmp_path, 4, np.random.default_rng(2)))
    assert Counter((each.source, each.kind) for each in examples) == {
        ("one", "beat"): 4, ("one", "hit"): 2,
    }  # fmt: skip
    assert all(np.isfinite(each.mono).all() for each in examples)


def test_made_sounds_are_tones_and_noises_in_turn() -> None:
    made = list(made_examples(6, np.random.default_rng(3)))
    assert [each.tonal for each in made] == [True, False] * 6
    assert all(each.key is None and np.abs(each.mono).max() <= 1.0 for each in made)


@pytest.mark.parametrize("mode", ["maj", "min"])
def test_a_vamp_keeps_to_its_scale_and_begins_on_its_root(mode: str) -> None:
    scale = {"maj": {0, 2, 4, 5, 7, 9, 11}, "min": {0, 2, 3, 5, 7, 8, 10}}[mode]
    for seed in range(30):
        made = vamp(2, mode, np.random.default_rng(seed))
        notes = [note for part in made.parts.values() for note in part]
        assert {(note.pitch - 2) % 12 for note in notes} <= scale
        assert all(0.0 <= note.start_s < note.end_s <= made.length_s + 1e-6 for note in notes)
        if "bass" in made.parts:
            assert made.parts["bass"][0].pitch % 12 == 2


def test_a_beat_fills_the_length_that_is_asked_for() -> None:
    for seed in range(10):
        made = beat(np.random.default_rng(seed), 7.5)
        assert made.length_s == 7.5
        assert made.hits[0][0][0] == 0.0
        assert all(start_s < 7.5 for hits in made.hits for start_s, _ in hits)


def test_a_bass_line_is_the_lowest_of_notes_that_begin_together() -> None:
    notes = [Note(0.0, 1.0, 48, 80), Note(0.01, 1.0, 60, 80), Note(1.0, 2.0, 72, 80)]
    assert [(note.start_s, note.pitch % 12) for note in bass_line(notes)] == [(0.0, 0)]
    assert all(28 <= note.pitch < 52 for note in bass_line(notes))
