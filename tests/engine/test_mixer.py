"""The mixer's strips and shared effects, heard through the engine."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from loopmind_live.engine.arena import Arena
from loopmind_live.engine.base import Row
from loopmind_live.engine.offline import OfflineEngine
from loopmind_live.engine.strips import Strips

Audio = npt.NDArray[np.float32]
Play = Callable[..., Audio]
RATE = 48000
FRAMES = 30000
LATE = 255


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[OfflineEngine]:
    made = OfflineEngine(RATE, 256, Arena.create(RATE * 8, tmp_path))
    yield made
    made.close()


def load(engine: OfflineEngine, audio: Audio, track: int = 0) -> None:
    offset = engine.arena.allocate(len(audio))
    assert offset is not None
    engine.arena.write(offset, audio)
    engine.splice(
        engine.frame(),
        [Row(track, 1, offset, len(audio), len(audio) - 4.0, float(engine.frame()),
             engine.frame())],
    )  # fmt: skip


def play(engine: OfflineEngine, frames: int = FRAMES) -> Audio:
    return np.concatenate([engine.render() for _ in range(math.ceil(frames / engine.block))])


def sine(hz: float, level: float = 0.25, frames: int = FRAMES) -> Audio:
    wave = level * np.sin(2 * np.pi * hz * np.arange(frames + 4) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def level_db(audio: Audio) -> float:
    return 20 * math.log10(max(1e-9, float(np.sqrt(np.mean(audio**2.0))) * math.sqrt(2) / 0.25))


@pytest.mark.parametrize(
    ("amount", "hz", "low", "high"),
    [
        (-0.5, 100.0, -0.5, 0.5),  # a low-pass at 1265 Hz
        (-0.5, 1265.0, -1.5, -0.2),
        (-0.5, 10_120.0, -45.0, -34.0),
        (-1.0, 1280.0, -52.0, -44.0),
        (0.5, 400.0, -1.5, -0.2),  # a high-pass at 400 Hz
        (0.5, 50.0, -37.5, -34.0),
        (0.5, 8000.0, -0.5, 0.5),
        (0.0, 8000.0, -0.01, 0.01),
    ],
)
def test_the_filter_sweeps_from_low_pass_to_high_pass(
    engine: OfflineEngine, amount: float, hz: float, low: float, high: float
) -> None:
    load(engine, sine(hz))
    engine.set_parameter("track/0/filter", amount)
    assert low < level_db(play(engine)[9600 + LATE : 24000]) < high


def test_a_filter_that_returns_to_the_middle_is_no_filter(engine: OfflineEngine) -> None:
    audio = sine(300.0)
    load(engine, audio)
    engine.set_parameter("track/0/filter", -0.7)
    play(engine, 5000)
    engine.set_parameter("track/0/filter", 0.0)
    heard = np.concatenate([play(engine, 10000)])
    at = 5120
    assert np.abs(heard[3000 + LATE :] - audio[at + 3000 : at + len(heard) - LATE]).max() < 1e-7


def test_a_fast_sweep_across_the_middle_makes_no_click(engine: OfflineEngine) -> None:
    load(engine, sine(110.0))
    for amount in (-1.0, 1.0, -0.3, 0.0, 0.4, 0.0):
        engine.set_parameter("track/0/filter", amount)
        audio = play(engine, 2048)
        steepest = 0.25 * 2 * np.pi * 110 / RATE
        assert np.abs(np.diff(audio[:, 0], 2)).max() < 2.0 * steepest


def test_pan_turns_one_side_down_and_leaves_the_other(engine: OfflineEngine) -> None:
    load(engine, sine(500.0))
    engine.set_parameter("track/0/pan", -0.5)
    audio = play(engine)[4800:]
    assert level_db(audio[:, 0]) == pytest.approx(0.0, abs=0.05)
    assert level_db(audio[:, 1]) == pytest.approx(-6.02, abs=0.05)
    engine.set_parameter("track/0/pan", 1.0)
    audio = play(engine, 8000)[4800:]
    assert not audio[:, 0].any() and audio[:, 1].any()


def impulse() -> Audio:
    audio = np.zeros((RATE * 2 + 4, 2), np.float32)
    audio[100] = 0.5
    return audio


@pytest.mark.parametrize(("bpm", "beats"), [(120.0, 0.75), (140.0, 0.5), (87.5, 1.0)])
def test_the_delay_repeats_in_beats_and_fades_by_its_feedback(
    engine: OfflineEngine, bpm: float, beats: float
) -> None:
    engine.set_parameter("tempo", bpm, 0.0)
    engine.set_parameter("delay/beats", beats, 0.0)
    engine.set_parameter("delay/feedback", 0.5, 0.0)
    engine.set_parameter("track/0/delay", 0.5, 0.0)
    play(engine, 9600)
    load(engine, impulse())
    audio = play(engine, RATE * 2)[LATE:, 0]
    period = beats * 60 / bpm * RATE
    assert int(np.argmax(audio)) == 100
    for repeat in (1, 2):
        at = 100 + round(repeat * period)
        near = audio[at - 3 : at + 4]
        assert near.sum() == pytest.approx(0.5 * 0.5 * 0.5 ** (repeat - 1), rel=0.05)
    assert np.abs(audio[200 : 100 + round(period) - 5]).max() < 1e-6


def test_the_reverb_rings_on_when_the_track_is_silent_and_then_stops(engine: OfflineEngine) -> None:
    engine.set_parameter("track/0/reverb", 1.0, 0.0)
    play(engine, 1024)
    load(engine, impulse())
    audio = play(engine, RATE * 2)[LATE:]
    assert np.abs(audio[RATE // 2 : RATE]).max() > 1e-5
    assert np.abs(audio[RATE // 2 : RATE, 0] - audio[RATE // 2 : RATE, 1]).max() > 1e-5
    engine.splice(engine.frame(), [])
    assert not play(engine, RATE * 23)[-1000:].any()


def test_sends_follow_fader_and_filter_and_leave_other_tracks_dry(engine: OfflineEngine) -> None:
    engine.set_parameter("track/0/reverb", 1.0, 0.0)
    engine.set_parameter("track/0/gain", 0.0, 0.0)
    play(engine, 1024)
    load(engine, impulse())
    audio = play(engine, RATE)[LATE:]
    assert not audio.any()
    load(engine, impulse(), track=1)
    audio = play(engine, RATE)[LATE:]
    assert np.count_nonzero(np.abs(audio[:, 0]) > 1e-7) == 1


def test_a_bad_number_poisons_neither_filter_nor_effect(engine: OfflineEngine) -> None:
    for name, value in (("filter", -0.5), ("reverb", 0.5), ("delay", 0.5)):
        engine.set_parameter(f"track/0/{name}", value)
    audio = sine(200.0)
    load(engine, audio)
    engine.arena.view[5000] = np.nan
    engine.arena.view[9000] = np.inf
    heard = play(engine, FRAMES - 256)
    assert np.isfinite(heard).all()
    assert np.abs(heard[-1000:]).max() > 0.1


def test_the_greatest_finite_audio_leaves_no_trace_in_a_filter(engine: OfflineEngine) -> None:
    for name, value in (("filter", 0.5), ("reverb", 1.0), ("delay", 1.0), ("gain", 4.0)):
        engine.set_parameter(f"track/0/{name}", value)
    load(engine, np.full((2004, 2), 3e38, np.float32))
    assert np.isfinite(play(engine, 4096)).all()


@pytest.mark.parametrize("block", [64, 256, 1000])
def test_the_strips_are_the_plain_sum_where_all_is_neutral(block: int) -> None:
    strips = Strips(RATE, block)
    tracks = np.random.default_rng(1).uniform(-1, 1, (16, block, 2))
    strips.mix(tracks)
    expected = np.zeros((block, 2))
    for track in tracks:
        expected += track
    assert np.array_equal(strips.buses[0], expected)
    assert not strips.buses[1:].any()


def test_the_shares_add_up_to_the_master_and_change_nothing_of_it() -> None:
    plain, shared = Strips(RATE, 256), Strips(RATE, 256)
    noise = np.random.default_rng(3).uniform(-1, 1, (12, 16, 256, 2))
    noise[:, (1, 5)] = 0.0
    noise[6:, 4] = 0.0  # its filter rings on
    settings = {"gain": 0.7, "filter": -0.4, "pan": 0.3, "reverb": 0.5, "delay": 0.2}
    for block, tracks in enumerate(noise):
        for strips in (plain, shared):
            for place, (name, value) in enumerate(settings.items()):
                strips.move(3 + place // 2, name, value * (1 - block % 3), 0.01)
            strips.sharing = strips is shared and block % 4 != 3
            strips.mix(tracks)
        assert np.array_equal(plain.buses, shared.buses)
        if shared.sharing:
            assert np.abs(shared.shares.sum(axis=0) - shared.buses[0]).max() < 1e-12
            assert not shared.shares[[1, 5]].any()
            assert np.array_equal(shared.shares[0], tracks[0])
    assert not plain.shares.any()


def test_a_still_strip_and_one_in_motion_to_where_it_is_sound_alike() -> None:
    still, moved = Strips(RATE, 256), Strips(RATE, 256)
    noise = np.random.default_rng(2).uniform(-1, 1, (40, 16, 256, 2))
    settings = {"gain": 0.7, "filter": -0.4, "pan": 0.3, "reverb": 0.5, "delay": 0.2}
    for strips in (still, moved):
        for name, value in settings.items():
            strips.move(3, name, value, 0.0)
        strips.mix(noise[0])
    for tracks in noise:
        moved.move(3, "pan", 0.3, 0.1)
        still.mix(tracks)
        moved.mix(tracks)
    assert np.abs(still.buses - moved.buses).max() < 1e-12
