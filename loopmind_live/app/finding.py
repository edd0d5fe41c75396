"""What the doctor found: one line a check, for eyes or for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TextIO

State = Literal["ok", "warn", "FAIL"]
_STYLES: dict[State, str] = {"ok": "green", "warn": "yellow", "FAIL": "bold red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of a check. `remedy` is one line that says how to mend it, None where it is ok.

    "warn": the set plays, with less safety. "FAIL": something that was asked for cannot work.
    """

    check: str
    state: State
    value: str
    remedy: str | None = None


def as_json(findings: Iterable[Finding]) -> str:
    """Return the findings as a JSON list of objects."""
    return json.dumps([asdict(finding) for finding in findings], indent=1, ensure_ascii=False)


def failed(findings: Iterable[Finding]) -> bool:
    """Tell whether any check failed."""
    return any(finding.state == "FAIL" for finding in findings)


def as_lines(findings: Sequence[Finding]) -> list[str]:
    """Return the findings as aligned plain text, each remedy below its finding.

    >>> as_lines([Finding("jack", "ok", "48000 Hz"), Finding("cores", "warn", "1", "use two")])
    ['ok    jack   48000 Hz', 'warn  cores  1', '             -> use two']
    """
    width = max((len(finding.check) for finding in findings), default=0)
    lines = []
    for finding in findings:
        lines.append(f"{finding.state:<4}  {finding.check:<{width}}  {finding.value}")
        if finding.remedy is not None:
            lines.append(f"{'':<{width + 8}}-> {finding.remedy}")
    return lines


def show(findings: Sequence[Finding], out: TextIO | None = None) -> None:
    """Print the findings: as a colored table on a terminal, else as plain text."""
    out = out or sys.stdout
    if not out.isatty():
        print(*as_lines(findings), sep="\n", file=out)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        value = Text(finding.value)
        if finding.remedy is not None:
            value.append(f"\n-> {finding.remedy}", style="bold")
        table.add_row(Text(finding.state, _STYLES[finding.state]), Text(finding.check), value)
    Console(file=out).print(table)
