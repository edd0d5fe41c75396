"""What a MIDI control asks for, read from words as a performer writes them. Pure.

| Words                                         | The control is | It will                         |
| --------------------------------------------- | -------------- | ------------------------------- |
| pad 3, regenerate pad 3, previous pad 3       | a button       | go to the third section, ...    |
| regenerate current, previous current          | a button       | the same for what plays         |
| mute bass, solo bass, lock bass               | a switch       | do it, and the next time undo it|
| swap bass                                     | a button       | choose another loop for a part  |
| level bass, filter bass, pan bass             | a fader        | move it                         |
| reverb bass, delay bass                       | a fader        | send more or less of a part     |
| knob bass feedback, knob bass 1               | a fader        | turn a knob of the part's patch |
| filter all, reverb all, delay all             | a fader        | the same for all parts          |
| reverb size, reverb damp, delay time,         | a fader        | move the shared effects         |
| delay feedback                                |                |                                 |
| play, record                                  | a switch       | stop, or end it, the next time  |
| shift                                         | held           | give others their second act    |
| nothing                                       | left alone     | do nothing                      |
| anything else                                 | a button       | type it at the prompt           |
"""

from dataclasses import dataclass, replace
from typing import Literal

from loopmind_live.control import knobs
from loopmind_live.control.fixed_addresses import CONTROLS, Asked, pad, track
from loopmind_live.control.osc_addresses import Typed
from loopmind_live.errors import ControlError
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.command import PREFIX
from loopmind_live.session.commands import BY_NAME, Command
from loopmind_live.session.panel import Panel, Strip

Act = Literal["button", "switch", "fader", "shift", "nothing"]
_SWITCHES = frozenset({"mute", "solo", "lock"})
_FADERS = frozenset({"level", "filter", "pan", "reverb", "delay"})
_PAD_VERBS = frozenset({"regenerate", "previous"})
_EFFECTS = ("reverb_size", "reverb_damp", "delay_time", "delay_feedback")
"""Rows with one number, of the shared effects."""
_TWO_STATES = {"play": "stop", "record": "record off"}


@dataclass(frozen=True, slots=True)
class Target:
    """What a control asks for: `words` as written, the `act` that they call for.

    `address` is that of the control that they stand for (see `fixed_addresses`), empty where they
    stand for none; `number` counts sections from 1; `role` is the part that they name, and `knob`
    the knob of its patches, by name or number.
    """

    words: str
    act: Act
    address: str = ""
    number: int = 0
    role: Role | None = None
    knob: str = ""

    def asked(self, value: float, panel: Panel) -> Asked | None:
        """Return what is asked for at `value`, 0..1: 1 where a button is pressed, a switch is on.

        None for what asks for nothing by itself, and for a knob that is not there. Raise
        ControlError where there is no such section.
        """
        if self.act in ("shift", "nothing"):
            return None
        if self.knob and self.role is not None:
            there = knobs.find(panel, self.role, self.knob)
            return None if there is None else knobs.turned(self.role, there, value)
        if self.address in CONTROLS:
            return CONTROLS[self.address].make(value, panel)
        if self.act == "fader":
            return _effect(self.address, value)
        if self.act == "switch" and value == 0.0:
            return Typed(_TWO_STATES[self.words])
        return Typed(self.words)


def target_of(words: str) -> Target:
    """Return what `words` ask of a control.

    Raise ControlError where they begin like a control of a pad or part and name none.

    >>> target_of("mute bass").address, target_of("pad 3").address
    ('/loopmind/track/bass/mute', '/loopmind/pad/3')
    >>> target_of("regenerate hook").act, target_of("reverb size").act
    ('button', 'fader')
    >>> target_of("level kazoo")
    Traceback (most recent call last):
        ...
    loopmind_live.errors.ControlError: 'level kazoo': no part 'kazoo': parts are drums, kick, \
snare, hats, perc, bass, melody, chords, pad, vocal, fx
    """
    said = " ".join(words.casefold().split())
    if not said:
        raise ControlError("no words: say what the control is to do, as in: mute bass")
    first, _, rest = said.partition(" ")
    if said == "shift":
        return Target(said, "shift")
    if said == "nothing":
        return Target(said, "nothing")
    if said in _TWO_STATES:
        return Target(said, "switch")
    if said.startswith("pad ") and rest.isdigit():
        return _pad(said, rest, "")
    if first in _PAD_VERBS and (rest == "current" or rest.startswith("pad ")):
        return _regenerates(said, first, rest)
    if first in _FADERS and rest == "all" and f"{PREFIX}/master/{first}" in CONTROLS:
        return Target(said, "fader", f"{PREFIX}/master/{first}")
    if (row := _row(said)) is not None:
        return Target(said, "fader", row)
    if first == "knob" and len(rest.split()) == 2:
        part, knob = rest.split()
        role = _part(said, part)
        return Target(said, "fader", knobs.address(role, knob), role=role, knob=knob)
    if first in _SWITCHES | _FADERS | {"swap"} and rest and " " not in rest:
        return _of_part(said, first, rest)
    return Target(" ".join(words.split()), "button")


def switched(panel: Panel, target: Target, on: bool) -> Panel:
    """Return the panel once a part's switch is on, or off."""
    if target.role is None:
        return panel
    strips = list(panel.strips)
    place = ROLES.index(target.role)
    strips[place] = _switched(strips[place], target, on)
    return replace(panel, strips=tuple(strips))


def _switched(strip: Strip, target: Target, on: bool) -> Strip:
    match target.words.split()[0]:
        case "mute":
            return replace(strip, muted=on)
        case "solo":
            return replace(strip, soloed=on)
        case _:
            return replace(strip, locked=on)


def _regenerates(said: str, verb: str, rest: str) -> Target:
    if rest == "current":
        return Target(said, "button", f"{PREFIX}/current/{verb}")
    return _pad(said, rest.removeprefix("pad "), verb)


def _pad(said: str, number: str, verb: str) -> Target:
    address = "/".join(filter(None, (pad(int(number[:4])) if number.isdigit() else "", verb)))
    if address not in CONTROLS:
        raise ControlError(f"{said!r}: no pad {number!r}: pads are numbered from 1 to 64")
    return Target(said, "button", address, int(number))


def _part(said: str, name: str) -> Role:
    role = next((one for one in ROLES if one == name), None)
    if role is None:
        raise ControlError(f"{said!r}: no part {name!r}: parts are {', '.join(ROLES)}")
    return role


def _of_part(said: str, verb: str, name: str) -> Target:
    role = _part(said, name)
    act: Act = "switch" if verb in _SWITCHES else "fader" if verb in _FADERS else "button"
    return Target(said, act, track(role, "regenerate" if verb == "swap" else verb), role=role)


def _row(said: str) -> str | None:
    """Return the name of the row that words name, if a fader can move it."""
    return next((name for name in _EFFECTS if said in (name, name.replace("_", " "))), None)


def _effect(name: str, value: float) -> Command:
    """Return the command that sets a shared effect to `value`, 0..1 of its range."""
    argument = next(one for one in BY_NAME[name].arguments if one.kind == "number")
    number = round(argument.minimum + value * (argument.maximum - argument.minimum), 2)
    return Command(name, {argument.name: number}, text=f"{name.replace('_', ' ')} {number:g}")
