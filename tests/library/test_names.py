"""What file names say."""

from pathlib import Path

import pytest

from loopmind_live.library.names import read_name


@pytest.mark.parametrize(
    ("name", "bpm", "marked"),
    [
        ("break01_-_168_BPM.ogg", 168.0, True),
        ("Bass 87.5 bpm.wav", 87.5, True),
        ("bpm120_kick.wav", 120.0, True),
        ("SYN_140bpm_Cmin.wav", 140.0, True),
        ("loop_drone_g_97.flac", 97.0, False),
        ("snare_03.wav", None, False),
        ("take 2024.wav", None, False),
        ("TR-808 kick.wav", None, False),
        ("999bpm.wav", None, False),
        ("kick.wav", None, False),
    ],
)
def test_a_tempo_is_read_where_one_is_named(name: str, bpm: float | None, marked: bool) -> None:
    hints = read_name(Path("pack") / name)
    assert (hints.bpm, hints.bpm_marked) == (bpm, marked)


@pytest.mark.parametrize(
    ("name", "beats_per_bar"),
    [
        ("Piano 3-4 90bpm.wav", 3),
        ("drums_4-4.wav", 4),
        ("SlowWaltz_90.wav", 3),
        ("beat 13-4.wav", None),
        ("take-3-4-2.wav", None),
        ("loop_3_4.wav", None),
        ("loop.wav", None),
    ],
)
def test_a_meter_is_read_where_one_is_named(name: str, beats_per_bar: int | None) -> None:
    assert read_name(Path("pack") / name).beats_per_bar == beats_per_bar


def test_a_folder_may_name_the_tempo() -> None:
    assert read_name(Path("140 BPM/a.wav")).bpm == 140.0
    assert read_name(Path("140/a.wav")).bpm is None


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("lead_F#m.wav", "F#:min"),
        ("pad Bb maj 120.wav", "A#:maj"),
        ("MelodyLoop_Ebmin_90.wav", "D#:min"),
        ("guit_em9.wav", "E:min"),
        ("bass_c.wav", ""),
        ("A day in C.wav", ""),
        ("Drums.wav", ""),
        ("keys_amin.wav", "A:min"),
        ("lofi_85_C_bass_01.wav", "C:maj C:min"),
        ("lofi_C_bass_01.wav", ""),
    ],
)
def test_a_key_is_read_where_a_mode_or_an_accidental_stands_with_it(name: str, keys: str) -> None:
    assert " ".join(read_name(Path("pack") / name).keys) == keys


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("x/rave_hihat01.ogg", "hats"),
        ("x/DarkHiHat.wav", "hats"),
        ("x/KICK 3.wav", "kick"),
        ("x/tb303_01.ogg", "bass"),
        ("x/drumloop.wav", "drums"),
        ("x/bass_hit_c.wav", "bass"),
        ("x/ambi_choir.wav", "vocal"),
        ("Pads/01.wav", "pad"),
        ("Drums/strings.wav", "pad"),
        ("x/untitled.wav", None),
        ("x/hatred.wav", None),
    ],
)
def test_a_role_is_read_from_whole_words_of_the_file_before_its_folder(
    path: str, role: str | None
) -> None:
    assert read_name(Path(path)).role == role
