"""A capture is followed while it grows, found again after lost cycles, and let go behind."""

import json
from fractions import Fraction

import numpy as np
import pytest

from loopmind_live.bench import captured as capture_module
from loopmind_live.bench.captured import Captured, Gap
from loopmind_live.bench.codes import make_code_set
from loopmind_live.bench.events import EventTail, moved_lines
from loopmind_live.bench.following import Following, find
from loopmind_live.bench.random_script import random_script
from loopmind_live.bench.rules import Meter
from loopmind_live.bench.script import parse_command
from tests.bench.reference import Performer

BLOCK = 256
EARLY = 40 * BLOCK
PIECE = 1 << 15


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch):
    monkeypatch.setattr(capture_module, "PIECE_FRAMES", PIECE)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Return a set, its script, its swaps and its sound, as a program by the rules plays them."""
    folder = tmp_path_factory.mktemp("set")
    meter = Meter.of(480, 48000)
    made = make_code_set(folder, meter, 1, loops_per_track=2)
    script = random_script(made.plan, meter, 16, 1, 2.0, from_bar=4)
    performer = Performer(made, script.typed, script.until_bar - 1, seed=1)
    audio = performer.play().astype(np.float32)
    return made, script, performer, np.concatenate([np.zeros((EARLY, 2), np.float32), audio])


class Show:
    """A capture and an events file that are there up to any frame that is asked for."""

    def __init__(self, folder, played, audio=None, gaps=()):
        self.made, self.script, self.performer, sound = played
        self.audio = sound if audio is None else audio
        self.folder = folder
        self.captured = Captured(folder)
        events = folder / "set.jsonl"
        with events.open("w") as file:
            for swap in self.performer.swaps:
                bar = 1 + round(swap.frame / self.made.meter.bar_frames)
                told = {"kind": "swap", "bar": bar, "section": swap.label, **swap.__dict__}
                file.write(json.dumps(told) + "\n")
        lines = [f"{gap.time} {gap.frame} {gap.missed}\n" for gap in gaps]
        (folder / "gaps").write_text("".join(lines))
        self.following = Following(self.captured, EventTail(events), self.made, self.script, 4)

    def capture_to(self, frame):
        for number, begin in enumerate(range(0, min(frame, len(self.audio)), PIECE)):
            path = self.folder / f"{number:06d}.raw"
            if begin >= self.captured._kept_from - PIECE:
                self.audio[begin : min(begin + PIECE, frame)].tofile(path)

    def run(self, steps=4):
        for step in range(1, steps + 1):
            self.capture_to(len(self.audio) * step // steps)
            self.following.look()
        self.following.look(ended=True)
        return self.following.report()


def end_of(played):
    """Return the bar, from 1, at whose line a set has ended."""
    return played[1].until_bar


def cut(audio, frame, frames):
    """Return what a capture holds that missed `frames` from `frame` on, and its gap."""
    return np.concatenate([audio[:frame], audio[frame + frames :]]), Gap(0, frame, frames)


def test_a_set_is_found_and_is_right_to_the_sample_while_it_is_captured(tmp_path, played):
    show = Show(tmp_path, played)
    report = show.run()
    assert report is not None
    assert report.passed and report.commands == 16
    assert show.following.start == EARLY
    assert (show.following.untold_frames, show.following.lost_bars) == (0, set())


def test_what_was_compared_is_deleted(tmp_path, played):
    show = Show(tmp_path, played)
    assert show.run() is not None
    pieces = len(show.audio) // PIECE
    assert len(list(tmp_path.glob("*.raw"))) < pieces / 2


def test_a_wrong_sample_is_found_in_its_bar(tmp_path, played):
    made, _, _, audio = played
    wrong = audio.copy()
    wrong[EARLY + made.meter.line(6) + 99] += 1e-3
    report = Show(tmp_path, played, wrong).run()
    assert report is not None and report.wrong == (7,)


def test_a_bar_that_holds_most_of_the_same_clips_is_not_taken_for_another():
    chance = np.random.default_rng(1)
    rest, other, template = chance.uniform(-1, 1, (3, 4096))
    heard = np.concatenate([np.zeros(99), 3 * rest + other, np.zeros(99)])
    assert find(heard, 3 * rest + template) is None
    assert find(heard, 3 * rest + other) == 99


@pytest.mark.parametrize("fault", [np.nan, np.inf])
def test_what_is_no_number_is_wrong(tmp_path, played, fault):
    made, _, _, audio = played
    wrong = audio.copy()
    wrong[EARLY + made.meter.line(6) + 99] = fault
    report = Show(tmp_path, played, wrong).run()
    assert report is not None and report.wrong == (7,)


@pytest.mark.parametrize("blocks", [1, 9])
def test_cycles_that_the_capture_missed_are_told_and_the_rest_is_right(tmp_path, played, blocks):
    made, _, _, audio = played
    at = EARLY + made.meter.line(6) + 20 * BLOCK
    shorter, gap = cut(audio, at, blocks * BLOCK)
    show = Show(tmp_path, played, shorter, [gap])
    report = show.run()
    assert report is not None and report.passed
    assert show.following.lost_bars == {7}
    assert show.following.untold_frames == (blocks + 3) * BLOCK
    assert show.following.behind_frames == 0


def test_a_set_that_waited_as_the_capture_did_is_right(tmp_path, played):
    made, _, _, audio = played
    show = Show(tmp_path, played, audio, [Gap(0, EARLY + made.meter.line(6) + 20 * BLOCK, BLOCK)])
    report = show.run()
    assert report is not None and report.passed
    assert show.following.untold_frames == 3 * BLOCK


def test_a_set_that_fell_behind_at_a_gap_is_told(tmp_path, played):
    made, _, _, audio = played
    at = EARLY + made.meter.line(6) + 20 * BLOCK
    silent = np.zeros((BLOCK, 2), np.float32)
    late = np.concatenate([audio[:at], silent, audio[at:]])
    show = Show(tmp_path, played, late, [Gap(0, at, BLOCK)])
    assert show.run() is not None
    assert show.following.behind_frames == BLOCK


def test_a_lost_block_without_a_gap_is_wrong_from_there_on(tmp_path, played):
    made, _, _, audio = played
    at = EARLY + made.meter.line(6) + 20 * BLOCK
    shorter, _ = cut(audio, at, BLOCK)
    report = Show(tmp_path, played, shorter).run()
    assert report is not None
    assert report.wrong == tuple(range(7, end_of(played)))


def test_a_set_that_never_sounds_gives_no_report(tmp_path, played):
    show = Show(tmp_path, played, np.zeros_like(played[3]))
    assert show.run() is None
    assert show.following.start is None


def test_a_line_that_is_not_whole_yet_has_to_wait(tmp_path):
    path = tmp_path / "set.jsonl"
    tail = EventTail(path)
    tail.read()
    param = '{"frame": 500002, "kind": "param"}\n{"frame": 500009, "kind": "param"}\n'
    before = '{"frame": 0, "kind": "param"}\n{"frame": 1, "kind": "swap"}\n'
    before += '{"frame": 9, "kind": "param"}\n'
    path.write_text(before + param + '{"frame": 3, "ki')
    tail.read()
    assert ([event["frame"] for event in tail.events], tail.controls) == ([1], 2)
    assert tail.control_frames == (500002, 500009)
    with path.open("a") as file:
        file.write('nd": "late"}\n')
    tail.read()
    assert [event["frame"] for event in tail.events] == [1, 3]


def test_only_changes_that_moved_are_moved():
    meter = Meter.of(120, 48000)
    typed = (parse_command("swap bass", Fraction(1, 2)), parse_command("swap pad", Fraction(3, 2)))
    moved = {"kind": "late", "text": "swap bass", "target_frame": 96_000, "moved_to_bar": 4}
    events = [{"kind": "late", "engine": "late", "text": "frame 96000 had passed"}, moved]
    lines, late = moved_lines(events, typed, meter)
    assert [meter.landing(line.at_bars, line.ahead) for line in lines] == [3, 2]
    assert late == lines[:1]
