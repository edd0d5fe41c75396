import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopmind_live.dsp.seams import TOLERANCE, WINDOW_S, pass_lengths, seam_limit, seam_steps
from loopmind_live.errors import PrepareError
from loopmind_live.prepare.clip_audio import MAX_PASS_S, make_audio, shape
from loopmind_live.prepare.cut import Cut
from loopmind_live.prepare.retime import silence
from loopmind_live.score.clip import ClipRecipe, body_frames

Clicks = Callable[..., np.ndarray]
Write = Callable[..., Path]
Recipe = Callable[..., ClipRecipe]


def noise(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (frames, 2)).astype(np.float32)


def test_a_loop_at_the_tempo_of_the_set_keeps_its_own_samples(write: Write, recipe: Recipe) -> None:
    audio = noise(96000)
    made = make_audio(recipe(write(audio)))
    assert np.array_equal(made.body[:96000], audio)
    assert np.array_equal(made.body[96000:], audio[:4])
    assert len(made.lead) == len(made.tail) == 0


def test_a_loop_rounded_up_to_whole_frames_keeps_its_own_samples(
    write: Write, recipe: Recipe
) -> None:
    one = recipe(Path("x"), source_bpm=140.0, bpm=140.0, rate_hz=44100)
    audio = noise(int(np.ceil(one.pass_frames)))
    made = make_audio(recipe(write(audio, 44100), source_bpm=140.0, bpm=140.0, rate_hz=44100))
    assert len(made.body) == body_frames(one.pass_frames)
    assert np.array_equal(made.body[: len(audio)], audio)
    assert np.array_equal(made.body[len(audio) :], audio[: len(made.body) - len(audio)])


@pytest.mark.parametrize("short", [1, 2])
def test_a_frame_lost_to_rounding_is_filled_from_the_start(
    write: Write, recipe: Recipe, short: int
) -> None:
    audio = noise(96000 - short)
    made = make_audio(recipe(write(audio)))
    assert np.array_equal(made.body[: 96000 - short], audio)
    assert np.array_equal(made.body[96000 - short :], audio[: short + 4])


def test_a_tempo_estimate_that_is_off_by_a_hair_changes_no_sample(
    write: Write, recipe: Recipe
) -> None:
    audio = noise(96000)
    made = make_audio(recipe(write(audio), source_bpm=120.003))
    assert np.array_equal(made.body[:96000], audio)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    frames=st.integers(300, 30000),
    stretch=st.one_of(st.just(1.0), st.floats(0.6, 1.7)),
    semitones=st.sampled_from([0, 0, -4, 3]),
    source_hz=st.sampled_from([48000, 48000, 44100]),
    seed=st.integers(0, 99),
    smooth=st.booleans(),
)
def test_no_clip_steps_over_its_seam_more_than_its_source(
    frames: int, stretch: float, semitones: int, source_hz: int, seed: int, smooth: bool
) -> None:
    audio = noise(frames, seed)
    if smooth:  # a hum that starts anywhere, whose end does not meet its start
        phase = np.random.default_rng(seed).uniform(0, 6) + np.arange(frames) * 0.02
        audio = np.repeat(np.sin(phase)[:, None], 2, axis=1).astype(np.float32) * np.float32(0.3)
    bpm = 60.0 * 4 * source_hz / frames
    one = ClipRecipe(
        Path("x"), "", 0.0, 4, bpm, bpm * stretch, semitones, 48000, dry=True
    )  # fmt: skip
    made = shape(Cut(silence(0), audio, silence(0)), source_hz, one)
    steps = seam_steps(made.body, pass_lengths(one.pass_frames))
    assert len(made.body) == body_frames(one.pass_frames)
    limit = seam_limit(audio, round(WINDOW_S * source_hz))
    assert (steps <= TOLERANCE * limit + 1e-7).all()


@pytest.mark.parametrize(("bpm", "rate_hz"), [(140.0, 48000), (87.5, 44100)])
def test_real_loops_keep_the_seams_of_their_files(
    test_data: Path, bpm: float, rate_hz: int
) -> None:
    folder = test_data / "loops"
    if not (folder / "manifest.csv").is_file():
        pytest.skip(f"test data: no manifest in {folder}")
    import soundfile

    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["beats"] and row["kind"] == "loop"]
    for row in rows:
        path, source_bpm = folder / row["file"], float(row["bpm"])
        one = ClipRecipe(path, "", 0.0, int(row["beats"]), source_bpm, bpm, 0, rate_hz, dry=True)
        audio, source_hz = soundfile.read(path, dtype="float32", always_2d=True)
        frames = round(one.beats * 60.0 * source_hz / source_bpm)
        limit = seam_limit(audio[:frames], round(WINDOW_S * source_hz)).max()
        steps = seam_steps(make_audio(one).body, pass_lengths(one.pass_frames))
        assert steps.max() <= TOLERANCE * limit, row["file"]


@pytest.mark.parametrize(("source_hz", "rate_hz"), [(44100, 48000), (48000, 44100)])
def test_another_rate_keeps_the_beats_in_place(
    clicks: Clicks, write: Write, recipe: Recipe, source_hz: int, rate_hz: int
) -> None:
    path = write(clicks(120.0, 4, source_hz), source_hz)
    body = make_audio(recipe(path, rate_hz=rate_hz)).body
    for beat in range(4):
        line = beat * rate_hz // 2
        near = np.abs(body[max(0, line - 200) : line + 200]).max(axis=1)
        first = np.flatnonzero(near > 0.1)[0] - min(200, line)
        assert abs(first) <= rate_hz // 1000


