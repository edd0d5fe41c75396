"""The journal of a performance (JSON Lines): from it a new process goes on where one was killed.

A header, then one line for each change: the nouns that are new to it, numbered, and the values of
the session that it set. Of a long tuple only what is new at its end is written, and which of the
items before stayed. Each change is one write, handed to the system before it is answered: a killed
process loses nothing, and leaves at most one cut line. A file that has grown too large is begun
anew from the whole state.
"""

import dataclasses
import errno
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopmind_live.errors import SessionError
from loopmind_live.session.journal_codec import Decoder, Encoder, nouns_of
from loopmind_live.session.snapshot import Snapshot
from loopmind_live.session.state import State

FORMAT = 2
MAX_BYTES = 4 << 20
"""A journal of this size is begun anew, though never before it is twice its whole state."""
MAX_READ_BYTES = 256 << 20
_OTHERS = ("recipes", "placed", "told_bpm")


class Journal:
    """Writes a performance's journal; one thread writes.

    Where the disk takes no more it ends, `tell` is told so once, and the music goes on.
    """

    def __init__(
        self,
        path: Path,
        header: Mapping[str, Any],
        tell: Callable[[str], None],
        *,
        snapshot: Snapshot | None = None,
        notes: Mapping[str, Any] | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """Write the file at `path` with what is known already, whole, in place of an older one.

        SessionError where it cannot be written.
        """
        self.path = path
        self.failure: str | None = None
        self._header, self._tell = dict(header), tell
        self._max_bytes, self._next_bytes = max_bytes, max_bytes
        self._snapshot = snapshot
        self._notes: dict[str, Any] = dict(notes or {})
        self._file = -1
        self._encoder = Encoder()
        try:
            self._begin()
        except OSError as error:
            raise SessionError(
                f"{path}: no journal can be kept there ({error.strerror})"
            ) from error

    def keep(self, snapshot: Snapshot) -> None:
        """Write down what is new in `snapshot`."""
        before, self._snapshot = self._snapshot, snapshot
        changes = changed(before, snapshot)
        if changes:
            self._guard(lambda: self._write_changes(changes))

    def note(self, **facts: Any) -> None:
        """Write down facts of the program beside the session: plain JSON, each replaced whole."""
        new = {name: fact for name, fact in facts.items() if self._notes.get(name) != fact}
        if new:
            self._notes |= new
            self._guard(lambda: self._append(_line({"note": new})))

    def close(self) -> None:
        """Close the file; further writing does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _guard(self, write: Callable[[], None]) -> None:
        if self._file < 0:
            return
        try:
            write()
            if self._size > self._next_bytes:
                self._begin()
        except (OSError, ValueError, SessionError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self.close()
            self.failure = (
                f"{self.path}: the journal cannot be written ({reason}): the set plays on, but "
                "cannot be taken up again after a crash"
            )
            self._tell(self.failure)

    def _begin(self) -> None:
        """Write the file anew: header, notes and the whole snapshot; then let it take its place."""
        new = self.path.with_suffix(".new")
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        old, self._file, self._size = self._file, file, 0
        self._encoder.forget()
        try:
            self._append(_line({"journal": FORMAT, **self._header}))
            if self._notes:
                self._append(_line({"note": self._notes}))
            if self._snapshot is not None:
                # Line by line: all of it at once would take megabytes, in the midst of a set.
                self._tell_changes(changed(None, self._snapshot), self._append)
            new.rename(self.path)
        except BaseException:
            self._file = old
            os.close(file)
            with suppress(OSError):
                new.unlink()
            raise
        if old >= 0:
            os.close(old)
        self._next_bytes = max(self._max_bytes, 2 * self._size)

    def _write_changes(self, changes: Mapping[str, "Whole | Moved"]) -> None:
        """Append the lines that tell `changes` in one write, so that they are there or are not."""
        lines: list[bytes] = []
        self._tell_changes(changes, lines.append)
        self._append(b"".join(lines))

    def _tell_changes(
        self, changes: Mapping[str, "Whole | Moved"], write: Callable[[bytes], None]
    ) -> None:
        """Give `write` one line after another: new nouns, each before what speaks of it."""

        def define(number: int, noun: Any) -> None:
            write(_line({"number": number, "noun": noun}))

        told: dict[str, Any] = {}
        for name, change in changes.items():
            if isinstance(change, Whole):
                told[name] = self._encoder.encode(change.value, define)
                continue
            then = self._encoder.encode(change.then, define)
            told[name] = {"drop": change.drop, "keep": change.keep, "then": then}
        write(_line({"set": told}))

    def _append(self, lines: bytes) -> None:
        try:
            if os.write(self._file, lines) != len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            with suppress(OSError):  # what cannot be taken back is no file on a disk
                os.ftruncate(self._file, self._size)
            raise
        self._size += len(lines)


@dataclass(frozen=True, slots=True)
class Whole:
    """A value that is told whole."""

    value: Any


@dataclass(frozen=True, slots=True)
class Moved:
    """A tuple told by the one before: without its first `drop`, the next `keep`, `then` others."""

    drop: int
    keep: int
    then: tuple[Any, ...]

    @classmethod
    def between(cls, before: tuple[Any, ...], after: tuple[Any, ...]) -> "Moved":
        """Return what makes `after` of `before`; items are known again by being the same.

        >>> a, b, c = (1,), (2,), (3,)
        >>> Moved.between((a, b), (b, c))
        Moved(drop=1, keep=1, then=((3,),))
        """
        first = after[0] if after else None
        drop = next((i for i, one in enumerate(before) if one is first), 0)
        keep = 0
        for mine, other in zip(before[drop:], after, strict=False):
            if mine is not other and mine != other:
                break
            keep += 1
        return cls(drop, keep, after[keep:])

    def of(self, before: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the tuple that is told."""
        return (*before[self.drop : self.drop + self.keep], *self.then)


def changed(before: Snapshot | None, after: Snapshot) -> dict[str, Whole | Moved]:
    """Return, by name, what `after` sets.

    >>> from loopmind_live.timing.tempo_map import TempoMap
    >>> one = Snapshot(State(TempoMap.constant(120.0, 48000), taps=(1, 2)))
    >>> two = dataclasses.replace(one, state=dataclasses.replace(one.state, taps=(1, 3), seed=7))
    >>> changed(one, two)
    {'seed': Whole(value=7), 'taps': Moved(drop=0, keep=1, then=(3,))}
    """
    changes: dict[str, Whole | Moved] = {}
    old, new = {} if before is None else _values(before), _values(after)
    for name, value in new.items():
        last = old.get(name)
        if name in old and (value is last or value == last):
            continue
        if isinstance(value, tuple):
            changes[name] = Moved.between(last if isinstance(last, tuple) else (), value)
        else:
            changes[name] = Whole(value)
    return changes


def _values(snapshot: Snapshot) -> dict[str, Any]:
    state = snapshot.state
    values = {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}
    return values | {name: getattr(snapshot, name) for name in _OTHERS}


@dataclass(frozen=True, slots=True)
class Kept:
    """What a journal holds. `damaged_bytes` at its end could not be read, and are left out."""

    header: dict[str, Any]
    notes: dict[str, Any]
    snapshot: Snapshot | None
    damaged_bytes: int = 0


def read_journal(path: Path) -> Kept:
    """Return what the journal at `path` holds, as far as it can be read.

    Raise SessionError where it is no journal, is of a newer version, or cannot be read at all.
    """
    try:
        if path.stat().st_size > MAX_READ_BYTES:
            raise SessionError(f"{path}: larger than {MAX_READ_BYTES >> 20} MB: this is no journal")
        data = path.read_bytes()
    except OSError as error:
        raise SessionError(f"{path}: the journal cannot be read ({error.strerror})") from error
    first, _, rest = data.partition(b"\n")
    header = _header(path, first)
    decoder = Decoder(nouns_of(Snapshot))
    values: dict[str, Any] = {}
    notes: dict[str, Any] = {}
    good = len(first) + 1
    for row in rest.splitlines(keepends=True):
        try:
            if not row.endswith(b"\n"):
                break
            _take(json.loads(row), decoder, values, notes)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, SessionError):
            break
        good += len(row)
    return Kept(header, notes, _snapshot(values), max(0, len(data) - good))


