"""Excerpts rendered by FluidSynth, where it is installed."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.dsp.chroma import find_chroma
from loopmind_live.errors import ConfigError
from loopmind_live.training.midi import Note
from loopmind_live.training.synthesis import PROGRAM, Excerpt, Part, render

RATE_HZ = 22050
FONTS = sorted(Path("/usr/share/sounds/sf2").glob("*.sf2"), key=lambda font: font.stat().st_size)
needs_fluidsynth = pytest.mark.skipif(
    shutil.which(PROGRAM) is None or not FONTS, reason="needs fluidsynth and a sound font"
)
A4 = Note(0.0, 0.9, 69, 100)


@needs_fluidsynth
def test_each_excerpt_is_as_long_as_asked_and_sounds_its_own_notes() -> None:
    low = Excerpt([Part([A4])], 1.0)
    high = Excerpt([Part([Note(0.0, 0.9, 72, 100)], 48)], 0.5)
    empty = Excerpt([], 0.25)
    first, second, third = render([low, high, empty], FONTS[0], RATE_HZ)
    assert [len(sound) for sound in (first, second, third)] == [22050, 11025, 5512]
    pitches = [int(find_chroma(s.mean(axis=1), RATE_HZ).classes.argmax()) for s in (first, second)]
    assert pitches == [9, 0]
    assert np.abs(third).max() < 0.01  # what rang before has ended


@needs_fluidsynth
def test_an_excerpt_is_as_far_out_of_tune_as_asked() -> None:
    (sound,) = render([Excerpt([Part([A4])], 1.0, cents=-30.0)], FONTS[0], RATE_HZ)
    assert find_chroma(sound.mean(axis=1), RATE_HZ).tuning.cents == pytest.approx(-30, abs=6)


@needs_fluidsynth
def test_a_missing_sound_font_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such sound font"):
        list(render([Excerpt([], 0.1)], tmp_path / "none.sf2", RATE_HZ))


def test_a_missing_program_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="is not installed"):
        list(render([Excerpt([], 0.1)], tmp_path / "x.sf2", RATE_HZ))
