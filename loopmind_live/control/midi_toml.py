"""Read a device's mapping from TOML, strictly: one clear line for the first thing that is wrong.

    name = "Footswitch"
    ports = ["foot"]                # a port is the device's if its name holds one of these
    not_ports = ["DAW"]             # ... and none of these
    setup = ["F0 7E 7F 06 01 F7"]   # sent when it appears; goodbye when it is let go
    clock = true                    # its lights flash and pulse to MIDI clock

    [[control]]
    cc = 64                         # or note, program; or notes, ccs, programs: several alike
    channel = 1                     # any, where left out
    does = "regenerate hook"        # see `midi_targets`; {} is 1, 2, ... or what `each` says
    shift = true                    # acts while a control that does "shift" is held
    lights = "pads"                 # looks that it takes, or "none"; left out: by what it does

    [lights.pads]
    playing = { channel = 3, value = 21 }

A file with `extends = "Launchpad X"` adds to that device's mapping, and goes before it.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from loopmind_live.control.midi_device import (
    ANY_CHANNEL,
    KINDS,
    LIGHTS,
    RELATIVES,
    Control,
    Device,
    Kind,
    Light,
    Look,
    Trigger,
)
from loopmind_live.control.midi_messages import fault_of
from loopmind_live.control.midi_targets import Target, target_of
from loopmind_live.control.toml_values import flag, known, number, text, texts
from loopmind_live.errors import ControlError, LoopMindError

MAX_CONTROLS = 1024
UNLIT = "none"
"""Stands for lights where a control has none."""
Understands = Callable[[str], object]
"""Raises LoopMindError where words mean nothing at the prompt."""
_TOP = frozenset(
    {
        "name", "extends", "source", "ports", "not_ports", "setup", "goodbye", "clock", "control",
        "lights",
    }
)  # fmt: skip
_CONTROL = frozenset(
    {
        *KINDS, *(f"{kind}s" for kind in KINDS), "channel", "does", "each", "shift", "lights",
        "relative", "fine", "latched",
    }
)  # fmt: skip
_HEX = re.compile(r"[0-9A-Fa-f]{2}")


def read_device(
    content: str,
    file: Path,
    understands: Understands,
    base: Callable[[str], Device] | None = None,
) -> Device:
    """Return the device that `content`, that of `file`, describes.

    `base` returns the device of a name, for a file that extends one. Raises ControlError.
    """
    try:
        raw = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise ControlError(f"{file}: {error}: write it as TOML") from error
    try:
        return _device(raw, file, understands, base)
    except ControlError as error:
        raise ControlError(f"{file}: {error}") from error


def extended_by(content: str) -> str | None:
    """Return which device a file's content extends, None where none, or where it is no TOML."""
    try:
        extends = tomllib.loads(content).get("extends")
    except tomllib.TOMLDecodeError:
        return None
    return extends if isinstance(extends, str) else None


def _device(
    raw: Mapping[str, Any],
    file: Path,
    understands: Understands,
    base: Callable[[str], Device] | None,
) -> Device:
    known(raw, _TOP, "")
    under = None
    if "extends" in raw:
        if base is None:
            raise ControlError("extends: a shipped mapping stands for itself: leave it out")
        under = base(text(raw, "extends"))
    lights = {**(under.lights if under else {}), **_lights(raw.get("lights", {}))}
    entries = raw.get("control", [])
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise ControlError("control: write each as [[control]]")
    controls: list[Control] = []
    for place, entry in enumerate(entries, 1):
        try:
            controls += _controls(entry, lights, under, understands)
        except ControlError as error:
            raise ControlError(f"control {place}: {error}") from error
    if len(controls) > MAX_CONTROLS:
        raise ControlError(f"{len(controls)} controls: at most {MAX_CONTROLS} are taken")
    _once(controls)
    own = Device(
        name=text(raw, "name") if "name" in raw or under is None else under.name,
        ports=texts(raw, "ports") if "ports" in raw or under is None else under.ports,
        controls=tuple(controls),
        not_ports=texts(raw, "not_ports"),
        setup=_sysex(raw, "setup"),
        goodbye=_sysex(raw, "goodbye"),
        lights=lights,
        clock=flag(raw, "clock"),
        file=file,
    )
    return own if under is None else _over(own, under, raw)


