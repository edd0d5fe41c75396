"""What this machine can sound through: each question in a process of its own, with a time limit.

A sound library may crash, hang with its server, or print at its will: none of that reaches the
process that asks.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ASK_S = 10.0
"""How long a server or device may take to answer."""
COMPILE_S = 120.0
"""How long the voice kernel may take to compile, on a slow machine, the first time."""
_CONNECT_S = 1.0


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why a question was not answered. `fault`: it hung or crashed, rather than said no."""

    reason: str
    fault: bool = False


@dataclass(frozen=True, slots=True)
class Jack:
    """A JACK server (or PipeWire in its place), its sound card's ports and their latencies.

    Latencies are what the server reports, in frames: from a playback port to the outside, and from
    the outside to a capture port; None without such a port.
    """

    rate_hz: int
    block: int
    real_time: bool
    version: str
    playback: tuple[str, ...]
    capture: tuple[str, ...]
    playback_frames: int | None
    capture_frames: int | None


@dataclass(frozen=True, slots=True)
class Device:
    """A device as portaudio tells it, for one direction: the latency that it suggests, channels."""

    index: int
    name: str
    rate_hz: int
    latency_s: float
    channels: int = 0


@dataclass(frozen=True, slots=True)
class PortAudio:
    """The devices that portaudio can open, and the one for output that is taken by default."""

    inputs: tuple[Device, ...]
    outputs: tuple[Device, ...]
    default_output: Device | None


@dataclass(frozen=True, slots=True)
class PipeWire:
    """PipeWire's socket, whether somebody answers there, and whether `pw-jack` is installed."""

    socket: Path | None
    answers: bool
    pw_jack: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """What the system granted to a process that asked as the engine does, in words."""

    priority: str
    memory: str


@dataclass(frozen=True, slots=True)
class Kernel:
    """The voice kernel: whether it lay compiled in `folder`, and what getting it took."""

    cached: bool
    folder: str
    seconds: float


def ask_jack(seconds: float = ASK_S) -> Jack | NoAnswer:
    """Ask the server that JACK_DEFAULT_SERVER names. Never starts one."""
    told = _ask("jack", seconds)
    if isinstance(told, NoAnswer):
        return told
    ports = {name: tuple(told[name]) for name in ("playback", "capture")}
    return Jack(**(told | ports))


def ask_portaudio(seconds: float = ASK_S) -> PortAudio | NoAnswer:
    """List portaudio's devices."""
    told = _ask("portaudio", seconds)
    if isinstance(told, NoAnswer):
        return told
    inputs = tuple(Device(**each) for each in told["inputs"])
    outputs = tuple(Device(**each) for each in told["outputs"])
    default = next((each for each in outputs if each.index == told["default_output"]), None)
    return PortAudio(inputs, outputs, default)


def ask_priority(seconds: float = ASK_S) -> Granted | NoAnswer:
    """Try what the system grants."""
    told = _ask("priority", seconds)
    return told if isinstance(told, NoAnswer) else Granted(**told)


def ask_kernel(cache: Path, seconds: float = COMPILE_S) -> Kernel | NoAnswer:
    """Have the voice kernel compiled in numba's folder `cache`, where it is not yet."""
    told = _ask("kernel", seconds, {"NUMBA_CACHE_DIR": str(cache)})
    return told if isinstance(told, NoAnswer) else Kernel(**told)


def find_pipewire(environment: Mapping[str, str]) -> PipeWire:
    """Look for a PipeWire server where its own programs would look."""
    folder = environment.get("PIPEWIRE_RUNTIME_DIR") or environment.get("XDG_RUNTIME_DIR")
    pw_jack = shutil.which("pw-jack", path=environment.get("PATH")) is not None
    if not folder:
        return PipeWire(None, False, pw_jack)
    path = Path(folder) / environment.get("PIPEWIRE_REMOTE", "pipewire-0")
    if not path.is_socket():
        return PipeWire(None, False, pw_jack)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_CONNECT_S)
        try:
            connection.connect(str(path))
        except OSError:
            return PipeWire(path, False, pw_jack)
    return PipeWire(path, True, pw_jack)


def _ask(
    what: str, seconds: float, environment: Mapping[str, str] | None = None
) -> dict[str, Any] | NoAnswer:
    """Run one probe and return what it told."""
    command = [sys.executable, "-m", "loopmind_live.engine.probes", what]
    surroundings = {
        **os.environ, "PYO_GUI_WX": "0", "JACK_NO_START_SERVER": "1", **(environment or {})
    }  # fmt: skip
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=surroundings, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            answer, messages = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            return NoAnswer(f"no answer within {seconds:g} s", fault=True)
        except BaseException:
            _end(process)
            raise
    return _read(answer, messages, process.returncode)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a probe and whatever it started: nothing may hold its pipes open."""
    with contextlib.suppress(ProcessLookupError):  # it ended just now
        os.killpg(process.pid, signal.SIGKILL)


def _read(answer: bytes, messages: bytes, status: int) -> dict[str, Any] | NoAnswer:
    """Return what a probe that ended by itself told.

    >>> _read(b'{"reason": "no JACK server runs"}', b"", 0)
    NoAnswer(reason='no JACK server runs', fault=False)
    >>> _read(b"", b"Segmentation fault", -11)
    NoAnswer(reason='crashed (signal 11)', fault=True)
    """
    if status < 0:
        return NoAnswer(f"crashed (signal {-status})", fault=True)
    if status > 0:
        lines = messages.decode(errors="replace").strip().splitlines()
        return NoAnswer(lines[-1] if lines else f"ended with status {status}", fault=True)
    told: dict[str, Any] = json.loads(answer)
    return NoAnswer(str(told["reason"])) if "reason" in told else told
