"""What is kept of code that was entered: what defines the functions that run. Pure."""

import ast
from collections.abc import Collection, Iterable


def kept_code(cells: Iterable[str], routines: Collection[str]) -> str:
    r"""Return the source of the `routines`, with all names that their cells define; "" for none.

    What a cell did at once, as `live.play()`, is done; a name that was defined again counts once.

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
        try:
            body = ast.parse(cell).body
        except (SyntaxError, ValueError, RecursionError):
            continue  # it never ran
        for statement in body:
            name = _defines(statement, routines)
            if name is not None:
                kept.pop(name, None)
                kept[name] = _source(cell, statement)
    return "".join(f"{source}\n" for source in kept.values())


def _defines(statement: ast.stmt, routines: Collection[str]) -> str | None:
    """Return what a statement defines, None where it defines nothing, or what runs no more."""
    match statement:
        case ast.FunctionDef(name=name, decorator_list=decorators):
            return name if name in routines or not decorators else None
        case ast.ClassDef(name=name):
            return name
        case ast.Import() | ast.ImportFrom() | ast.Assign() | ast.AnnAssign():
            targets = getattr(statement, "targets", None) or [statement]
            return ast.unparse(targets[0] if len(targets) == 1 else statement)
    return None


def _source(cell: str, statement: ast.stmt) -> str:
    """Return the lines of a statement, its decorators among them."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(one.lineno for one in decorators)])
    return "\n".join(cell.split("\n")[first - 1 : statement.end_lineno])
