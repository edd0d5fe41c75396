"""The bench of MIDI clock judges what it hears, and hears the program."""

import numpy as np
import pytest

from loopmind_live.bench import midi_clock
from loopmind_live.bench.jack_clients import missing
from loopmind_live.bench.midi_clock import TICK_FRAMES, Sent, clicks_of, judge
from loopmind_live.errors import LoopMindError

BEAT = round(24 * TICK_FRAMES)


def lines(frames: list[int]) -> str:
    ticks = "".join(f"{frame} 0 f8\n" for frame in frames)
    return f"0 0\n17 0 fa\n{ticks}end 3 0\n"


def test_a_clock_in_time_is_late_by_nothing_and_lacks_nothing():
    ticks = [1000 + round(number * TICK_FRAMES) for number in range(48)]
    sent = judge(lines(ticks), [1000, 1000 + BEAT], 2, True)
    assert sent == Sent((0.0,) * 48, 0, 2, True)


def test_late_early_and_missing_ticks_are_told():
    ticks = [1000 + round(number * TICK_FRAMES) for number in range(24)]
    ticks[3] += 48
    ticks[5] -= 96
    del ticks[20]
    sent = judge(lines(ticks), [1000], 0, True)
    assert sent.missing == 1
    assert sorted(sent.late_ms)[0] == -2.0
    assert sorted(sent.late_ms)[-1] == 1.0
    assert sent.part_ms(1.0) == 2.0


def test_a_beat_in_which_blocks_were_lost_is_left_out():
    lost = 128
    ticks = [1000 + number * 1000 + lost * (number > 12) for number in range(48)]
    sent = judge(lines(ticks), [1000, 1000 + BEAT + lost], 1, True)
    assert sent == Sent((0.0,) * 24, 0, 1, True)


def test_where_nothing_can_be_judged_one_line_says_so():
    with pytest.raises(LoopMindError, match="no click"):
        judge(lines([1000]), [], 0, True)
    with pytest.raises(LoopMindError, match="of 1 ticks none"):
        judge(lines([500_000]), [1000], 0, True)


def test_clicks_are_found_at_jacks_frames_through_lost_blocks(tmp_path):
    audio = np.zeros((48_000, 2), np.float32)
    for at in (6000, 30_000):
        audio[at : at + 96] = 0.8
    audio[:24_000].tofile(tmp_path / "000000.raw")
    audio[24_000:].tofile(tmp_path / "000001.raw")
    files = sorted(tmp_path.glob("*.raw"))
    assert clicks_of(files, 100, [(0, 20_000, 256)]) == [6100, 30_356]
    with pytest.raises(LoopMindError, match="nothing was captured"):
        clicks_of([], 0, [])


def test_without_jack_the_bench_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(midi_clock, "missing", lambda: "not installed: jackd")
    (row,) = midi_clock.run_clock_bench(lambda _text, _share: None)
    assert (row.value, row.unit) == (None, "not installed: jackd")


@pytest.mark.slow
@pytest.mark.usefixtures("home")
@pytest.mark.live
def test_the_programs_ticks_are_where_its_clicks_are(tmp_path):
    if (reason := missing()) is not None:
        pytest.skip(f"program: {reason}")
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        sent = midi_clock.measure_sent(folder, 4.0, 0, True)
        enough = len(sent.late_ms) + sent.missing > 4 * 24  # beats with lost blocks are left out
        if enough and sent.part_ms(0.9) < 0.05 and sent.missing == 0:
            return
        assert sent.xruns, sent  # a machine that stalls loses blocks, and what was in them
    pytest.skip("sound device: the driver of this machine loses blocks all the time")
