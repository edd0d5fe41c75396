"""Listen to a performance from outside: a JACK server of its own, a capture, an idle client, load.

    python -m tests.jack.harness [--commands 200] [--hogs 2] [--bpm 140] [--keep DIR]

plays a random script through `jackd -d dummy` and prints whether every change was at its frame
relative to the first, and the xruns and gaps of the capture beside those of the idle client.
Everything that is started is ended by its process id.
"""

import argparse
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
RATE, BLOCK = 48000, 256
CLIENT = "loopmind"
LATE = re.compile(r"client = (\S+) was not finished")
FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror")
HOG = """
import time
end = time.monotonic() + {seconds}
while time.monotonic() < end:
    sum(range(10000))
"""


@dataclass(frozen=True)
class Clients:
    """The compiled helpers."""

    capture: Path
    idle: Path
    player: Path


@dataclass(frozen=True)
class Heard:
    """What was captured: float32 [frames, 2], and the counts of both clients.

    Counts: cycles, gaps, missed_frames, xruns (overruns of the capture's disk), and when: JACK's
    time of the first cycle, of each gap and each xrun. JACK tells every client of every xrun;
    `late_clients` are the ones that its server names as the cause.
    """

    audio: NDArray[np.float32]
    capture: dict[str, Any]
    idle: dict[str, Any]
    late_clients: dict[str, int]
    real_time: bool
    status: int
    output: str


def compile_clients(folder: Path) -> Clients:
    """Compile the helpers into `folder`; raise RuntimeError with the compiler's words."""
    made = []
    for name in ("capture", "idle", "player"):
        out = folder / name
        done = subprocess.run(
            ["gcc", *FLAGS, str(HERE / f"{name}.c"), "-o", str(out), "-ljack"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{name}.c: {done.stderr}")
        made.append(out)
    return Clients(*made)


def missing() -> str | None:
    """Return what is not installed of what this needs, or None."""
    for program in ("jackd", "gcc"):
        if shutil.which(program) is None:
            return f"program: {program} is not installed"
    if not Path("/usr/include/jack/jack.h").exists():
        return "program: the JACK headers are not installed"
    return None


def end(process: subprocess.Popen[Any], seconds: float = 10.0) -> None:
    """End a process that was started here: ask, then kill."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def jack_server(
    folder: Path, rate: int = RATE, block: int = BLOCK
) -> Iterator[tuple[dict[str, str], bool]]:
    """Run a JACK server of its own on the dummy driver; give the environment to reach it.

    The second value tells whether it runs with real-time priority.
    """
    name = f"lm{os.getpid()}{secrets.token_hex(3)}"
    env = {**os.environ, "JACK_DEFAULT_SERVER": name, "JACK_NO_AUDIO_RESERVATION": "1"}
    for real_time in (True, False):
        options = ["-R"] if real_time else ["-r"]
        command = ["jackd", "-n", name, *options, "-d", "dummy", "-r", str(rate), "-p", str(block)]
        with (folder / "jackd.log").open("w") as log:
            server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            if _answers(server, env) and not (real_time and _refused(folder / "jackd.log")):
                yield env, real_time
                return
        finally:
            end(server)
    raise RuntimeError(f"jackd does not start: {(folder / 'jackd.log').read_text()}")


def _answers(server: subprocess.Popen[Any], env: dict[str, str]) -> bool:
    for _ in range(100):
        if server.poll() is not None:
            return False
        done = subprocess.run(["jack_lsp"], env=env, capture_output=True, check=False)
        if done.returncode == 0:
            return True
        time.sleep(0.1)
    return False


def _refused(log: Path) -> bool:
    return "Cannot use real-time scheduling" in log.read_text()


@contextmanager
def hogs(count: int, seconds: float) -> Iterator[None]:
    """Keep `count` processes busy, for `seconds` at most."""
    code = HOG.format(seconds=seconds)
    started = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(count)]
    try:
        yield
    finally:
        for process in started:
            end(process)


def listen(
    command: Sequence[str],
    folder: Path,
    seconds: float,
    busy: int = 2,
    client: str = CLIENT,
    clients: Clients | None = None,
) -> Heard:
    """Run `command`, which plays as the JACK client `client`, and capture it until it ends.

    `seconds` is how long it may take. Both counters run for the same time.
    """
    clients = clients or compile_clients(folder)
    stop, raw = folder / "stop", folder / "capture.raw"
    stop.unlink(missing_ok=True)
    with jack_server(folder) as (env, real_time), hogs(busy, seconds + 30):
        limit = str(seconds + 20)
        listeners = [
            subprocess.Popen(args, env=env, stdout=subprocess.PIPE, text=True)
            for args in (
                [str(clients.capture), str(raw), limit, client, str(stop)],
                [str(clients.idle), limit, str(stop)],
            )
        ]
        try:
            time.sleep(0.5)
            with (folder / "perform.log").open("w") as log:
                player = subprocess.Popen(
                    list(command), env=env, stdout=log, stderr=log, cwd=folder
                )
            try:
                with suppress(subprocess.TimeoutExpired):
                    player.wait(seconds)
                status = player.poll()
            finally:
                end(player)
            stop.touch()
            counts = [json.loads(listener.communicate(timeout=20)[0]) for listener in listeners]
        finally:
            for listener in listeners:
                end(listener)
    audio = np.fromfile(raw, np.float32).reshape(-1, 2)
    output = (folder / "perform.log").read_text(errors="replace")
    late = Counter(LATE.findall((folder / "jackd.log").read_text(errors="replace")))
    return Heard(
        audio=audio,
        capture=counts[0],
        idle=counts[1],
        late_clients=dict(late),
        real_time=real_time,
        status=-1 if status is None else status,
        output=output,
    )


def find_start(audio: NDArray[np.float32], expected: NDArray[np.float64], at: int) -> int | None:
    """Return the frame of `audio` at which frame 0 of the set lies, or None where it is not heard.

    `expected` is what sounds from frame `at` of the set on.
    """
    from scipy.signal import correlate

    template = expected[: 1 << 15].sum(axis=1)
    searched = audio[: 90 * RATE].sum(axis=1, dtype=np.float64)
    if len(searched) < len(template) or not np.any(searched):
        return None
    scores = correlate(searched, template, mode="valid", method="fft")
    best = int(np.argmax(scores))
    return best - at if scores[best] > 0.5 * float(template @ template) else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the whole check and print what came out as one line of JSON, then the details."""
    parser = argparse.ArgumentParser(description="Check a performance through JACK, from outside.")
    parser.add_argument("--commands", type=int, default=200)
    parser.add_argument("--per-bar", type=float, default=2.0)
    parser.add_argument("--hogs", type=int, default=2)
    parser.add_argument("--bpm", type=float, default=140.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="leave everything in this folder")
    options = parser.parse_args(arguments)
    from tests.jack.live import check_live

    folder = options.keep or Path(tempfile.mkdtemp(prefix="jack-check-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        result = check_live(
            folder, options.commands, options.per_bar, options.hogs, options.bpm, options.seed
        )
    finally:
        if options.keep is None:
            shutil.rmtree(folder)
    print(json.dumps(result.to_json()))
    print(result)
    return 0 if result.passed else 1


if __name__ == "__main__":
    sys.exit(main())
