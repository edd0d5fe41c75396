"""Where what code asks for lands: on the line that it is meant for, or the next one. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loopmind_live.repl.livecode.timetable import NEAR, grid_number
from loopmind_live.session.commands import BY_NAME, Command, When
from loopmind_live.timing.tempo_map import TempoMap


def reachable(tempo: TempoMap, bar: float, grid: float, first_frame: int) -> float:
    """Return `bar` where its line is at `first_frame` or later, else the next multiple of `grid`.

    >>> tempo = TempoMap.constant(120.0, 48000)
    >>> reachable(tempo, 4.0, 1.0, tempo.line(4)), reachable(tempo, 4.0, 1.0, tempo.line(4) + 1)
    (4.0, 5.0)
    >>> reachable(tempo, 4.25, 0.125, tempo.line(4.3))
    4.375
    """
    if tempo.line(bar) >= first_frame:
        return bar
    number = grid_number(tempo.bar(first_frame), grid)
    while tempo.line(number * grid) < first_frame:
        number += 1
    return number * grid


def meant_for(command: Command, bar: float | None) -> Command:
    """Return a command as it is submitted for `bar`: off the bar lines it lands there and then.

    What says itself when it lands, in words, keeps to that.

    >>> meant_for(Command("undo"), 4.25), meant_for(Command("unsolo"), 4.0)  # doctest: +ELLIPSIS
    (Command(name='undo', ...when=None, ...), Command(name='unsolo', ...when=None, ...))
    >>> meant_for(Command("unsolo"), 4.25).when
    When(unit='now', n=1)
    """
    lands = BY_NAME[command.name].lands
    if bar is None or lands is None or command.when is not None:
        return command
    if abs(bar - round(bar)) <= NEAR and lands != "now":
        return command
    return replace(command, when=When("now"))


def worded(name: str, arguments: Mapping[str, Any]) -> str:
    """Return a command in words, as it is shown and written down.

    >>> worded("level", {"roles": ("bass", "pad"), "db": -3.0})
    'level bass pad -3'
    """
    words = [name]
    for value in arguments.values():
        match value:
            case tuple():
                words += map(str, value)
            case float():
                words.append(f"{value:g}")
            case _:
                words.append(str(value))
    return " ".join(words)
