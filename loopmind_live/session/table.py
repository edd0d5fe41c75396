"""The command table as people read it: Markdown, derived from the one table of commands."""

from collections.abc import Sequence

from loopmind_live.session.commands import COMMANDS, CommandSpec

START = "<!-- commands:start -->"
END = "<!-- commands:end -->"

_LANDS = {"now": "at once", "bar": "next bar", "section": "next section", None: ""}


def markdown_table(commands: Sequence[CommandSpec] = COMMANDS) -> str:
    """Return a Markdown table with one row a command: what to type, what it does, when it lands.

    >>> print(markdown_table([spec for spec in COMMANDS if spec.name == "previous"]))
    | Type | It will | Lands |
    | --- | --- | --- |
    | `previous hook` | bring back what a section played before | next bar |
    """
    rows = [
        (
            ", ".join(f"`{phrase}`" for phrase in spec.phrases),
            spec.help,
            _LANDS[spec.lands],
        )
        for spec in commands
    ]
    lines = [("Type", "It will", "Lands"), ("---", "---", "---"), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def with_table(page: str) -> str:
    """Return `page` with the table put between its two marks; raise ValueError if one is missing.

    >>> with_table("no marks")
    Traceback (most recent call last):
        ...
    ValueError: the page needs <!-- commands:start --> and <!-- commands:end -->, in this order
    """
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"the page needs {START} and {END}, in this order")
    return f"{before}{START}\n{markdown_table()}\n{END}{after}"
