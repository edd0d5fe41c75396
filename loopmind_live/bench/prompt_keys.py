"""The bench "prompt": a set that plays at a real terminal, keys typed, and what drawing costs.

A key is timed from the write to the terminal until its handler has it, which the program tells on a
pipe, and until its letter comes back drawn. What drawing costs is the performer's time beside a
plain prompt's. The bench answers as a terminal does that is asked where its cursor is: there is no
toolbar before that.
"""

import fcntl
import math
import os
import select
import struct
import subprocess
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from loopmind_live.bench.code_library import fill_library
from loopmind_live.bench.codes import CodeSet, make_code_set
from loopmind_live.bench.jack_server import end, jack_server, missing
from loopmind_live.bench.performing import PROGRAM
from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.rules import Meter
from loopmind_live.bench.settings import Progress
from loopmind_live.errors import LoopMindError

KEYS = 300
SECONDS = 20.0
KEY_BAR_MS = 15.0
COST_BAR_PERCENT = 3.0
_RATE_HZ, _BLOCK, _BPM = 48000, 256, 140.0
_SECTIONS = (("intro", 4), ("verse", 16), ("hook", 16), ("verse", 16), ("hook", 64), ("outro", 4))
_ROWS, _COLUMNS = 24, 80
_START_S, _KEY_S, _END_S, _CALM_S = 180.0, 2.0, 15.0, 3.0
_BETWEEN_KEYS_S = 0.03
_LETTER = b"Q"
"""No toolbar, no view and no terminal's control has it."""
_CHUNK = 65536
_ASKED_WHERE, _HERE = b"\x1b[6n", b"\x1b[20;1R"
_WATCHED = """
import os, struct, sys, time
from prompt_toolkit.key_binding import key_processor
pipe, make = int(sys.argv.pop(1)), key_processor.KeyProcessor.__init__
def watched(self, *given):
    make(self, *given)
    self.before_key_press += lambda _: os.write(pipe, struct.pack("d", time.monotonic()))
key_processor.KeyProcessor.__init__ = watched
from loopmind_live.cli import main
sys.exit(main())
"""
"""The program, which tells on a pipe when the handler of a key is called."""
_STAMP = struct.Struct("d")


