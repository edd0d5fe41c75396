"""The bench "engine": what a mix costs in CPU, beside scsynth making the same sound."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from loopmind_live.bench import scsynth
from loopmind_live.bench.mix_spec import (
    CLIP_FRAMES,
    SPARE_FRAMES,
    Audio,
    MixSpec,
    equalized,
    make_clips,
)
from loopmind_live.bench.rows import BenchRow
from loopmind_live.errors import EngineError

Progress = Callable[[str, float], None]
SECONDS = 20.0
CHECKED_S = 1.0
START_S = 1.0
"""A short run of scsynth says what its start costs: that is taken off."""
ROUNDS = 3
LEVEL_BAR_DB = 1.0
LIKENESS_BAR = 0.99


@dataclass(frozen=True)
class Case:
    """One comparison: how many clips, how the peer plays them, and the ratio that is asked for."""

    count: int
    peer: str
    equalize: bool
    speed: float
    bar: float


CASES = (
    Case(64, "with EQ and gain per voice", True, 1.0, 0.5),
    Case(256, "with EQ and gain per voice", True, 1.0, 0.2),
    Case(64, "playing the baked clips", False, 1.0, 1.0),
    Case(256, "playing the baked clips", False, 1.0, 0.45),
    Case(256, "all at varispeed", False, 1.017, 1.0),
)


class _Bench:
    """The clips of one run of the bench, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        import soundfile

        self._folder = folder
        raw = make_clips()
        baked = [equalized(clip) for clip in raw]
        looped = [np.concatenate([clip, clip[:SPARE_FRAMES]]) for clip in baked]
        np.save(folder / "clips.npy", np.stack(looped))
        self._files: dict[bool, list[Path]] = {}
        for equalize, clips in ((True, raw), (False, baked)):
            self._files[equalize] = [folder / f"{equalize}{i}.wav" for i in range(len(clips))]
            for path, clip in zip(self._files[equalize], clips, strict=True):
                assert len(clip) == CLIP_FRAMES
                soundfile.write(path, clip, 48000, subtype="FLOAT")

    def own(self, spec: MixSpec) -> scsynth.Rendered:
        """Play `spec` by the program, in a process of its own."""
        import soundfile

        out, wanted = self._folder / "own.wav", self._folder / "spec.json"
        wanted.write_text(json.dumps(asdict(spec)))
        module = "loopmind_live.bench.engine_player"
        done = subprocess.run(
            [sys.executable, "-m", module, str(self._folder / "clips.npy"), str(wanted), str(out)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise EngineError(f"the engine failed: {done.stderr.strip()[-300:]}")
        return scsynth.Rendered(
            soundfile.read(out, dtype="float32")[0], float(done.stdout.split()[-1])
        )

    def peer(self, spec: MixSpec, equalize: bool) -> scsynth.Rendered:
        """Play `spec` by scsynth."""
        return scsynth.render(spec, self._files[equalize], equalize, self._folder)


def run_engine_bench(
    progress: Progress, seconds: float = SECONDS, rounds: int = ROUNDS
) -> list[BenchRow]:
    """Return the ratios of CPU time, ours to scsynth's, and how alike the two sound.

    8 tracks, each with a filter and two sends, a reverb and a delay, by turns, `rounds` times each.
    """
    if not scsynth.found():
        reason = "scsynth is not installed: apt install supercollider-server"
        return [
            BenchRow("engine", _ratio_of(case), None, reason, f"<= {case.bar:g}") for case in CASES
        ]
    rows: list[BenchRow] = []
    with tempfile.TemporaryDirectory(prefix="engine-bench-") as folder:
        bench = _Bench(Path(folder))
        for number, case in enumerate(CASES):
            progress(_ratio_of(case), number / len(CASES))
            try:
                rows += _compare(bench, case, seconds, rounds)
            except OSError as error:
                rows.append(BenchRow("engine", _ratio_of(case), None, str(error)))
    progress("done", 1.0)
    return rows


def _ratio_of(case: Case) -> str:
    return f"CPU of {case.count} clips to that of scsynth {case.peer}"


def _compare(bench: _Bench, case: Case, seconds: float, rounds: int) -> list[BenchRow]:
    spec = MixSpec(case.count, seconds, case.speed)
    short = MixSpec(case.count, START_S, case.speed)
    own_s: list[float] = []
    peer_s: list[float] = []
    for _ in range(rounds):
        own = bench.own(spec)
        own_s.append(own.cpu_s / seconds)
        peer = bench.peer(spec, case.equalize)
        start = bench.peer(short, case.equalize)
        peer_s.append((peer.cpu_s - start.cpu_s) / (seconds - START_S))
    ratio = statistics.median(own_s) / statistics.median(peer_s)
    level_db = _level_db(own.audio, peer.audio)
    dry = spec.dry(CHECKED_S)
    likeness = _likeness(bench.own(dry).audio, bench.peer(dry, case.equalize).audio)
    figure = f"{case.count} clips, scsynth {case.peer}"
    return [
        BenchRow(
            "engine", _ratio_of(case), round(ratio, 3), "", f"<= {case.bar:g}", ratio <= case.bar
        ),
        BenchRow("engine", f"CPU ({figure})", _percent(own_s), "% of a core"),
        BenchRow("engine", f"peer's CPU ({figure})", _percent(peer_s), "% of a core"),
        BenchRow(
            "engine", f"level of the whole mix beside the peer's ({figure})", round(level_db, 2),
            "dB", f"within {LEVEL_BAR_DB:g}", abs(level_db) <= LEVEL_BAR_DB,
        ),
        BenchRow(
            "engine", f"correlation of the sum without effects ({figure})", round(likeness, 5), "",
            f">= {LIKENESS_BAR:g}", likeness >= LIKENESS_BAR,
        ),
    ]  # fmt: skip


def _percent(shares: list[float]) -> float:
    return round(100.0 * statistics.median(shares), 2)


def _level_db(own: Audio, peer: Audio) -> float:
    return float(20.0 * np.log10(np.sqrt(np.mean(own**2)) / np.sqrt(np.mean(peer**2))))


def _likeness(own: Audio, peer: Audio) -> float:
    """Return the normalized correlation; at once 0 where a side is louder by more than 1 dB."""
    frames = min(len(own), len(peer))
    first, second = own[2000:frames].ravel(), peer[2000:frames].ravel()
    if abs(_level_db(first, second)) > LEVEL_BAR_DB:
        return 0.0
    return float(np.vdot(first, second) / (np.linalg.norm(first) * np.linalg.norm(second)))
