"""What comes in from surfaces, and what it is taken for: for `loopmind monitor` to print.

Whatever takes messages of any kind notes them here, where anybody looks:

    if monitor.watched:
        monitor.note("MIDI Launchpad X", "note on 81 127", "goto hook 2")
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from loopmind_live.control.osc_addresses import Typed
from loopmind_live.session.commands import Command

MOST_WAITING = 500
"""So many notes wait for whoever looks; what is more is counted."""
MAX_TEXT = 200


@dataclass(frozen=True, slots=True)
class Note:
    """Something that came: when (seconds since 1970), from where, what, and what it stands for."""

    time_s: float
    source: str
    came: str
    meant: str

    def __str__(self) -> str:
        """Return the line that is printed."""
        clock = datetime.fromtimestamp(self.time_s).strftime("%H:%M:%S.%f")[:-3]
        return f"{clock}  {self.source}  {self.came}  ->  {self.meant}"


class Monitor:
    """Keeps notes while anybody looks; one thread alone writes and takes them."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._notes: deque[Note] = deque()
        self._missed = 0
        self.watched = False

    def note(self, source: str, came: str, meant: str) -> None:
        """Note what came from `source` ("OSC 127.0.0.1:9001"), and what it stands for."""
        if not self.watched:
            return
        if len(self._notes) >= MOST_WAITING:
            self._missed += 1
            return
        texts = (_short(text) for text in (source, came, meant))
        self._notes.append(Note(self._now(), *texts))

    def take(self) -> list[Note]:
        """Return all notes since the last time; the last one tells how many there was no room for.

        >>> monitor = Monitor(lambda: 0.0)
        >>> monitor.watched = True
        >>> monitor.note("OSC 127.0.0.1:9001", "/loopmind/undo", "undo")
        >>> [note.meant for note in monitor.take()], monitor.take()
        (['undo'], [])
        """
        notes = list(self._notes)
        self._notes.clear()
        if self._missed:
            notes.append(Note(self._now(), "all", f"{self._missed:,} more came", "not shown"))
            self._missed = 0
        return notes


def meant_by(asked: Command | Typed | None) -> str:
    """Return what is asked for, as words.

    >>> meant_by(Command("mute", {"roles": ("bass", "pad")})), meant_by(Typed("drop it"))
    ('mute bass, pad', 'typed: drop it')
    """
    match asked:
        case None:
            return "nothing: a button that is let go"
        case Typed(text):
            return f"typed: {text}"
        case _:
            values = (
                ", ".join(value) if isinstance(value, tuple)
                else f"{value:g}" if isinstance(value, float) else str(value)
                for value in asked.arguments.values()
            )  # fmt: skip
            when = () if asked.when is None else (asked.when.unit,)
            return " ".join([asked.name, *values, *when])


def _short(text: str) -> str:
    """Return a text in one line that moves no cursor, cut where it is long."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in text)
    return plain if len(plain) <= MAX_TEXT else plain[:MAX_TEXT] + " ..."