def run_prompt_bench(
    progress: Progress, keys: int = KEYS, seconds: float = SECONDS
) -> list[BenchRow]:
    """Return how late keys are drawn, and what the toolbar and the view cost, against the bars."""
    reason = missing()
    if reason is not None:
        return [BenchRow("prompt", "a key until its handler has it", None, reason)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = make_code_set(
            folder / "set", Meter.of(_BPM, _RATE_HZ), loops_per_track=4, sections=_SECTIONS,
            clip_bars=(1, 2),
        )  # fmt: skip
        fill_library(made, made.folder / "library.sqlite")
        with jack_server(folder, _RATE_HZ, _BLOCK) as server:
            env = {**server, "LOOPMIND_HOME": str(folder / "home")}
            return _measured(made, env, progress, keys, seconds)


def _measured(
    made: CodeSet, env: Mapping[str, str], progress: Progress, keys: int, seconds: float
) -> list[BenchRow]:
    words = ["--audio", "jack", "--block", str(_BLOCK), "--timeline", str(made.timeline)]
    words += ["--library", str(made.folder / "library.sqlite")]
    progress("a plain prompt", 0.0)
    with Typist([*words, "--plain"], env) as typist:
        bare = typist.cost(seconds)
    with Typist(words, env) as typist:
        progress("the toolbar", 0.2)
        rows = [_cost("the toolbar", typist.cost(seconds) - bare)]
        with _scanning(made.folder, env):
            progress("keys", 0.4)
            rows += _late("a key", [typist.key() for _ in range(keys)])
        typist.type("view")
        progress("the performance view", 0.6)
        rows.append(_cost("the performance view", typist.cost(seconds) - bare))
        with _scanning(made.folder, env):
            progress("keys in the view", 0.8)
            rows += _late("a key in the view", [typist.key() for _ in range(keys)])
    return rows


class Typist:
    """The program at a terminal of its own, performing; a set plays once it is entered."""

    def __init__(self, words: Sequence[str], env: Mapping[str, str]) -> None:
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
        self._stamps, told = os.pipe()
        os.set_blocking(self._stamps, False)
        self._process = subprocess.Popen(
            [PROGRAM[0], "-c", _WATCHED, str(told), "perform", *words],
            stdin=theirs, stdout=theirs, stderr=theirs, pass_fds=(told,), start_new_session=True,
            env={**env, "TERM": "xterm-256color"},
        )  # fmt: skip
        os.close(theirs)
        os.close(told)

    def __enter__(self) -> "Typist":
        if self._read(_START_S, b"frames") is None:
            end(self._process)
            raise LoopMindError("the performance did not begin")
        self.type("play")
        self._read(_CALM_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Quit, and end the program where it does not."""
        if self._process.poll() is None:
            self.type("quit")
            until = time.monotonic() + _END_S
            while self._process.poll() is None and time.monotonic() < until:
                self._read(0.1)
        end(self._process)
        os.close(self._ours)
        os.close(self._stamps)

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._ours, text.encode() + b"\r")

    def key(self) -> tuple[float, float]:
        """Type a letter and take it back; return after how many ms it was handled, and drawn."""
        self._handled()
        begin = time.monotonic()
        os.write(self._ours, _LETTER)
        drawn = self._read(_KEY_S, _LETTER) or begin + _KEY_S
        handled = next(self._handled(), begin + _KEY_S)
        os.write(self._ours, b"\x7f")
        until = time.monotonic() + _KEY_S
        while next(self._handled(), None) is None and time.monotonic() < until:
            self._read(_BETWEEN_KEYS_S)
        self._read(_BETWEEN_KEYS_S)
        return 1000.0 * (handled - begin), 1000.0 * (drawn - begin)

    def _handled(self) -> Iterator[float]:
        """Return when handlers were called since the last time that this was asked."""
        try:
            told = os.read(self._stamps, _CHUNK)
        except BlockingIOError:
            told = b""
        return (stamp for (stamp,) in _STAMP.iter_unpack(told))

    def cost(self, seconds: float) -> float:
        """Return how much of a core the performer takes meanwhile, in percent."""
        self._read(_CALM_S / 3)
        begin, before = time.monotonic(), self._cpu_s()
        self._read(seconds)
        return 100.0 * (self._cpu_s() - before) / (time.monotonic() - begin)

    def _cpu_s(self) -> float:
        """Return the processor time that the performer has had, the engine's process not in it."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _read(self, seconds: float, wanted: bytes | None = None) -> float | None:
        """Read what is drawn for so long, or until it has `wanted`; return when that was."""
        until, held = time.monotonic() + seconds, b""
        while (left := until - time.monotonic()) > 0.0:
            ready, _, _ = select.select([self._ours], [], [], left)
            if not ready:
                return None
            try:
                chunk = os.read(self._ours, _CHUNK)
            except OSError:
                return None  # the program has ended: nothing more is drawn
            now = time.monotonic()
            if _ASKED_WHERE in chunk:
                os.write(self._ours, _HERE)
            held = held[-64:] + chunk
            if wanted is not None and wanted in held:
                return now
        return None


@contextmanager
def _scanning(folder: Path, env: Mapping[str, str]) -> Iterator[None]:
    """Scan the loops again and again, each time as if for the first."""
    code = (
        "import pathlib, subprocess, sys\n"
        "while True:\n"
        "    pathlib.Path(sys.argv[2]).unlink(missing_ok=True)\n"
        "    subprocess.run([*sys.argv[3:], 'scan', sys.argv[1], '--library', sys.argv[2]],"
        " stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
    )
    words = [PROGRAM[0], "-c", code, str(folder), str(folder / "scanned.sqlite"), *PROGRAM]
    scanner = subprocess.Popen(words, env=dict(env), start_new_session=True)
    try:
        yield
    finally:
        os.killpg(scanner.pid, 15)
        scanner.wait()


def _cost(what: str, percent: float) -> BenchRow:
    return BenchRow(
        "prompt", f"{what} costs", round(percent, 2), "% of a core", f"<= {COST_BAR_PERCENT:g}",
        percent <= COST_BAR_PERCENT,
    )  # fmt: skip


def _late(what: str, times_ms: Sequence[tuple[float, float]]) -> list[BenchRow]:
    """Return how late keys are handled, which has a bar, and drawn, which has none."""
    handled, drawn = (_p99(times) for times in zip(*times_ms, strict=True))
    of = f"p99 of {len(times_ms)}, during a scan"
    return [
        BenchRow("prompt", f"{what} until its handler has it, {of}", round(handled, 2), "ms",
                 f"<= {KEY_BAR_MS:g}", handled <= KEY_BAR_MS),
        BenchRow("prompt", f"{what} until it is drawn, {of}", round(drawn, 2), "ms"),
    ]  # fmt: skip


def _p99(times_ms: Sequence[float]) -> float:
    """Return the time that 99 of 100 are not beyond.

    >>> _p99([float(time) for time in range(1, 101)])
    99.0
    """
    return sorted(times_ms)[math.ceil(0.99 * len(times_ms)) - 1]
