"""Where the set that plays is kept, and what else its file says: part of what a load brings."""

from dataclasses import dataclass
from pathlib import Path

from loopmind_live.score.script import ScriptLine


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Home:
    """The folder of a set, its name, and what is kept in it as it was found there.

    `music` is the folder of its loops, `library` a library of them, None where it says nothing of
    them; `timed` are the lines of its start.txt that name a bar.
    """

    folder: Path
    name: str = ""
    music: Path | None = None
    library: Path | None = None
    timed: tuple[ScriptLine, ...] = ()
