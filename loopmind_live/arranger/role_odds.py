"""How likely each role plays in a kind of section, as it was learned from finished pieces."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from loopmind_live import config
from loopmind_live.errors import ArrangerError
from loopmind_live.score.loop import Role

NAME = "roles.json"
CONTEXTS: Mapping[str, str] = {
    "intro": "intro", "verse": "verse", "prechorus": "build", "postchorus": "verse",
    "bridge": "breakdown", "build": "build", "breakdown": "breakdown", "inst": "verse",
    "solo": "verse", "outro": "outro",
}  # fmt: skip
"""The kind of place that each label is. Hooks and drops play all there is: nothing to learn."""


@dataclass(frozen=True, slots=True)
class RoleOdds:
    """Log odds that a role plays, by kind of place; roles that were not seen have even odds.

    `step` is what each rank in the habits' own order costs beside them.
    """

    step: float
    odds: Mapping[str, Mapping[str, float]]

    def ordered(self, label: str, habits: Sequence[Role]) -> list[Role]:
        """Return roles, given in the order of habits, in that of habits and odds together.

        >>> odds = RoleOdds(0.1, {"intro": {"bass": 1.0, "fx": -1.0}})
        >>> odds.ordered("intro", ["fx", "pad", "bass"])
        ['bass', 'pad', 'fx']
        """
        known = self.odds.get(CONTEXTS.get(label, ""))
        if known is None:
            return list(habits)
        scores = {role: known.get(role, 0.0) - self.step * i for i, role in enumerate(habits)}
        return sorted(habits, key=lambda role: -scores[role])

    def to_json(self) -> dict[str, Any]:
        """Return what a file holds, to four digits."""
        odds = {
            place: {role: round(value, 4) for role, value in known.items()}
            for place, known in self.odds.items()
        }
        return {"step": self.step, "odds": odds}


@cache
def shipped_odds() -> RoleOdds:
    """Return the odds that are shipped; raise ArrangerError where they cannot be read."""
    return read_odds(config.shipped_folder("models") / NAME)


def read_odds(path: Path) -> RoleOdds:
    """Return the odds in the file at `path`; raise ArrangerError where they cannot be read."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        odds = {
            str(place): {str(role): float(value) for role, value in known.items()}
            for place, known in data["odds"].items()
        }
        return RoleOdds(float(data["step"]), odds)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArrangerError(
            f"{path}: the odds of roles cannot be read: install loopmind-live again"
        ) from error
