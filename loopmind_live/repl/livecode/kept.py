"""What is kept of code that was entered: what defines the functions that run. Pure."""

import ast
from collections.abc import Collection, Iterable
from itertools import groupby

_TIMED = frozenset({"loop", "every", "at", "after"})
"""The words that make a function run in musical time."""
_DEFINITIONS = (
    ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign,
)  # fmt: skip
_MOST_CELLS = 24
_BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)


def kept_code(cells: Iterable[str], routines: Collection[str]) -> str:
    r"""Return the source of the `routines`, with all names that their cells define; "" for none.

    What a cell did at once, as `live.play()`, is done; a name that was defined again counts once. A
    block is kept whole where it makes a routine, or defines names without asking `live`.

    >>> cells = ["step = 2\nlive.play()", "@loop\ndef hats():\n    pass", "@loop\ndef old(): pass"]
    >>> print(kept_code(cells, ["hats"]))
    step = 2
    @loop
    def hats():
        pass
    <BLANKLINE>
    """
    if not routines:
        return ""
    kept: dict[str, str] = {}
    for cell in cells:
        for statement in _statements(cell):
            name = _defines(statement, routines)
            if name is not None:
                kept.pop(name, None)
                kept[name] = _source(cell, statement)
    return "".join(f"{source}\n" for source in kept.values())


def kept_cells(code: str) -> list[str]:
    r"""Return kept code in cells, a routine each: what is wrong with one costs it alone.

    Where that were more cells than may wait at once, it is one.

    >>> kept_cells("x = 1\ny = 2\n@at(9)\ndef fill(): pass\n@loop\ndef hats(): pass\n")
    ['x = 1\ny = 2', '@at(9)\ndef fill(): pass', '@loop\ndef hats(): pass']
    """
    statements = list(enumerate(_statements(code)))
    cells = groupby(statements, lambda one: one[0] if _made_by(one[1]) else -1)
    found = ["\n".join(_source(code, one) for _, one in cell) for _, cell in cells]
    return found if len(found) <= _MOST_CELLS else [code]


def kept_routines(code: str) -> tuple[str, ...]:
    r"""Return the names of the functions that kept code runs, in their order.

    >>> kept_routines("x = 1\n@loop\ndef hats(): pass\ndef helps(): pass\nif x:\n    loop(helps)\n")
    ('hats', 'helps')
    """
    made = (name for statement in _statements(code) for name in _made_by(statement))
    return tuple(dict.fromkeys(made))


def _statements(cell: str) -> list[ast.stmt]:
    try:
        return ast.parse(cell).body
    except (SyntaxError, ValueError, RecursionError):
        return []  # it never ran


def _defines(statement: ast.stmt, routines: Collection[str]) -> str | None:
    """Return what a statement defines, None where it defines nothing, or what runs no more."""
    made = _made_by(statement)
    if made and not any(name in routines for name in made):
        return None
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Import() | ast.ImportFrom() | ast.Assign() | ast.AnnAssign():
            targets = getattr(statement, "targets", None) or [statement]
            return ast.unparse(targets[0] if len(targets) == 1 else statement)
    keeps = made or (isinstance(statement, _BLOCKS) and _only_defines(statement))
    return ast.unparse(statement) if keeps else None


def _made_by(statement: ast.stmt) -> list[str]:
    """Return the names of the routines that a statement makes, as far as its text tells.

    Made are `@loop def hats(): ...`, also in a block, and `every(2, hats)`, by name.
    """
    if isinstance(statement, ast.FunctionDef):
        timed = any(_is_timed(one) for one in statement.decorator_list)
        return [statement.name] if timed else []  # what stands in it is made when it runs
    made: list[str] = []
    for node in ast.walk(statement) if isinstance(statement, (ast.Expr, *_BLOCKS)) else ():
        if isinstance(node, ast.FunctionDef):
            made += [node.name] if any(_is_timed(one) for one in node.decorator_list) else []
        elif isinstance(node, ast.Call) and _is_timed(node.func):
            made += [one.id for one in node.args if isinstance(one, ast.Name)]
    return made


def _is_timed(word: ast.expr) -> bool:
    """Tell whether an expression is one of the words for musical time, as `loop` or `every(4)`."""
    if isinstance(word, ast.Call):
        return _is_timed(word.func)
    return isinstance(word, ast.Name) and word.id in _TIMED


def _only_defines(block: ast.stmt) -> bool:
    """Tell whether a block defines names, and asks for nothing that is heard."""
    nodes = list(ast.walk(block))
    asks = any(isinstance(node, ast.Name) and node.id == "live" for node in nodes)
    return not asks and any(isinstance(node, _DEFINITIONS) for node in nodes)


def _source(cell: str, statement: ast.stmt) -> str:
    """Return the lines of a statement, its decorators among them."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(one.lineno for one in decorators)])
    return "\n".join(cell.split("\n")[first - 1 : statement.end_lineno])
