"""What the performer alone hears, on the cue bus: click, count-in and pre-listening."""

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


def told(cue: Cue) -> list[str]:
    """Return the line that a status has of the cue, none where nothing was asked for.

    >>> told(Cue(click=True, count_in=CountIn(2, on_master=True))), told(Cue())
    (['cue: click -6 dB, play is counted in by 2 bars on the master'], [])
    """
    parts = []
    if cue.click:
        parts.append(f"click {cue.click_db:+g} dB")
    if cue.listen is not None:
        parts.append(f"listening to {cue.listen.name}")
    if cue.count_in is not None:
        bars = cue.count_in.bars
        where = "master" if cue.count_in.on_master else "cue"
        parts.append(f"play is counted in by {bars} bar{'s' * (bars > 1)} on the {where}")
    return [f"cue: {', '.join(parts)}"] if parts else []


@dataclass(frozen=True, slots=True)
class Ears:
    """What there is to hear with: whether the engine has a cue bus, the click's sounds, the loops.

    `loops` are numbered from 1, in the order in which the library lists them.
    """

    has_cue: bool
    clicks: Clicks
    loops: Sequence[Loop] = ()
