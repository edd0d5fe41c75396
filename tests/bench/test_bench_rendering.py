"""What is checked of a rendered set: boundaries, silence, seams and level."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.recordings import array_frames
from loopmind_live.bench.rendering import (
    boundaries,
    level,
    read_sections,
    seams,
    section_alone,
    silent_bars,
)
from loopmind_live.bench.rules import Meter
from tests.bench.reference import Performer

RATE = 4000
SECTIONS = (("intro", 3), ("verse", 6), ("hook", 5), ("outro", 2))


@pytest.fixture
def made(tmp_path: Path) -> CodeSet:
    return make_code_set(tmp_path, Meter.of(87.5, RATE), loops_per_track=4, sections=SECTIONS)


def play(made: CodeSet, places: range, fault: str = "", fault_bar: int = 3) -> np.ndarray:
    spans = tuple(made.plan.spans[place] for place in places)
    part = dataclasses.replace(made, plan=dataclasses.replace(made.plan, spans=spans))
    return Performer(part, (), 99, fault=fault, fault_bar=fault_bar).play()


@pytest.mark.parametrize(("fault", "offset"), [("", 0), ("late_line", 1)])
def test_a_section_is_found_at_its_line_or_a_frame_after_it(made, fault, offset):
    meter, sections = read_sections(made.timeline, RATE)
    alone = [array_frames(play(made, range(i, i + 1))) for i in range(4)]
    mix = array_frames(play(made, range(4), fault))
    found = boundaries(mix, alone, meter, sections)
    assert [boundary.offset for boundary in found] == [0, offset, 0, 0]
    assert all(boundary.exact for boundary in found) == (offset == 0)
    assert [boundary.frame for boundary in found] == [meter.line(bar) for bar in (0, 3, 9, 14)]


def test_a_section_alone_is_a_timeline_of_its_own(made):
    path = section_alone(made.timeline, 2, Path("alone.json"))
    (section,) = json.loads(path.read_text(encoding="utf-8"))["sections"]
    assert (section["name"], section["bars"], section["start_bar"]) == ("hook", 5, 1)


def test_a_silent_bar_is_named(made):
    meter, sections = read_sections(made.timeline, RATE)
    audio = play(made, range(4))
    assert silent_bars(array_frames(audio), meter, sections) == ()
    audio[meter.line(4) : meter.line(5)] = 0
    assert silent_bars(array_frames(audio), meter, sections) == (5,)


def test_a_click_at_a_seam_is_measured_against_the_source(tmp_path):
    meter = Meter.of(120, RATE)
    time = np.arange(2 * RATE) / RATE
    sine = np.stack([0.5 * np.sin(2 * np.pi * 50 * time)] * 2, axis=1)  # whole cycles: no step
    soundfile.write(tmp_path / "pad.wav", sine, RATE, subtype="FLOAT")
    clip = {"role": "pad", "bpm": 120.0, "beats": 4, "start_s": 0.0}
    section = {"name": "hook", "bars": 4, "loops": ["pad.wav"], "clips": [clip]}
    (tmp_path / "t.json").write_text(json.dumps({"bpm": 120, "key": None, "sections": [section]}))
    meter, sections = read_sections(tmp_path / "t.json", RATE)
    smooth = np.tile(sine, (4, 1))
    found = seams(array_frames(smooth), "pad", meter, sections)
    assert [seam.frame for seam in found] == [meter.line(bar) for bar in (1, 2, 3)]
    assert all(seam.smooth for seam in found)
    clicking = smooth.copy()
    clicking[meter.line(2) :] += 0.1
    assert [s.smooth for s in seams(array_frames(clicking), "pad", meter, sections)] == [
        True, False, True,
    ]  # fmt: skip


def test_level_sees_the_peak_and_what_is_not_finite():
    audio = np.zeros((1000, 2), np.float32)
    audio[500, 1] = -0.75
    assert level(array_frames(audio), 1000, chunk=64) == (0.75, True)
    audio[900, 0] = np.inf
    assert level(array_frames(audio), 1000)[1] is False
