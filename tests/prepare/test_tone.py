"""A clip's tone: what it does to spectra, seams, lead-ins and tails, and to none where flat."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.dsp.seams import Audio
from loopmind_live.prepare.clip_audio import make_audio
from loopmind_live.prepare.cut import Cut
from loopmind_live.prepare.retime import silence
from loopmind_live.prepare.tone import toned
from loopmind_live.score.clip import ClipRecipe, recipe_for
from loopmind_live.score.loop import Loop

Recipe = Callable[..., ClipRecipe]
Write = Callable[..., Path]
RATE_HZ = 48000


def chord(frames: int) -> Audio:
    """Return tones at 50 Hz, 1 kHz and 12 kHz, each whole periods in `frames` of 96,000."""
    at = np.arange(frames) / RATE_HZ
    tones = [0.2 * np.sin(2 * np.pi * hz * at) for hz in (50.0, 1000.0, 12000.0)]
    return np.repeat(np.sum(tones, axis=0)[:, None], 2, axis=1).astype(np.float32)


def level_db(audio: Audio, hz: float) -> float:
    """Return the level of what sounds within 3 % of `hz`."""
    power = np.abs(np.fft.rfft(audio[:, 0] * np.hanning(len(audio)))) ** 2
    at = np.fft.rfftfreq(len(audio), 1 / RATE_HZ)
    return float(10 * np.log10(power[abs(at - hz) < 0.03 * hz].sum()))


@pytest.mark.parametrize(("bpm", "semitones"), [(120.0, 0), (133.0, 0), (120.0, 2)])
def test_a_clip_has_its_shelves_whatever_else_is_done_to_it(
    write: Write, recipe: Recipe, bpm: float, semitones: int
) -> None:
    plain = recipe(write(chord(96000)), bpm=bpm, semitones=semitones)
    flat, made = make_audio(plain).body, make_audio(replace(plain, low_db=-6.0, high_db=3.0)).body
    pitch = 2 ** (semitones / 12)
    for hz, expected in ((50.0, -6.0), (1000.0, 0.0), (12000.0, 3.0)):
        assert level_db(made, hz * pitch) - level_db(flat, hz * pitch) == pytest.approx(
            expected, abs=0.35
        )
    assert made.shape == flat.shape


def test_flat_shelves_leave_every_part_as_it_is(recipe: Recipe) -> None:
    parts = Cut(chord(500), chord(96000), chord(700))
    assert toned(parts, RATE_HZ, recipe(Path("x"))) is parts


def test_a_looped_body_goes_round_as_before(recipe: Recipe) -> None:
    one = recipe(Path("x"), low_db=-6.0, high_db=2.0)
    body = toned(Cut(silence(0), chord(96000), silence(0)), RATE_HZ, one).body
    around = np.concatenate([body[-100:], body[:100]])
    within = np.concatenate([body[47900:48100]])
    assert np.abs(around - within).max() < 1e-5  # the tones repeat every 960 frames


def test_overlapping_passes_add_up_to_the_tone_of_their_sum(recipe: Recipe) -> None:
    noise = np.random.default_rng(2).uniform(-0.3, 0.3, (26_000, 2)).astype(np.float32)
    fade = np.linspace(1, 0, 6000, dtype=np.float32)[:, None]
    parts = Cut(silence(0), noise[:20_000], noise[20_000:] * fade)
    one = recipe(Path("x"), low_db=-6.0, high_db=2.0)

    def played(given: Cut) -> Audio:
        mix = np.zeros((60_000, 2), np.float32)
        for begin in (0, 20_000):
            mix[begin : begin + 20_000] += given.body
            mix[begin + 20_000 : begin + 26_000] += given.tail
        return mix

    whole = toned(Cut(silence(0), played(parts), silence(100)), RATE_HZ, one).body
    assert np.abs(played(toned(parts, RATE_HZ, one)) - whole)[:46_000].max() < 1e-3


def test_a_lead_in_meets_the_body(recipe: Recipe) -> None:
    sound = chord(96000)
    parts = Cut(sound[-3000:], sound, silence(0))  # the lead-in is the loop's own end
    made = toned(parts, RATE_HZ, recipe(Path("x"), low_db=-6.0))
    assert len(made.lead) == 3000
    largest = np.abs(np.diff(made.body, axis=0)).max()
    assert np.abs(made.body[0] - made.lead[-1]).max() <= largest * 1.01
    assert np.abs(made.lead[-500:] - made.body[-500:]).max() < 0.02


def test_the_tone_is_part_of_the_key_and_dry_clips_have_none() -> None:
    loop = Loop(Path("a.wav"), "ab", duration_s=2.0, bpm=120.0, beats=4)
    wet, other, flat, dry = (
        recipe_for(loop, 120.0, 0, RATE_HZ, 4, is_dry, tone)
        for is_dry, tone in (
            (False, (-6.0, 0.0)), (False, (0.0, -6.0)), (False, (0.0, 0.0)), (True, (-6.0, 2.0)),
        )
    )  # fmt: skip
    assert len({one.key for one in (wet, other, flat, dry)}) == 4
    assert (dry.low_db, dry.high_db) == (0.0, 0.0)
