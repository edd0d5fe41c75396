"""The profile of a loop says what sounds on which beat, and stays with it in its library."""

from pathlib import Path

import numpy as np
import pytest

from loopmind_live.dsp.profile import MOST_BEATS, Profile, unpack
from loopmind_live.library.analysis import analyse, hash_file
from loopmind_live.library.decode import Audio
from loopmind_live.library.profile import profile_of as made_profile
from loopmind_live.library.sound import measure
from loopmind_live.library.store import Library, Stamp
from loopmind_live.score.loop import Loop
from tests.library.made_loops import RATE_HZ, chord_loop, drum_loop, one_hit, write

CHORDS = [[57, 60, 64], [53, 57, 60], [48, 52, 55], [55, 59, 62]]


def loop_of(path: Path) -> Loop:
    return analyse(path, hash_file(path))


def profile_of(path: Path) -> Profile:
    profile = unpack(loop_of(path).profile)
    assert profile is not None
    return profile


def test_each_chord_sounds_in_its_own_bar(tmp_path: Path) -> None:
    profile = profile_of(write(tmp_path / "keys_120bpm.wav", chord_loop(120.0, CHORDS)))
    assert profile.beats == 16
    assert profile.beat_s == pytest.approx(0.5, rel=1e-3)
    for bar, chord in enumerate(CHORDS):
        # The middle of the bar: the analysis blurs what lies next to its lines.
        tones = profile.tones[8 * bar + 2 : 8 * bar + 6].mean(axis=0)
        assert set(np.argsort(tones)[-3:]) == {note % 12 for note in chord}
        assert profile.bottoms[8 * bar + 2 : 8 * bar + 6].mean(axis=0).argmax() == chord[0] % 12


def test_hits_lie_on_their_steps_from_the_first_downbeat() -> None:
    pause = np.zeros((round(0.37 * RATE_HZ), 1), np.float32)
    sound = measure(Audio(np.concatenate([pause, drum_loop(100.0, 8)]), RATE_HZ))
    strength = made_profile(sound, beat_s=0.6, beats=8, start_s=0.37).hits.sum(axis=1)
    on, off = strength[::2], strength[1::2]  # eighths, and the sixteenths between them
    assert on.min() > 0.1
    assert off.max() < on.min()


def test_the_lows_of_a_kick_are_told_from_the_highs_of_hats(tmp_path: Path) -> None:
    profile = profile_of(write(tmp_path / "beat_120bpm.wav", drum_loop(120.0, 16)))
    kicks, hats = profile.hits[0::16], profile.hits[6::16]
    assert kicks[:, 0].min() > 2.0 * hats[:, 0].max()


def test_long_loops_are_known_by_their_first_eight_bars(tmp_path: Path) -> None:
    profile = profile_of(write(tmp_path / "long_160bpm.wav", drum_loop(160.0, 64)))
    assert profile.beats == MOST_BEATS


def test_what_has_no_beats_has_no_profile(tmp_path: Path) -> None:
    assert loop_of(write(tmp_path / "snare_hit.wav", one_hit())).profile is None


def test_a_library_keeps_profiles_and_has_none_of_older_rows(tmp_path: Path) -> None:
    new = loop_of(write(tmp_path / "keys_120bpm.wav", chord_loop(120.0, CHORDS)))
    old = Loop(tmp_path / "old.wav", "old")
    with Library(tmp_path / "library.sqlite") as library:
        library.put([(each, Stamp(1, 1, 1, each.content_hash)) for each in (new, old)])
    with Library(tmp_path / "library.sqlite") as library:
        kept = {loop.path.name: loop.profile for loop in library.loops()}
    assert kept == {"keys_120bpm.wav": new.profile, "old.wav": None}
