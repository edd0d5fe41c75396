"""Positions as people write them: bar and beat, both counted from 1."""

import re
from dataclasses import dataclass

from loopmind_live.errors import ScoreError

_POSITION = re.compile(r"(\d{1,6})(?:\.(\d+(?:\.\d+)?))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place on the grid: `bar` from 1, `beat` from 1 with a fraction.

    >>> Position.parse("5.3.5", beats_per_bar=4)
    Position(bar=5, beat=3.5)
    >>> Position.parse("5.3.5", 4).to_bars(4)
    4.625
    >>> str(Position.from_bars(4.625, 4))
    '5.3'
    """

    bar: int
    beat: float = 1.0

    @classmethod
    def parse(cls, text: str, beats_per_bar: int) -> "Position":
        """Read "BAR" or "BAR.BEAT"; raise ScoreError where it is neither or out of the bar."""
        match = _POSITION.fullmatch(text)
        if match is None:
            raise ScoreError(f"position {text!r}: write BAR or BAR.BEAT, counted from 1, as in 5.3")
        bar, beat = int(match.group(1)), float(match.group(2) or 1.0)
        if bar < 1 or not 1.0 <= beat < beats_per_bar + 1:
            raise ScoreError(
                f"position {text!r}: bars count from 1, beats from 1 to below {beats_per_bar + 1}"
            )
        return cls(bar, beat)

    @classmethod
    def from_bars(cls, bars: float, beats_per_bar: int) -> "Position":
        """Return the position `bars` after the start (0.0 is bar 1, beat 1)."""
        bar = int(bars // 1)
        beat = 1.0 + (bars - bar) * beats_per_bar
        # So near to the next line, a float holds nothing between.
        return cls(bar + 1, beat) if beat < beats_per_bar + 1 else cls(bar + 2)

    def to_bars(self, beats_per_bar: int) -> float:
        """Return the offset from the start, in bars."""
        return self.bar - 1 + (self.beat - 1.0) / beats_per_bar

    def __str__(self) -> str:
        return f"{self.bar}.{int(self.beat)}"
