"""Songs: spans of one key, in whole bars of four beats."""

from pathlib import Path

import pytest

from loopmind_live.errors import ConfigError
from loopmind_live.training.midi import Message, midi_file
from loopmind_live.training.songs import read_song, read_songs


def song(folder: Path, keys: str, bars: list[int]) -> Path:
    """Make a song of bars with so many beats of half a second."""
    folder.mkdir()
    firsts = [first for beats in bars for first in [1.0, *[0.0] * (beats - 1)]]
    rows = [f"{place / 2} 0.0 {first}" for place, first in enumerate([*firsts, 1.0])]
    (folder / "beat_midi.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "key_audio.txt").write_text(keys, encoding="utf-8")
    notes = [Message(1.0, b"\x90\x3c\x50"), Message(2.0, b"\x80\x3c\x00")]
    (folder / f"{folder.name}.mid").write_bytes(midi_file(notes))
    return folder


def test_bars_of_four_beats_are_spans(tmp_path: Path) -> None:
    found = read_song(song(tmp_path / "001", "0.0 99.0 Gb:maj\n", [4, 4, 3, 4]))
    assert [(span.key, span.lines_s, span.bars) for span in found.spans] == [
        ("F#:maj", [0.0, 2.0, 4.0], 2),
        ("F#:maj", [5.5, 7.5], 1),
    ]


def test_bars_near_a_change_of_key_are_left_out(tmp_path: Path) -> None:
    found = read_song(song(tmp_path / "001", "0.0 8.0 C:maj\n8.0 20.0 A:min\n", [4] * 10))
    assert [(span.key, span.lines_s[0], span.lines_s[-1]) for span in found.spans] == [
        ("C:maj", 2.0, 6.0),
        ("A:min", 10.0, 18.0),
    ]


def test_songs_are_found_in_a_folder_of_the_corpus_name(tmp_path: Path) -> None:
    for place in ("POP909", "other"):
        (tmp_path / place).mkdir()
        song(tmp_path / place / f"{place} 1", "0.0 99.0 C:maj\n", [4, 4])
    assert [found.name for found in read_songs(tmp_path)] == ["POP909 1"]
    assert [found.name for found in read_songs(tmp_path / "other")] == ["other 1"]


def test_what_is_no_song_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no songs in it"):
        read_songs(tmp_path)
    song(tmp_path / "001", "0.0 8.0 H:maj\n", [4])
    with pytest.raises(ConfigError, match="'H:maj' is no key"):
        read_songs(tmp_path)
    (tmp_path / "001" / "beat_midi.txt").unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_songs(tmp_path)
