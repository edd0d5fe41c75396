"""What of a typed text is code, and whether more of it is to come. Pure."""

import io
import tokenize
from dataclasses import dataclass

CODE, MORE, FENCE = ">>>", "...", "```"
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Piece:
    """A phrase, or a cell of code; a cell that is `open` has no end yet."""

    text: str
    is_code: bool = False
    open: bool = False


def pieces(text: str) -> list[Piece]:
    r"""Return the phrases and cells of a text, in their order.

    Code follows >>>, up to an empty line, or stands between lines of ```. Where a line begins with
    ... or >>> in it, that is left out, so that what a prompt showed can be pasted.

    >>> [(one.text, one.is_code) for one in pieces("mute bass\n>>> x = 1\n... y = 2\n\nplay")]
    [('mute bass', False), ('x = 1\ny = 2', True), ('play', False)]
    >>> pieces("```python\nlive.play()\n```")
    [Piece(text='live.play()', is_code=True, open=False)]
    """
    found: list[Piece] = []
    lines = text.split("\n")
    while lines:
        line = lines.pop(0)
        if line.lstrip().startswith(FENCE):
            found.append(_fenced(lines))
        elif line.lstrip().startswith(CODE):
            found.append(_prompted(line.lstrip(), lines))
        elif line.strip():
            found.append(Piece(line.strip()))
    return found


def is_code(text: str) -> bool:
    """Tell whether a text begins with code.

    >>> is_code(">>> live.play()"), is_code("play")
    (True, False)
    """
    return text.lstrip().startswith((CODE, FENCE))


def more(text: str) -> str | None:
    r"""Return what Enter adds at the end of a text whose code goes on, None where all is there.

    >>> more(">>> live.play()"), more("play"), more(">>> @loop"), more(">>> @loop\ndef hats():")
    (None, None, '\n', '\n    ')
    >>> more(">>> @loop\ndef hats():\n    pass"), more(">>> @loop\ndef hats():\n    pass\n    ")
    ('\n    ', None)
    """
    found = pieces(text)
    if not found or not found[-1].open:
        return None
    last = text.rsplit("\n", 1)[-1]
    for mark in (CODE, MORE):
        last = last.removeprefix(mark + " ")
    indent = last[: len(last) - len(last.lstrip())]
    return "\n" + indent + (_INDENT if last.rstrip().endswith(":") else "")


class Gathered:
    """Lines as they come, one after the other, gathered to what is to be carried out at once."""

    def __init__(self) -> None:
        self._held: list[str] = []

    def take(self, line: str) -> str | None:
        r"""Return a text that is whole now, None where more of it is to come.

        >>> gathered = Gathered()
        >>> [gathered.take(line) for line in ("play", ">>> @loop", "def x(): pass", "", "stop")]
        ['play', None, None, '>>> @loop\ndef x(): pass\n', 'stop']
        """
        if not self._held and not is_code(line):
            return line
        self._held.append(line)
        text = "\n".join(self._held)
        if more(text) is not None:
            return None
        self._held.clear()
        return text

    def rest(self) -> str:
        """Return what is left at the end of all lines."""
        text = "\n".join(self._held)
        self._held.clear()
        return text


def _fenced(lines: list[str]) -> Piece:
    """Return the cell up to the closing fence, and take its lines."""
    code: list[str] = []
    while lines:
        line = lines.pop(0)
        if line.strip() == FENCE:
            return Piece("\n".join(code), is_code=True)
        code.append(line)
    return Piece("\n".join(code), is_code=True, open=True)


def _prompted(first: str, lines: list[str]) -> Piece:
    """Return the cell that begins after >>>, up to an empty line, and take its lines."""
    code = [_bare(first)]
    while lines:
        if not lines[0].strip() and not _open_text("\n".join(code)):
            lines.pop(0)
            return Piece("\n".join(code), is_code=True)
        code.append(_bare(lines.pop(0)))
    goes_on = len(code) > 1 or code[0].startswith("@") or code[0].rstrip().endswith((":", "\\"))
    text = "\n".join(code)
    return Piece(text, is_code=True, open=goes_on or _open_text(text))


def _bare(line: str) -> str:
    """Return a line of code without what a prompt put before it."""
    for mark in (CODE, MORE):
        if line.startswith(mark + " ") or line.rstrip() == mark:
            return line[len(mark) + 1 :]
        if mark == CODE and line.startswith(mark):
            return line[len(mark) :]
    return line


def _open_text(code: str) -> bool:
    """Tell whether a bracket, or a string over several lines, has no end yet."""
    try:
        for _ in tokenize.generate_tokens(io.StringIO(code).readline):
            pass
    except tokenize.TokenError:
        return True
    except (SyntaxError, ValueError):
        return False  # it is no Python: whoever runs it says so
    return False
