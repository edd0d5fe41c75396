"""Every change lands at its frame, heard in the recording that the program itself makes."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import CodeSet, make_code_set, timeline_json
from loopmind_live.bench.events import read_swaps
from loopmind_live.bench.performing import Order, perform, run_program
from loopmind_live.bench.random_script import random_script
from loopmind_live.bench.recordings import wav_frames
from loopmind_live.bench.rules import Meter, Plan, Span
from loopmind_live.bench.script import parse_script
from loopmind_live.bench.swap import Setting, drift_row, measure, measure_drift
from loopmind_live.bench.verify import Report, verify

pytestmark = pytest.mark.usefixtures("home")
REPEATED = (("intro", 4), ("hook", 5), ("verse", 6), ("hook", 5), ("outro", 12))


def before_line(bar: int, ms: float, bpm: float = 140.0) -> str:
    """Return the position `ms` before the line of `bar`."""
    return f"@{bar - 1}.{5 - ms / 1000 * bpm / 60:.4f}"


def make(folder: Path, sections: Sequence[tuple[str, int]], bpm: float = 140.0) -> CodeSet:
    """Return a small set; sections of one label play the same."""
    meter = Meter.of(bpm, 48000)
    made = make_code_set(
        folder, meter, tracks=("drums", "bass", "pad"), loops_per_track=4, sections=sections
    )
    first = {span.label: span.voices for span in reversed(made.plan.spans)}
    spans = tuple(Span(span.label, span.bars, first[span.label]) for span in made.plan.spans)
    made = dataclasses.replace(made, plan=Plan(spans))
    made.timeline.write_text(json.dumps(timeline_json(made, 0)))
    fill_library(made, folder / "library.sqlite")
    return made


def play(made: CodeSet, lines: Sequence[str], until_bar: int) -> Report:
    folder = made.folder
    order = Order(
        timeline=made.timeline,
        script=folder / "set.txt",
        events=folder / "set.jsonl",
        until_bar=until_bar,
        record=folder / "set.wav",
        library=folder / "library.sqlite",
        rate_hz=made.meter.rate_hz,
    )
    order.script.write_text("\n".join(lines) + "\n")
    perform(order)
    with wav_frames(folder / "set.wav") as read:
        frames = soundfile.info(folder / "set.wav").frames
        return verify(read, made, parse_script(lines), read_swaps(order.events), until_bar, frames)


def test_two_hundred_random_changes_are_heard_at_their_frame(tmp_path):
    report = measure(tmp_path / "set", Setting(48000, 256, 140.0), 200, 11, 4.0, perform)
    assert report.passed, str(report)
    assert report.verified == 200
    assert report.audible > 120


def test_a_replay_of_random_changes_is_the_recording_again(tmp_path):
    made = make_code_set(tmp_path, Meter.of(140, 44100), seed=140)
    fill_library(made, tmp_path / "library.sqlite")
    script = random_script(made.plan, made.meter, 300, seed=140, per_bar=8)
    play(made, script.text().splitlines(), script.until_bar)
    again = tmp_path / "again.wav"
    words = ["replay", str(tmp_path / "set.jsonl"), "-o", str(again)]
    run_program([*words, "--library", str(tmp_path / "library.sqlite")], 120)
    with wav_frames(tmp_path / "set.wav") as first, wav_frames(again) as second:
        for bar in range(script.until_bar):
            start, stop = made.meter.line(bar), made.meter.line(bar + 1)
            wrong = np.flatnonzero((first(start, stop) != second(start, stop)).any(axis=1))
            assert not len(wrong), f"{len(wrong)} frames differ from frame {start + wrong[0]} on"


@pytest.mark.slow
@pytest.mark.parametrize(
    "setting", [Setting(44100, 64, 87.5), Setting(48000, 480, 87.5), Setting(44100, 480, 140.0)]
)
def test_other_rates_blocks_and_tempi_are_no_less_exact(tmp_path, setting):
    report = measure(tmp_path / "set", setting, 24, 5, 3.0, perform)
    assert report.passed, str(report)


def test_repeated_sections_share_their_loops_unless_one_is_named(tmp_path):
    made = make(tmp_path, REPEATED)
    script = random_script(made.plan, made.meter, 60, seed=4, per_bar=3)
    report = play(made, script.text().splitlines(), script.until_bar)
    assert report.passed, str(report)


RULES = f"""
# a change for later leaves the ones before it alone
@1.2 regenerate hook in 6 bars
@1.3 regenerate intro in 3 bars
@1.4 swap drums in intro
@2.3 swap bass in hook
# the last jump for a line wins, on a line means the next
@5.1.5 goto outro
@5.2 goto verse
@5.4 goto hook 2
@7 goto hook 1
# the last of mute and unmute wins, and unmute does not restart
@8.2 mute drums
@8.3 unmute drums
@9.2 mute drums, pad
@10.1 unmute drums
@10.2 mute drums
@11.4 unmute drums, bass
# a jump to the section in force enters it anew
@11.2 goto verse
@13.4 goto verse
@14.4 goto verse
# 30 ms before a line is the last moment
{before_line(17, 29.5)} goto outro
{before_line(19, 30.5)} goto intro
# a regenerate and a swap of one line, in both orders
@20.1.2 regenerate intro
@20.2 swap bass in intro
@21.1.2 swap bass in intro
@21.3 regenerate intro
# a jump and a regenerate of one line
@22.4 goto verse
@22.4 regenerate verse
# the n-th line after typing
@24.3 goto hook 1 in 2 bars
@24.3.5 mute pad in 1 bar
@24.4 unmute pad in 3 bars
# a clip that does not divide its section is cut at its end
@28.3 swap bass
""".splitlines()


def test_each_rule_holds_in_the_recording(tmp_path):
    report = play(make(tmp_path, REPEATED), RULES, 34)
    assert report.passed, str(report)
    assert report.commands == len(parse_script(RULES))


def test_a_set_without_an_end_ends_with_its_arrangement(tmp_path):
    made = make(tmp_path, (("intro", 2), ("hook", 3)))
    record = tmp_path / "set.wav"
    words = ["perform", "--timeline", str(made.timeline), "--audio", "offline", "--dry"]
    run_program(
        [*words, "--library", str(tmp_path / "library.sqlite"), "--record", str(record)], 60
    )
    assert soundfile.info(record).frames == made.meter.line(5)


@pytest.mark.slow
def test_a_clip_does_not_drift_over_its_passes(tmp_path):
    report = measure_drift(tmp_path / "set", 60, perform)
    row = drift_row(report, 60)
    assert row.value == 0 and row.met, str(report)
