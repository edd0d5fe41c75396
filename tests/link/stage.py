"""A stage for Link: LinkHut in a terminal, a set that clicks, and a recorder that hears both."""

import json
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from loopmind_live.bench.click_set import write_click_set
from loopmind_live.bench.performing import PROGRAM
from tests.jack.harness import end
from tests.link.network import Network

RATE_HZ, BLOCK = 48000, 256
LIMIT_S = 60.0
START_S = 180.0
"""An engine that starts for the first time compiles its kernel."""
EDGE = 2400
LOUD = 0.35
OUR_PORT, HUT_PORT = "loopmind:output_1", "LinkHut:out_1"
Frames = np.ndarray[Any, np.dtype[Any]]
_STATE = re.compile(
    r"^(?P<on>yes|no) +\| (?P<peers>\d+) +\| (?P<quantum>\d+) +\| (?P<sync>yes|no) +"
    r"\[(?P<playing>playing|stopped)\] +\| (?P<bpm>[\d.]+) +\| (?P<beat>-?[\d.]+)",
    re.MULTILINE,
)
_Found = TypeVar("_Found")


def close_pipes(process: subprocess.Popen[str]) -> None:
    """Close what a process was talked to through."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def until(look: Callable[[], _Found], what: str, limit_s: float = LIMIT_S) -> _Found:
    """Return what `look` finds, once it finds anything."""
    end_s = time.monotonic() + limit_s
    while time.monotonic() < end_s:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {limit_s:g} s: {what}")


class Terminal:
    """LinkHut, Ableton's own example of a peer, in a terminal that types."""

    def __init__(self, network: Network, env: Mapping[str, str]) -> None:
        self._tmux = ["tmux", "-L", f"loopmind-{secrets.token_hex(4)}", "-f", "/dev/null"]
        words = ["new-session", "-d", "-x", "120", "-y", "30", "LinkHut"]
        subprocess.run(network.within(*self._tmux, *words), env=dict(env), check=True)
        self._wait()

    def look(self) -> dict[str, str]:
        """Return what its screen says."""
        words = [*self._tmux, "capture-pane", "-p"]
        screen = subprocess.run(words, capture_output=True, text=True, check=False).stdout
        found = _STATE.search(screen)
        return found.groupdict() if found else {}

    @property
    def bpm(self) -> float:
        """Return the tempo that it shows."""
        return float(self._wait()["bpm"])

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            subprocess.run([*self._tmux, "send-keys", key], check=True)
            time.sleep(0.03)

    def tempo_by(self, steps: int) -> None:
        """Move the tempo, a beat a minute with each key; two within a block would count as one."""
        self.press(*("e" if steps > 0 else "w") * abs(steps))

    def has_bpm(self, bpm: float) -> None:
        """Wait until its screen shows a tempo."""
        self.shows(lambda seen: abs(float(seen["bpm"]) - bpm) < 0.011, f"LinkHut at {bpm:g} bpm")

    def shows(self, what: Callable[[dict[str, str]], bool], words: str) -> dict[str, str]:
        """Return its screen once it shows `what`."""

        def look() -> dict[str, str]:
            seen = self._wait()
            return seen if what(seen) else {}

        return until(look, words)

    def _wait(self) -> dict[str, str]:
        return until(self.look, "LinkHut's screen")

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)


