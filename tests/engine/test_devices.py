"""Real questions to this machine: JACK on its dummy driver, portaudio on ALSA's null device."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopmind_live.engine.devices import (
    Granted,
    Jack,
    Kernel,
    NoAnswer,
    PortAudio,
    ask_jack,
    ask_kernel,
    ask_portaudio,
    ask_priority,
    find_pipewire,
)
from tests.jack.harness import jack_server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="platform: Linux's sound systems")
BLOCK = 512


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, require_program) -> Iterator[str]:
    for program in ("jackd", "jack_lsp"):
        require_program(program)
    with jack_server(tmp_path_factory.mktemp("jack"), block=BLOCK) as (env, _):
        yield env["JACK_DEFAULT_SERVER"]


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "loopmind-test-that-nobody-starts")


def pid_of(server: str) -> int:
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:3] == [b"jackd", b"-n", server.encode()]:
            return int(entry.name)
    raise AssertionError("the server is gone")


def test_a_jack_server_tells_its_rate_block_ports_and_latencies(server, monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server)
    jack = ask_jack()
    assert isinstance(jack, Jack), jack
    assert (jack.rate_hz, jack.block) == (48000, BLOCK)
    assert jack.playback == ("system:playback_1", "system:playback_2")
    assert jack.capture == ("system:capture_1", "system:capture_2")
    assert reported("system:playback_1", "playback") == jack.playback_frames
    assert reported("system:capture_1", "capture") == jack.capture_frames


def reported(port: str, way: str) -> int:
    """Return the longest latency of a port, by JACK's own program."""
    done = subprocess.run(["jack_lsp", "-l", port], capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if f"port {way} latency" in line)
    return int(line.partition("[")[2].split()[1])


def test_without_a_server_none_is_started(no_server):
    assert ask_jack() == NoAnswer("no JACK server runs")
    assert ask_jack() == NoAnswer("no JACK server runs")


def test_a_server_that_hangs_is_given_up_in_time(server, monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server)
    pid = pid_of(server)
    begun = time.monotonic()
    os.kill(pid, signal.SIGSTOP)
    try:
        answer = ask_jack(seconds=1.0)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert answer == NoAnswer("no answer within 1 s", fault=True)
    assert time.monotonic() - begun < 60.0
    assert isinstance(ask_jack(), Jack)


def test_portaudio_lists_the_devices_that_alsa_has(tmp_path, monkeypatch):
    (tmp_path / ".asoundrc").write_text("pcm.!default { type null }\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    found = ask_portaudio()
    assert isinstance(found, PortAudio), found
    assert "default" in [device.name for device in found.outputs]
    assert found.default_output is not None
    assert found.default_output in found.outputs


def test_what_the_libraries_print_reaches_neither_stdout_nor_stderr(capfd):
    assert isinstance(ask_portaudio(), PortAudio)
    assert capfd.readouterr() == ("", "")


def test_a_probe_that_crashes_is_told_by_its_signal(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import os\nos.abort()\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert ask_portaudio() == NoAnswer("crashed (signal 6)", fault=True)


def test_a_probe_that_fails_tells_its_last_line(tmp_path, monkeypatch):
    (tmp_path / "pyo64.py").write_text("raise ImportError('libjack is broken')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    answer = ask_portaudio()
    assert answer == NoAnswer("ImportError: libjack is broken", fault=True)


def test_what_the_system_grants_is_tried_not_guessed():
    granted = ask_priority()
    assert isinstance(granted, Granted), granted
    code = "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert granted.priority.startswith("SCHED_FIFO") == (done.returncode == 0)


def test_the_kernel_is_compiled_once_and_then_found(tmp_path):
    first, second = ask_kernel(tmp_path / "numba"), ask_kernel(tmp_path / "numba")
    assert isinstance(first, Kernel) and isinstance(second, Kernel)
    assert (first.cached, second.cached) == (False, True)
    assert Path(first.folder).is_relative_to(tmp_path / "numba")


@pytest.fixture
def listening() -> Iterator[Callable[[Path], socket.socket]]:
    opened: list[socket.socket] = []

    def listen(path: Path) -> socket.socket:
        opened.append(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        opened[-1].bind(str(path))
        opened[-1].listen(1)
        return opened[-1]

    yield listen
    for each in opened:
        each.close()


def test_pipewire_is_found_where_its_socket_answers(tmp_path, listening):
    environment = {"XDG_RUNTIME_DIR": str(tmp_path), "PATH": str(tmp_path)}
    assert find_pipewire(environment).socket is None
    server = listening(tmp_path / "pipewire-0")
    found = find_pipewire(environment)
    assert (found.socket, found.answers, found.pw_jack) == (tmp_path / "pipewire-0", True, False)
    server.close()
    program = tmp_path / "pw-jack"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    found = find_pipewire(environment)
    assert (found.answers, found.pw_jack) == (False, True)


def test_without_a_runtime_folder_there_is_no_pipewire():
    assert find_pipewire({}).socket is None