def _over(own: Device, under: Device, raw: Mapping[str, Any]) -> Device:
    """Return `own` with what it leaves out as `under` has it."""
    rest = [one for one in under.controls if not any(_same(one, other) for other in own.controls)]
    return replace(
        own,
        controls=(*own.controls, *rest),
        not_ports=own.not_ports if "not_ports" in raw else under.not_ports,
        setup=own.setup if "setup" in raw else under.setup,
        goodbye=own.goodbye if "goodbye" in raw else under.goodbye,
        clock=own.clock if "clock" in raw else under.clock,
    )


def _same(one: Control, other: Control) -> bool:
    """Tell whether two controls answer to the same messages."""
    first, second = one.trigger, other.trigger
    numbers = {first.number, one.fine} - {None}
    return (
        one.shift == other.shift
        and first.kind == second.kind
        and not numbers.isdisjoint({second.number, other.fine})
        and (first.channel == second.channel or ANY_CHANNEL in (first.channel, second.channel))
    )


def _once(controls: list[Control]) -> None:
    seen: dict[tuple[Kind, int | None, bool], list[Control]] = {}
    for control in controls:
        for sent in {control.trigger.number, control.fine} - {None}:
            others = seen.setdefault((control.trigger.kind, sent, control.shift), [])
            if any(_same(control, other) for other in others):
                held = " with shift" if control.shift else ""
                raise ControlError(f"{control.trigger}{held} is there twice: leave one out")
            others.append(control)


def _controls(
    entry: Mapping[str, Any],
    lights: Mapping[str, object],
    under: Device | None,
    understands: Understands,
) -> list[Control]:
    known(entry, _CONTROL, "")
    kind, numbers = _numbers(entry)
    channel = number(entry, "channel", 1, 16) if "channel" in entry else ANY_CHANNEL
    shift = flag(entry, "shift")
    made = []
    for sent, words in zip(numbers, _each(entry, len(numbers)), strict=True):
        trigger = Trigger(kind, sent, channel)
        target = target_of(words)
        check_words(target, understands)
        control = Control(
            trigger, target, shift, relative=entry.get("relative"),
            fine=number(entry, "fine", 0, 127) if "fine" in entry else None,
            latched=flag(entry, "latched"),
        )  # fmt: skip
        _check(control, len(numbers))
        made.append(replace(control, lights=_lights_of(entry, control, lights, under)))
    return made


def _check(control: Control, count: int) -> None:
    """Raise where a control's settings do not fit what it does."""
    target, kind = control.target, control.trigger.kind
    if target.act == "fader" and kind != "cc":
        raise ControlError(f"{control.trigger} cannot do {target.words!r}: a fader sends a cc")
    if target.act == "shift" and kind == "program":
        raise ControlError("a program change is never let go: use a note or cc for shift")
    if control.relative is not None and control.relative not in RELATIVES:
        raise ControlError(f"relative {control.relative!r}: write {' or '.join(RELATIVES)}")
    if (control.relative or control.fine is not None) and target.act != "fader":
        raise ControlError(f"{target.words!r} is no fader: leave out relative and fine")
    if control.fine is not None and (count > 1 or control.relative):
        raise ControlError("fine is for one absolute cc alone")
    if control.fine == control.trigger.number:
        raise ControlError(f"fine {control.fine} is the cc itself: its low bits have their own")


def check_words(target: Target, understands: Understands) -> None:
    """Raise ControlError where a control is to type what means nothing at the prompt."""
    if target.act not in ("button", "switch") or target.address:
        return
    try:
        understands(target.words)
    except LoopMindError as error:
        raise ControlError(f"does {target.words!r}: {error}") from error


