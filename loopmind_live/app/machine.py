"""Facts of this machine that decide whether sound has gaps, and where the program's files lie."""

import os
import platform
import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "loopmind-live"
_CAP_IPC_LOCK = 14
_UNLIMITED = -1

Room = Callable[[Path], int]
"""How many bytes are free where a path lies."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What this user may ask of the system; None is unlimited, or a system without such limits.

    `may_lock` tells of the right to lock memory whatever the limit says.
    """

    priority: int | None
    locked_bytes: int | None
    may_lock: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """The processor and the kernel. `governors` is empty where the system tells none."""

    system: str
    cores: int
    governors: tuple[str, ...]
    kernel: str
    real_time_kernel: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the program's files, in bytes; `refused` says why nothing can be written."""

    path: Path
    used_bytes: int
    free_bytes: int
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """What is installed: name to version. `missing` and `other` are what should be otherwise."""

    installed: dict[str, str]
    missing: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


def free_bytes(path: Path) -> int:
    """Return the free bytes of the disk on which `path` lies."""
    facts = os.statvfs(path)
    return facts.f_bavail * facts.f_frsize


def limits(proc: Path = Path("/proc")) -> Limits:
    """Return this process's limits, which an engine inherits."""
    import resource

    def limit(number: int) -> int | None:
        soft, _ = resource.getrlimit(number)
        return None if soft in (_UNLIMITED, resource.RLIM_INFINITY) else soft

    priority = limit(resource.RLIMIT_RTPRIO) if hasattr(resource, "RLIMIT_RTPRIO") else None
    status = proc / "self" / "status"
    rights = re.search(r"^CapEff:\s*(\w+)", status.read_text(), re.M) if status.exists() else None
    may_lock = rights is not None and bool(int(rights.group(1), 16) >> _CAP_IPC_LOCK & 1)
    return Limits(priority, limit(resource.RLIMIT_MEMLOCK), may_lock)


def machine(sys_folder: Path = Path("/sys")) -> Machine:
    """Return the facts of the processor and the kernel."""
    governors = sys_folder.glob("devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor")
    mark = sys_folder / "kernel" / "realtime"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Machine(
        platform.system(),
        cores or 1,
        tuple(sorted({path.read_text().strip() for path in governors})),
        f"{platform.release()} {platform.version()}",
        mark.exists() and mark.read_text().strip() == "1",
    )


def folder(path: Path, room: Room = free_bytes) -> Folder:
    """Return the facts of the folder at `path`, having tried to write there."""
    refused = None
    try:
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        refused = error.strerror or str(error)
    return Folder(path, _used(path), room(path), refused)


def versions(requirements: Iterable[str] | None = None) -> Versions:
    """Return what is installed of what the program needs, by its own metadata unless given."""
    own = {"python": platform.python_version()}
    if requirements is None:
        try:
            own["loopmind"] = metadata.version(DISTRIBUTION)
            requirements = metadata.requires(DISTRIBUTION) or ()
        except metadata.PackageNotFoundError:
            return Versions(own, (DISTRIBUTION,))
    installed, missing, other = dict(own), [], []
    for requirement in requirements:
        name, pinned = read_requirement(requirement)
        if name is None:
            continue
        try:
            installed[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
            continue
        if pinned is not None and installed[name] != pinned:
            other.append(f"{name}=={pinned}")
    return Versions(installed, tuple(missing), tuple(other))


def read_requirement(text: str) -> tuple[str | None, str | None]:
    """Return the name and the pinned version of a requirement; no name where it is an extra's.

    >>> read_requirement("pyo==1.1.0"), read_requirement("numpy>=2.0")
    (('pyo', '1.1.0'), ('numpy', None))
    >>> read_requirement('ruff>=0.9; extra == "dev"')
    (None, None)
    """
    wanted, _, condition = text.partition(";")
    match = re.match(r"\s*([\w.-]+)", wanted)
    if match is None or "extra" in condition:
        return None, None
    pinned = re.search(r"==\s*([\w.]+)", wanted)
    return match.group(1), pinned.group(1) if pinned else None


def _used(path: Path) -> int:
    """Return the bytes of all files in and below `path`; what goes meanwhile is not counted."""
    total = 0
    for place, _, names in os.walk(path):
        for name in names:
            try:
                total += os.lstat(Path(place, name)).st_size
            except FileNotFoundError:
                continue
    return total
