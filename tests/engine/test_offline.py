import gc
import math
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from loopmind_live.engine.arena import Arena
from loopmind_live.engine.base import Row
from loopmind_live.engine.offline import OfflineEngine
from loopmind_live.engine.open import open_offline
from loopmind_live.errors import EngineError

Audio = npt.NDArray[np.float32]
Open = Callable[..., OfflineEngine]
SIZES = [(48000, 256), (44100, 64), (48000, 480), (96000, 1000)]


@pytest.fixture
def open_engine(tmp_path: Path) -> Iterator[Open]:
    engines: list[OfflineEngine] = []

    def opened(rate_hz: int = 48000, block: int = 256, **options: bool) -> OfflineEngine:
        engines.append(
            OfflineEngine(rate_hz, block, Arena.create(rate_hz * 4, tmp_path), **options)
        )
        return engines[-1]

    yield opened
    for engine in engines:
        engine.close()


def put(engine: OfflineEngine, clip_id: int, audio: Audio, track: int = 0, at: int = 0) -> Row:
    offset = engine.arena.allocate(len(audio))
    assert offset is not None
    engine.arena.write(offset, audio)
    return Row(track, clip_id, offset, len(audio), len(audio) - 4.0, float(at), at)


def noise(seed: int, frames: int, level: float = 0.1) -> Audio:
    return (np.random.default_rng(seed).uniform(-level, level, (frames, 2))).astype(np.float32)


def play(engine: OfflineEngine, frames: int) -> Audio:
    return np.concatenate([engine.render() for _ in range(math.ceil(frames / engine.block))])


@pytest.mark.parametrize(("rate_hz", "block"), SIZES)
@pytest.mark.parametrize("dry", [True, False])
def test_a_swap_lands_on_its_sample_and_nothing_else_changes(
    open_engine: Open, rate_hz: int, block: int, dry: bool
) -> None:
    engine = open_engine(rate_hz, block, dry=dry)
    old, new = noise(1, 7004), noise(2, 9004)
    row = put(engine, 1, old, at=1000)
    engine.splice(1000, [row])
    swap = replace(put(engine, 2, new), start=5003, origin=5003.0)
    engine.splice(5003, [swap])
    audio = play(engine, 8000 + engine.latency_frames)[engine.latency_frames :]
    expected = np.zeros((len(audio), 2))
    expected[1000:5003] = old[:4003]
    expected[5003:] = new[: len(audio) - 5003]
    assert np.abs(audio - expected).max() < (1e-12 if dry else 1e-7)
    assert engine.events() == []


def test_the_first_frame_sounds_at_full_level(open_engine: Open) -> None:
    engine = open_engine()
    engine.splice(0, [put(engine, 1, np.full((5004, 2), 0.5, np.float32))])
    audio = play(engine, 2000)[engine.latency_frames :]
    assert np.abs(audio - 0.5).max() < 1e-7


def test_dry_tracks_are_summed_beyond_full_scale(open_engine: Open) -> None:
    engine = open_engine(dry=True)
    parts = [noise(i, 3004, level=0.9) for i in range(16)]
    engine.splice(0, [put(engine, i, part, track=i) for i, part in enumerate(parts)])
    engine.set_parameter("track/3/gain", 0.0)
    audio = play(engine, 2560)
    assert engine.latency_frames == 0
    assert np.abs(audio - np.sum(parts, axis=0, dtype=np.float64)[:2560]).max() < 1e-6
    assert np.abs(audio).max() > 1.5


@pytest.mark.parametrize("kind", ["noise", "bass", "impulses", "step"])
@pytest.mark.parametrize("level", [0.5, 2.0, 300.0])
def test_the_wet_master_never_exceeds_minus_one_decibel(
    open_engine: Open, kind: str, level: float
) -> None:
    engine = open_engine()
    time_s = np.arange(48004) / 48000
    shape = {
        "noise": noise(5, 48004, 1.0)[:, 0],
        "bass": np.sin(2 * np.pi * 43 * time_s),
        "impulses": (np.arange(48004) % 997 == 0) * 1.0,
        "step": np.where(time_s < 0.5, 0.0, 1.0),
    }[kind]
    audio_in = (np.stack([shape, -shape], axis=1) * level).astype(np.float32)
    engine.splice(0, [put(engine, 1, audio_in)])
    audio = play(engine, 40000)
    assert np.isfinite(audio).all()
    assert np.abs(audio).max() <= 0.891
    if level > 0.9 and kind != "noise":
        assert np.abs(audio).max() > 0.85, "the limiter takes more than it must"


