"""Moods by ear: the words mean what their rules say."""

from dataclasses import replace

import numpy as np
import pytest
from made_loops import RATE_HZ, chord_loop, drum_loop

from loopmind_live.library.decode import Audio
from loopmind_live.library.moods import MOOD_WORDS, Figures, figures, judge_moods
from loopmind_live.library.sound import measure

NOTHING = frozenset[str]()
PLAIN = Figures(2000.0, 3.0, 0.2, 0.01, 14.0, 0.01, 0.5)


def moods(heard: Figures, key: str | None = None, bpm: float | None = 110.0) -> tuple[str, ...]:
    return judge_moods(NOTHING, heard, key, bpm, -15.0)


def test_a_sound_with_nothing_special_has_no_mood() -> None:
    assert moods(PLAIN) == ()


@pytest.mark.parametrize(
    ("changes", "key", "mood"),
    [
        ({"brightness_hz": 900.0}, "A:min", "dark"),
        ({"brightness_hz": 900.0}, None, "dark"),
        ({"brightness_hz": 5000.0}, None, "bright"),
        ({"brightness_hz": 3000.0}, "C:maj", "bright"),
        ({"brightness_hz": 1500.0, "tonal": 0.6}, "C:maj", "warm"),
        ({"tonal": 0.6, "onsets_per_s": 1.0, "attack_s": 0.5}, None, "dreamy"),
        ({"onsets_per_s": 1.5, "fullness": 0.1}, None, "minimal"),
        ({"onsets_per_s": 0.5}, None, "sparse"),
        ({"onsets_per_s": 8.0}, None, "busy"),
        ({}, "C:maj", "happy"),
    ],
)
def test_each_rule_gives_its_mood(changes: dict[str, float], key: str | None, mood: str) -> None:
    assert mood in moods(replace(PLAIN, **changes), key)


def test_loudness_tells_calm_from_energetic() -> None:
    slow, fast = replace(PLAIN, onsets_per_s=1.5), replace(PLAIN, onsets_per_s=6.0)
    assert "calm" in judge_moods(NOTHING, slow, None, 120.0, -20.0)
    assert "calm" not in judge_moods(NOTHING, slow, None, 120.0, -10.0)
    assert "energetic" in judge_moods(NOTHING, fast, None, 120.0, -10.0)
    assert "energetic" not in judge_moods(NOTHING, fast, None, 90.0, -10.0)
    loud = replace(PLAIN, brightness_hz=3500.0, crest_db=7.0)
    assert "aggressive" in judge_moods(NOTHING, loud, None, 120.0, -9.0)
    assert "aggressive" not in judge_moods(NOTHING, loud, None, 120.0, None)


def test_slow_and_minor_is_sad_and_dark_where_it_is_dull() -> None:
    low = chord_loop(70, [[45, 48, 52], [41, 45, 48]])
    heard = figures(measure(Audio(low, RATE_HZ)))
    assert {"dark", "sad"} <= set(judge_moods(NOTHING, heard, "A:min", 70.0, -18.0))


def test_a_swell_is_dreamier_than_a_beat() -> None:
    time_s = np.arange(4 * RATE_HZ) / RATE_HZ
    tones = np.sin(2 * np.pi * np.outer((220.0, 277.2, 329.6), time_s)).sum(axis=0)
    swell = (0.2 * tones * np.minimum(1.0, time_s / 2.0))[:, None].astype(np.float32)
    heard = {
        name: judge_moods(NOTHING, figures(measure(Audio(sound, RATE_HZ))), None, 120.0, -18.0)
        for name, sound in (("swell", swell), ("beat", drum_loop(120, 8)))
    }
    assert "dreamy" in heard["swell"]
    assert "dreamy" not in heard["beat"]


def test_what_the_name_says_is_always_told() -> None:
    assert "haunted" in judge_moods(frozenset({"haunted", "loop"}), PLAIN)
    assert set(judge_moods(frozenset(MOOD_WORDS), PLAIN)) <= set(MOOD_WORDS)
