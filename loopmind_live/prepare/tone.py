"""Give the parts of a file the tone of its recipe, so that their joints stay as they were. Pure."""

import numpy as np

from loopmind_live.dsp.seams import Audio, raised
from loopmind_live.dsp.shelves import Section, filtered, filtered_round, shelves
from loopmind_live.prepare.cut import Cut
from loopmind_live.score.clip import ClipRecipe

_JOIN_S = 0.010
_SETTLED_S = 0.1


def toned(parts: Cut, rate_hz: int, recipe: ClipRecipe) -> Cut:
    """Return `parts` through the recipe's shelves; flat ones leave every sample alone.

    A body with a tail is one sound with it: passes that overlap add up to what the shelves make of
    their sum. Any other is a circle.
    """
    sections = shelves(recipe.low_db, recipe.high_db, rate_hz)
    if not sections:
        return parts
    if len(parts.tail):
        strip = filtered(np.concatenate([parts.body, parts.tail]), sections)
        body, tail = strip[: len(parts.body)], strip[len(parts.body) :]
    else:
        body, tail = filtered_round(parts.body, sections, rate_hz), parts.tail
    return Cut(_lead(parts, body, sections, rate_hz), body, tail)


def _lead(parts: Cut, body: Audio, sections: list[Section], rate_hz: int) -> Audio:
    """Return the lead-in, which meets `body` as it would meet its own continuation.

    The body's first frames are those after a pass, not after the lead-in: what they are apart by
    is leaned away over the last 10 ms before.
    """
    size = len(parts.lead)
    if not size:
        return parts.lead
    going_on = parts.body[: round(_SETTLED_S * rate_hz)]
    strip = filtered(np.concatenate([parts.lead, going_on]), sections)
    lead = strip[:size].copy()
    join = min(size, round(_JOIN_S * rate_hz))
    lead[-join:] += (body[0] - strip[size]) * raised(join)
    return lead
