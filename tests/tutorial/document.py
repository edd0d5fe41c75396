"""A tutorial as a list of steps, read from its fenced blocks. Pure.

Blocks of ``console`` are followed line by line:

- ``$ command`` runs in a shell; where it opens a prompt, what follows is typed there;
- ``loopmind> words`` is typed at the prompt; with ``>>>`` it is code, which goes on with ``...``;
- ``(wait 4 bars)``, ``(press a pad)`` is done by hand;
- all other lines are what must be answered, in order; ``…`` stands for any text in a line, and
  alone for any lines.

A block of ``python`` whose first line is a comment with a path is written to that file. A block of
``plan`` holds script lines, ``@BAR what to type``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from loopmind_live.score.script import ScriptLine, parse_script

Kind = Literal["shell", "type", "act", "file", "plan"]
PROMPT, SHELL, ANY = "loopmind> ", "$ ", "…"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ACT = re.compile(r"\((.+)\)")
_PATH = re.compile(r"# (\S+)")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and the lines that must come of it. `number` is its line in the file.

    `text` is a command, what to type, what to do by hand, a file's text, or a plan.
    """

    kind: Kind
    text: str
    number: int
    answer: tuple[str, ...] = ()
    path: str = ""

    @property
    def plan(self) -> tuple[ScriptLine, ...]:
        """Return the lines of a plan, in their order; none where it is something else."""
        return () if self.kind != "plan" else parse_script(self.text, 4, "plan")

    def answers(self, lines: list[str]) -> bool:
        """Tell whether `lines` are what the document shows."""
        return matches(self.answer, lines)


def matches(shown: tuple[str, ...], told: list[str]) -> bool:
    """Tell whether `told` is what is `shown`, whatever stands for …; blanks count as one.

    Alone in a line, … stands for any lines.

    >>> matches(("mute drums at bar … (#3)",), ["mute drums at bar 9 (#3)"])
    True
    >>> matches(("one", "two"), ["one"]), matches(("mute at bar …",), ["unmute at bar 9"])
    (False, False)
    >>> matches(("one", "…", "two"), ["one", "more", "and more", "two"])
    True
    """
    wanted = "".join(f"{_pattern(line)}" for line in shown)
    return re.fullmatch(wanted, "".join(f"{' '.join(line.split())}\n" for line in told)) is not None


def _pattern(shown: str) -> str:
    """Return what a line looks like, with its end."""
    if shown == ANY:
        return r"(?:.*\n)*?"
    words = " ".join(shown.split())
    return ".*".join(re.escape(part) for part in words.split(ANY)) + r"\n"


def steps(markdown: str) -> list[Step]:
    r"""Return the steps of a document. ValueError, with the line, for a block of no known kind.

    >>> [one] = steps("Go:\n```console\nloopmind> undo\nundo: mute\n```\n")
    >>> one.kind, one.text, one.number, one.answer
    ('type', 'undo', 3, ('undo: mute',))
    """
    found: list[Step] = []
    for block in _FENCE.finditer(markdown):
        first = markdown.count("\n", 0, block.start()) + 2
        found += _block(block.group(1), block.group(2), first)
    return found


def _block(language: str, text: str, first: int) -> Iterator[Step]:
    match language:
        case "console":
            yield from _console(text.splitlines(), first)
        case "plan":
            yield Step("plan", text, first)
        case "python":
            path = _PATH.fullmatch(text.split("\n", 1)[0])
            if path is None:
                raise ValueError(f"line {first}: a file begins with its path: # patches/name.py")
            yield Step("file", text.split("\n", 1)[1].lstrip("\n"), first, path=path.group(1))
        case _:
            raise ValueError(f"line {first}: {language!r} is no block that can be followed")


def _console(lines: list[str], first: int) -> Iterator[Step]:
    """Yield a step for each line that asks for something, with the lines after it as answer."""
    asked: tuple[Kind, str, int] | None = None
    answer: list[str] = []
    for number, line in enumerate(lines, first):
        begun = _asks(line)
        if begun is None and asked is not None and _goes_on(asked[1], line):
            asked = (asked[0], f"{asked[1]}\n{line}", asked[2])
        elif begun is None:
            if asked is None:
                raise ValueError(f"line {number}: nothing was asked that {line!r} could answer")
            answer.append(line)
        else:
            if asked is not None:
                yield Step(*asked, tuple(answer))
            asked, answer = (*begun, number), []
    if asked is not None:
        yield Step(*asked, tuple(answer))


def _asks(line: str) -> tuple[Kind, str] | None:
    if line.startswith(SHELL):
        return "shell", line.removeprefix(SHELL)
    if line.startswith(PROMPT):
        return "type", line.removeprefix(PROMPT)
    act = _ACT.fullmatch(line)
    return None if act is None else ("act", act.group(1))


def _goes_on(text: str, line: str) -> bool:
    return text.startswith(">>>") and re.match(r" *\.\.\.( |$)", line) is not None