def usual_lights(target: Target) -> tuple[str, ...]:
    """Return the names of the looks for what a control does, the best first.

    >>> usual_lights(target_of("mute bass")), usual_lights(target_of("regenerate pad 2"))
    (('mute', 'switches'), ('buttons',))
    """
    if target.act == "switch":
        return (target.words.split()[0], "switches")
    if target.act == "shift":
        return ("shift", "buttons")
    if target.act in ("fader", "nothing"):
        return ()
    return ("pads",) if target.words.startswith("pad ") else ("buttons",)


def _lights_of(
    entry: Mapping[str, Any], control: Control, lights: Mapping[str, object], under: Device | None
) -> str:
    """Return the looks that a control takes: its own, its hardware's, or what it does calls for."""
    if "lights" in entry:
        name = text(entry, "lights")
        if name == UNLIT:
            return ""
        if name not in lights:
            there = ", ".join(lights) or "none"
            raise ControlError(f"lights {name!r}: no [lights.{name}]: there are {there}")
        return name
    covered = None if under is None else under.find(control.trigger, control.shift)
    if covered is not None and covered.lights not in usual_lights(covered.target):
        return covered.lights
    return next((name for name in usual_lights(control.target) if name in lights), "")


def _each(entry: Mapping[str, Any], count: int) -> Iterable[str]:
    """Return the words of each of `count` controls."""
    words = text(entry, "does")
    fillings: tuple[str, ...] = tuple(str(place) for place in range(1, count + 1))
    if "each" in entry:
        fillings = texts(entry, "each")
        if len(fillings) != count or "{}" not in words:
            raise ControlError(
                f"each has {len(fillings)} for {count} controls: as many, and {{}} in does"
            )
    return [words.replace("{}", one) for one in fillings]


def _numbers(entry: Mapping[str, Any]) -> tuple[Kind, list[int]]:
    """Return what kind of messages controls send, and their numbers."""
    named = [(kind, name) for kind in KINDS for name in (kind, f"{kind}s") if name in entry]
    if len(named) != 1:
        raise ControlError(f"write one of {', '.join(KINDS)}: what the control sends")
    kind, name = named[0]
    if name == kind:
        return kind, [number(entry, name, 0, 127)]
    values = entry[name]
    if not isinstance(values, list) or not values:
        raise ControlError(f"{name}: write a list of numbers, as in [36, 37]")
    return kind, [number({name: value}, name, 0, 127) for value in values]


def _lights(raw: object) -> dict[str, dict[Light, Look]]:
    if not isinstance(raw, dict):
        raise ControlError("lights: write tables, as in [lights.pads]")
    return {name: _looks(name, table) for name, table in raw.items()}


def _looks(name: str, raw: object) -> dict[Light, Look]:
    if not isinstance(raw, dict) or not raw:
        raise ControlError(f"lights.{name}: write a look a line, as in playing = {{ ... }}")
    looks: dict[Light, Look] = {}
    for light, value in raw.items():
        where = f"lights.{name}.{light}"
        named = next((one for one in LIGHTS if one == light), None)
        if named is None:
            raise ControlError(f"{where}: no such light: there are {', '.join(LIGHTS)}")
        if not isinstance(value, dict):
            raise ControlError(f"{where}: write it as {{ channel = 1, value = 21 }}")
        known(value, frozenset({"channel", "value", "blink"}), f"{where}: ")
        try:
            looks[named] = Look(
                number(value, "channel", 1, 16), number(value, "value", 0, 127),
                number(value, "blink", 0, 127) if "blink" in value else None,
            )  # fmt: skip
        except ControlError as error:
            raise ControlError(f"{where}: {error}") from error
    return looks


def _sysex(raw: Mapping[str, Any], name: str) -> tuple[tuple[int, ...], ...]:
    return tuple(_message(name, one) for one in texts(raw, name))


def _message(name: str, written: str) -> tuple[int, ...]:
    parts = written.split()
    wrong = next((part for part in parts if not _HEX.fullmatch(part)), None)
    if wrong is not None:
        raise ControlError(f"{name}: {wrong!r} is no byte: write two hexadecimal digits, as in F0")
    data = tuple(int(part, 16) for part in parts)
    if (fault := fault_of(data)) is not None:
        raise ControlError(f"{name}: {fault}")
    return data
