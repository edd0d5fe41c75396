from pathlib import Path

import pytest

from loopmind_live.errors import ConfigError
from loopmind_live.training.structure_phrases import phrase_sections
from loopmind_live.training.structure_published import read_published, split_of


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def harmonix(folder: Path, segments: str, bars: int = 12) -> Path:
    inside = folder / "dataset"
    write(
        inside / "metadata.csv",
        "File,Title,Artist,Release,Duration,BPM,Ratio Bars in 4,Time Signature,Genre\n"
        "0001_song,A Song,Someone,Album,60,120,100.0,4|4,Hip-Hop\n",
    )
    write(inside / "segments" / "0001_song.txt", segments)
    beats = [f"{i / 2}\t{i % 4 + 1}\t{i // 4 + 1}\n" for i in range(4 * bars)]
    write(inside / "beats_and_downbeats" / "0001_song.txt", "".join(beats))
    return folder


def test_a_song_of_the_harmonix_set_becomes_a_row(tmp_path: Path) -> None:
    folder = harmonix(tmp_path, "0.0 intro\n8.0 verse2\n16.0 altchorus\n24.0 end\n")
    (song,) = read_published([folder])
    assert song.name == "hx_0001_song"
    assert (song.genre, song.bpm, song.artist) == ("hiphop", 120.0, "Someone")
    assert song.sections == (("intro", 4), ("verse", 4), ("chorus", 4))
    assert song.split == split_of("Someone")


def test_silence_is_no_section_and_the_last_section_lasts_to_the_end(tmp_path: Path) -> None:
    folder = harmonix(tmp_path, "0.0 silence\n4.0 intro\n8.0 solo\n", bars=12)
    (song,) = read_published([folder])
    assert song.sections == (("intro", 2), ("solo", 8))


def test_a_boundary_just_after_a_bar_line_is_on_it(tmp_path: Path) -> None:
    folder = harmonix(tmp_path, "0.0 intro\n8.15 verse\n15.9 chorus\n24.0 end\n")
    (song,) = read_published([folder])
    assert song.sections == (("intro", 4), ("verse", 4), ("chorus", 4))


def test_phrases_of_pop909_are_read_as_sections(tmp_path: Path) -> None:
    write(tmp_path / "007" / "human_label1.txt", "i4A8A8B8x4\n")
    (song,) = read_published([tmp_path])
    assert song.name == "pop909_007"
    assert song.sections == (("intro", 4), ("verse", 16), ("chorus", 8), ("inst", 4))


@pytest.mark.parametrize(
    ("phrases", "labels"),
    [
        ("A8B8A8B8", "verse chorus verse chorus"),
        ("A8B4C8A8B4C8", "verse prechorus chorus verse prechorus chorus"),
        ("A8B8B8C4", "verse chorus prechorus"),
        ("A8D8E8o4", "verse bridge outro"),
        ("A8A8A8", "verse verse"),
    ],
)
def test_what_letters_mean_is_told_by_their_order(phrases: str, labels: str) -> None:
    assert " ".join(label for label, _ in phrase_sections(phrases)) == labels


def test_bars_are_kept_when_phrases_are_joined() -> None:
    sections = phrase_sections("i3A7A9b4X2B12B12o5")
    assert sum(bars or 0 for _, bars in sections) == 3 + 7 + 9 + 4 + 2 + 24 + 5
    assert all(bars is not None and bars <= 16 for _, bars in sections)


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"neither the Harmonix Set .* nor POP909"):
        read_published([tmp_path])


def test_a_missing_file_of_beats_is_named(tmp_path: Path) -> None:
    folder = harmonix(tmp_path, "0.0 intro\n")
    (folder / "dataset" / "beats_and_downbeats" / "0001_song.txt").unlink()
    with pytest.raises(ConfigError, match="beats_and_downbeats"):
        read_published([folder])


def test_all_songs_of_an_artist_are_on_one_side() -> None:
    sides = {split_of(f"artist {i}") for i in range(100)}
    assert sides == {"train", "valid"}
    assert split_of("Someone") == split_of("SOMEONE")
