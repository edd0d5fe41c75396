"""Find the audio files in a folder."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from loopmind_live.errors import LibraryError

SUFFIXES = frozenset(
    (".wav", ".wave", ".w64", ".rf64", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff",
     ".aifc", ".au", ".caf", ".m4a", ".aac", ".mp4")
)  # fmt: skip
"""How the names of audio files end. Here, apart from decoding: to look must cost no import."""


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
    found = sorted(_walk(folder.resolve(), trouble), key=lambda file: str(file.path))
    if not found and not trouble:
        raise LibraryError(f"{folder}: no audio files in it (wav, flac, ogg, mp3, aiff, ...)")
    return found, trouble


def _walk(folder: Path, trouble: list[Trouble]) -> Iterator[FoundFile]:
    """Yield the audio files of a folder and of those in it; written for folders of many files."""
    entered: set[tuple[int, int]] = set()
    waiting = [str(folder)]
    while waiting:
        here = waiting.pop()
        try:
            facts = os.stat(here)  # noqa: PTH116 - a Path a file costs more than its analysis saves
            if (facts.st_dev, facts.st_ino) in entered:
                continue
            entered.add((facts.st_dev, facts.st_ino))
            with os.scandir(here) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            trouble.append((Path(here), f"{here}: {error.strerror}"))
            continue
        folders = []
        for entry in inside:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                folders.append(entry.path)
            elif _suffix(entry.name) in SUFFIXES:
                file = _file(entry, trouble)
                if file is not None:
                    yield file
        waiting += reversed(folders)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link into nowhere, or in a circle


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - as above


def _file(entry: "os.DirEntry[str]", trouble: list[Trouble]) -> FoundFile | None:
    """Return what a name with an audio file's ending stands for; None where it is no file."""
    path = Path(entry.path)
    try:
        entry.path.encode()
        stat = entry.stat()
    except UnicodeEncodeError:
        shown = entry.name.encode(errors="backslashreplace").decode()
        trouble.append((path, f"{shown}: its name is not UTF-8: rename it"))
    except OSError as error:
        trouble.append((path, f"{entry.name}: cannot be read ({error.strerror})"))
    else:
        if S_ISREG(stat.st_mode):
            return FoundFile(path, stat.st_mtime_ns, stat.st_size)
    return None
