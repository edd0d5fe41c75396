"""Script files: what one would type, and when.

A line is ``@BAR[.BEAT] what one would type``, counted from 1; lines that begin with "#" are
comments (a "#" elsewhere belongs to the text, as in "key F# minor").
"""

import re
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.errors import ScoreError
from loopmind_live.timing.grid import Position

MAX_BYTES = 8 * 1024 * 1024
MAX_LINES = 100_000
MAX_LINE_CHARACTERS = 4096
_LINE = re.compile(r"@\s*(\S+)\s+(\S.*)$")


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """A text typed at `position`; `number` is its line in the file, from 1."""

    position: Position
    text: str
    number: int


def parse_script(text: str, beats_per_bar: int, name: str = "script") -> tuple[ScriptLine, ...]:
    r"""Return the lines of a script in the order of their positions, then of the file.

    Raise ScoreError naming `name` and the line that cannot be read.

    >>> [(str(line.position), line.text) for line in parse_script("@5 stop\n@1.2 play", 4)]
    [('1.2', 'play'), ('5.1', 'stop')]
    """
    rows = text.split("\n", MAX_LINES + 1)
    if len(rows) > MAX_LINES:
        raise ScoreError(f"{name}: more than {MAX_LINES} lines: split the script")
    lines: list[ScriptLine] = []
    for number, row in enumerate(rows, start=1):
        stripped = row.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if len(stripped) > MAX_LINE_CHARACTERS:
            raise ScoreError(f"{name}, line {number}: longer than {MAX_LINE_CHARACTERS} characters")
        match = _LINE.fullmatch(stripped)
        if match is None:
            raise ScoreError(
                f"{name}, line {number}: {_short(stripped)}: write @BAR[.BEAT] and what one would "
                "type, as in: @5 regenerate hook"
            )
        try:
            position = Position.parse(match.group(1), beats_per_bar)
        except ScoreError as error:
            raise ScoreError(f"{name}, line {number}: {error}") from error
        lines.append(ScriptLine(position, match.group(2), number))
    return tuple(sorted(lines, key=lambda line: line.position))


def read_script(path: Path, beats_per_bar: int) -> tuple[ScriptLine, ...]:
    """Return the lines of the script file at `path`; raise ScoreError where it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ScoreError(f"{path}: larger than {MAX_BYTES >> 20} MB: split the script")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ScoreError(f"{path}: no such script") from error
    except OSError as error:
        raise ScoreError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ScoreError(f"{path}: not a script: it is not UTF-8 text") from error
    return parse_script(text, beats_per_bar, str(path))


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
