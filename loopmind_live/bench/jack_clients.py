"""The C clients that listen to a JACK run from outside, compiled when they are needed."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.bench import jack_server
from loopmind_live.errors import LoopMindError

SOURCES = Path(__file__).parent / "c"
_HEADERS = Path("/usr/include/jack/jack.h"), Path("/usr/local/include/jack/jack.h")
_FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror")


@dataclass(frozen=True)
class Clients:
    """The compiled clients: one that captures, one that does nothing and counts."""

    capture: Path
    idle: Path


def missing() -> str | None:
    """Return what has to be installed before anything can be heard through JACK, or None."""
    lacking = jack_server.missing()
    if lacking is not None:
        return lacking
    if shutil.which("gcc") is None:
        return "not installed: gcc"
    if not any(header.exists() for header in _HEADERS):
        return "not installed: the JACK headers (libjack-jackd2-dev)"
    return None


def compile_clients(folder: Path) -> Clients:
    """Compile the clients into `folder`; raise LoopMindError with the compiler's words."""
    return Clients(*(compile_client(SOURCES / f"{name}.c", folder) for name in ("capture", "idle")))


def compile_client(source: Path, folder: Path) -> Path:
    """Compile one client into `folder`; raise LoopMindError with the compiler's words."""
    program = folder / source.stem
    done = subprocess.run(
        ["gcc", *_FLAGS, str(source), "-o", str(program), "-ljack"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise LoopMindError(f"{source.name} cannot be compiled: {done.stderr.strip()}")
    return program
