"""What is remembered of a performer's taste: one file of JSON lines, readable and erasable.

Only live performances learn and use it; what is arranged, rendered or performed offline is the
same for everybody. Each line: `{"time", "verdict", "loops": {content: name}, "beside": {...}}`.
"""

import json
import logging
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from loopmind_live.arranger.base import Taste
from loopmind_live.errors import SessionError
from loopmind_live.session.effects import Opinion, Verdict

NAME = "taste.jsonl"
MOST_LINES = 20_000
"""So many of the newest lines count."""
WEIGHTS: dict[Verdict, float] = {
    "kept": 0.15, "undone": -0.4, "swapped": -0.25, "brought back": 0.25, "locked": 0.3,
}  # fmt: skip
"""What one opinion adds to a loop's weight, before all is brought between -1 and 1.

What is swapped and soon brought back weighs as it did before.
"""
PAIR_WEIGHT = 0.1
"""What being kept beside each other adds for two loops."""
FAVORITES: frozenset[Verdict] = frozenset({"favorite", "no favorite"})
log = logging.getLogger(__name__)


class Memory:
    """The file of opinions at `path`. Where it cannot be written, the music matters more."""

    def __init__(
        self,
        path: Path,
        now: Callable[[], datetime],
        favorites: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """`favorites` returns the contents that the library calls favorites."""
        self.path, self._now, self._favorites = path, now, favorites
        self._tally: Tally | None = None

    def keep(self, opinion: Opinion) -> None:
        """Write an opinion down; once it is written, it counts."""
        tally = self._known()
        line = {
            "time": self._now().isoformat(timespec="seconds"),
            "verdict": opinion.verdict,
            "loops": {loop.content_hash: loop.path.name for loop in opinion.loops},
            "beside": {loop.content_hash: loop.path.name for loop in opinion.beside},
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            log.warning("%s: what was liked cannot be written (%s)", self.path, error.strerror)
        else:
            tally.add(line)

    def lines(self) -> list[dict[str, Any]]:
        """Return the opinions there are, oldest first; lines that are damaged are passed over."""
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            if not isinstance(error, FileNotFoundError):
                log.warning("%s: cannot be read (%s)", self.path, error.strerror)
            return []
        return [line for line in map(_read, text.splitlines()[-MOST_LINES:]) if line is not None]

    def _known(self) -> "Tally":
        """Return what the opinions add up to; the file is read once."""
        if self._tally is None:
            self._tally = Tally(self.lines())
        return self._tally

    def taste(self) -> Taste:
        """Return what all opinions say together, the library's favorites among them."""
        return self._known().taste(self._favorites())

    def forget(self, what: str) -> int:
        """Erase the "favorites", or all else ("taste"); return how many lines went."""
        lines = self.lines()
        favorites = what == "favorites"
        kept = [line for line in lines if (line["verdict"] in FAVORITES) != favorites]
        self._tally = None
        new = self.path.with_suffix(".new")
        try:
            if lines:
                rows = (json.dumps(line, ensure_ascii=False) + "\n" for line in kept)
                new.write_text("".join(rows), encoding="utf-8")
                new.replace(self.path)
        except OSError as error:
            raise SessionError(
                f"{self.path}: cannot be written ({error.strerror}): erase it by hand"
            ) from error
        return len(lines) - len(kept)


class Tally:
    """What opinions add up to, one by one: a show has them land while it plays."""

    def __init__(self, lines: Iterable[Mapping[str, Any]] = ()) -> None:
        """Add up `lines`."""
        self._weights: dict[str, float] = defaultdict(float)
        self._pairs: dict[tuple[str, str], float] = defaultdict(float)
        self._loved: dict[str, bool] = {}
        for line in lines:
            self.add(line)

    def add(self, line: Mapping[str, Any]) -> None:
        """Add one opinion; what is said of favorites last counts."""
        verdict, loops, beside = line["verdict"], line["loops"], line["beside"]
        if verdict in FAVORITES:
            self._loved |= dict.fromkeys(loops, verdict == "favorite")
            return
        for loop in loops:
            self._weights[loop] += WEIGHTS[verdict]
        for one in loops if verdict == "kept" else ():
            for other in {*loops, *beside} - {one}:
                if other in beside or one < other:
                    self._pairs[min(one, other), max(one, other)] += PAIR_WEIGHT

    def taste(self, favorites: Collection[str] = ()) -> Taste:
        """Return the taste; favorites, those of the library among them, weigh most.

        >>> kept = {"verdict": "kept", "loops": {"a": "a.wav"}, "beside": {"b": "b.wav"}}
        >>> taste = Tally([kept, kept]).taste(favorites=["c"])
        >>> round(taste.weights["a"], 2), taste.weights["c"], round(taste.pairs["a", "b"], 2)
        (0.29, 1.0, 0.2)
        """
        weights = {loop: math.tanh(weight) for loop, weight in self._weights.items()}
        loved = dict.fromkeys(favorites, True) | self._loved
        weights |= {loop: 1.0 for loop, is_loved in loved.items() if is_loved}
        return Taste(weights, {pair: math.tanh(weight) for pair, weight in self._pairs.items()})


def _read(row: str) -> dict[str, Any] | None:
    """Return a line's opinion, None where it is none."""
    try:
        line = json.loads(row)
    except (ValueError, RecursionError):
        return None
    if not isinstance(line, dict) or line.get("verdict") not in {*WEIGHTS, *FAVORITES}:
        return None
    loops, beside = line.get("loops"), line.get("beside", {})
    if not isinstance(loops, dict) or not isinstance(beside, dict):
        return None
    return {**line, "loops": loops, "beside": beside}
