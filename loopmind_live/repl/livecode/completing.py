"""What may come next in typed code, from its text and the names that there are. Pure.

Nothing that was typed is run for it: what `live` has is known from the command table, and what was
made elsewhere by its name alone.
"""

import ast
import builtins
import keyword
import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from loopmind_live.repl.livecode.coloring import WORDS, colored_code
from loopmind_live.repl.livecode.views import Live, Section, Sections, Track, Tracks
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES
from loopmind_live.session.commands import BY_NAME

_CHAIN = re.compile(
    r"""
    (?<![\w."')\]])
    (?P<path>(?:[^\W\d]\w*(?:\[\s*["']?\w+["']?\s*\])?\s*\.\s*)*)
    (?P<word>(?:[^\W\d]\w*)?)$
    """,
    re.VERBOSE,
)
_STEP = re.compile(r"""(?P<name>[^\W\d]\w*)(?:\[\s*["']?(?P<item>\w+)["']?\s*\])?""")
_MADE = re.compile(
    r"\b(?:def|class|as|import|for)[ \t]+(?P<named>[^\W\d]\w*)"
    r"|^[ \t]*(?P<set>[^\W\d]\w*)[ \t]*=(?!=)",
    re.MULTILINE,
)
_BUILTINS = tuple(
    name for name in dir(builtins) if name[0] != "_" and (name.islower() or name.endswith("Error"))
)
Offer = tuple[str, str]
"""A name, and a note on it."""


def code_offers(code: str, labels: Collection[str], own: Iterable[str]) -> tuple[str, list[Offer]]:
    """Return the word that is being typed at the end of `code`, and the names it may become.

    `labels` are those of the sections that there are, `own` the names that earlier code made.

    >>> code_offers("live.tracks.ba", (), ())[1][0][0], code_offers("hat", (), ["hats"])
    ('bass', ('hat', [('hats', 'yours')]))
    """
    match = _CHAIN.search(code)
    if match is None or _within_text(code):
        return "", []
    word, path = match["word"], match["path"]
    if path:
        offers = _seen(path, labels)
    elif word:
        offers = _names(code[: match.start()], own)
    else:
        return "", []
    return word, [(name, note) for name, note in offers if name.startswith(word) and name != word]


@lru_cache(maxsize=256)
def names_made(code: str) -> tuple[str, ...]:
    r"""Return the names that a whole cell makes at its top, in their order; none where it is wrong.

    >>> names_made("import math\nx, y = 1, 2\n@loop\ndef hats(): z = 3")
    ('math', 'x', 'y', 'hats')
    """
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: dict[str, None] = {}
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found[statement.name] = None
            case ast.Import() | ast.ImportFrom():
                found |= {(one.asname or one.name).split(".")[0]: None for one in statement.names}
            case _:
                stored = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
                found |= {one.id: None for one in stored if isinstance(one.ctx, ast.Store)}
    return tuple(found)


class _Nobody:
    """A stage on which nothing happens: what can be asked of `live` is known without one."""

    def __init__(self, labels: Collection[str]) -> None:
        pads = [{"label": label, "number": 1} for label in labels or LABELS]
        self.seen: Mapping[str, Any] = {"pads": pads, "strips": [], "beats_per_bar": 4}
        self.bar: float | None = None

    def ask(self, *_: Any, **__: Any) -> None:
        """Do nothing."""


def _seen(path: str, labels: Collection[str]) -> list[Offer]:
    """Return what a path such as "live.tracks.bass." has."""
    stage = _Nobody(labels)
    first, *others = (name for step in _STEP.findall(path) for name in step if name)
    thing: object = Live(stage) if first == "live" else None
    for name in others:
        thing = _part(thing, name, stage)
    if thing is None:
        return []
    note = "track" if isinstance(thing, Tracks) else "seen"
    note = "section" if isinstance(thing, Sections) else note
    return [(name, BY_NAME[name].help if name in BY_NAME else note) for name in dir(thing)]


def _part(thing: object, name: str, stage: _Nobody) -> object:
    """Return what `name` is of a thing that `live` has, None where nothing is known of it."""
    match thing:
        case Live():
            return {"tracks": Tracks(stage), "sections": Sections(stage)}.get(name)
        case Tracks():
            return Track(stage, name) if name in ROLES else None
        case Sections():
            return Section(stage, name, None) if name in LABELS else None
        case Section() if name.isdigit():
            return Section(stage, thing.label, int(name))
    return None


def _names(before: str, own: Iterable[str]) -> list[Offer]:
    """Return the names that stand alone: what code begins with, what was made, what Python has."""
    here = (match["named"] or match["set"] for match in _MADE.finditer(before))
    found: dict[str, str] = dict.fromkeys(WORDS, "code")
    for name in (*own, *here):
        found.setdefault(name, "yours")
    for name in keyword.kwlist:
        found.setdefault(name, "Python")
    for name in _BUILTINS:
        found.setdefault(name, "Python")
    return list(found.items())


def _within_text(code: str) -> bool:
    """Tell whether the end of `code` lies in a string or a comment."""
    last = colored_code(code)[-1]
    if not last:
        return False
    style, text = last[-1]
    if style == "faint" and text.lstrip().startswith("#"):
        return True
    return style == "quoted" and not _is_closed(text)


def _is_closed(text: str) -> bool:
    """Tell whether a string ends with the quotes that it began with.

    >>> _is_closed("'a'"), _is_closed("'a"), _is_closed("f'"), _is_closed("''")
    (True, False, False, True)
    """
    bare = text.lstrip("rRbBfFuU")
    for quotes in ("'''", '"""'):
        if bare.startswith(quotes):
            return len(bare) >= 6 and bare.endswith(quotes)
    return len(bare) >= 2 and bare[0] in "'\"" and bare[-1] == bare[0]
