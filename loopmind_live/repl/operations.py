"""Commands as the operations that they mean, for other programs: plain data. Pure.

An operation is {"intent": ..., fields}; fields that say nothing are left out. When and how long are
{"unit": "now" | "beat" | "bar" | "section", "n": number}.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from loopmind_live.arranger.base import Request, SectionWish
from loopmind_live.arranger.items import Item
from loopmind_live.arranger.lexer import lex
from loopmind_live.arranger.prompt import read_prompt
from loopmind_live.repl.lexicon import STEPS
from loopmind_live.score.loop import ROLES
from loopmind_live.session.command import Command, When

Operation = dict[str, Any]
NONE: Operation = {"intent": "none"}
_NAMES: Mapping[str, str] = {
    "insert_section": "insert", "half_time": "set_tempo", "double_time": "set_tempo",
    "ramp": "set_tempo", "insert": "effect",
}  # fmt: skip
_BEATS_PER_BAR = 4


_CROWDED = ("busy", "full")
_NEAREST = {
    "busy": "energetic", "full": "energetic", "hard": "aggressive", "calm": "chill",
    "soft": "chill", "sparse": "minimal", "stripped": "minimal", "cold": "dark",
}  # fmt: skip
"""Directions that the engine knows beside the moods of the schema."""


def operations_of(commands: Sequence[Command]) -> list[Operation]:
    """Return the operations of a line's commands, one that says "none" where there are none.

    >>> operations_of([Command("mute", {"roles": ("drums",)}, When("bar", 4))])
    [{'intent': 'mute', 'roles': ['drums'], 'when': {'unit': 'bar', 'n': 4}}]
    >>> operations_of([])
    [{'intent': 'none'}]
    """
    return [operation_of(command) for command in commands] or [dict(NONE)]


def operation_of(command: Command) -> Operation:
    """Return the operation that a command means."""
    fields = _in_the_schema(_FIELDS.get(command.name, _plain)(command))
    if command.when is not None:
        fields["when"] = _when(command.when)
    return {"intent": _NAMES.get(command.name, command.name), **fields}


def _in_the_schema(fields: Operation) -> Operation:
    """Return fields with directions that the schema has no mood for as the nearest that it has.

    >>> _in_the_schema({"moods": ["busy", "dark"]}), _in_the_schema({"moods_out": ["busy"]})
    ({'moods': ['energetic', 'dark']}, {'moods': ['minimal']})
    """
    named = dict(fields)
    wanted = [_NEAREST.get(mood, mood) for mood in named.pop("moods", ())]
    refused = list(named.pop("moods_out", ()))
    wanted += ["minimal" for mood in refused if mood in _CROWDED]
    refused = [_NEAREST.get(mood, mood) for mood in refused if mood not in _CROWDED]
    moods = {"moods": wanted, "moods_out": refused}
    return named | {name: list(dict.fromkeys(said)) for name, said in moods.items() if said}


def _when(when: When) -> Operation:
    """Return when a command lands."""
    return {"unit": when.unit, "n": 0 if when.unit == "now" else when.n}


def _said_in(text: str, kind: str, unit: str) -> Item | None:
    """Return the time of `kind` that `text` counts in `unit`, None where it has none."""
    return next((one for one in lex(text).items if (one.kind, one.name) == (kind, unit)), None)


def _plain(command: Command) -> Operation:
    """Return a row's arguments: numbers bare, roles and moods as lists, number as index."""
    return {
        "index" if name == "number" else name: list(value) if isinstance(value, tuple) else value
        for name, value in command.arguments.items()
    }


def _swap(command: Command) -> Operation:
    """Return the parts and the label of their section: they are swapped wherever it plays."""
    return {name: value for name, value in _plain(command).items() if name != "index"}