def test_the_limiter_lets_the_level_come_back_and_keeps_both_sides_together(
    open_engine: Open,
) -> None:
    engine = open_engine()
    audio_in = np.full((48004, 2), 0.3, np.float32)
    audio_in[2000:2100, 0] = 3.0
    engine.splice(0, [put(engine, 1, audio_in)])
    audio = play(engine, 47000)[engine.latency_frames :]
    assert np.abs(audio[:1500] - 0.3).max() < 1e-6
    assert audio[2050, 1] == pytest.approx(0.3 * 0.891 / 3.0, rel=0.01)
    assert np.abs(audio[46000] - 0.3).max() < 0.003


def test_a_track_with_a_bad_number_is_muted_and_the_others_play_on(open_engine: Open) -> None:
    engine = open_engine()
    bad = put(engine, 1, np.full((20004, 2), 0.1, np.float32), track=3)
    good = put(engine, 2, np.full((20004, 2), 0.2, np.float32), track=4)
    engine.arena.view[bad.offset + 5000] = np.nan
    engine.splice(0, [bad, good])
    audio = play(engine, 15000)[engine.latency_frames :, 0]
    (event,) = engine.events()
    assert (event.kind, event.frame) == ("muted", 5000 // 256 * 256)
    assert "track 3" in event.text
    first = 5000 // 256 * 256
    assert np.abs(audio[:first] - 0.3).max() < 1e-6
    assert np.abs(audio[first : first + 256] - 0.2).max() < 1e-6
    assert np.abs(audio[first + 256 : 14000] - 0.3).max() < 1e-6


def test_a_splice_in_the_past_changes_nothing_and_is_told(open_engine: Open) -> None:
    engine = open_engine(dry=True)
    row = put(engine, 1, noise(1, 3004))
    engine.splice(0, [row])
    play(engine, 512)
    engine.splice(511, [])
    engine.splice(512 + 256, [])
    audio = play(engine, 512)
    assert [(event.kind, event.frame) for event in engine.events()] == [("late", 511)]
    assert audio[255].any()
    assert not audio[256:].any()


def test_a_clip_that_plays_on_is_not_touched(open_engine: Open) -> None:
    engine = open_engine(dry=True)
    body = noise(1, 1004)
    row = replace(put(engine, 1, body), fade_frames=240)
    engine.splice(0, [row])
    for frame in range(300, 5000, 700):
        engine.splice(frame, [replace(row, start=frame)])
    audio = play(engine, 6000)
    assert np.array_equal(audio, np.resize(body[:1000], audio.shape))


def test_shares_add_up_to_the_master_and_follow_their_faders(open_engine: Open) -> None:
    engine = open_engine()
    engine.sharing = True
    rows = [put(engine, i, noise(i, 9004, 0.05), track=i) for i in (0, 7, 15)]
    engine.splice(0, rows)
    engine.set_parameter("track/7/gain", 0.5, ramp_s=0.0)
    masters, stems = [], []
    for _ in range(30):
        masters.append(engine.render())
        stems.append(engine.shares())
    master, stem = np.concatenate(masters), np.concatenate(stems, axis=1)
    assert stem.shape == (16, len(master), 2)
    assert np.abs(stem.sum(axis=0)[:-255] - master[255:]).max() < 1e-6
    seven = noise(7, 9004, 0.05)[: len(master)] * 0.5
    assert np.abs(stem[7, 1000:] - seven[1000:]).max() < 1e-6
    assert not stem[1].any()


def test_shares_of_a_track_with_an_insert_are_those_of_the_very_block(open_engine: Open) -> None:
    engine = open_engine()
    engine.sharing = True
    engine.splice(0, [put(engine, i, noise(i, 9004, 0.2), track=i) for i in (0, 7)])
    engine.set_parameter("track/7/insert2", 1.0)
    masters, stems = [], []
    for _ in range(30):
        masters.append(engine.render())
        stems.append(engine.shares())
    master, stem = np.concatenate(masters), np.concatenate(stems, axis=1)
    assert np.abs(stem.sum(axis=0)[:-255] - master[255:]).max() < 1e-6
    assert np.abs(stem[7, 6000:7000] - noise(7, 9004, 0.2)[6000:7000]).max() > 1e-3


def test_a_fader_moves_smoothly_and_arrives(open_engine: Open) -> None:
    engine = open_engine()
    engine.splice(0, [put(engine, 1, np.full((30004, 2), 0.5, np.float32))])
    play(engine, 1024)
    engine.set_parameter("track/0/gain", 0.0, ramp_s=0.1)
    engine.set_parameter("master/gain", 0.5, ramp_s=0.05)
    audio = play(engine, 8192)[:, 0]
    assert np.abs(np.diff(audio)).max() < 0.5 / 2000
    assert audio[-1] == 0.0


def test_the_same_calls_give_the_same_samples(open_engine: Open) -> None:
    def performance() -> Audio:
        engine = open_engine(44100, 480)
        engine.splice(100, [put(engine, 1, noise(4, 4004, 0.9), at=100)])
        first = play(engine, 3000)
        engine.set_parameter("track/0/gain", 3.0)
        return np.concatenate([first, play(engine, 9000)])

    assert np.array_equal(performance(), performance())


def test_rows_that_leave_the_arena_are_refused_and_the_old_ones_play_on(open_engine: Open) -> None:
    engine = open_engine(dry=True)
    row = put(engine, 1, noise(1, 3004))
    engine.splice(0, [row])
    with pytest.raises(EngineError, match="out of range"):
        engine.splice(0, [replace(row, offset=engine.arena.frames - 10)])
    assert np.array_equal(play(engine, 512), noise(1, 3004)[:512])


def test_places_are_in_use_until_nothing_sounds_there(open_engine: Open) -> None:
    engine = open_engine(dry=True)
    old = replace(put(engine, 1, noise(1, 3004)), fade_frames=600)
    new = put(engine, 2, noise(2, 3004), at=256)
    engine.splice(0, [old])
    engine.splice(256, [new])
    assert engine.places_in_use() == {old.offset, new.offset}
    play(engine, 768)
    assert engine.places_in_use() == {old.offset, new.offset}
    play(engine, 256)
    assert engine.places_in_use() == {new.offset}


def test_opening_refuses_rates_and_blocks_that_no_set_has(home: Path) -> None:
    with pytest.raises(EngineError, match="--rate 1234: choose from 44100"):
        open_offline(rate_hz=1234)
    with pytest.raises(EngineError, match="--block 3: choose from 16"):
        open_offline(block=3)


def test_levels_are_reported(open_engine: Open) -> None:
    engine = open_engine(dry=True)
    engine.splice(0, [put(engine, 1, np.full((9004, 2), -0.5, np.float32), track=2)])
    play(engine, 512)
    status = engine.status()
    assert status.frame == 512
    assert status.peak == pytest.approx(0.5)
    assert status.track_peaks[2] == pytest.approx(0.5)
    assert status.track_peaks[3] == 0.0


def test_engines_that_were_closed_leave_no_memory_behind(tmp_path: Path) -> None:
    left = []
    for rate_hz, block in SIZES * 3:
        engine = OfflineEngine(rate_hz, block, Arena.create(1000, tmp_path))
        engine.render()
        engine.close()
        left.append(weakref.ref(engine))
        del engine
    gc.collect()
    assert [each() for each in left] == [None] * len(left)
    assert list(tmp_path.iterdir()) == []


def test_a_parameter_that_is_meant_for_a_frame_moves_in_the_first_block_from_there_on(
    open_engine: Open,
) -> None:
    now, named = open_engine(), open_engine()
    for engine in (now, named):
        engine.splice(0, [put(engine, 1, noise(1, 7004))])
    block = now.block
    assert named.set_parameter("track/0/gain", 0.5, frame=3 * block - 5) == 3 * block
    before = [engine.render() for engine in (now, named) for _ in range(3)]
    assert np.array_equal(before[:3], before[3:]), "nothing moves before it"
    assert now.set_parameter("track/0/gain", 0.5, frame=block) == 3 * block, "what passed is now"
    assert np.array_equal(play(now, 4000), play(named, 4000))
