"""What a language model may answer: operations of a schema, turned into commands. Pure.

The schema knows edits of the music alone: no answer can name a file, stop the music or run code.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from loopmind_live.arranger.prompt import read_prompt
from loopmind_live.arranger.vocabulary import named
from loopmind_live.config import MAX_BARS_AHEAD, MAX_BPM, MAX_SECTION_BARS, MIN_BPM
from loopmind_live.errors import LoopMindError, SessionError
from loopmind_live.repl.lexicon import STEPS
from loopmind_live.repl.operations import Operation, request_fields
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES
from loopmind_live.session.argument_kinds import Value
from loopmind_live.session.commands import Command, When, check
from loopmind_live.units import MODES, PITCH_CLASSES

MAX_ANSWER = 16_384
MAX_OPERATIONS = 8

_SECTION = {"enum": [*LABELS, "current"]}
_ROLES = {"type": "array", "items": {"enum": list(ROLES)}, "minItems": 1, "maxItems": len(ROLES)}
_INDEX = {"type": "integer", "minimum": 1, "maximum": 64}
_BARS = {"type": "integer", "minimum": 1, "maximum": MAX_SECTION_BARS}
_KEY = {"enum": [f"{tonic}:{mode}" for mode in MODES for tonic in PITCH_CLASSES]}
_BPM = {"type": "number", "minimum": MIN_BPM, "maximum": MAX_BPM}
_WHEN = {
    "type": "object", "additionalProperties": False, "required": ["unit"],
    "properties": {
        "unit": {"enum": ["now", "bar", "section"]},
        "n": {"type": "integer", "minimum": 0, "maximum": MAX_BARS_AHEAD},
    },
}  # fmt: skip
_LASTING = {
    "type": "object", "additionalProperties": False, "required": ["unit", "n"],
    "properties": {
        "unit": {"const": "bar"},
        "n": {"type": "integer", "minimum": 1, "maximum": MAX_BARS_AHEAD},
    },
}  # fmt: skip


def _moods() -> dict[str, Any]:
    return {"type": "array", "items": {"enum": sorted(named("mood"))}, "minItems": 1, "maxItems": 6}


def _fields() -> Mapping[str, tuple[dict[str, Any], tuple[str, ...]]]:
    """Return the fields of each intent, and those it needs."""
    place = {"section": _SECTION, "index": _INDEX}
    parts = {"roles": _ROLES, **place, "duration": _LASTING}
    roles = ("roles",)
    return {
        "none": ({}, ()),
        "regenerate": ({**place, "moods": _moods()}, ("section",)),
        "swap": ({"roles": _ROLES, **place}, roles),
        **dict.fromkeys(("add", "mute", "unmute", "solo"), (parts, roles)),
        "constrain": ({**place, "roles_out": _ROLES, "roles_only": _ROLES}, ("section",)),
        "level": ({"roles": _ROLES, "dir": {"enum": ["up", "down"]}}, ("roles", "dir")),
        "goto": (place, ("section",)),
        "loop": ({**place, "on": {"type": "boolean"}}, ("on",)),
        "resize": (
            {**place, "bars": _BARS, "rel": {"enum": ["longer", "shorter"]},
             "delta": {"type": "integer", "minimum": -MAX_SECTION_BARS,
                       "maximum": MAX_SECTION_BARS}},
            ("section",),
        ),
        "insert": (
            {"section": {"enum": list(LABELS)}, "bars": _BARS, "before": {"enum": list(LABELS)},
             "after": {"enum": list(LABELS)}},
            ("section",),
        ),
        "delete": (place, ("section",)),
        "restyle": ({"moods": _moods(), "moods_out": _moods()}, ()),
        "set_tempo": (
            {"bpm": _BPM, "delta": {"type": "number", "minimum": -100, "maximum": 100},
             "factor": {"enum": [0.5, 2]}, "rel": {"enum": ["faster", "slower"]}},
            (),
        ),
        "set_key": (
            {"key": _KEY, "semitones": {"type": "integer", "minimum": -12, "maximum": 12},
             "mode": {"enum": ["relative_major", "relative_minor"]}},
            (),
        ),
        "undo": ({}, ()),
        "redo": ({}, ()),
        "arrange": (
            {"genre": {"enum": sorted(named("genre"))}, "moods": _moods(), "bpm": _BPM,
             "key": _KEY, "roles_in": _ROLES, "roles_out": _ROLES},
            (),
        ),
    }  # fmt: skip


@cache
def schema() -> dict[str, Any]:
    """Return the JSON schema of an answer: {"operations": [...]}."""
    kinds = []
    for intent, (fields, needed) in _fields().items():
        # Where no field is needed, one of them is: a tempo, a key, a mood.
        lists = ("roles_out", "roles_only") if intent == "constrain" else ()
        one_of = [{"required": [name]} for name in (lists if needed else fields)]
        timed = {} if intent in ("none", "undo", "redo") else {"when": _WHEN}
        kinds.append(
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["intent", *needed],
                "properties": {"intent": {"const": intent}, **fields, **timed},
                **({"anyOf": one_of} if one_of else {}),
            }
        )
    operations = {"type": "array", "maxItems": MAX_OPERATIONS, "items": {"anyOf": kinds}}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["operations"],
        "properties": {"operations": operations},
    }


def guessed(answer: str, text: str) -> list[Command]:
    """Return the commands of a model's answer to `text`; none where it says "none".

    Raises SessionError where the answer is not of the schema, or a command of it is out of range.
    """
    import jsonschema

    if len(answer) > MAX_ANSWER:
        raise SessionError(f"the language model answered {len(answer)} characters: it is ignored")
    try:
        said = json.loads(_bare(answer))
        jsonschema.validate(said, schema())
    except (ValueError, RecursionError, jsonschema.ValidationError) as error:
        raise SessionError("the language model's answer is not of the schema: ignored") from error
    commands = [_command(one, text) for one in said["operations"] if one["intent"] != "none"]
    for command in commands:
        try:
            check(command)
        except SessionError as error:
            raise SessionError(f"the language model's answer is ignored: {error}") from error
    return commands


def _bare(answer: str) -> str:
    """Return the JSON of an answer, without the fences that models like to put around it."""
    start, end = answer.find("{"), answer.rfind("}")
    return answer[start : end + 1] if 0 <= start < end else answer


def _command(operation: Operation, text: str) -> Command:
    """Return the command that an operation of the schema means."""
    fields = dict(operation)
    intent = fields.pop("intent")
    said = fields.pop("when", None)
    when = None if said is None else When(said["unit"], max(1, int(said.get("n", 1))))
    name, arguments = _row(intent, fields)
    return Command(name, dict(sorted(arguments.items())), when, text)


def _row(intent: str, fields: Operation) -> tuple[str, dict[str, Value]]:
    """Return the row of the table, and its arguments."""
    match intent:
        case "arrange":
            return "arrange", {"prompt": _described(fields)}
        case "level":
            sign = 1.0 if fields.pop("dir") == "up" else -1.0
            fields["delta_db"] = sign * STEPS["dB"]
        case "set_tempo" if "factor" in fields:
            return ("half_time" if fields["factor"] == 0.5 else "double_time"), {}
        case "set_tempo" if "rel" in fields:
            step = STEPS["bpm"]
            return intent, {"delta": step if fields["rel"] == "faster" else -step}
        case "insert":
            intent = "insert_section"
    duration = fields.pop("duration", None)
    if duration is not None:
        fields["bars"] = float(duration["n"])
    if "index" in fields:
        fields["number"] = fields.pop("index")
    return intent, {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }


def _described(fields: Operation) -> str:
    """Return a description that is read as `fields`; SessionError where none is."""
    tonic, _, mode = fields.get("key", "").partition(":")
    pieces = [
        *fields.get("moods", ()),
        fields.get("genre", ""),
        f"{fields['bpm']:g} bpm" if "bpm" in fields else "",
        f"in {tonic} {'minor' if mode == 'min' else 'major'}" if tonic else "",
    ]
    wanted = " and ".join(fields.get("roles_in", ()))
    out = " and ".join(fields.get("roles_out", ()))
    pieces += [f", with {wanted}" if wanted else "", f", without {out}" if out else ""]
    text = " ".join(piece for piece in pieces if piece)
    try:
        read = request_fields(read_prompt(text).request)
    except LoopMindError as error:
        raise SessionError("the language model described no music: ignored") from error
    if {name: value for name, value in read.items() if name in fields} != fields:
        raise SessionError("the language model's description is ignored: it reads otherwise")
    return text
