"""The swaps that a performance says it made, read from its events file.

Which loop a regenerate or a swap brings is the arranger's business, and the only thing that is
taken from here. Where and when it may take effect is worked out in `account`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from loopmind_live.bench.rules import Meter
from loopmind_live.bench.script import Typed
from loopmind_live.config import PIECE_BYTES
from loopmind_live.errors import ScoreError

_FOLLOWED = tuple(f'"kind": "{kind}"'.encode() for kind in ("swap", "late", "xrun"))
_PILED_UP_FRAMES = 5 * 48000
_NAME = re.compile(r"^([a-z]+)(?:[ _]?(\d+))?$")


@dataclass(frozen=True)
class SwapEvent:
    """One swap as it was logged; `loop` is a code's name, None where the track falls silent.

    `label` and `number` name the section, "" where none is named.
    """

    label: str
    number: int | None
    track: str
    loop: str | None
    target_frame: int
    frame: int


class EventTail:
    """Follows an events file while it is written; keeps what tells of swaps, moves and xruns.

    `controls` counts the parameters that the engine was told from the first frame to the last of
    `control_frames`: not what had piled up when the music began.
    """

    def __init__(self, path: Path) -> None:
        self.events: list[Mapping[str, Any]] = []
        self.controls = 0
        self.control_frames: tuple[int, int] = (0, 0)
        self._path = path
        self._at = 0
        self._held = b""

    def read(self) -> None:
        """Take what was written since the last look; a line that is not whole yet has to wait."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._at)
            while piece := file.read(PIECE_BYTES):
                self._at += len(piece)
                *lines, self._held = (self._held + piece).split(b"\n")
                for line in lines:
                    self._take(line)

    def _take(self, line: bytes) -> None:
        if b'"kind": "param"' in line:
            if not self.events:
                return
            frame = int(json.loads(line)["frame"])
            if frame < int(self.events[0]["frame"]) + _PILED_UP_FRAMES:
                return
            self.controls += 1
            first = frame if self.controls == 1 else self.control_frames[0]
            self.control_frames = (first, frame)
        elif any(kind in line for kind in _FOLLOWED):
            self.events.append(json.loads(line))


def read_origin(path: Path, meter: Meter) -> int:
    """Return the frame of bar 1 in an events file: 0 offline; live, when the music began.

    The first swap tells it by its frame and bar. Raises ScoreError where there is none.
    """
    origin = origin_of(_events(path), meter)
    if origin is None:
        raise ScoreError(f"{path}: no swap: nothing was played")
    return origin


def origin_of(events: Iterable[Mapping[str, Any]], meter: Meter) -> int | None:
    """Return the frame of bar 1, None before anything has played."""
    first = next((event for event in events if event.get("kind") == "swap"), None)
    if first is None:
        return None
    return int(first["frame"]) - meter.line(round(first["bar"]) - 1)


def read_swaps(
    path: Path, aliases: Mapping[str, str] | None = None, origin: int = 0
) -> tuple[SwapEvent, ...]:
    """Return the swaps in an events file, in its order, with their frames counted from `origin`.

    A loop may be given by its path, file name or stem, or by a name in `aliases` (a content hash).
    Raises ScoreError where a line is no JSON or a swap lacks a field.
    """
    try:
        return swaps_of(_events(path), aliases, origin)
    except (KeyError, TypeError, ValueError) as error:
        raise ScoreError(f"{path}: a swap is not as it should be: {error!r}") from error


def swaps_of(
    events: Iterable[Mapping[str, Any]],
    aliases: Mapping[str, str] | None = None,
    origin: int = 0,
) -> tuple[SwapEvent, ...]:
    """Return the swaps among `events`, in their order, with their frames counted from `origin`."""
    return tuple(
        _swap(event, aliases or {}, origin) for event in events if event.get("kind") == "swap"
    )


def moved_lines(
    events: Iterable[Mapping[str, Any]], typed: Sequence[Typed], meter: Meter, origin: int = 0
) -> tuple[tuple[Typed, ...], tuple[Typed, ...]]:
    """Return the lines with their landings as the events say they moved, and the ones that did.

    Live, what is not prepared in time moves to a later line, and a "late" event (`text`,
    `target_frame`, `moved_to_bar`) says so. Offline nothing may move.
    """
    lines, moved = list(typed), set()
    for event in events:
        if event.get("kind") != "late" or not {"text", "moved_to_bar"} <= event.keys():
            continue  # the engine's own tells of rows, not of a change
        due = int(event["target_frame"]) - origin
        for place, line in enumerate(lines):
            bar = meter.landing(line.at_bars, line.ahead)
            if line.text == event["text"] and meter.line(bar) == due:
                later = int(event["moved_to_bar"]) - 1 - bar
                lines[place] = replace(line, ahead=line.ahead + later)
                moved.add(place)
                break
    return tuple(lines), tuple(lines[place] for place in sorted(moved))


def _events(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                event = json.loads(line)
            except ValueError as error:
                raise ScoreError(f"{path}: line {number} is no JSON: {error}") from error
            if isinstance(event, dict):
                yield event


def _swap(event: Mapping[str, Any], aliases: Mapping[str, str], origin: int) -> SwapEvent:
    label, number = "", None
    if event["section"]:
        found = _NAME.match(event["section"])
        if found is None:
            raise ValueError(f"section {event['section']!r}")
        label, number = found.group(1), int(found.group(2)) if found.group(2) else None
    loop = event["loop"]
    if loop:
        loop = aliases.get(loop, PurePath(loop).stem)
    target, frame = int(event["target_frame"]) - origin, int(event["frame"]) - origin
    return SwapEvent(label, number, event["track"], loop or None, target, frame)
