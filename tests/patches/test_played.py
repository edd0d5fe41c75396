"""The instruments that come along: each sounds as its name says, on its notes' frames."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest

from loopmind_live import config
from loopmind_live.engine.patch.bench import Bench
from loopmind_live.engine.patch.record import record
from loopmind_live.engine.patch.rehearsal import rehearse
from loopmind_live.score.melody import melody_of

RATE, BLOCK = 48000, 256
NAMES = ("acid", "blip")
Samples = npt.NDArray[np.float64]
Play = Callable[..., Samples]


@pytest.fixture
def play() -> Iterator[Play]:
    """Return a function that plays notes, (begin, end, hertz) by frames, on an instrument."""
    benches: list[Bench] = []

    def played(
        name: str, notes: list[tuple[int, int, float]], frames: int, **knobs: float
    ) -> Samples:
        bench = Bench(record(config.shipped_folder("patches") / f"{name}.py"), RATE, BLOCK)
        benches.append(bench)
        for knob, value in knobs.items():
            bench.turn_knob(knob, value)
        for _ in range(10):  # until the knobs are there
            bench.play(np.zeros(BLOCK), np.zeros(BLOCK))
        struck = sorted(
            [(begin, hz) for begin, _, hz in notes] + [(end, 0.0) for _, end, _ in notes]
        )
        blocks = []
        for at in range(0, frames, BLOCK):
            for frame, hz in struck:
                if at <= frame < at + BLOCK:
                    bench.strike(hz, frame - at)
            blocks.append(bench.play(np.zeros(BLOCK), np.zeros(BLOCK)).T)
        return np.concatenate(blocks)

    yield played
    for bench in benches:
        bench.__exit__(None, None, None)


def level(sound: Samples) -> float:
    return float(np.sqrt(np.mean(sound**2)))


def spectrum(sound: Samples) -> tuple[Samples, Samples]:
    power = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound)), 1 << 17)) ** 2
    return np.fft.rfftfreq(1 << 17, 1 / RATE), power


def centroid(sound: Samples) -> float:
    hz, power = spectrum(sound)
    return float((hz * power).sum() / power.sum())


def above(sound: Samples, cutoff_hz: float) -> float:
    """Return the share of the power above a frequency."""
    hz, power = spectrum(sound)
    return float(power[hz > cutoff_hz].sum() / power.sum())


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_it_is_and_may_go_on_stage(name: str) -> None:
    patch = record(config.shipped_folder("patches") / f"{name}.py")
    assert patch.help.endswith(".") and len(patch.help) < 100
    assert melody_of(patch.pattern).steps in (8, 16) and len(melody_of(patch.pattern).notes) > 3
    assert 0.05 < rehearse(patch, RATE, BLOCK, most_load=1.0).peak < 2.0


@pytest.mark.parametrize("name", NAMES)
def test_each_is_silent_before_its_first_note_and_begins_on_its_frame(
    play: Play, name: str
) -> None:
    made = play(name, [(5001, 9000, 55.0)], 12_000)
    assert np.abs(made[:5001]).max() < 1e-6
    assert np.flatnonzero(np.abs(made[:, 0]) > 1e-4)[0] - 5001 < 48


@pytest.mark.parametrize("hz", [41.2, 110.0])
def test_acid_plays_its_pitch_and_its_filter_falls_with_each_note(play: Play, hz: float) -> None:
    made = play("acid", [(0, 20_000, hz), (24_000, 44_000, hz)], 48_128, slide=0.001, drive=0.0)
    for begin in (0, 24_000):
        early, late = made[begin + 500 : begin + 4500], made[begin + 14_000 : begin + 19_000]
        assert above(early, 600.0) > 3.0 * above(late, 600.0)
    freqs, power = spectrum(made[8000:20_000])
    partials = [power[np.abs(freqs - n * hz) < 6.0].sum() for n in range(1, 40)]
    assert sum(partials) > 0.95 * power[freqs > 20.0].sum()  # the note's partials, nothing else
    assert level(made[23_000:24_000]) < 0.1 * level(made[18_000:20_000])  # let go


def test_acid_without_a_sweep_does_not_squelch(play: Play) -> None:
    made = play("acid", [(0, 24_000, 55.0)], 24_064, sweep=0.0, slide=0.001)
    assert above(made[2000:8000], 600.0) < 1.2 * above(made[16_000:22_000], 600.0)


def test_acid_slides_from_note_to_note(play: Play) -> None:
    notes = [(0, 24_000, 55.0), (24_000, 48_000, 110.0)]
    made = play("acid", notes, 48_128, slide=0.3, sweep=0.0, cutoff=100.0, drive=0.0)
    freqs, power = spectrum(made[26_000:32_000])
    assert 60.0 < freqs[power.argmax()] < 105.0  # on its way


def test_a_blip_falls_to_its_pitch_and_dies_away(play: Play) -> None:
    made = play("blip", [(100, 200, 55.0)], 24_064, tune=24.0, fall=2.0, decay=0.1, snap=0.0)
    early, late = made[150:650], made[6000:12_000]
    assert centroid(early) > 1.5 * centroid(late)
    freqs, power = spectrum(late)
    assert abs(freqs[power.argmax()] - 220.0) < 4.0
    # Its level falls by e in each tenth of a second.
    assert 2.2 < level(made[4800:7200]) / level(made[9600:12_000]) < 3.3


def test_the_snap_of_a_blip_is_bright_and_short(play: Play) -> None:
    dull, snapping = (
        play("blip", [(0, 100, 55.0)], 9728, snap=snap, fall=0.0) for snap in (0.0, 1.0)
    )
    assert above(snapping[:400], 4000.0) > 4.0 * above(dull[:400], 4000.0)
    assert above(snapping[4800:9600], 4000.0) < 1e-3
