"""The tone of parts that get darker or brighter: loops do most of it, a shelf the rest. Pure.

Where no darker loop is to be had, the one that plays gets duller, by a step each time it is asked.
"""

from dataclasses import replace

from loopmind_live.arranger.base import NEUTRAL, Direction
from loopmind_live.arranger.directions import comparative
from loopmind_live.score.arrangement import Part

STEP_DOWN_DB, STEP_UP_DB = 2.0, 4.0
"""How far the high shelf of a part is moved at once: what is added up there drowns in cymbals, what
is taken away does not."""
LOWEST_DB, HIGHEST_DB = -6.0, 4.0
"""How far it is moved at most: further, it is no tone but a fault."""


def leads_by_brightness(direction: Direction) -> bool:
    """Tell whether `direction` asks for darker or brighter above all.

    >>> leads_by_brightness(Direction(brightness=-1.0)), leads_by_brightness(Direction(energy=1.0))
    (True, False)
    """
    return direction != NEUTRAL and comparative(direction) in ("darker", "brighter")


def shaded(part: Part, direction: Direction) -> Part:
    """Return `part` with its high shelf a step in `direction`, as far as there is any.

    >>> from pathlib import Path
    >>> from loopmind_live.score.loop import Loop
    >>> pad = Part("pad", Loop(Path("a.wav"), ""), high_db=-5.0)
    >>> shaded(pad, Direction(brightness=-1.0)).high_db
    -6.0
    """
    if not leads_by_brightness(direction):
        return part
    if direction.brightness < 0.0:
        high_db = part.high_db + STEP_DOWN_DB * direction.brightness
        high_db = min(part.high_db, max(LOWEST_DB, high_db))
    else:
        high_db = part.high_db + STEP_UP_DB * direction.brightness
        high_db = max(part.high_db, min(HIGHEST_DB, high_db))
    return replace(part, high_db=round(high_db, 1))