def test_a_wet_clip_carries_the_pickup_and_the_ring_of_its_file(
    write: Write, recipe: Recipe
) -> None:
    audio = noise(3 * 96000)
    audio[:84000] = 0.0
    audio[96000 * 2 :] *= np.exp(-np.arange(96000) / 4800)[:, None].astype(np.float32)
    path = write(audio)
    made = make_audio(recipe(path, start_s=2.0, dry=False))
    assert np.array_equal(made.lead, audio[84000:96000])
    assert np.array_equal(made.body, audio[96000 : 96000 + len(made.body)])
    assert 4800 * 4 < len(made.tail) < 4800 * 9
    assert np.array_equal(made.tail[:10000], audio[192000:202000])
    assert np.abs(made.tail[-1]).max() < 1e-4
    dry = make_audio(recipe(path, start_s=2.0, dry=True))
    assert len(dry.lead) == len(dry.tail) == 0
    assert np.array_equal(dry.body[:96000], audio[96000:192000])


def test_lead_in_and_tail_are_retimed_with_the_body_and_join_it(
    write: Write, recipe: Recipe
) -> None:
    time = np.arange(4 * 48000) / 48000
    hum = 0.3 * np.sin(2 * np.pi * 110 * time) * np.minimum(1.0, np.exp(-4 * (time - 2.5)))
    audio = np.repeat(hum[:, None], 2, axis=1).astype(np.float32)
    made = make_audio(recipe(write(audio), start_s=0.5, bpm=140.0, dry=False))
    assert len(made.lead) == pytest.approx(24000 * 120 / 140, abs=2)
    assert len(made.tail) > 24000
    floor = pass_lengths(96000 * 120 / 140)[0]
    whole = np.concatenate([made.lead, made.body[:floor], made.tail])
    assert np.abs(np.diff(whole, axis=0)).max() < 0.3 * 2 * np.pi * 110 / 48000 * 1.5


def test_silence_around_the_beats_makes_no_lead_in_and_no_tail(
    write: Write, recipe: Recipe
) -> None:
    audio = np.zeros((3 * 96000, 2), np.float32)
    audio[96000:192000] = noise(96000)
    made = make_audio(recipe(write(audio), start_s=2.0, dry=False))
    assert len(made.lead) == len(made.tail) == 0


def test_music_that_goes_on_after_the_beats_is_no_tail(write: Write, recipe: Recipe) -> None:
    made = make_audio(recipe(write(noise(96000 + 5 * 48000)), dry=False))
    assert len(made.tail) == 0
    assert np.abs(made.body[95999]).max() < 0.01, "it is cut off with a fade"


def test_a_file_that_ends_early_is_filled_with_silence(write: Write, recipe: Recipe) -> None:
    audio = noise(90000)
    made = make_audio(recipe(write(audio)))
    assert np.array_equal(made.body[: 90000 - 240], audio[:-240])
    assert not made.body[90000:96000].any()


def test_a_one_shot_sounds_once_at_the_start_of_its_bar(write: Write, recipe: Recipe) -> None:
    audio = noise(5000) * np.linspace(1, 0, 5000, dtype=np.float32)[:, None]
    made = make_audio(recipe(write(audio), source_bpm=140.0, bpm=140.0, dry=False))
    frames = round(4 * 60 * 48000 / 140)
    assert np.array_equal(made.body[:5000], audio)
    assert not made.body[5000 : frames - 1].any()


def test_silence_makes_a_silent_clip(write: Write, recipe: Recipe) -> None:
    path = write(np.zeros((96000, 2), np.float32))
    for dry in (True, False):
        made = make_audio(recipe(path, bpm=140.0, semitones=3, dry=dry))
        assert not made.body.any()
        assert len(made.lead) == len(made.tail) == 0


@pytest.mark.parametrize("frames", [1, 2, 64, 1024])
@pytest.mark.parametrize("dry", [True, False])
def test_tiny_files_make_clips(write: Write, recipe: Recipe, frames: int, dry: bool) -> None:
    one = recipe(write(noise(frames)), bpm=133.0, semitones=2, dry=dry)
    made = make_audio(one)
    assert len(made.body) == body_frames(one.pass_frames)
    assert np.isfinite(made.body).all()


@pytest.mark.parametrize("channels", [1, 4])
def test_any_number_of_channels_makes_a_stereo_clip(
    clicks: Clicks, write: Write, recipe: Recipe, channels: int
) -> None:
    path = write(clicks(120.0, 4, 44100, channels), 44100)
    made = make_audio(recipe(path, bpm=140.0))
    assert made.body.shape[1] == 2
    assert np.abs(made.body).max() > 0.1


def test_a_start_beyond_the_end_is_one_line(write: Write, recipe: Recipe) -> None:
    with pytest.raises(PrepareError, match=r"no sound at 9 s.*loopmind scan"):
        make_audio(recipe(write(noise(1000)), start_s=9.0))


@pytest.mark.parametrize(
    "changes", [{"beats": 0}, {"source_bpm": 0.0}, {"beats": round(MAX_PASS_S * 2) + 1}]
)
def test_a_recipe_that_makes_no_clip_is_one_line(
    write: Write, recipe: Recipe, changes: dict[str, float]
) -> None:
    one = replace(recipe(write(noise(1000))), **changes)
    with pytest.raises(PrepareError, match=r"loop\.wav") as caught:
        make_audio(one)
    assert "\n" not in str(caught.value)


def test_the_same_recipe_makes_the_same_samples(
    clicks: Clicks, write: Write, recipe: Recipe
) -> None:
    one = recipe(write(clicks(120.0, 4, 44100), 44100), bpm=140.0, semitones=3, dry=False)
    assert np.array_equal(make_audio(one).body, make_audio(one).body)
