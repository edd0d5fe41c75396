"""The bench "swap": random changes, each of which must be heard at exactly its frame."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.events import read_swaps
from loopmind_live.bench.performing import Order, Perform, perform
from loopmind_live.bench.random_script import random_script
from loopmind_live.bench.recordings import wav_frames
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.rules import Meter
from loopmind_live.bench.script import Typed
from loopmind_live.bench.verify import TOLERANCE, Report, verify

Progress = Callable[[str, float], None]
"""Told what is done and how much of it is done, 0 to 1."""

PASSES = 500
PASS_BARS = 4
DRIFT_SECTIONS = tuple(
    (label, 252)
    for label in ("intro", "verse", "hook", "bridge", "drop", "breakdown", "build", "outro")
)
"""A section holds at most 256 bars, so 500 passes take several."""


@dataclass(frozen=True)
class Setting:
    """One device setting and tempo to measure at."""

    rate_hz: int = 48000
    block: int = 256
    bpm: float = 140.0

    def __str__(self) -> str:
        return f"{self.block} frames, {self.rate_hz} Hz, {self.bpm:g} bpm"


GRID = tuple(
    Setting(rate_hz, block, bpm)
    for bpm in (140.0, 87.5)
    for rate_hz in (44100, 48000)
    for block in (64, 256, 480)
)


def silent_progress(_what: str, _done: float) -> None:
    """Take progress and show nothing."""


def run_swap_bench(
    commands: int = 10_000,
    settings: Sequence[Setting] = (Setting(),),
    seed: int = 1,
    per_bar: float = 8.0,
    passes: int = PASSES,
    progress: Progress = silent_progress,
    player: Perform = perform,
    folder: Path | None = None,
) -> list[BenchRow]:
    """Return how many of `commands` random changes are heard at their frame, and the drift.

    Every setting gets a script of its own. Files go to `folder`, or to a temporary one; a
    recording takes about 80 kB a command. Raises LoopMindError where the program fails.
    """
    rows: list[BenchRow] = []
    with tempfile.TemporaryDirectory(prefix="swap-bench-", dir=folder) as work:
        for number, setting in enumerate(settings):
            progress(f"{commands:,} changes at {setting}", number / (len(settings) + 1))
            report = measure(Path(work) / str(number), setting, commands, seed, per_bar, player)
            rows += _rows(setting, commands, report)
        if passes:
            progress(f"{passes} passes", len(settings) / (len(settings) + 1))
            rows.append(drift_row(measure_drift(Path(work) / "drift", passes, player), passes))
    progress("done", 1.0)
    return rows


def measure(
    folder: Path, setting: Setting, commands: int, seed: int, per_bar: float, player: Perform
) -> Report:
    """Perform one random script and return how the recording compares."""
    meter = Meter.of(setting.bpm, setting.rate_hz)
    made = make_code_set(folder, meter, seed)
    script = random_script(made.plan, meter, commands, seed, per_bar)
    return _perform_and_verify(
        made, script.typed, script.text(), script.until_bar, setting, seed, player
    )


def measure_drift(folder: Path, passes: int, player: Perform) -> Report:
    """Perform `passes` passes of one clip and return how the recording compares."""
    setting = Setting()
    meter = Meter.of(setting.bpm, setting.rate_hz)
    made = make_code_set(
        folder, meter, tracks=("bass",), loops_per_track=1, sections=DRIFT_SECTIONS,
        clip_bars=(PASS_BARS,),
    )  # fmt: skip
    return _perform_and_verify(made, (), "\n", passes * PASS_BARS + 1, setting, 0, player)


def _perform_and_verify(
    made: CodeSet,
    typed: Sequence[Typed],
    text: str,
    until_bar: int,
    setting: Setting,
    seed: int,
    player: Perform,
) -> Report:
    import soundfile

    folder = made.folder
    script, events, record = folder / "set.txt", folder / "set.jsonl", folder / "set.wav"
    library = folder / "library.sqlite"
    fill_library(made, library)
    script.write_text(text, encoding="utf-8")
    order = Order(
        timeline=made.timeline,
        script=script,
        events=events,
        until_bar=until_bar,
        record=record,
        library=library,
        rate_hz=setting.rate_hz,
        block=setting.block,
        seed=seed,
    )
    player(order)
    with wav_frames(record) as read:
        frames = soundfile.info(record).frames
        report = verify(read, made, typed, read_swaps(events), until_bar, frames)
    record.unlink()  # a set of an hour takes gigabytes
    return report


def _rows(setting: Setting, commands: int, report: Report) -> list[BenchRow]:
    """Return the rows of one setting."""
    wanted, unexplained = f"= {commands}", len(report.findings) + len(report.unanswered)
    return [
        BenchRow(
            "swap", f"changes at their frame ({setting})", report.verified, f"of {commands}",
            wanted, report.verified == commands,
        ),
        BenchRow(
            "swap", f"of these, heard at once ({setting})", report.audible, f"of {commands}"
        ),
        BenchRow(
            "swap", f"largest difference ({setting})", report.residual, "of full scale",
            f"< {TOLERANCE:g}", report.residual < TOLERANCE and report.wrong_bars == 0,
        ),
        BenchRow(
            "swap", f"length off by ({setting})", abs(report.frames - report.expected_frames),
            "frames", "= 0", report.frames == report.expected_frames,
        ),
        BenchRow(
            "swap", f"events that the script does not explain ({setting})", unexplained, "events",
            "= 0", unexplained == 0,
        ),
    ]  # fmt: skip


def drift_row(report: Report, passes: int) -> BenchRow:
    """Return how far the passes of a clip drift; what is not found at all counts as a whole bar."""
    frames = 0
    for mismatch in report.mismatches:
        late = [abs(heard.late_frames) for heard in mismatch.heard]
        frames = max(frames, max(late, default=mismatch.frame))
    exact = report.passed and frames == 0
    return BenchRow(
        "swap", f"drift over {passes} passes of {PASS_BARS} bars", frames, "frames", "= 0", exact
    )
