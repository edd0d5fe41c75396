"""Find the audio files in a folder."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from loopmind_live.errors import LibraryError
from loopmind_live.library.decode import SUFFIXES


@dataclass(frozen=True, slots=True)
class FoundFile:
    """An audio file as it lies on the disk: `path` is absolute."""

    path: Path
    mtime_ns: int
    size: int


Trouble = tuple[Path, str]
"""A file or folder that has to be left out, and why, in one line."""


def find_audio(folder: Path) -> tuple[list[FoundFile], list[Trouble]]:
    """Return the audio files in and below `folder`, by their endings and sorted by path.

    Hidden files and folders are passed over; links are followed, but no folder is entered twice.
    Raises LibraryError where the folder cannot be read or holds no audio file.
    """
    if not folder.exists():
        raise LibraryError(f"{folder}: no such folder")
    if not folder.is_dir():
        raise LibraryError(f"{folder}: is a file: name the folder that holds the loops")
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise LibraryError(f"{folder}: cannot be read ({error.strerror})") from error
    trouble: list[Trouble] = []
    found = sorted(_walk(folder.resolve(), trouble), key=lambda file: file.path)
    if not found and not trouble:
        raise LibraryError(f"{folder}: no audio files in it (wav, flac, ogg, mp3, aiff, ...)")
    return found, trouble


def _walk(folder: Path, trouble: list[Trouble]) -> Iterator[FoundFile]:
    def unreadable(error: OSError) -> None:
        trouble.append((Path(error.filename), f"{error.filename}: {error.strerror}"))

    entered: set[tuple[int, int]] = set()
    for root, folders, files in os.walk(folder, onerror=unreadable, followlinks=True):
        here = Path(root).stat()
        if (here.st_dev, here.st_ino) in entered:
            folders.clear()
            continue
        entered.add((here.st_dev, here.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(root, name)
            if name.startswith(".") or path.suffix.lower() not in SUFFIXES:
                continue
            try:
                str(path).encode()
                stat = path.stat()
            except UnicodeEncodeError:
                shown = name.encode(errors="backslashreplace").decode()
                trouble.append((path, f"{shown}: its name is not UTF-8: rename it"))
            except OSError as error:
                trouble.append((path, f"{name}: cannot be read ({error.strerror})"))
            else:
                if S_ISREG(stat.st_mode):
                    yield FoundFile(path, stat.st_mtime_ns, stat.st_size)
