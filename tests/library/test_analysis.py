"""Whole files, from bytes to a Loop."""

from pathlib import Path

import numpy as np
import pytest
from made_loops import RATE_HZ, chord_loop, drum_loop, one_hit, waltz_loop, write

from loopmind_live.library.analysis import analyse, hash_file
from loopmind_live.score.loop import Loop

CADENCE = [[57, 60, 64], [62, 65, 69], [64, 68, 71], [57, 60, 64, 69]]  # A minor


def loop_of(path: Path) -> Loop:
    return analyse(path, hash_file(path))


def test_a_drum_loop_is_known_for_what_it_is(tmp_path: Path) -> None:
    loop = loop_of(write(tmp_path / "x.wav", drum_loop(126, 16)))
    assert (loop.error, loop.kind, loop.role, loop.key) == (None, "loop", "drums", None)
    assert (loop.bpm, loop.beats, loop.bars, loop.start_s) == (126.0, 16, 4.0, 0.0)
    assert loop.bpm_confidence > 0.7
    assert loop.onsets_per_s == pytest.approx(4.2, abs=0.5)
    assert (loop.rate_hz, loop.channels) == (RATE_HZ, 1)


def test_a_waltz_has_bars_of_three_beats(tmp_path: Path) -> None:
    loop = loop_of(write(tmp_path / "x.wav", waltz_loop(120, 12)))
    assert (loop.bpm, loop.beats, loop.beats_per_bar, loop.bars) == (120.0, 12, 3, 4.0)


def test_chords_have_a_key_and_a_pitched_role(tmp_path: Path) -> None:
    loop = loop_of(write(tmp_path / "x.wav", chord_loop(120, CADENCE)))
    assert loop.key == "A:min"
    assert loop.key_confidence > 0.3
    assert loop.role in ("chords", "melody", "pad")
    assert (loop.bpm, loop.beats) == (120.0, 16)


@pytest.mark.parametrize("cents", [-30.0, 0.0, 30.0])
def test_the_tuning_is_told_and_changes_no_key(tmp_path: Path, cents: float) -> None:
    import soxr

    # To play faster is to play higher: a loop that a turntable has put out of tune.
    sound = soxr.resample(chord_loop(120, CADENCE), RATE_HZ * 2 ** (cents / 1200), RATE_HZ)
    loop = loop_of(write(tmp_path / "x.wav", sound))
    assert loop.key == "A:min"
    assert loop.tuning_cents == pytest.approx(cents, abs=4.0)
    assert loop_of(write(tmp_path / "d.wav", drum_loop(126, 16))).tuning_cents is None


def test_a_single_hit_is_a_one_shot_without_tempo_or_beats(tmp_path: Path) -> None:
    loop = loop_of(write(tmp_path / "x.wav", one_hit()))
    assert (loop.kind, loop.bpm, loop.beats, loop.bpm_confidence) == ("one_shot", None, None, 0.0)
    assert loop.lufs is not None


def test_a_named_key_is_taken_where_the_pitches_allow_it(tmp_path: Path) -> None:
    relative = loop_of(write(tmp_path / "keys_Cmaj.wav", chord_loop(120, CADENCE)))
    assert relative.key == "C:maj"
    wrong = loop_of(write(tmp_path / "keys_F#maj.wav", chord_loop(120, CADENCE)))
    assert wrong.key == "A:min"


@pytest.mark.parametrize("channels", [2, 3, 6])
def test_channels_change_nothing_of_what_is_heard(tmp_path: Path, channels: int) -> None:
    many = np.repeat(drum_loop(126, 8), channels, axis=1)
    loop = loop_of(write(tmp_path / "x.wav", many))
    assert (loop.error, loop.bpm, loop.channels) == (None, 126.0, channels)


@pytest.mark.parametrize("rate_hz", [11025, 48000, 192000])
def test_other_rates_are_read(tmp_path: Path, rate_hz: int) -> None:
    import soxr

    sound = soxr.resample(drum_loop(126, 8), RATE_HZ, rate_hz)
    loop = loop_of(write(tmp_path / "x.wav", sound, rate_hz=rate_hz))
    assert loop.error is None
    assert loop.bpm == pytest.approx(126.0, rel=0.003)


def test_channels_that_cancel_are_still_heard(tmp_path: Path) -> None:
    sound = drum_loop(126, 8)
    loop = loop_of(write(tmp_path / "x.wav", np.concatenate([sound, -sound], axis=1)))
    assert (loop.error, loop.bpm) == (None, 126.0)


def test_silence_is_an_error_that_says_so(tmp_path: Path) -> None:
    loop = loop_of(write(tmp_path / "x.wav", np.zeros((RATE_HZ, 2), np.float32)))
    assert loop.error is not None
    assert "silent" in loop.error


@pytest.mark.parametrize("frames", [1, 2, 10, 500, 2000])
def test_the_shortest_sounds_pass(tmp_path: Path, frames: int) -> None:
    loop = loop_of(write(tmp_path / "x.wav", one_hit()[:frames] + 0.1))
    assert (loop.error, loop.kind, loop.bpm) == (None, "one_shot", None)


def test_a_sound_that_only_clips_or_only_hums_passes(tmp_path: Path) -> None:
    square = np.sign(np.sin(np.arange(RATE_HZ * 2) * 0.01))[:, None].astype(np.float32) * 4
    constant = np.full((RATE_HZ, 1), 0.5, np.float32)
    for sound in (square, constant):
        loop = loop_of(write(tmp_path / "x.wav", sound, subtype="FLOAT"))
        assert loop.error is None
        assert loop.true_peak_dbtp is not None


def test_a_damaged_file_is_a_loop_with_an_error_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"no audio")
    loop = loop_of(path)
    assert loop.error is not None
    assert "\n" not in loop.error
    assert loop.content_hash == hash_file(path)
    assert loop.bpm is None
