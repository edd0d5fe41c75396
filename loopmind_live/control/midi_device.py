"""A MIDI device as its mapping describes it: what its controls ask for, and how they light. Frozen.

A trigger is what a control sends; a target is what that asks for; a look is what is sent back to
light it. Who reads mappings from files is `midi_toml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

from loopmind_live.control.midi_targets import Target
from loopmind_live.session.panel import Launch

Kind = Literal["note", "cc", "program"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Relative = Literal["twos_complement", "binary_offset"]
"""How an endless encoder tells its steps: 1 and 127, or 65 and 63, for one to either side."""
RELATIVES: tuple[Relative, ...] = get_args(Relative)
Light = Launch | Literal["off", "on", "ready"]
"""What a control shows: a pad its launch state, a switch off or on, a button that it is there."""
LIGHTS: tuple[Light, ...] = (*get_args(Launch), "off", "on", "ready")
DARK: frozenset[Light] = frozenset({"empty", "stopped", "off", "ready"})
ANY_CHANNEL = 0


@dataclass(frozen=True, slots=True, order=True)
class Trigger:
    """What a control sends: a note, controller or program of a `channel` 1..16, or of any (0)."""

    kind: Kind
    number: int
    channel: int = ANY_CHANNEL

    def __str__(self) -> str:
        where = f" of channel {self.channel}" if self.channel else ""
        return f"{self.kind} {self.number}{where}"


@dataclass(frozen=True, slots=True)
class Look:
    """What lights a control: a `value` (color, brightness) on a channel 1..16.

    Makers let the channel tell how it is lit: steady, flashing, pulsing. Where a device cannot
    blink by itself, `blink` is the value of every other beat.
    """

    channel: int
    value: int
    blink: int | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """A pad, button, fader or knob. It acts while shift is held if `shift`, else while it is not.

    `lights` names the looks it takes; `fine` is the controller of its low seven bits, where it has
    14; a `latched` switch sends on and off by turns, and each counts as a press.
    """

    trigger: Trigger
    target: Target
    shift: bool = False
    lights: str = ""
    relative: Relative | None = None
    fine: int | None = None
    latched: bool = False


@dataclass(frozen=True)
class Device:
    """A device's mapping. A port is the device's if its name holds one of `ports`, no `not_ports`.

    `setup` is sent when it appears, `goodbye` when it is let go. `clock` tells that its lights
    flash and pulse to MIDI clock.
    """

    name: str
    ports: tuple[str, ...]
    controls: tuple[Control, ...] = ()
    not_ports: tuple[str, ...] = ()
    setup: tuple[tuple[int, ...], ...] = ()
    goodbye: tuple[tuple[int, ...], ...] = ()
    lights: Mapping[str, Mapping[Light, Look]] = field(default_factory=dict)
    clock: bool = False
    file: Path | None = None

    def matches(self, port: str) -> bool:
        """Tell whether a port is this device's.

        >>> Device("Launchpad X", ("LPX",), not_ports=("DAW",)).matches("Launchpad X lpx midi in")
        True
        """
        name = port.casefold()
        if any(part.casefold() in name for part in self.not_ports):
            return False
        return any(part.casefold() in name for part in self.ports)

    def find(self, trigger: Trigger, shifted: bool = False) -> Control | None:
        """Return the control that sends `trigger`; what has no shifted act, acts as without."""
        layers = (True, False) if shifted else (False,)
        for shift in layers:
            for channel in (trigger.channel, ANY_CHANNEL):
                found = self._index.get((trigger.kind, trigger.number, channel, shift))
                if found is not None:
                    return found
        return None

    @cached_property
    def _index(self) -> Mapping[tuple[Kind, int, int, bool], Control]:
        return {
            (one.trigger.kind, number, one.trigger.channel, one.shift): one
            for one in self.controls
            for number in (one.trigger.number, one.fine)
            if number is not None
        }

    @cached_property
    def lit(self) -> tuple[Trigger, ...]:
        """Return what can be lit, in the order of the controls."""
        return tuple(
            dict.fromkeys(
                one.trigger
                for one in self.controls
                if one.lights in self.lights and one.trigger.kind != "program"
            )
        )


def look_of(looks: Mapping[Light, Look], light: Light) -> Look | None:
    """Return the look of `light`; where it has none of its own, that of plain off or on.

    >>> look_of({"off": Look(1, 0), "on": Look(1, 127)}, "play_queued")
    Look(channel=1, value=127, blink=None)
    """
    if light in looks:
        return looks[light]
    plain: tuple[Light, ...] = ("off", "empty") if light in DARK else ("on", "playing")
    return next((looks[one] for one in plain if one in looks), None)
