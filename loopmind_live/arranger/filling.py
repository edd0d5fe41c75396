"""What a timeline leaves open: how long sections are, and how their loops make room. Pure."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from loopmind_live.arranger.balance import roles_of, toned
from loopmind_live.arranger.genres import USUAL_BARS
from loopmind_live.arranger.words import ROLE_WORDS
from loopmind_live.config import MAX_BARS_AHEAD
from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.loop import Role

_BY_WORD: Mapping[str, Role] = {word: role for role, ws in ROLE_WORDS.items() for word in ws}


def filled_in(
    arrangement: Arrangement, without_bars: Collection[int], without_clips: Collection[int]
) -> Arrangement:
    """Return the arrangement with what is open filled in, as if it had been arranged.

    `without_bars` are the places of sections that say nothing of their length, `without_clips` of
    those that say nothing of how their loops play.
    """
    roles = roles_of(arrangement)

    def complete(place: int, section: Section) -> Section:
        bars, parts = section.bars, section.parts
        if place in without_bars:
            bars = usual_bars(section.label, parts, arrangement.beats_per_bar)
        if place in without_clips:
            parts = tuple(toned(part, roles) for part in parts)
        return replace(section, bars=bars, parts=parts)

    sections = (complete(place, section) for place, section in enumerate(arrangement.sections))
    return replace(arrangement, sections=tuple(sections))


def role_of_name(name: str) -> Role | None:
    """Return the role that the words of a file's name say, the last of several; None for none.

    >>> role_of_name("808_01"), role_of_name("dark-Lead 2"), role_of_name("loop_7")
    ('bass', 'melody', None)
    """
    words = re.findall(r"[a-z]+|\d{3}", name.casefold())
    said = [_BY_WORD[word] for word in words if word in _BY_WORD]
    return said[-1] if said else None


def usual_bars(label: str, parts: Collection[Part], beats_per_bar: int) -> int:
    """Return how long a section of `label` usually is, so that its longest loop ends with it.

    >>> usual_bars("intro", (), 4)
    4
    """
    usual = USUAL_BARS[label]
    beats = max((part.loop.beats or 0 for part in parts), default=0)
    longest = max(1, math.ceil(beats / beats_per_bar))
    whole = math.ceil(usual / longest) * longest
    return whole if whole <= MAX_BARS_AHEAD else usual
