"""Shares of a count, with the interval that so small a count leaves open."""

from dataclasses import dataclass
from typing import Any

from loopmind_live.training.intervals import wilson


@dataclass(frozen=True, slots=True)
class Share:
    """So many right `of` so many.

    >>> str(Share(36, 38))
    '0.947 (0.827-0.985) of 38'
    """

    right: int
    of: int

    @property
    def value(self) -> float | None:
        """Return the share, 0..1; None of nothing."""
        return self.right / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return its interval at 95 %.

        >>> low, high = Share(0, 306).interval
        >>> round(low, 3), round(high, 3)
        (0.0, 0.012)
        """
        return wilson(self.right, self.of)

    def to_json(self) -> dict[str, Any]:
        """Return the share with its count and interval."""
        low, high = self.interval
        value = None if self.value is None else round(self.value, 4)
        return {"value": value, "of": self.of, "interval": [round(low, 4), round(high, 4)]}

    def __str__(self) -> str:
        if self.value is None:
            return "none to count"
        low, high = self.interval
        return f"{self.value:.3f} ({low:.3f}-{high:.3f}) of {self.of}"
