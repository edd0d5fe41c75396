"""Scripts as a checker reads them: ``@BAR.BEAT what one would type``. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from loopmind_live.errors import ScoreError

Verb = Literal["goto", "regenerate", "swap", "mute", "unmute", "quit"]

_LINE = re.compile(r"^@(\d+)(?:\.(\d+(?:\.\d+)?))?\s+(.+?)\s*$")
_AHEAD = re.compile(r"^(.*?)\s+in (\d+) bars?$")
_SECTION = re.compile(r"^(goto|regenerate) ([a-z]+)(?: (\d+))?$")
_SWAP = re.compile(r"^swap ([a-z]+)(?: in ([a-z]+)(?: (\d+))?)?$")
_TRACKS = re.compile(r"^(mute|unmute) ([a-z]+(?:, ?[a-z]+)*)$")


@dataclass(frozen=True)
class Typed:
    """One line of a script: typed at `at_bars` (from 0, exact), landing on the `ahead`-th line.

    `label` is "" where no section is named. `number` counts the section's occurrences from 1.
    """

    at_bars: Fraction
    text: str
    verb: Verb
    label: str = ""
    number: int | None = None
    tracks: tuple[str, ...] = ()
    ahead: int = 1

    @property
    def position(self) -> str:
        """Return the position as it was written, to a hundredth of a beat."""
        bar = int(self.at_bars)
        return f"{bar + 1}.{1 + float(self.at_bars - bar) * 4:.2f}"


def parse_command(text: str, at_bars: Fraction) -> Typed:
    """Return what `text` means; raise ScoreError for a command that the rules here do not follow.

    >>> parse_command("swap bass in verse 2", Fraction(0)).tracks
    ('bass',)
    >>> parse_command("goto hook in 3 bars", Fraction(0)).ahead
    3
    """
    phrase, ahead = text, 1
    if later := _AHEAD.match(text):
        phrase, ahead = later.group(1), int(later.group(2))
    if phrase == "quit":
        return Typed(at_bars, text, "quit", ahead=ahead)
    if found := _SECTION.match(phrase):
        verb: Verb = "goto" if found.group(1) == "goto" else "regenerate"
        return Typed(at_bars, text, verb, found.group(2), _number(found.group(3)), ahead=ahead)
    if found := _SWAP.match(phrase):
        label, number = found.group(2) or "", _number(found.group(3))
        return Typed(at_bars, text, "swap", label, number, (found.group(1),), ahead)
    if found := _TRACKS.match(phrase):
        tracks = tuple(re.split(r", ?", found.group(2)))
        verb = "mute" if found.group(1) == "mute" else "unmute"
        return Typed(at_bars, text, verb, tracks=tracks, ahead=ahead)
    raise ScoreError(
        f"{text!r}: a checked script holds goto, regenerate, swap, mute, unmute and quit only"
    )


def parse_script(lines: Iterable[str], beats_per_bar: int = 4) -> tuple[Typed, ...]:
    """Return the lines of a script in the order in which they are typed; blank ones do not count.

    Lines of one position keep their order. Raises ScoreError for a line that is none.
    """
    typed = []
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.match(line)
        if found is None:
            raise ScoreError(f"script line {line.strip()!r}: write @BAR.BEAT and a command")
        bar, beat = int(found.group(1)), Fraction(found.group(2) or "1")
        typed.append(parse_command(found.group(3), bar - 1 + (beat - 1) / beats_per_bar))
    return tuple(sorted(typed, key=lambda line: line.at_bars))


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
