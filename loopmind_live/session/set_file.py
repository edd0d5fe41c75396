"""`set.toml`: what is kept of a set beside its arrangement, to be read and written by hand. Pure.

Every key may be left out. What is wrong is told in one line, with key, value and remedy, and
nothing of the file is taken then.
"""

import difflib
import json
import math
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from loopmind_live.config import BUSES, MAX_BPM, MAX_LEVEL_DB, MIN_BPM, MIN_LEVEL_DB, SHELLS
from loopmind_live.errors import SessionError
from loopmind_live.score import melody, rhythm
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.document import Control, EffectControl, Strip
from loopmind_live.session.kept_set import KeptSet, strips_in
from loopmind_live.session.mixer_commands import (
    MAX_DELAY_BEATS,
    MAX_FEEDBACK_PERCENT,
    MIN_DELAY_BEATS,
)
from loopmind_live.session.patch_rules import STRIPS
from loopmind_live.units import parse_key

FORMAT = 1
MAX_SEED = (1 << 63) - 1
_TIMES = (0.25, 0.5, 1.0, 2.0, 4.0)
_PACES = (0.25, 4.0)
_MOST_TRIES = 1_000_000
_MOST_KNOB = 1e6
_PATCH = re.compile(r"[\w-]{1,64}")
_WORDS = ("name", "prompt", "music", "library", "section", "loop")
_ROLE_SETS = ("muted", "soloed", "locked")
_EFFECTS: Mapping[EffectControl, tuple[float, float]] = {
    "reverb/size": (0.0, 100.0),
    "reverb/damp": (0.0, 100.0),
    "delay/beats": (MIN_DELAY_BEATS, MAX_DELAY_BEATS),
    "delay/feedback": (0.0, MAX_FEEDBACK_PERCENT),
}
_STRIP: Mapping[str, tuple[str, float, float]] = {
    "filter": ("filter", -100.0, 100.0),
    "pan": ("pan", -100.0, 100.0),
    "reverb_db": ("reverb", MIN_LEVEL_DB, 0.0),
    "delay_db": ("delay", MIN_LEVEL_DB, 0.0),
    **{f"amount{i}": (f"amount{i}", 0.0, 100.0) for i in range(1, SHELLS + 1)},
}
"""What a part's table calls its controls, and how far they go."""
_OF_A_BUS = ("insert1", "knobs1")
_TABLES = ("soloed_in", "masks", "patterns", "reverb", "delay", "parts", "choices")
_KEYS = ("format", *_WORDS, "seed", "tempo", "key", "time", "pace", *_ROLE_SETS, *_TABLES)
_HEAD = "# A set of LoopMind Live: loopmind perform --set FOLDER. Every line may be left out."


