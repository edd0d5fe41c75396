"""What a command asks for beyond the state: words, files, live parameters. Data only."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from loopmind_live.score.loop import Loop
from loopmind_live.session.command import Command

Verdict = Literal["kept", "undone", "swapped", "brought back", "locked", "favorite", "no favorite"]


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the performer one line; `bar` is the line (offset from 0) that it speaks of."""

    text: str
    bar: float | None = None


@dataclass(frozen=True, slots=True)
class SetParameter:
    """Set a live parameter of the engine, no sooner than at `frame` where one is given."""

    name: str
    value: float
    frame: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Start recording to `file` (a name of the program's own where None), or stop.

    With `stems` every track is recorded beside the master.
    """

    on: bool
    file: str | None = None
    stems: bool = False


@dataclass(frozen=True, slots=True)
class Save:
    """Keep the set in the folder that `file` names, or the arrangement alone in a *.json.

    Where None, where it was kept last, or under a name of the program's own.
    """

    file: str | None = None


@dataclass(frozen=True, slots=True)
class Help:
    """Show help for `topic`, or the list of commands."""

    topic: str | None = None


@dataclass(frozen=True, slots=True)
class ShowStatus:
    """Tell what plays, what is pending and how the engine does."""


@dataclass(frozen=True, slots=True)
class Quit:
    """End the performance."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """Remember what the performer thinks of `loops`, and which others played `beside` them."""

    verdict: Verdict
    loops: tuple[Loop, ...]
    beside: tuple[Loop, ...] = ()


@dataclass(frozen=True, slots=True)
class Forget:
    """Erase what is remembered of the performer: "taste" or "favorites"."""

    what: str


@dataclass(frozen=True, slots=True)
class Rehearse:
    """Rehearse the patch of that name, then carry out `command`, which waits for it.

    It is in `file`; where None, wherever patches are looked for.
    """

    name: str
    command: Command
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Learn:
    """Let the next control that is moved on a MIDI device do `what`; "forget" and "off" undo it."""

    what: str


@dataclass(frozen=True, slots=True)
class SetLink:
    """Join an Ableton Link session or leave it, and how; None leaves something as it is.

    `offset_ms` is by how much all is to sound earlier than the device's latency calls for.
    """

    on: bool | None = None
    start_stop: bool | None = None
    offset_ms: float | None = None


@dataclass(frozen=True, slots=True)
class SetClock:
    """Send MIDI clock, or play along with one; at one `port`, at any where that is empty.

    `offset_ms` is by how much clocks are taken to be later than they seem; None leaves all else.
    """

    way: Literal["out", "in", "offset"]
    on: bool = True
    port: str = ""
    offset_ms: float = 0.0


def asked_clock(way: Literal["out", "in"], words: str) -> SetClock:
    """Return what is asked for by the words after "clock out" or "clock in".

    >>> asked_clock("out", "off"), asked_clock("in", "on Drum Machine").port
    (SetClock(way='out', on=False, port='', offset_ms=0.0), 'Drum Machine')
    """
    first, _, rest = words.strip().partition(" ")
    if first.casefold() in ("on", "off"):
        return SetClock(way, first.casefold() == "on", rest.strip())
    return SetClock(way, True, words.strip())


Effect = (
    Say
    | SetParameter
    | Record
    | Save
    | Help
    | ShowStatus
    | Quit
    | Opinion
    | Forget
    | Learn
    | SetLink
    | Rehearse
    | SetClock
)
