"""Addresses of their own for single controls, for surfaces that send one value and no names. Pure.

Most templates (TouchOSC, Open Stage Control, Lemur) give a control one address and one value. Each
of these stands for a command of the table; buttons act on 1 and do nothing when they are let go.

| Address                                    | Value   | It stands for                             |
| ------------------------------------------ | ------- | ----------------------------------------- |
| /loopmind/pad/N                            | button  | goto the N-th section, from 1             |
| /loopmind/pad/N/regenerate, previous       | button  | regenerate it, or bring back its last one |
| /loopmind/current/regenerate, previous     | button  | the same for the section that plays       |
| /loopmind/track/ROLE/mute                  | toggle  | mute or unmute, now                       |
| /loopmind/track/ROLE/solo                  | toggle  | add to what is soloed, or take it out     |
| /loopmind/track/ROLE/lock                  | toggle  | lock, unlock                              |
| /loopmind/track/ROLE/level                 | 0..1    | level: 0.75 is 0 dB (`fader_law`)         |
| /loopmind/track/ROLE/filter                | 0..1    | filter: 0.5 open, low-pass below          |
| /loopmind/track/ROLE/pan                   | 0..1    | pan: 0.5 is the center                    |
| /loopmind/track/ROLE/reverb, delay         | 0..1    | send: 0 is off, 1 is 0 dB                 |
| /loopmind/track/ROLE/knob/N                | 0..1    | N-th knob of its patches (`knobs`)        |
| /loopmind/track/ROLE/knob/NAME             | 0..1    | a knob by name, while its patch is there  |
| /loopmind/track/ROLE/regenerate            | button  | swap: another loop for the part           |
| /loopmind/master/filter, reverb, delay     | 0..1    | the same for all parts at once            |
| /loopmind/macro/N                          | button  | type a line (`macros`)                    |

What is a plain button or value in the table already (transport/play, transport/tempo, record,
undo, panic, ...) is used as it stands there. `feedback` tells where all of them stand.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from loopmind_live.config import MAX_SECTIONS
from loopmind_live.control import knobs
from loopmind_live.control.fader_law import FADER, SEND, level_db
from loopmind_live.control.macros import MACROS
from loopmind_live.control.osc_addresses import Typed
from loopmind_live.control.osc_packet import Message
from loopmind_live.errors import ControlError
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.argument_kinds import Value
from loopmind_live.session.command import PREFIX
from loopmind_live.session.commands import BY_NAME, Command, When, check
from loopmind_live.session.panel import Pad, Panel

Kind = Literal["button", "toggle", "fader"]
Asked = Command | Typed
Make = Callable[[float, Panel], Asked]
"""Makes what a control asks for of its value, and of what plays."""
MOST_PADS = MAX_SECTIONS


@dataclass(frozen=True, slots=True)
class Control:
    """A control with an address of its own. Toggles take 0 and 1, faders 0 to 1, buttons 1."""

    address: str
    kind: Kind
    help: str
    make: Make


def pad(number: int) -> str:
    """Return the address of the pad of the `number`-th section, from 1."""
    return f"{PREFIX}/pad/{number}"


def track(role: Role, control: str) -> str:
    """Return the address of a part's control.

    >>> track("bass", "mute")
    '/loopmind/track/bass/mute'
    """
    return f"{PREFIX}/track/{role}/{control}"


def asked(message: Message, panel: Panel) -> Asked | None:
    """Return what a message to one of `CONTROLS` asks for; None for a button that is let go.

    Raise ControlError where the value is none of the control's, or there is no such section.
    """
    control = CONTROLS.get(message.address) or _named_knob(message.address)
    value = _value(message, control)
    if control.kind == "button" and value == 0.0:
        return None
    made = control.make(value, panel)
    if isinstance(made, Command):
        check(made)
    return made


def _value(message: Message, control: Control) -> float:
    sent = message.arguments or ((1.0,) if control.kind == "button" else ())
    value = sent[0] if len(sent) == 1 else None
    takes = "0 or 1" if control.kind != "fader" else "one number, 0 to 1"
    if not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value <= 1:
        shown = " ".join(map(str, sent)) or "nothing"
        raise ControlError(f"OSC: {message.address} {shown:.40}: send {takes}")
    if control.kind != "fader" and value not in (0, 1):
        raise ControlError(f"OSC: {message.address} {value:g}: send {takes}")
    return float(value)


def _controls() -> tuple[Control, ...]:
    tracks = [
        control for role in ROLES
        for control in (*_switches(role), *_faders(role), *(_knob(role, n) for n in knobs.NUMBERS))
    ]  # fmt: skip
    pads = [control for number in range(1, MOST_PADS + 1) for control in _pad(number)]
    return (*pads, *_current(), *tracks, *_master(), *_macros())


def _pad(number: int) -> tuple[Control, ...]:
    def of(verb: str) -> Make:
        return lambda _, panel: _section(verb, _pad_of(panel, number))

    return (
        Control(pad(number), "button", f"jump to section {number}", of("goto")),
        Control(
            f"{pad(number)}/regenerate", "button", f"choose other loops for section {number}",
            of("regenerate"),
        ),
        Control(
            f"{pad(number)}/previous", "button", f"bring back what section {number} played before",
            of("previous"),
        ),
    )  # fmt: skip


def _current() -> tuple[Control, ...]:
    def of(verb: str) -> Make:
        command = Command(verb, {"section": "current"}, text=f"{verb} this section")
        return lambda _value, _panel: command

    return tuple(
        Control(f"{PREFIX}/current/{verb}", "button", BY_NAME[verb].help, of(verb))
        for verb in ("regenerate", "previous")
    )


def _switches(role: Role) -> tuple[Control, ...]:
    def mute(value: float, _panel: Panel) -> Asked:
        verb = "mute" if value else "unmute"
        return Command(verb, {"roles": (role,)}, When("now"), text=f"{verb} {role} now")

    def solo(value: float, panel: Panel) -> Asked:
        others = [strip.role for strip in panel.strips if strip.soloed and strip.role != role]
        roles = tuple(one for one in ROLES if one in others or (value and one == role))
        if not roles:
            return Command("unsolo", when=When("now"), text="unsolo now")
        text = f"solo {', '.join(roles)} now"
        return Command("solo", {"roles": roles}, When("now"), text=text)

    def lock(value: float, _panel: Panel) -> Asked:
        verb = "lock" if value else "unlock"
        return Command(verb, {"roles": (role,)}, text=f"{verb} {role}")

    def swap(_value: float, _panel: Panel) -> Asked:
        return Command("swap", {"roles": (role,)}, text=f"swap {role}")

    return (
        Control(track(role, "mute"), "toggle", f"silence {role}, at once", mute),
        Control(track(role, "solo"), "toggle", f"play {role} and what is soloed alone", solo),
        Control(track(role, "lock"), "toggle", f"keep {role} through regenerations", lock),
        Control(track(role, "regenerate"), "button", f"choose another loop for {role}", swap),
    )


def _faders(role: Role) -> tuple[Control, ...]:
    def level(value: float, _panel: Panel) -> Asked:
        db = level_db(value, FADER)
        return Command("level", {"roles": (role,), "db": db}, text=f"level {role} {db:+.1f}")

    def pan(value: float, _panel: Panel) -> Asked:
        place = _percent(value)
        return Command("pan", {"roles": (role,), "place": place}, text=f"pan {role} {place:g}")

    return (
        Control(track(role, "level"), "fader", f"level of {role}: 0.75 is 0 dB", level),
        Control(track(role, "pan"), "fader", f"place of {role}: 0.5 is the center", pan),
        *_shared(track(role, ""), (role,), role),
    )


def _knob(role: Role, name: str) -> Control:
    """Return the control of a part's knob, by its name or number."""

    def turn(value: float, panel: Panel) -> Asked:
        knob = knobs.find(panel, role, name)
        if knob is None:
            there = ", ".join(one.name for one in knobs.knobs_of(panel, role))
            what = f"there are {there}" if there else f"mount a patch: patch {role} dub_delay"
            raise ControlError(f"OSC: {role} has no knob {name:.40}: {what}")
        return knobs.turned(role, knob, value)

    told = f"knob {name} of the patches in {role}"
    return Control(knobs.address(role, name), "fader", told, turn)


