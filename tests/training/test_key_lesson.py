"""The model of keys made from files, as the command makes it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from loopmind_live import cli
from loopmind_live.dsp.harmony import ROWS
from loopmind_live.errors import ConfigError
from loopmind_live.library.key_model import load_model
from loopmind_live.training.key_lesson import KeySources, learn_keys
from loopmind_live.training.midi import Message, midi_file
from loopmind_live.training.synthesis import PROGRAM

FONTS = sorted(Path("/usr/share/sounds/sf2").glob("*.sf2"), key=lambda font: font.stat().st_size)
BARS = 9
CHORDS = ((48, 60, 64, 67), (53, 60, 65, 69), (55, 59, 62, 67))


def make_song(folder: Path) -> None:
    """Write nine bars of C, F and G with two chords a second."""
    folder.mkdir()
    beats = [f"{beat / 2} 0.0 {float(beat % 4 == 0)}" for beat in range(4 * BARS + 1)]
    (folder / "beat_midi.txt").write_text("\n".join(beats) + "\n", encoding="utf-8")
    (folder / "key_audio.txt").write_text("0.0 99.0 C:maj\n", encoding="utf-8")
    messages = [Message(0.0, b"\xff\x03\x05PIANO")]
    for beat in range(4 * BARS):
        for pitch in CHORDS[beat // 4 % 3]:
            messages.append(Message(beat / 2, bytes((0x90, pitch, 90))))
            messages.append(Message(beat / 2 + 0.4, bytes((0x80, pitch, 0))))
    (folder / f"{folder.name}.mid").write_bytes(midi_file(messages))


@pytest.mark.skipif(
    shutil.which(PROGRAM) is None or not FONTS, reason="needs fluidsynth and a sound font"
)
def test_a_model_is_made_from_songs_and_a_font(tmp_path: Path) -> None:
    for number in range(4):
        make_song(tmp_path / f"{number:03}")
    sources = KeySources(tmp_path, FONTS[:1], (), cuts=3, vamps=4, beats=4, made=4)
    steps: list[tuple[int, int]] = []
    learned = learn_keys(sources, tmp_path / "key.safetensors", 1, lambda *at: steps.append(at))
    assert steps == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert str(learned).startswith("songs")
    rows = np.random.default_rng(0).random((len(ROWS), 12))
    again = load_model(tmp_path / "key.safetensors").probabilities(rows)
    assert again == pytest.approx(learned.model.probabilities(rows), abs=1e-3)


def test_the_command_tells_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--songs", str(tmp_path), "--soundfont", str(tmp_path / "x.sf2")]
    assert cli.main(["train", "key", *arguments]) == 1
    assert "no songs in it" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    from loopmind_live.library.key_model import save_model, shipped_model

    with pytest.raises(ConfigError, match="cannot be written"):
        save_model(shipped_model(), tmp_path / "none" / "key.safetensors")
