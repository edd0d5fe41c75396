"""Event files (JSON Lines): a header, then one line for each thing that happened in a set."""

import errno
import json
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from loopmind_live.errors import ScoreError

FORMAT = 1
BAR_DIGITS = 6


class Events(NamedTuple):
    """What an event file holds. `truncated`: its last line was cut off, and is left out."""

    header: dict[str, Any]
    events: list[dict[str, Any]]
    truncated: bool


class EventLog:
    """Writes an event file, each line handed to the system as it is written.

    One thread writes. A line is one write, so that a killed process leaves at most one cut line;
    a line that a full disk cut off is taken back, so that the file stays whole.
    """

    def __init__(self, path: Path, header: Mapping[str, Any], *, go_on: bool = False) -> None:
        """Begin the file at `path` anew with `header`, to which the format is added.

        To `go_on` is to add to a file that is there, less a last line that was cut off. Raise
        ScoreError where the file cannot be written.
        """
        self.path = path
        self._size = 0
        if go_on:
            self._go_on()
            return
        try:
            self._file = path.open("wb", buffering=0)
        except OSError as error:
            raise self._failure(error) from error
        try:
            self._line({"format": FORMAT, **header})
        except ScoreError:
            self._file.close()
            raise

    def write(self, kind: str, frame: int, bar: float, **fields: Any) -> None:
        """Add an event; `bar` is counted from 1, with its fraction.

        Raise ScoreError where the disk takes no more, or a number is not finite.
        """
        if not math.isfinite(bar):
            raise ScoreError(f"event {kind!r} at frame {frame}: bar {bar} is not finite")
        self._line({"frame": frame, "bar": round(bar, BAR_DIGITS), "kind": kind, **fields})

    def close(self) -> None:
        """Close the file; further closing does nothing."""
        try:
            self._file.close()
        except OSError as error:
            raise self._failure(error) from error

    def __enter__(self) -> "EventLog":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _go_on(self) -> None:
        """Open the file behind its last whole line."""
        try:
            self._size = self.path.read_bytes().rfind(b"\n") + 1
            self._file = self.path.open("r+b", buffering=0)
            self._file.truncate(self._size)
            self._file.seek(self._size)
        except OSError as error:
            raise self._failure(error) from error

    def _line(self, data: Mapping[str, Any]) -> None:
        try:
            text = json.dumps(data, ensure_ascii=False, allow_nan=False, default=_plain)
        except ValueError as error:
            raise ScoreError(f"{self.path}: an event cannot be written: {error}") from error
        line = (text + "\n").encode()
        try:
            written = self._file.write(line)
            if written != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            with suppress(OSError):  # what cannot be taken back is no file on a disk
                self._file.truncate(self._size)
                self._file.seek(self._size)
            raise self._failure(error) from error
        self._size += len(line)

    def _failure(self, error: OSError) -> ScoreError:
        return ScoreError(f"{self.path}: events cannot be written ({error.strerror})")


def read_events(path: Path) -> Events:
    """Return header and events of the file at `path`.

    A last line that was cut off is dropped and told of. Raise ScoreError where the file is no
    event file, is of a newer format, or is damaged elsewhere.
    """
    try:
        rows = path.read_bytes().split(b"\n")
    except FileNotFoundError as error:
        raise ScoreError(f"{path}: no such event file") from error
    except OSError as error:
        raise ScoreError(f"{path}: cannot be read ({error.strerror})") from error
    rows = rows[:-1] if rows[-1] == b"" else rows
    objects: list[dict[str, Any]] = []
    truncated = False
    for number, row in enumerate(rows, start=1):
        if number > 1 and not row.strip():
            continue
        try:
            objects.append(_object(row))
        except ValueError as error:
            if number == len(rows) and number > 1:
                truncated = True
                break
            raise ScoreError(f"{path}, line {number}: not an event: {error}") from error
    header = objects[0] if objects else {}
    version = header.get("format")
    if isinstance(version, bool) or not isinstance(version, int):
        raise ScoreError(f"{path}: not an event file: its first line names no format")
    if version > FORMAT:
        raise ScoreError(
            f"{path}: format {version} is newer than {FORMAT}, which this version reads: "
            "upgrade loopmind-live"
        )
    for number, event in enumerate(objects[1:], start=2):
        if not {"frame", "bar", "kind"} <= event.keys():
            raise ScoreError(f"{path}, event {number - 1}: frame, bar or kind is missing")
    return Events(header, objects[1:], truncated)


def _object(row: bytes) -> dict[str, Any]:
    data = json.loads(row.decode("utf-8"))
    if not isinstance(data, dict):
        raise ValueError("a line holds one JSON object")
    return data


def _plain(value: Any) -> Any:
    """Return paths as text and NumPy's numbers as numbers; anything else is the caller's error."""
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot stand in an event")