class Peer:
    """A foreign peer in Python."""

    def __init__(self, network: Network, env: Mapping[str, str], bpm: float) -> None:
        script = Path(__file__).with_name("peer.py")
        self._process = network.python(str(script), str(bpm), env=env)

    def ask(self, line: str = "look") -> dict[str, Any]:
        """Send a line; return what it tells of the session."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told

    def close(self) -> None:
        end(self._process)
        close_pipes(self._process)


class Show:
    """A performance in the network, typed into through its standard input."""

    def __init__(
        self, network: Network, env: Mapping[str, str], folder: Path, bpm: float, *more: str
    ) -> None:
        self.folder = folder
        folder.mkdir()
        self.events_path = folder / "set.jsonl"
        words = [
            "perform", "--audio", "jack",
            "--timeline", str(write_click_set(folder, bpm, RATE_HZ)),
            "--events", str(self.events_path),
            "--library", str(folder / "library.sqlite"), "--dry", *more,
        ]  # fmt: skip
        self.process = network.start(*PROGRAM, *words, env=env, stderr=subprocess.STDOUT)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def type(self, text: str) -> None:
        """Type a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def says(self, pattern: str, since: int = 0, limit_s: float = LIMIT_S) -> str:
        """Return the first line from the one of number `since` on that has `pattern` in it."""
        seen = re.compile(pattern)

        def look() -> str:
            assert self.process.poll() is None, "\n".join(self.lines)
            return next((line for line in self.lines[since:] if seen.search(line)), "")

        try:
            return until(look, pattern, limit_s)
        except AssertionError as error:
            raise AssertionError(f"{error}\n" + "\n".join(self.lines)) from None

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind so far."""
        lines = self.events_path.read_text().splitlines()[1:]
        found = [json.loads(line) for line in lines if line.endswith("}")]
        return [event for event in found if event["kind"] == kind]

    def close(self) -> None:
        if self.process.poll() is None:
            self.type("quit")
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                end(self.process)
        self._reader.join(LIMIT_S)
        close_pipes(self.process)


@dataclass(frozen=True)
class Heard:
    """What was recorded, from the same frame on: float32 [frames] each.

    The block that begins at each of `starts` was called back at one of `times_us`, by Link's clock.
    """

    ours: Frames
    theirs: Frames
    starts: Frames
    times_us: Frames

    def apart_ms(self) -> Frames:
        """Return how much later each click of ours is than theirs; by those that are rarer."""
        ours, theirs = clicks(self.ours), steps(self.theirs)
        assert len(ours) > 1, (len(ours), len(theirs))
        assert len(theirs) > 1, (len(ours), len(theirs))
        rare, sign = (ours, 1.0) if len(ours) <= len(theirs) else (theirs, -1.0)
        dense = theirs if rare is ours else ours
        inside = rare[(rare > dense[0] - EDGE) & (rare < dense[-1] + EDGE)]
        nearest = dense[np.abs(inside[:, None] - dense[None, :]).argmin(axis=1)]
        apart: Frames = sign * (inside - nearest) * 1000.0 / RATE_HZ
        return apart

    def beside_ms(self, found: Frames, told: dict[str, Any]) -> Frames:
        """Return how much later the clicks `found` are than a beat, but for the latency of all.

        By what a peer of Link has `told`; by blocks before and after each, callbacks that were held
        up count for nothing, and a block that was lost at once.
        """
        late_us = self.times_us - self.starts * 1e6 / RATE_HZ
        around = np.lib.stride_tricks.sliding_window_view(np.pad(late_us, 7, "edge"), 15)
        block = np.searchsorted(self.starts, found, "right") - 1
        at_us = np.median(around, axis=1)[block] + found * 1e6 / RATE_HZ
        beats = told["beat"] + (at_us - told["time_us"]) * told["bpm"] / 60e6
        beats -= np.angle(np.exp(2j * np.pi * beats).mean()) / (2 * np.pi)
        beside: Frames = (beats - np.round(beats)) * 60e3 / told["bpm"]
        return beside - np.median(beside)


def clicks(audio: Frames) -> Frames:
    """Return the frames at which our clicks begin: where they are nearly half as loud as made."""
    return _first(np.flatnonzero(np.abs(audio) > LOUD))


def steps(audio: Frames) -> Frames:
    """Return the frames at which LinkHut's clicks begin: it jumps to full scale there."""
    return _first(np.flatnonzero(np.diff(audio) > 0.35) + 1)


def _first(frames: Frames) -> Frames:
    """Return those of `frames` that follow none of them closely."""
    if not len(frames):
        return frames
    found: Frames = frames[np.r_[True, np.diff(frames) > 1500]]
    return found[found > 100]


def record(
    seconds: float, env: Mapping[str, str], sources: tuple[str, str] = (OUR_PORT, HUT_PORT)
) -> Heard:
    """Record a port of each for so long, in a process of its own."""
    script = Path(__file__).with_name("recorder.py")
    out = Path(env["LINK_TEST_FOLDER"]) / f"heard-{secrets.token_hex(4)}.npz"
    words = [sys.executable, str(script), str(seconds), str(out), *sources]
    subprocess.run(words, env=dict(env), check=True, timeout=seconds + LIMIT_S)
    with np.load(out) as taken:
        ours, theirs = taken["heard"]
        return Heard(ours, theirs, taken["starts"], taken["times_us"])


@contextmanager
def closing(*things: Any) -> Iterator[None]:
    """Close all of them in the end."""
    try:
        yield
    finally:
        for thing in things:
            thing.close()