def _lasting(command: Command) -> Operation:
    """Return the arguments with bars, or the section that plays, as a duration."""
    fields = _plain(command)
    bars = fields.pop("bars", None)
    current = fields.get("section") == "current" and bars is None
    if current and _said_in(command.text, "lasting", "section") is not None:
        del fields["section"]
        fields["duration"] = {"unit": "section", "n": 1}
    if bars is not None:
        whole = bars == int(bars)
        n = int(bars) if whole else int(bars * _BEATS_PER_BAR)
        fields["duration"] = {"unit": "bar" if whole else "beat", "n": n}
    return fields


def _level(command: Command) -> Operation:
    """Return which way a level moves; one that is set stays a number."""
    fields = _plain(command)
    delta = fields.pop("delta_db", None)
    if delta is not None:
        fields["dir"] = "up" if delta > 0 else "down"
    return fields


def _loop(command: Command) -> Operation:
    return {"section": "current", "on": True} | _plain(command)


def _resize(command: Command) -> Operation:
    """Return the length; by how much goes before whether longer or shorter."""
    fields = _plain(command)
    if "delta" not in fields and "bars" not in fields:
        return fields
    shorter = fields.pop("rel", None) == "shorter"
    if shorter and "delta" in fields:
        fields["delta"] = -abs(fields["delta"])
    return fields


def _insert(command: Command) -> Operation:
    fields = _plain(command)
    index = fields.pop("index", None)
    if index is not None:
        fields["after_index" if "after" in fields else "before_index"] = index
    return fields


def _tempo(command: Command) -> Operation:
    """Return the tempo; a step without a number in it is only "faster" or "slower"."""
    if command.name != "set_tempo":
        return {"factor": 0.5 if command.name == "half_time" else 2}
    fields = {name: _whole(value) for name, value in _plain(command).items()}
    delta = fields.get("delta")
    if delta is not None and abs(delta) == STEPS["bpm"] and not _counts(command.text):
        return {"rel": "faster" if delta > 0 else "slower"}
    return fields


def _ramp(command: Command) -> Operation:
    """Return the tempo that is glided to, and for how long where that is said."""
    return {name: _whole(value) for name, value in _lasting(command).items()}


def _counts(text: str) -> bool:
    """Tell whether a number is written in `text`."""
    return any(item.kind in ("number", "bpm") for item in lex(text).items)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value == int(value) else value


def _arrange(command: Command) -> Operation:
    """Return what a description asks for; ArrangerError where it names no music."""
    return request_fields(read_prompt(str(command.arguments["prompt"])).request)


def request_fields(request: Request) -> Operation:
    """Return what a request asks for, without what it leaves open.

    "only" parts are those wanted; that all others stay out goes without saying.
    """
    wanted, out = set(request.roles_in), set(request.roles_out)
    only = bool(wanted) and wanted | out == set(ROLES)
    return _said(
        {
            "genre": request.genre,
            "moods": list(request.moods),
            "bpm": _whole(request.bpm),
            "key": request.key,
            "sections": [_section(wish) for wish in request.sections],
            "roles_in": list(request.roles_in),
            "roles_out": [] if only else list(request.roles_out),
            "duration_s": _whole(request.duration_s),
        }
    )


def _section(wish: SectionWish) -> Operation:
    return _said(
        {
            "label": wish.label,
            "bars": wish.bars,
            "roles_in": list(wish.roles_in),
            "roles_out": list(wish.roles_out),
            "roles_only": list(wish.roles_only),
        }
    )


def _said(fields: Operation) -> Operation:
    return {name: value for name, value in fields.items() if value not in (None, [])}


_FIELDS: Mapping[str, Callable[[Command], Operation]] = {
    "arrange": _arrange, "level": _level, "loop": _loop, "insert_section": _insert,
    "resize": _resize, "swap": _swap,
    "mute": _lasting, "unmute": _lasting, "solo": _lasting, "add": _lasting,
    "ramp": _ramp, "set_tempo": _tempo, "half_time": _tempo, "double_time": _tempo,
}  # fmt: skip
