"""Measure how well typed lines are understood, against the operations that people meant. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopmind_live.errors import ConfigError

Operation = dict[str, Any]
_SETS = frozenset({"roles", "moods", "moods_out", "roles_in", "roles_out", "roles_only"})
"""Fields whose order says nothing."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A line that somebody typed; `expect` are the operations meant, None where nobody says."""

    name: str
    text: str
    expect: tuple[Operation, ...] | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """A prompt, and the operations that were understood."""

    prompt: Prompt
    found: tuple[Operation, ...]

    @property
    def exact(self) -> bool:
        """Tell whether all operations are those meant, in order."""
        return bool(canonical(self.found) == canonical(self.prompt.expect or ()))

    @property
    def intent(self) -> bool:
        """Tell whether the intents are those meant, in order."""
        meant = [one.get("intent") for one in self.prompt.expect or ()]
        return [one.get("intent") for one in self.found] == meant

    @property
    def asks_for_nothing(self) -> bool:
        """Tell whether nothing is to be done."""
        return [one.get("intent") for one in self.prompt.expect or ()] == ["none"]

    @property
    def acts(self) -> bool:
        """Tell whether something would be done."""
        return any(one.get("intent") != "none" for one in self.found)


def canonical(value: Any, field: str = "") -> Any:
    """Return operations as they are compared: empty fields gone, sets in order.

    >>> canonical([{"intent": "mute", "roles": ["pad", "bass"], "section": None}])
    [{'intent': 'mute', 'roles': ['bass', 'pad']}]
    """
    if isinstance(value, dict):
        kept = {name: canonical(one, name) for name, one in value.items()}
        return {name: one for name, one in sorted(kept.items()) if one not in (None, [], {}, "")}
    if isinstance(value, list | tuple):
        items = [canonical(one) for one in value]
        return sorted(items, key=str) if field in _SETS else items
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value


@dataclass(frozen=True, slots=True)
class PromptFigures:
    """All answers; `str` tells the figures to a person."""

    answers: Sequence[Understood]

    def to_json(self) -> dict[str, Any]:
        """Return shares of 0..1, and the prompts that were not understood to the letter.

        exact: all operations right · intent: all intents right · micro_f1: over (operation, field,
        value) · false_actions: share of the lines that ask for nothing and would do something.
        """
        silent = [answer for answer in self.answers if answer.asks_for_nothing]
        return {
            "exact": _share([answer.exact for answer in self.answers]),
            "intent": _share([answer.intent for answer in self.answers]),
            "micro_f1": round(micro_f1(self.answers), 4),
            "false_actions": _share([answer.acts for answer in silent]),
            "failed": [
                {
                    "id": answer.prompt.name,
                    "text": answer.prompt.text,
                    "expected": list(answer.prompt.expect or ()),
                    "found": list(answer.found),
                }
                for answer in self.answers
                if not answer.exact
            ],
            "prompts": len(self.answers),
        }

    def __str__(self) -> str:
        figures = self.to_json()
        lines = [
            f"{figures['prompts']} prompts: exact {figures['exact']:.3f}, "
            f"intent {figures['intent']:.3f}, micro-F1 {figures['micro_f1']:.3f}, "
            f"false actions {figures['false_actions']:.3f}"
        ]
        for failed in figures["failed"]:
            lines.append(f"{failed['id']}: {failed['text']}")
            lines.append(f"    meant {json.dumps(failed['expected'], ensure_ascii=False)}")
            lines.append(f"    found {json.dumps(failed['found'], ensure_ascii=False)}")
        return "\n".join(lines)


def _share(flags: Sequence[bool]) -> float:
    return round(sum(flags) / len(flags), 4) if flags else 0.0


def micro_f1(answers: Sequence[Understood]) -> float:
    """Return the F1 over all (place of the operation, field, value) of all prompts, 0..1."""
    right = found = meant = 0
    for answer in answers:
        got, wanted = _triples(answer.found), _triples(answer.prompt.expect or ())
        right += len(got & wanted)
        found += len(got)
        meant += len(wanted)
    return 2.0 * right / (found + meant) if found + meant else 1.0


def _triples(operations: Sequence[Operation]) -> set[tuple[int, str, str]]:
    return {
        (place, field, json.dumps(value, sort_keys=True))
        for place, operation in enumerate(canonical(operations))
        for field, value in operation.items()
    }


def read_prompts(path: Path, judged: bool = True) -> tuple[Prompt, ...]:
    """Return the prompts of a JSON Lines file: {"id", "text", "expect"} a line.

    Where they are to be `judged` each must say what is expected. Raises ConfigError, with the line.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as text ({error})") from error
    return tuple(
        _prompt(line, f"{path}:{place}", judged)
        for place, line in enumerate(lines, 1)
        if line.strip()
    )


def _prompt(line: str, where: str, judged: bool) -> Prompt:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ConfigError(f'{where}: no JSON: write {{"text": "..."}} a line ({error})') from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ConfigError(f'{where}: no "text": write {{"text": "..."}} a line')
    expect = row.get("expect")
    well = isinstance(expect, list) and all(isinstance(one, dict) for one in expect)
    if judged and not well:
        raise ConfigError(f'{where}: no "expect": write the operations meant, as a list')
    name = str(row.get("id", where.rpartition(":")[2]))
    return Prompt(name, row["text"], tuple(expect) if well and isinstance(expect, list) else None)
