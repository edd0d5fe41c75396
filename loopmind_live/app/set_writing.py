"""Keep a set in its folder: whole, or not at all."""

import os
import shutil
import tempfile
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from loopmind_live.app.set_folder import CODE, SET, START, TIMELINE
from loopmind_live.errors import SessionError

BEFORE = ".before"
"""What follows the name of the folder that holds a set as it was before it was kept anew."""
_OWN = (SET, TIMELINE, CODE, START)
MAX_ENTRIES = 20_000


def before(folder: Path) -> Path:
    """Return the folder of a set as it was before it was kept anew."""
    return folder.with_name(folder.name + BEFORE)


def write_folder(folder: Path, texts: Mapping[str, str], copies: Mapping[str, Path]) -> None:
    """Make `folder` hold `texts` and `copies` of files, by their names in it.

    All is written beside it, and then takes its place at once; what was there stays beside it as
    `before` says. Whatever else lay there, as its music, is there again. SessionError where it
    cannot be written, or where something lies there that is no set: then nothing has changed.
    """
    there = folder.exists() or folder.is_symlink()
    if there and not (folder / SET).is_file():
        raise SessionError(f"{folder}: there is something else, no set: choose another name")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    except OSError as error:
        raise SessionError(f"{folder}: cannot be written ({error.strerror})") from error
    try:
        if there:
            _take_along(folder.resolve(), new, {*texts, *copies, *_OWN})
        for name, text in texts.items():
            _write(new / name, text.encode())
        for name, file in copies.items():
            _write(new / name, file.read_bytes())
            facts = file.stat()  # as old as it is: nothing of it was edited
            os.utime(new / name, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        new.chmod(0o755)
        _put_in_place(new, folder.resolve() if there else folder)
    except OSError as error:
        raise SessionError(
            f"{folder}: cannot be written ({error.strerror or error}): it is as it was"
        ) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())


def _take_along(old: Path, new: Path, left_out: Collection[str]) -> None:
    """Have in `new` what lies in `old`: the same files under a second name, not copies of them."""
    entries = 0
    for folder, folders, files in os.walk(old):
        inside = Path(folder).relative_to(old)
        (new / inside).mkdir(exist_ok=True)
        linked = [name for name in folders if (old / inside / name).is_symlink()]
        for name in (*files, *linked):
            entries += 1
            if entries > MAX_ENTRIES:
                raise SessionError(
                    f"{old}: more than {MAX_ENTRIES} files: keep the set in a folder without them"
                )
            if (inside / name).as_posix() not in left_out:
                _link(old / inside / name, new / inside / name)


def _link(file: Path, to: Path) -> None:
    if file.is_symlink():
        to.symlink_to(file.readlink())
        return
    try:
        to.hardlink_to(file)
    except OSError:  # a disk without second names
        shutil.copy2(file, to)


def _put_in_place(new: Path, folder: Path) -> None:
    """Let `new` be `folder`; a crash in between leaves the one that was there, beside it."""
    if folder.exists():
        old = before(folder)
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            with suppress(OSError):
                old.rename(folder)
            raise
    else:
        new.rename(folder)