def _named_knob(address: str) -> Control:
    """Return the control of a knob by its name; ControlError where an address is none."""
    found = knobs.named(address)
    if found is None:
        raise ControlError(f"OSC: no control {address:.100}")
    return _knob(*found)


def _master() -> tuple[Control, ...]:
    return _shared(f"{PREFIX}/master/", ROLES, "all")


def _shared(prefix: str, roles: tuple[Role, ...], name: str) -> tuple[Control, ...]:
    """Return the controls that a part has, and all parts have together."""

    def sweep(value: float, _panel: Panel) -> Asked:
        percent = _percent(value)
        text = f"filter {name} {percent:g}"
        return Command("filter", {"roles": roles, "sweep": percent}, text=text)

    def to(effect: str) -> Make:
        def send(value: float, _panel: Panel) -> Asked:
            db = level_db(value, SEND)
            text = f"send {name} to {effect} {db:g}"
            return Command("send", {"roles": roles, "to": effect, "db": db}, text=text)

        return send

    return (
        Control(f"{prefix}filter", "fader", f"filter of {name}: 0.5 is open", sweep),
        Control(f"{prefix}reverb", "fader", f"{name} to the reverb: 0 is off", to("reverb")),
        Control(f"{prefix}delay", "fader", f"{name} to the delay: 0 is off", to("delay")),
    )


def _macros() -> tuple[Control, ...]:
    def typing(text: str) -> Make:
        return lambda _value, _panel: Typed(text)

    return tuple(
        Control(f"{PREFIX}/macro/{number}", "button", f"{name}: types {text!r}", typing(text))
        for number, (name, text) in enumerate(MACROS, 1)
    )


def _percent(position: float) -> float:
    """Return -100..100 for a position 0..1; near the middle it is 0, where a finger rests."""
    percent = round(200.0 * position - 100.0, 1)
    return 0.0 if abs(percent) < 1.0 else percent


def _pad_of(panel: Panel, number: int) -> Pad:
    if number > len(panel.pads):
        raise ControlError(f"OSC: no section {number}: the arrangement has {len(panel.pads)}")
    return panel.pads[number - 1]


def _section(verb: str, section: Pad) -> Command:
    wanted: dict[str, Value] = {"section": section.label, "number": section.number}
    return Command(verb, wanted, text=f"{verb} {section.name}")


CONTROLS: Mapping[str, Control] = {control.address: control for control in _controls()}
"""All controls that have an address of their own."""
FADER_ADDRESSES = frozenset(one.address for one in CONTROLS.values() if one.kind == "fader")
"""Of these only the newest value counts while several wait."""
