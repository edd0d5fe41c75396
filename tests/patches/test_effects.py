"""The patches that a performer mounts: each does what its name says, in time with the set."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from loopmind_live import config
from loopmind_live.engine.patch.bench import BPM, Bench
from loopmind_live.engine.patch.record import record

RATE, BLOCK = 48000, 256
BEAT = round(60 / BPM * RATE)
NAMES = (
    "bit_crusher", "dub_delay", "filter_sweep", "sidechain_pump", "stutter", "sub_drop",
    "tape_stop", "trance_gate", "vinyl", "widener",
)  # fmt: skip
Samples = npt.NDArray[np.float64]
Play = Callable[..., Samples]


def file_of(name: str) -> Path:
    return config.shipped_folder("patches") / f"{name}.py"


@pytest.fixture
def play() -> Iterator[Play]:
    """Return a function that plays a sound, [frames, 2], through a patch; knobs move at times."""
    benches: list[Bench] = []

    def played(
        name: str, sound: Samples, later: tuple[int, str, float] | None = None, **knobs: float
    ) -> Samples:
        bench = Bench(record(file_of(name)), RATE, BLOCK)
        benches.append(bench)
        for knob, value in knobs.items():
            bench.turn_knob(knob, value)
        blocks = []
        for at in range(0, len(sound) - BLOCK + 1, BLOCK):
            if later is not None and at <= later[0] < at + BLOCK:
                bench.turn_knob(later[1], later[2])
            block = sound[at : at + BLOCK]
            blocks.append(bench.play(block[:, 0], block[:, 1]).T)
        return np.concatenate(blocks)

    yield played
    for bench in benches:
        bench.__exit__(None, None, None)


def noise(seconds: float, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).uniform(-0.4, 0.4, (round(seconds * RATE), 2))


def tone(hz: float, seconds: float) -> Samples:
    wave = 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)
    return np.stack([wave, wave], axis=1)


def level(sound: Samples) -> float:
    return float(np.sqrt(np.mean(sound**2)))


def centroid(sound: Samples) -> float:
    power = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound)))) ** 2
    return float((np.fft.rfftfreq(len(sound), 1 / RATE) * power).sum() / power.sum())


def pitch(sound: Samples) -> float:
    power = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound)), 1 << 18))
    return float(np.fft.rfftfreq(1 << 18, 1 / RATE)[power.argmax()])


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_is_and_has_knobs(name: str) -> None:
    patch = record(file_of(name))
    assert patch.help.endswith(".") and len(patch.help) < 100
    assert 1 <= len(patch.parameters) <= 4


def test_the_echoes_of_a_dub_delay_come_in_time_and_grow_darker(play: Play) -> None:
    sound = np.zeros((3 * RATE, 2))
    sound[:BLOCK] = noise(1.0)[:BLOCK]
    made = play("dub_delay", sound, time=0.5, mix=1.0)
    made = made - sound[: len(made)]
    bright = []
    for echo in (1, 2, 3):
        # The time glides from where it stood, so that the first echo shows where it is now.
        span = made[echo * BEAT // 2 - 200 : echo * BEAT // 2 + 4 * BLOCK]
        assert level(span) > 4 * level(made[echo * BEAT // 2 - 2000 : echo * BEAT // 2 - 300])
        bright.append(centroid(span))
    assert bright[0] > bright[1] > bright[2]


def test_a_stutter_repeats_a_slice_until_the_next_is_taken(play: Play) -> None:
    sound = noise(2.1)
    made = play("stutter", sound, slices=8.0, repeats=4.0)
    slice_frames, edge = 4 * BEAT // 8, 300
    for number in range(4, 8):  # the mix has settled
        first = sound[4 * slice_frames + edge : 5 * slice_frames - edge]
        begin = number * slice_frames + edge + 5
        heard = made[begin : begin + len(first)]
        assert np.corrcoef(first[:, 0], heard[: len(first), 0])[0, 1] > 0.9


def test_a_gate_opens_and_closes_as_often_as_it_is_told(play: Play) -> None:
    made = np.abs(play("trance_gate", np.full((2 * RATE, 2), 0.5), steps=8.0, width=0.5)[:, 0])
    opened = made > 0.25
    starts = np.flatnonzero(opened[1:] & ~opened[:-1])
    assert len(starts) in (7, 8)  # one a step, the first of which is open from the beginning
    steps = np.diff(starts)
    assert np.abs(steps - BEAT / 2).max() < 200
    assert 0.4 < opened.mean() < 0.6


def test_a_sweep_opens_in_the_middle_of_its_bars(play: Play) -> None:
    made = play("filter_sweep", noise(4.0), bars=2.0)
    parts = [centroid(part) for part in np.array_split(made, 8)]
    assert max(parts) == max(parts[3:5]) > 3 * max(parts[0], parts[-1])


def test_a_pump_is_lowest_on_the_beat_and_back_before_the_next(play: Play) -> None:
    made = play("sidechain_pump", np.full((2 * RATE, 2), 0.5), depth=0.8, release=0.5)[:, 0]
    for beat in (1, 2, 3):
        assert made[beat * BEAT + 700] < 0.16
        assert made[beat * BEAT + round(0.7 * BEAT)] == pytest.approx(0.5, abs=0.01)


def test_a_crusher_takes_bits_and_rate_away(play: Play) -> None:
    sound = tone(440, 0.5)
    made = play("bit_crusher", sound, bits=3.0, rate=0.1, tone=18_000.0)
    assert level(made - sound[: len(made)]) > 0.05
    assert level(play("bit_crusher", sound, mix=0.0)[2000:] - sound[2000 : len(made)]) < 1e-6


def test_a_tape_runs_down_to_silence_and_up_again(play: Play) -> None:
    sound = tone(1000, 4.0)
    made = play("tape_stop", sound, later=(RATE, "stop", 1.0))
    assert pitch(made[RATE // 2 : RATE]) == pytest.approx(1000, abs=5)
    middle = round(1.6 * RATE)
    assert 350 < pitch(made[middle - 2400 : middle + 2400]) < 650
    assert level(made[round(2.4 * RATE) :]) < 1e-6


def test_an_old_record_crackles_where_nothing_plays(play: Play) -> None:
    made = play("vinyl", np.zeros((2 * RATE, 2)), crackle=1.0)
    clean = play("vinyl", np.zeros((2 * RATE, 2)), crackle=0.0)
    ticks = np.abs(made[RATE:]) > 20 * np.median(np.abs(made[RATE:]))
    assert 0.0001 < ticks.mean() < 0.05
    assert level(clean[RATE:]) < 1e-3


def test_a_widener_leaves_the_middle_as_it_is(play: Play) -> None:
    sound = noise(1.0)
    made = play("widener", sound, width=2.0, air=0.5)
    sound = sound[: len(made)]
    assert level(made.sum(axis=1) - sound.sum(axis=1)) < 1e-6
    assert level((made[:, 0] - made[:, 1])[2000:]) > 1.5 * level((sound[:, 0] - sound[:, 1])[2000:])


def test_a_sub_falls_as_it_is_told_to(play: Play) -> None:
    made = play("sub_drop", np.zeros((4 * RATE, 2)), later=(RATE, "drop", 1.0), level=1.0)
    assert level(made[: RATE - BLOCK]) < 1e-4
    early, late = made[round(1.5 * RATE) : 2 * RATE], made[round(2.6 * RATE) : round(3.1 * RATE)]
    assert pitch(early) > 1.5 * pitch(late) > 30
    assert level(made[round(3.7 * RATE) :]) < 0.02
