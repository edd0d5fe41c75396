"""The swaps that a performance says it made, read from its events file.

Which loop a regenerate or a swap brings is the arranger's business, and the only thing that is
taken from here. Where and when it may take effect is worked out in `account`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from loopmind_live.bench.rules import Meter
from loopmind_live.bench.script import Typed
from loopmind_live.errors import ScoreError

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


def read_origin(path: Path, meter: Meter) -> int:
    """Return the frame of bar 1 in an events file: 0 offline; live, when the music began.

    The first swap tells it by its frame and bar. Raises ScoreError where there is none.
    """
    for event in _events(path):
        if event.get("kind") == "swap":
            return int(event["frame"]) - meter.line(round(event["bar"]) - 1)
    raise ScoreError(f"{path}: no swap: nothing was played")


def read_swaps(
    path: Path, aliases: Mapping[str, str] | None = None, origin: int = 0
) -> tuple[SwapEvent, ...]:
    """Return the swaps in an events file, in its order, with their frames counted from `origin`.

    A loop may be given by its path, file name or stem, or by a name in `aliases` (a content hash).
    Raises ScoreError where a line is no JSON or a swap lacks a field.
    """
    try:
        return tuple(
            _swap(event, aliases or {}, origin)
            for event in _events(path)
            if event.get("kind") == "swap"
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ScoreError(f"{path}: a swap is not as it should be: {error!r}") from error


def apply_moves(
    path: Path, typed: Sequence[Typed], meter: Meter, origin: int = 0
) -> tuple[tuple[Typed, ...], tuple[Typed, ...]]:
    """Return the lines with their landings as the events say they moved, and the ones that did.

    Live, what is not prepared in time moves to a later line, and a "late" event (`text`,
    `target_frame`, `moved_to_bar`) says so. Offline nothing may move.
    """
    lines, moved = list(typed), set()
    for event in _events(path):
        if event.get("kind") != "late" or "text" not in event:
            continue
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
