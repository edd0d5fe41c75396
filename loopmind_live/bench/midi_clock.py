"""How punctual a performance's MIDI clock is, and how soon it reads another's, through JACK.

A set of clicks plays on a server of the bench's own, beside two busy processes. One client in C
captures its sound, another its MIDI; a tick's lateness is counted from the click of its beat, so
that it is what a drum machine beside the loops would be off by. Then Debian's jack_midi_clock, by
Robin Gareus, plays, and the performance says the tempo that it heard in four beats.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.bench.click_set import onsets, write_click_set
from loopmind_live.bench.jack_clients import SOURCES, compile_client, missing
from loopmind_live.bench.jack_server import end, hogs, ranked_server
from loopmind_live.bench.listening import CLIENT
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.typed_into import TypedInto
from loopmind_live.errors import LoopMindError

Progress = Callable[[str, float], None]
BENCH = "clock"
RATE_HZ, BLOCK, BPM = 48000, 128, 120.0
PLAY_S, START_S = 60.0, 180.0
BUSY = 2
TICK_FRAMES = 60 * RATE_HZ / BPM / 24
BAR_P99_MS, BAR_MAX_MS, BAR_BPM = 0.3, 1.0, 0.1
FOREIGN_BPM = (93.7, 127.3, 174.0)
_MS = 1000.0 / RATE_HZ
_NOT_NEAR = 25
_HEARD = re.compile(r"MIDI clock from \S*jack_midi_clock\S*: ([\d.]+) bpm")


@dataclass(frozen=True)
class Sent:
    """What came of a clock that was sent: how late each tick was, and how many did not come."""

    late_ms: tuple[float, ...]
    missing: int
    xruns: int
    real_time: bool

    def part_ms(self, share: float) -> float:
        """Return what `share` of the ticks are not beyond, either way.

        >>> Sent((0.0, -0.2, 0.1), 0, 0, True).part_ms(1.0)
        0.2
        """
        apart = sorted(abs(late) for late in self.late_ms)
        return apart[min(len(apart) - 1, int(share * len(apart)))]


def run_clock_bench(progress: Progress) -> list[BenchRow]:
    """Measure the clock out with real-time priority and without, and the clock in."""
    if (lacking := missing()) is not None:
        return [BenchRow(BENCH, "lateness of sent ticks, p99", None, lacking)]
    rows: list[BenchRow] = []
    for real_time in (True, False):
        progress(f"clock out {'with' if real_time else 'without'} real-time priority", 0.0)
        with tempfile.TemporaryDirectory(prefix="clock-bench-") as folder:
            rows += _rows_of_sent(measure_sent(Path(folder), PLAY_S, BUSY, real_time), real_time)
    if shutil.which("jack_midi_clock") is None or shutil.which("jack_transport") is None:
        reason = "not installed: jack-midi-clock"
        return [*rows, BenchRow(BENCH, "tempo heard after four beats", None, reason)]
    progress("clock in", 0.0)
    with tempfile.TemporaryDirectory(prefix="clock-bench-") as folder:
        off = measure_heard(Path(folder), FOREIGN_BPM)
    worst = max(off)
    bar = f"<= {BAR_BPM} bpm"
    rows.append(
        BenchRow(BENCH, "tempo heard after four beats, off", worst, "bpm", bar, worst <= BAR_BPM)
    )
    return rows


def _rows_of_sent(sent: Sent, wanted: bool) -> list[BenchRow]:
    how = "" if sent.real_time else " without real-time priority"
    p99, most = sent.part_ms(0.99), sent.part_ms(1.0)
    bars = wanted and sent.real_time
    return [
        BenchRow(
            BENCH, f"lateness of sent ticks, p99{how}", p99, "ms",
            f"<= {BAR_P99_MS} ms" if bars else None, p99 <= BAR_P99_MS if bars else None,
        ),
        BenchRow(
            BENCH, f"lateness of sent ticks, max{how}", most, "ms",
            f"<= {BAR_MAX_MS:g} ms" if bars else None, most <= BAR_MAX_MS if bars else None,
        ),
        BenchRow(
            BENCH, f"ticks that did not come{how}", sent.missing,
            f"of {len(sent.late_ms) + sent.missing}, {sent.xruns} xruns",
        ),
    ]  # fmt: skip


def measure_sent(folder: Path, seconds: float, busy: int, real_time: bool) -> Sent:
    """Play clicks and a clock for `seconds`; return how late the ticks were."""
    before = [] if real_time else without_priority()
    (folder / "sound").mkdir()
    programs = {
        name: str(compile_client(SOURCES / f"{name}.c", folder))
        for name in ("capture", "midi_capture")
    }
    limit = str(START_S + seconds)
    with ranked_server(folder, RATE_HZ, BLOCK, before) as (env, ranked):
        sound = [programs["capture"], str(folder / "sound"), str(RATE_HZ), limit, CLIENT]
        with (
            client([programs["midi_capture"], limit], env) as midi,
            client(sound, env) as audio,
            TypedInto(words(folder), env, before) as show,
        ):
            ask_for(show, "clock out midicapture", "MIDI clock to midicapture")
            show.type("play")
            show.wait_for("play", START_S)
            with hogs(busy, seconds):
                time.sleep(seconds)
            show.type("stop now")
            time.sleep(1.0)
            heard, said = ended(midi), ended(audio)
    facts = json.loads(said)
    sounds = sorted((folder / "sound").glob("*.raw"))
    lines = (folder / "sound" / "gaps").read_text().splitlines()
    clicks = clicks_of(sounds, facts["first"], [list(map(int, line.split())) for line in lines])
    return judge(heard, clicks, int(facts["xruns"]), ranked and real_time)


def judge(heard: str, clicks: Sequence[int], xruns: int, real_time: bool) -> Sent:
    r"""Return how late ticks were, from the lines of midi_capture and the frames of the clicks.

    Ticks are counted from the last click; what comes before the first one, or later than a beat
    after one, is none of theirs.

    >>> judge("0 0\n9970 1 f8\n10000 2 f8\n11012 3 f8\nend 0 0", [10000], 0, True)
    Sent(late_ms=(0.0, 0.25), missing=22, xruns=0, real_time=True)
    """
    lines = [line.split() for line in heard.splitlines()[1:] if not line.startswith("end")]
    ticks = [int(frame) for frame, _, data in lines if data == "f8"]
    late, lacking = [], 0
    beat = round(24 * TICK_FRAMES)
    if not clicks:
        raise LoopMindError("no click was heard: does the performance reach JACK?")
    for click, after in zip(clicks, [*clicks[1:], clicks[-1] + beat], strict=True):
        whole = abs(after - click - beat) < 2
        if not whole:
            continue  # blocks were lost in between
        near = [tick for tick in ticks if click - _NOT_NEAR <= tick < after - _NOT_NEAR]
        late += [(tick - click) % TICK_FRAMES for tick in near]
        lacking += max(0, 24 - len(near))
    if not late:
        raise LoopMindError(f"of {len(ticks)} ticks none lies in a beat whose clicks were heard")
    apart = [one - TICK_FRAMES if one > TICK_FRAMES / 2 else one for one in late]
    return Sent(tuple(one * _MS for one in apart), lacking, xruns, real_time)


def clicks_of(files: Sequence[Path], first: int, gaps: Sequence[Sequence[int]]) -> list[int]:
    """Return JACK's frames at which clicks began, from the pieces that capture wrote.

    `first` is the frame of their first one; each gap is JACK's time, its place, and what it lost.
    """
    import numpy as np

    if not files:
        raise LoopMindError("nothing was captured: does the performance reach JACK?")
    left = [np.fromfile(file, np.float32).reshape(-1, 2)[:, 0] for file in files]
    found = onsets(np.concatenate(left))
    lost = np.array(gaps or [(0, 0, 0)])
    return [first + int(at) + int(lost[lost[:, 1] <= at, 2].sum()) for at in found]


def measure_heard(folder: Path, tempos: Sequence[float]) -> list[float]:
    """Return by how many bpm the tempo that was heard is off, for each that is played."""
    found = []
    with (
        ranked_server(folder, RATE_HZ, BLOCK) as (env, _),
        TypedInto(words(folder), env) as show,
    ):
        ask_for(show, "clock in jack_midi_clock", "MIDI clock in")
        rolling = ["jack_transport"]
        with client(rolling, env) as transport:
            assert transport.stdin is not None
            for bpm in tempos:
                since = len(show.lines)
                with client(["jack_midi_clock", "-b", f"{bpm}", "-T", "-P"], env):
                    transport.stdin.write("play\n")
                    transport.stdin.flush()
                    line = show.wait_for(_HEARD.pattern, START_S, since)
                told = _HEARD.search(line)
                assert told is not None
                found.append(abs(float(told.group(1)) - bpm))
                show.wait_for("has stopped", START_S, since)
    return found


def ask_for(show: TypedInto, text: str, answer: str) -> None:
    """Type a line until it is answered so: ports may not be there yet."""
    show.wait_for("help for all commands", START_S)
    until = time.monotonic() + START_S
    while True:
        show.type(text)
        try:
            show.wait_for(answer, 1.0)
        except LoopMindError:
            if time.monotonic() > until:
                raise
        else:
            return


def words(folder: Path) -> list[str]:
    """Return the command line of a performance that clicks."""
    timeline = write_click_set(folder, BPM, RATE_HZ)
    return [
        "--audio", "jack", "--timeline", str(timeline), "--library",
        str(folder / "library.sqlite"), "--dry", "--midi",
    ]  # fmt: skip


def without_priority() -> list[str]:
    """Return the words before a program that may not ask for real-time priority."""
    words = ["prlimit", "--rtprio=0", "--"]
    if os.geteuid() == 0:
        words = ["setpriv", "--bounding-set", "-sys_nice", *words]
    return words


@contextmanager
def client(command: Sequence[str], env: Mapping[str, str]) -> "Iterator[subprocess.Popen[str]]":
    """Run a client, and end it in the end."""
    process = subprocess.Popen(
        list(command), env=dict(env), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        end(process)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def ended(process: "subprocess.Popen[str]") -> str:
    """Have a client end, and return what it said."""
    process.terminate()
    return process.communicate(timeout=START_S)[0]
