"""Loops made to train tempo on."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.errors import ConfigError
from loopmind_live.training.synthesis import PROGRAM
from loopmind_live.training.tempo_lines import (
    draw_chords,
    draw_line,
    draw_low_notes,
    draw_melody,
    draw_pad,
)
from loopmind_live.training.tempo_material import make_loops
from loopmind_live.training.tempo_patterns import STYLES, draw_beats, draw_bpm, draw_drums
from loopmind_live.training.tempo_sources import RATE_HZ, Made, Sources, read_samples
from loopmind_live.training.tempo_training import Material, evidence_of, example_of, train_tempo
from loopmind_live.training.tempo_weathering import moved_in_time, spoil

FONTS = sorted(Path("/usr/share/sounds/sf2").glob("*.sf2"), key=lambda font: font.stat().st_size)
needs_fluidsynth = pytest.mark.skipif(
    shutil.which(PROGRAM) is None or not FONTS, reason="needs fluidsynth and a sound font"
)


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    fade = np.exp(-np.arange(4000) / 500.0) * 0.5
    noise = np.random.default_rng(1).standard_normal(4000)
    for name in ("kick", "snare", "hihat", "conga"):
        soundfile.write(tmp_path / f"{name}.wav", fade * noise, RATE_HZ)
    return tmp_path


@pytest.mark.parametrize("name", STYLES)
def test_patterns_stay_within_their_loop_and_their_tempos(name: str) -> None:
    random = np.random.default_rng(3)
    style = STYLES[name]
    for _ in range(10):
        bpm = draw_bpm(random, style)
        beats = draw_beats(random, style, bpm)
        assert style.low_bpm - 3 <= bpm <= style.high_bpm + 3
        assert beats % style.beats_per_bar == 0
        for draw in (draw_drums, draw_line, draw_melody, draw_chords, draw_pad, draw_low_notes):
            assert all(0.0 <= hit.beat < beats + 0.5 for hit in draw(random, style, beats))


def test_spoiling_moves_the_downbeat_with_the_sound() -> None:
    random = np.random.default_rng(4)
    sound = np.zeros(2 * RATE_HZ, np.float32)
    sound[0] = 1.0
    for _ in range(40):
        spoilt = spoil(random, Made(sound, 120.0, beats_per_bar=3))
        assert spoilt.beats_per_bar == 3
        loudest = int(np.abs(spoilt.sound).argmax())
        assert loudest / RATE_HZ == pytest.approx(spoilt.start_s, abs=2e-4)
        assert spoilt.bpm == 120.0


@needs_fluidsynth
def test_loops_are_made_with_and_without_a_tempo(samples: Path) -> None:
    random = np.random.default_rng(5)
    made = list(make_loops(random, Sources(read_samples(samples), FONTS[:1], ()), 24))
    assert len(made) > 18
    assert {loop.bpm is None for loop in made} == {True, False}
    for loop in made:
        assert np.isfinite(loop.sound).all()
        assert 0.05 < np.abs(loop.sound).max() <= 1.0
    examples = [example_of(loop, evidence_of(loop), 0) for loop in made[:12]]
    told = [example for example in examples if example is not None]
    assert len(told) > 8
    assert any(example.right.any() for example in told)


def test_what_moves_in_time_moves_with_the_beats() -> None:
    random = np.random.default_rng(6)
    held = np.full(4 * RATE_HZ, 0.5, np.float32)
    moved = [moved_in_time(random, held, 120.0) for _ in range(60)]
    changed = [sound for sound in moved if not np.array_equal(sound, held)]
    assert 3 < len(changed) < 40
    for sound in moved:
        assert len(sound) == len(held)
        assert np.isfinite(sound).all()


def test_a_folder_without_samples_is_told(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "untitled.wav", np.full(1000, 0.1), RATE_HZ)
    with pytest.raises(ConfigError, match="no drum samples"):
        train_tempo(Material(tmp_path, tmp_path, ()), tmp_path / "x.json", lambda _a, _b: None)