def _header(path: Path, row: bytes) -> dict[str, Any]:
    try:
        header = json.loads(row)
    except (ValueError, RecursionError) as error:
        raise SessionError(f"{path}: not a journal: its first line is damaged") from error
    version = header.get("journal") if isinstance(header, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise SessionError(f"{path}: not a journal: its first line names no format")
    if version > FORMAT:
        raise SessionError(
            f"{path}: journal format {version} is newer than {FORMAT}, which this version reads: "
            "upgrade loopmind-live"
        )
    return dict(header)


def _take(
    data: dict[str, Any], decoder: Decoder, values: dict[str, Any], notes: dict[str, Any]
) -> None:
    """Take one line; what is wrong with it raises, and nothing of it is taken."""
    if "noun" in data:
        decoder.define(data["number"], data["noun"])
    elif "note" in data:
        notes |= dict(data["note"])
    else:
        known = {field.name for field in dataclasses.fields(State)}.union(_OTHERS)
        new: dict[str, Any] = {}
        for name, told in data["set"].items():
            if name not in known:
                raise SessionError(f"{name!r} is not known here")
            if isinstance(told, dict) and "keep" in told:
                moved = Moved(told.get("drop", 0), told["keep"], decoder.decode(told["then"]))
                new[name] = moved.of(values.get(name, ()))
            else:
                new[name] = decoder.decode(told)
        values |= new


def _snapshot(values: Mapping[str, Any]) -> Snapshot | None:
    names = {field.name for field in dataclasses.fields(State)}
    if "tempo" not in values:
        return None
    state = State(**{name: value for name, value in values.items() if name in names})
    return Snapshot(state, **{name: values[name] for name in _OTHERS if name in values})


def _line(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n").encode()