def read_set(text: str) -> KeptSet:
    r"""Return what the text of a `set.toml` says; SessionError, in one line, where it is wrong.

    >>> read_set('tempo = 128\n[parts.bass]\nlevel_db = -3').levels_db
    (('bass', -3.0),)
    >>> read_set("tempoo = 128")
    Traceback (most recent call last):
    ...
    loopmind_live.errors.SessionError: no key 'tempoo': did you mean tempo?
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SessionError(f"not TOML: {error}") from error
    except RecursionError as error:
        raise SessionError("not TOML that can be read: it is nested too deep") from error
    _known(data, _KEYS, "")
    _check_format(data)
    facts: dict[str, Any] = {name: _words(data, name) for name in _WORDS if name in data}
    facts |= {name: _roles(data, name, "") for name in _ROLE_SETS if name in data}
    if "seed" in data:
        facts["seed"] = _whole(data, "seed", "", MAX_SEED)
    if "tempo" in data:
        facts["tempo"] = _number(data, "tempo", "", MIN_BPM, MAX_BPM, "bpm")
    if "key" in data:
        facts["key"] = _key(data)
    if "time" in data:
        facts["time"] = _time(data)
    if "pace" in data:
        facts["pace"] = _number(data, "pace", "", *_PACES)
    return KeptSet(
        **facts,
        soloed_in=frozenset(_soloed_in(_table(data, "soloed_in"))),
        effects=tuple(sorted(_effects(data))),
        masks=tuple(
            sorted(_texts(data, "masks", rhythm.EXAMPLE, lambda it: rhythm.rhythm_of(it).text))
        ),
        patterns=tuple(
            sorted(_texts(data, "patterns", melody.EXAMPLE, lambda it: melody.melody_of(it).text))
        ),
        tries=tuple(
            (label, _whole(_table(data, "choices"), label, "choices.", _MOST_TRIES))
            for label in _table(data, "choices")
        ),
        **_parts(_table(data, "parts")),
    )


def write_set(kept: KeptSet) -> str:
    """Return the text of the `set.toml` that says `kept`.

    >>> read_set(write_set(KeptSet("friday", tempo=128.5))) == KeptSet("friday", tempo=128.5)
    True
    """
    lines = [_HEAD, f"format = {FORMAT}"]
    for name in ("name", "prompt", "seed", "music", "library", "tempo", "key"):
        value = getattr(kept, name)
        if value not in (None, ""):
            lines.append(f"{name} = {_told(value)}")
    lines += [f"{name} = {_told(getattr(kept, name))}" for name in ("time", "pace")
              if getattr(kept, name) != 1.0]  # fmt: skip
    lines += [f"{name} = {_told(value)}" for name in ("section", "loop")
              if (value := getattr(kept, name)) is not None]  # fmt: skip
    lines += [f"{name} = {_told(_ordered(roles))}" for name in _ROLE_SETS
              if (roles := getattr(kept, name))]  # fmt: skip
    lines += _written("soloed_in", dict(_by_section(kept)))
    lines += _written("masks", dict(kept.masks))
    lines += _written("patterns", dict(kept.patterns))
    for effect in ("reverb", "delay"):
        moved = {
            name.partition("/")[2]: value
            for name, value in kept.effects
            if name.startswith(f"{effect}/")
        }
        lines += _written(effect, moved)
    for strip in strips_in(kept):
        lines += _part_lines(kept, strip)
    lines += _written("choices", dict(kept.tries))
    return "\n".join(lines) + "\n"


def _part_lines(kept: KeptSet, role: Strip) -> Iterator[str]:
    """Yield the tables of a part or a bus: its strip, and the knobs of what its shells hold."""
    controls = {control: value for (one, control), value in kept.mixer if one == role}
    strip: dict[str, Any] = {}
    if role in dict(kept.levels_db):
        strip["level_db"] = dict(kept.levels_db)[role]
    strip |= {
        name: controls[control]
        for name, (control, _, _) in _STRIP.items()
        if control in controls and not name.startswith("amount")
    }
    for shell in range(SHELLS):
        if (there := dict(kept.shells).get((role, shell))) is not None:
            strip[f"insert{shell + 1}"] = there
        if (amount := controls.get(f"amount{shell + 1}")) is not None:
            strip[f"amount{shell + 1}"] = amount
    yield from _written(f"parts.{role}", strip)
    for shell in range(1, SHELLS + 1):
        knobs = {
            control.partition("/")[2]: value
            for control, value in controls.items()
            if control.startswith(f"knob{shell}/")
        }
        yield from _written(f"parts.{role}.knobs{shell}", knobs)


def _written(table: str, entries: Mapping[str, Any]) -> list[str]:
    """Return the lines of a table, none where it is empty."""
    if not entries:
        return []
    return ["", f"[{table}]", *(f"{_name(key)} = {_told(value)}" for key, value in entries.items())]


def _name(key: str) -> str:
    plain = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if plain else _told(key)


def _told(value: object) -> str:
    r"""Return a value as TOML writes it; floats come back as they were.

    >>> _told(0.1), _told(["a", "b"]), _told("7 o'clock")
    ('0.1', '["a", "b"]', '"7 o\'clock"')
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(map(_told, value))}]"
    return repr(value)


def _by_section(kept: KeptSet) -> Iterator[tuple[str, list[str]]]:
    for section in sorted({name for name, _ in kept.soloed_in}):
        yield section, _ordered({role for name, role in kept.soloed_in if name == section})


def _ordered(roles: Collection[Role]) -> list[str]:
    return [role for role in ROLES if role in roles]


