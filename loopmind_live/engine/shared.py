"""Memory that several processes map: files in RAM where there is room, cleaned up when orphaned."""

import errno
import fcntl
import mmap
import os
import shutil
import tempfile
from pathlib import Path

from loopmind_live.errors import EngineError

PREFIX = "loopmind-engine-"
LOCK_NAME = "lock"


def temp_folder() -> Path:
    """Return the folder for temporary files (TMPDIR)."""
    return Path(tempfile.gettempdir())


def room(size: int) -> Path:
    """Return the folder in which a file of `size` bytes fits: /dev/shm, else the temp folder."""
    for folder in (Path("/dev/shm"), temp_folder()):
        if folder.is_dir() and os.access(folder, os.W_OK) and _free_bytes(folder) > size * 1.05:
            return folder
    raise EngineError(
        f"no room for {size >> 20} MB of clips in /dev/shm or {temp_folder()} "
        f"({_free_bytes(temp_folder()) >> 20} MB free): make room or set TMPDIR"
    )


def make_folder(parent: Path) -> tuple[Path, int]:
    """Return a new private folder under `parent` and the descriptor of the lock that keeps it.

    The lock ends with the last process that holds it: a folder whose lock is free is an orphan.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    return folder, hold(folder)


def hold(folder: Path) -> int:
    """Return the descriptor of a lock that marks `folder` as in use by this process."""
    try:
        descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    except OSError as error:
        raise EngineError(f"{folder}: cannot be used ({error.strerror})") from error
    return descriptor


def try_lock(path: Path) -> int | None:
    """Return the descriptor of the only lock on `path`, or None where another process has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def remove_orphans(parent: Path) -> list[Path]:
    """Remove the folders with our lock that dead processes left under `parent`; return them."""
    removed = []
    for folder in parent.glob(PREFIX + "*"):
        try:
            descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue  # another user's, or no folder of ours: those have a lock from the start
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(folder)
        finally:
            os.close(descriptor)
    return removed


def make_file(path: Path, size: int) -> None:
    """Make `path` with `size` zero bytes, all allocated; EngineError where there is no room."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, size)
            else:
                os.ftruncate(descriptor, size)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOMEM):
            path.unlink(missing_ok=True)
            raise EngineError(
                f"{path.parent}: no room for {size / 1e6:.0f} MB "
                f"({_free_bytes(path.parent) / 1e6:.0f} MB free): make room or use fewer loops"
            ) from error
        raise EngineError(f"{path}: cannot be made ({error.strerror})") from error


def map_file(path: Path, writable: bool) -> mmap.mmap:
    """Map all of `path`, its pages already there, so that the audio thread never waits for one."""
    flags = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)
    rights = mmap.PROT_READ | (mmap.PROT_WRITE if writable else 0)
    try:
        descriptor = os.open(path, (os.O_RDWR if writable else os.O_RDONLY) | os.O_CLOEXEC)
        try:
            return mmap.mmap(descriptor, 0, flags=flags, prot=rights)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise EngineError(f"{path}: cannot be mapped ({error})") from error


def _free_bytes(folder: Path) -> int:
    facts = os.statvfs(folder)
    return facts.f_bavail * facts.f_frsize


def in_use(folder: Path) -> bool:
    """Tell whether a process that lives holds `folder`: an engine, its supervisor or performer."""
    try:
        descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False  # it is gone, or another user's
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
