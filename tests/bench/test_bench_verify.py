"""The checker says yes to a set played by the rules, and no to every rule broken by a frame."""

import dataclasses
from pathlib import Path

import pytest

from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.random_script import Script, random_script
from loopmind_live.bench.recordings import array_frames, wav_frames
from loopmind_live.bench.rules import Meter, Plan, Span
from loopmind_live.bench.script import parse_script
from loopmind_live.bench.verify import Report, verify
from tests.bench.reference import FAULTS, Performer

RATE = 4000  # low, to be quick: the rules do not know the difference


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CodeSet:
    return make_code_set(tmp_path_factory.mktemp("codes"), Meter.of(87.5, RATE), loops_per_track=4)


@pytest.fixture(scope="module")
def script(made: CodeSet) -> Script:
    return random_script(made.plan, made.meter, 240, seed=3)


def check(made: CodeSet, script: Script, fault: str = "", first: int = 0) -> Report:
    performer = Performer(made, script.typed, script.until_bar - 1, fault=fault)
    audio = performer.play()
    return verify(
        array_frames(audio, first), made, script.typed, performer.swaps, script.until_bar,
        frames=len(audio),
    )  # fmt: skip


def test_a_set_played_by_the_rules_passes_to_the_last_command(made, script):
    report = check(made, script)
    assert report.passed, str(report)
    assert report.commands == report.verified == 240
    assert report.residual == 0.0
    assert report.audible > 120


@pytest.mark.parametrize("bpm", [140, 87.5, 123.4])
def test_every_tempo_passes(tmp_path, bpm):
    made = make_code_set(tmp_path, Meter.of(bpm, RATE + 41), loops_per_track=3)
    report = check(made, random_script(made.plan, made.meter, 100, seed=1))
    assert report.passed, str(report)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_rule_fails(made, script, fault):
    if fault == "one_occurrence":
        spans = list(made.plan.spans)
        spans[4] = spans[6] = dataclasses.replace(spans[1], bars=4)
        made = dataclasses.replace(made, plan=Plan(tuple(spans)))
        script = random_script(made.plan, made.meter, 240, seed=3)
        assert check(made, script).passed
    if fault == "no_margin":
        # Nothing random comes so close to a line: this is the bar's last 20 ms.
        late = f"@5.{5 - 0.020 * 87.5 / 60:.3f} goto hook"
        script = Script(parse_script([late]), 9)
        assert check(made, script).passed
    if fault == "wide_margin":
        script = Script(parse_script([f"@5.{5 - 0.040 * 87.5 / 60:.3f} goto hook"]), 9)
        assert check(made, script).passed
    report = check(made, script, fault)
    assert not report.passed, fault
    assert report.wrong_bars > 0 and report.verified < report.commands, str(report)


def test_a_recording_that_starts_one_frame_late_fails_everywhere(made, script):
    report = check(made, script, first=1)
    # Only bars in which every track is muted cannot tell.
    assert report.wrong_bars > 0.9 * report.bars


def test_a_mismatch_names_the_frame_and_what_was_heard(tmp_path):
    made = make_code_set(tmp_path, Meter.of(120, 48000), loops_per_track=2, tracks=("bass", "pad"))
    script = Script(parse_script(["@3.2.5 goto hook"]), 8)
    report = check(made, script, "late_line")
    assert report.passed  # nothing breaks before bar 11
    performer = Performer(made, script.typed, 7, fault="late_line", fault_bar=3)
    report = verify(array_frames(performer.play()), made, script.typed, (), 8)
    late = report.mismatches[0]
    assert late.bar == 4
    assert late.frame == made.meter.line(3)
    assert {heard.late_frames for heard in late.heard} == {1}
    assert report.verified == 0


def test_a_swap_that_nobody_asked_for_is_reported(made, script):
    performer = Performer(made, script.typed, script.until_bar - 1)
    audio = performer.play()
    stray = dataclasses.replace(performer.swaps[5], target_frame=made.meter.line(1), frame=0)
    report = verify(
        array_frames(audio), made, script.typed, [*performer.swaps, stray], script.until_bar
    )
    assert report.findings
    assert not report.passed


def test_a_swap_that_is_logged_and_heard_a_bar_late_is_reported(tmp_path):
    made = make_code_set(tmp_path, Meter.of(120, RATE), loops_per_track=3)
    typed = parse_script(["@2.2 swap bass in intro"])
    late = parse_script(["@2.2 swap bass in intro in 2 bars"])
    performer = Performer(made, late, 8)
    audio = performer.play()
    report = verify(array_frames(audio), made, typed, performer.swaps, 9)
    assert report.findings and report.unanswered and not report.passed


@pytest.mark.parametrize("text", ["swap bass", "swap bass in intro", "regenerate intro"])
def test_a_command_without_a_swap_is_reported(tmp_path, text):
    made = make_code_set(tmp_path, Meter.of(120, RATE), loops_per_track=3)
    audio = Performer(made, (), 8).play()
    report = verify(array_frames(audio), made, parse_script([f"@2.2 {text}"]), (), 9)
    assert report.wrong_bars == 0  # it sounds as if nothing had been typed
    assert report.unanswered
    assert not report.passed


def test_a_short_recording_fails(made, script):
    performer = Performer(made, script.typed, script.until_bar - 1)
    audio = performer.play()[:-1]
    report = verify(
        array_frames(audio),
        made,
        script.typed,
        performer.swaps,
        script.until_bar,
        frames=len(audio),
    )
    assert not report.passed


def test_the_end_of_the_arrangement_ends_what_is_compared(tmp_path):
    made = make_code_set(
        tmp_path, Meter.of(120, RATE), loops_per_track=2, sections=(("intro", 3), ("hook", 2))
    )
    performer = Performer(made, (), 20)
    audio = performer.play()
    report = verify(array_frames(audio), made, (), (), 21, frames=len(audio))
    assert report.bars == 5
    assert report.passed, str(report)


def test_a_tempo_in_sevenths_of_a_frame_has_its_lines_by_the_map():
    meter = Meter.of(140, 48000)
    assert meter.line(7 * 500) == 576000 * 500
    assert Plan((Span("hook", 4, {}), Span("hook", 4, {}))).name(1) == "hook 2"


def test_files_of_codes_hold_what_the_checker_expects(made: CodeSet, tmp_path: Path):
    import numpy as np
    import soundfile

    code = made.codes["bass_0"]
    with wav_frames(made.path(code)) as read:
        assert np.array_equal(read(0, 1 << 30), code.audio(0, len(code.steps)))
    assert soundfile.info(made.path(code)).samplerate == RATE