def _known(data: Mapping[str, Any], names: Collection[str], where: str) -> None:
    """Raise where a key has no meaning here."""
    unknown = next((name for name in data if name not in names), None)
    if unknown is None:
        return
    near = difflib.get_close_matches(unknown, names, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
    raise SessionError(f"no key {where + unknown!r:.60}: {hint}")


def _check_format(data: Mapping[str, Any]) -> None:
    version = data.get("format", FORMAT)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise SessionError(f"format {version!r:.40}: write format = {FORMAT}")
    if version > FORMAT:
        raise SessionError(
            f"format {version} is newer than {FORMAT}, which this version reads: "
            "upgrade loopmind-live"
        )


def _words(data: Mapping[str, Any], name: str) -> str:
    value = data[name]
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise SessionError(f'{name} {value!r:.40}: write words in quotes, as in {name} = "..."')
    return value


def _whole(data: Mapping[str, Any], name: str, where: str, most: int) -> int:
    value = data[name]
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise SessionError(f"{where}{name} {value!r:.40}: choose a whole number, 0 to {most}")
    return value


def _number(
    data: Mapping[str, Any], name: str, where: str, low: float, high: float, unit: str = ""
) -> float:
    value = data[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not low <= value <= high:
        raise SessionError(
            f"{where}{name} {value!r:.40}: choose a number, {low:g} to {high:g} {unit}".rstrip()
        )
    return float(value)


def _key(data: Mapping[str, Any]) -> str:
    key = parse_key(data["key"]) if isinstance(data["key"], str) else None
    if key is None:
        raise SessionError(f'key {data["key"]!r:.40}: write one as in key = "F#:min"')
    return key


def _time(data: Mapping[str, Any]) -> float:
    time = data["time"]
    if isinstance(time, bool) or time not in _TIMES:
        choices = ", ".join(f"{one:g}" for one in _TIMES)
        raise SessionError(f"time {time!r:.40}: choose one of {choices} (0.5 is half time)")
    return float(time)


def _table(data: Mapping[str, Any], name: str, where: str = "") -> Mapping[str, Any]:
    value = data.get(name, {})
    if not isinstance(value, dict):
        raise SessionError(f"{where}{name} {value!r:.40}: write a table, as in [{where}{name}]")
    return value


def _roles(data: Mapping[str, Any], name: str, where: str) -> frozenset[Role]:
    value = data[name]
    if not isinstance(value, list):
        raise SessionError(f'{where}{name} {value!r:.40}: write a list, as in {name} = ["bass"]')
    return frozenset(_role(role, f"{where}{name}") for role in value)


def _role(named: object, where: str) -> Role:
    role = next((one for one in ROLES if one == named), None)
    if role is None:
        raise SessionError(f"{where} {named!r:.40}: no such part: there are {', '.join(ROLES)}")
    return role


def _soloed_in(table: Mapping[str, Any]) -> Iterator[tuple[str, Role]]:
    for section in table:
        for role in _roles(table, section, "soloed_in."):
            yield section, role


def _texts(
    data: Mapping[str, Any], where: str, example: str, read: Callable[[str], str]
) -> Iterator[tuple[Role, str]]:
    """Yield what parts play, as `read` returns it; SessionError where that is nothing."""
    for name, text in _table(data, where).items():
        role = _role(name, f"{where}:")
        if not isinstance(text, str):
            raise SessionError(f"{where}.{role} {text!r:.40}: {example}, in quotes")
        try:
            yield role, read(text)
        except SessionError as error:
            raise SessionError(f"{where}.{role}: {error}") from error


def _effects(data: Mapping[str, Any]) -> Iterator[tuple[EffectControl, float]]:
    for effect in ("reverb", "delay"):
        table = _table(data, effect)
        names = {one.partition("/")[2]: one for one in _EFFECTS if one.startswith(f"{effect}/")}
        _known(table, names, f"{effect}.")
        for name, control in names.items():
            if name in table:
                yield control, _number(table, name, f"{effect}.", *_EFFECTS[control])


def _parts(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return levels, controls and shells of all parts, as `KeptSet` calls them."""
    levels: dict[Role, float] = {}
    mixer: dict[tuple[Strip, Control], float] = {}
    shells: dict[tuple[Strip, int], str] = {}
    for named in table:
        bus = next((one for one in STRIPS if one == named and one in BUSES), None)
        role: Strip = bus or _role(named, "parts:")
        where = f"parts.{role}."
        strip = _table(table, role, "parts.")
        numbers = range(1, SHELLS + 1)
        inserts = {f"insert{i}": i for i in numbers}
        knobs = {f"knobs{i}": i for i in numbers}
        _known(strip, _OF_A_BUS if bus else ("level_db", *_STRIP, *inserts, *knobs), where)
        if "level_db" in strip:
            levels[_role(role, "parts:")] = _number(
                strip, "level_db", where, MIN_LEVEL_DB, MAX_LEVEL_DB, "dB"
            )
        for name, (control, low, high) in _STRIP.items():
            if name in strip:
                mixer[role, control] = _number(strip, name, where, low, high)
        for name, number in inserts.items():
            if name in strip:
                shells[role, number - 1] = _insert(strip, name, where)
        for name, number in knobs.items():
            turned = _table(strip, name, where)
            for knob in turned:
                value = _number(turned, knob, f"{where}{name}.", -_MOST_KNOB, _MOST_KNOB)
                mixer[role, f"knob{number}/{knob}"] = value
    found: Mapping[str, Mapping[Any, Any]] = {
        "levels_db": levels, "mixer": mixer, "shells": shells
    }  # fmt: skip
    return {name: tuple(sorted(values.items())) for name, values in found.items()}


def _insert(strip: Mapping[str, Any], name: str, where: str) -> str:
    value = strip[name]
    if not isinstance(value, str) or not _PATCH.fullmatch(value):
        raise SessionError(
            f'{where}{name} {value!r:.40}: name an insert or a patch, as in {name} = "crush"'
        )
    return value
