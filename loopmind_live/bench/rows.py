"""What a bench answers: one row a figure."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class BenchRow:
    """One measured figure against its bar; `value` is None, with the reason in `unit`, if not run.

    `bar` says in words what is asked ("= 10000"); `met` is None where nothing is asked.

    >>> BenchRow("swap", "verified", 10, "of 10", "= 10", True).to_json()["met"]
    True
    """

    bench: str
    figure: str
    value: float | None
    unit: str
    bar: str | None = None
    met: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the object that `loopmind bench --json` prints."""
        return {
            "bench": self.bench,
            "figure": self.figure,
            "value": self.value,
            "unit": self.unit,
            "bar": self.bar,
            "met": self.met,
        }

    def __str__(self) -> str:
        """Return the line that `loopmind bench` prints."""
        met = {True: "met", False: "MISSED", None: "no bar"}[self.met]
        value = "not measured" if self.value is None else f"{self.value:g}"
        return f"{self.bench}: {self.figure}: {value} {self.unit} ({self.bar or '-'}: {met})"
