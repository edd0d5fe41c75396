"""What the performer alone hears, on the cue bus: click, count-in and pre-listening. Nouns only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from loopmind_live.engine.click import Clicks
from loopmind_live.score.loop import Loop

FIRST_CLICK_DB = -6.0


@dataclass(frozen=True, slots=True)
class CountIn:
    """So many bars of clicks before the first bar: on the cue, or on the master where asked."""

    bars: int
    on_master: bool = False


@dataclass(frozen=True, slots=True)
class Listen:
    """What is listened to, from `from_bar` on; `name` is how it is told.

    A loop of the library; a section as all that is pending will leave it; or, until it lands, the
    pending change of that number.
    """

    kind: Literal["loop", "section", "change"]
    name: str
    from_bar: float
    loop: Loop | None = None
    label: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """What the performer has asked to hear. Not part of the set: undo leaves it alone."""

    click: bool = False
    click_db: float = FIRST_CLICK_DB
    count_in: CountIn | None = None
    listen: Listen | None = None


@dataclass(frozen=True, slots=True)
class Ears:
    """What there is to hear with: whether the engine has a cue bus, the click's sounds, the loops.

    `loops` are numbered from 1, in the order in which the library lists them.
    """

    has_cue: bool
    clicks: Clicks
    loops: Sequence[Loop] = ()
