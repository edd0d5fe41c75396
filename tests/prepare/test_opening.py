from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopmind_live.prepare.cache import ClipCache
from loopmind_live.prepare.clip_audio import (
    make_audio,
    make_opening,
    make_whole,
    read,
    shape,
    tail_frames,
)
from loopmind_live.prepare.job import content_hash, kept_opening, make_clip, make_first
from loopmind_live.prepare.opening import OPENINGS_S, opening_frames, steady_frames
from loopmind_live.prepare.tone import toned
from loopmind_live.score.clip import ClipRecipe

RATE_HZ = 8000
Write = Callable[..., Path]


def song(seconds: float, rate_hz: int, seed: int = 0) -> np.ndarray:
    """Tones that move, and hits at random: no stretch of it is like another."""
    random = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    tone = np.sin(2 * np.pi * (220.0 + 20.0 * np.sin(t)) * t)
    audio = 0.2 * np.stack([tone, np.sin(2 * np.pi * 331.0 * t)], axis=1)
    for at in random.integers(0, len(t), round(3 * seconds)):
        hit = random.standard_normal((400, 2)) * 0.3 * np.exp(-np.arange(400) / 60.0)[:, None]
        audio[at : at + 400] += hit[: len(t) - at]
    return audio.astype(np.float32)


@given(
    file_hz=st.sampled_from([8000, 11025]),
    bpm=st.sampled_from([96.3, 117.0, 120.0, 128.0]),
    semitones=st.sampled_from([-3, 0, 0, 2]),
    start_s=st.sampled_from([0.0, 0.7]),
    rings_s=st.sampled_from([0.0, 1.5, 9.0]),
    low_db=st.sampled_from([0.0, -4.0]),
    dry=st.booleans(),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_clip_begins_with_its_opening_to_the_sample(
    tmp_path_factory: pytest.TempPathFactory,
    file_hz: int,
    bpm: float,
    semitones: int,
    start_s: float,
    rings_s: float,
    low_db: float,
    dry: bool,
) -> None:
    audio = song(start_s + 20.0 + rings_s, file_hz)
    audio[round((start_s + 20.0) * file_hz) :] *= 0.2
    path = tmp_path_factory.mktemp("song") / "song.wav"
    soundfile.write(path, audio, file_hz, subtype="FLOAT")
    recipe = ClipRecipe(
        path, content_hash(path), start_s, 40, 120.0, bpm, semitones, RATE_HZ, dry, low_db
    )
    whole = make_audio(recipe)
    lengths = opening_frames(recipe)
    assert bool(lengths) == bool(bpm != 120.0 or semitones)
    for step, frames in enumerate(lengths):
        source = read(recipe)
        opening = make_opening(source, recipe, step)
        steady = steady_frames(recipe, frames)
        assert len(opening.body) == frames > steady > 0
        assert np.array_equal(opening.body[:steady], whole.body[:steady])
        assert np.array_equal(opening.lead, whole.lead)
        assert tail_frames(source, recipe) == len(whole.tail)


@pytest.fixture
def stem(write: Write) -> ClipRecipe:
    """Return a recipe with two openings."""
    path = write(song(130.0, RATE_HZ), RATE_HZ, "stem.wav")
    return ClipRecipe(path, content_hash(path), 0.5, 256, 120.0, 125.0, 1, RATE_HZ)


def test_each_opening_goes_on_with_the_one_before_it(stem: ClipRecipe) -> None:
    source = read(stem)
    first, second = (make_opening(source, stem, step) for step in (0, 1))
    whole = make_whole(source, stem)
    for opening in (first, second):
        steady = steady_frames(stem, len(opening.body))
        assert np.array_equal(opening.body[:steady], whole.body[:steady])
    again = make_opening(source, stem, 1, first)
    assert np.array_equal(again.body, second.body)
    assert np.array_equal(make_whole(source, stem, second).body, whole.body)


def test_the_joint_is_where_both_renderings_are_nearly_the_same(stem: ClipRecipe) -> None:
    plain = replace(stem, semitones=0)
    source = read(plain)
    whole = make_whole(source, plain)
    in_one = shape(toned(source.parts, source.rate_hz, plain), source.rate_hz, plain)
    for frames in opening_frames(plain):
        around = slice(frames - RATE_HZ // 10, frames + RATE_HZ // 10)
        apart = np.sqrt(np.mean((whole.body[around] - in_one.body[around]) ** 2))
        assert apart < 0.05 * np.sqrt(np.mean(in_one.body[around] ** 2))
    assert np.array_equal(whole.body[-RATE_HZ:-100], in_one.body[-RATE_HZ:-100])


def test_only_what_is_long_and_retimed_has_openings(recipe: Callable[..., ClipRecipe]) -> None:
    (length_s, least_s), _ = OPENINGS_S
    beats = round(2 * least_s)  # at 120 bpm
    one = recipe(Path("stem.wav"), beats=beats, bpm=119.0)
    assert opening_frames(one) == (round(length_s * one.rate_hz),)
    assert opening_frames(replace(one, beats=beats - 4)) == ()
    assert opening_frames(replace(one, bpm=120.0)) == ()
    assert opening_frames(replace(one, bpm=120.0, semitones=1, beats=beats)) != ()
    assert opening_frames(replace(one, bpm=120.0, rate_hz=44100)) == ()


def test_what_workers_keep_makes_the_same_clip_and_goes_once_it_is_whole(
    stem: ClipRecipe, tmp_path: Path
) -> None:
    cache = ClipCache(tmp_path / "clips")
    kept = cache.folder, cache.max_bytes
    whole = make_audio(stem)
    for step in (0, 1):
        made = make_first(stem, step, *kept)
        audio = cache.load(made.key)
        assert audio is not None
        opening = kept_opening(audio)
        steady = steady_frames(stem, len(opening.body))
        assert np.array_equal(opening.body[:steady], whole.body[:steady])
        assert made.tail_frames == len(whole.tail)
        assert cache.load(stem.key) is None
    audio = cache.load(make_clip(stem, *kept).key)
    assert audio is not None
    assert np.array_equal(audio.body, whole.body)
    assert [path.stem for path in cache.folder.iterdir()] == [stem.key]
