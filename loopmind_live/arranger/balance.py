"""Who leaves room for whom: the tone that a part gets from what its piece has besides. Pure.

Loops are finished sounds, each with the whole spectrum to itself; together their lows add up to
mud. So in a piece with a bass, what is not rhythm leaves the lows to it, the more the less it needs
them; in one with a vocal, what would cover its consonants steps back. The piece decides, not the
section: a loop that plays through several has one tone, and goes on over their lines without a
seam.

| Part           | low shelf with a bass | high shelf with a vocal |
| -------------- | --------------------- | ----------------------- |
| pad            | -6 dB                 | -2 dB                   |
| chords         | -4.5 dB               | -2 dB                   |
| melody         | -4 dB                 | -2 dB                   |
| vocal          | -4 dB                 |                         |
| fx             | -3 dB                 |                         |
| drums and bass | as they are           | as they are             |
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from loopmind_live.score.arrangement import Arrangement, Part
from loopmind_live.score.loop import Role

BESIDE_BASS_DB: Mapping[Role, float] = {
    "pad": -6.0, "chords": -4.5, "melody": -4.0, "vocal": -4.0, "fx": -3.0,
}  # fmt: skip
"""Low shelves: what each gives up below 150 Hz."""
BESIDE_VOCAL_DB: Mapping[Role, float] = {"pad": -2.0, "chords": -2.0, "melody": -2.0}
"""High shelves: what each gives up above 4 kHz."""


def toned(part: Part, roles: Collection[Role]) -> Part:
    """Return `part` with the tone that it gets in a piece of `roles`.

    >>> from pathlib import Path
    >>> from loopmind_live.score.loop import Loop
    >>> pad = Part("pad", Loop(Path("a.wav"), ""))
    >>> toned(pad, ("pad", "bass")).tone, toned(pad, ("pad", "drums")).tone
    ((-6.0, 0.0), (0.0, 0.0))
    """
    low_db = BESIDE_BASS_DB.get(part.role, 0.0) if "bass" in roles else 0.0
    high_db = BESIDE_VOCAL_DB.get(part.role, 0.0) if "vocal" in roles else 0.0
    return replace(part, low_db=low_db, high_db=high_db)


def roles_of(arrangement: Arrangement) -> set[Role]:
    """Return the roles that an arrangement has anywhere."""
    return {part.role for section in arrangement.sections for part in section.parts}


def balanced(arrangement: Arrangement) -> Arrangement:
    """Return the arrangement with each part toned for all others."""
    roles = roles_of(arrangement)
    sections = tuple(
        replace(section, parts=tuple(toned(part, roles) for part in section.parts))
        for section in arrangement.sections
    )
    return replace(arrangement, sections=sections)
