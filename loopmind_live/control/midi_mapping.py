"""From MIDI messages to what they ask for, by a device's mapping. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from loopmind_live.control import knobs
from loopmind_live.control.feedback import told_of_master, told_of_track
from loopmind_live.control.fixed_addresses import Asked
from loopmind_live.control.midi_device import Control, Device, Relative, Trigger
from loopmind_live.control.midi_pickup import STEP, Grip, moved
from loopmind_live.control.midi_targets import Target, switched
from loopmind_live.session.panel import Panel

NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE = 0x8, 0x9, 0xB, 0xC
PRESSED = 64
"""A controller is a button that is down from this value on (MIDI 1.0: switches)."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a control did: its trigger and the value that it sent, 0..127. 0 is let go."""

    trigger: Trigger
    value: int


@dataclass(frozen=True, slots=True)
class Hands:
    """What is known of a device's controls: whether shift is held, how faders hold their values.

    `values` are what controllers sent last; `asked` is what was asked of switches and faders that
    the panel does not show yet.
    """

    shifted: bool = False
    grips: Mapping[Trigger, Grip] = field(default_factory=dict)
    values: Mapping[Trigger, int] = field(default_factory=dict)
    asked: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """What a control asks for, and the `value` of which it does: 0 where a switch goes off."""

    target: Target
    asked: Asked
    value: float = 1.0


def move_of(data: tuple[int, ...]) -> Move | None:
    """Return what a message says of a control; None where it is of another kind.

    >>> move_of((0x90, 60, 100))
    Move(trigger=Trigger(kind='note', number=60, channel=1), value=100)
    >>> move_of((0x85, 60, 64)).value, move_of((0xF8,)), move_of((0xC0, 5)).trigger.kind
    (0, None, 'program')
    """
    if not data or not 0x80 <= data[0] < 0xF0 or len(data) < 2:
        return None
    status, channel = data[0] >> 4, (data[0] & 0x0F) + 1
    if status == PROGRAM_CHANGE:
        return Move(Trigger("program", data[1], channel), 127)
    if len(data) < 3:
        return None
    if status in (NOTE_ON, NOTE_OFF):
        return Move(Trigger("note", data[1], channel), data[2] if status == NOTE_ON else 0)
    if status == CONTROL_CHANGE:
        return Move(Trigger("cc", data[1], channel), data[2])
    return None


def steps(value: int, relative: Relative) -> int:
    """Return how far an endless encoder was turned, to the right above 0.

    >>> steps(1, "twos_complement"), steps(127, "twos_complement"), steps(62, "binary_offset")
    (1, -1, -2)
    """
    if relative == "binary_offset":
        return value - 64
    return value if value < 64 else value - 128


def read(
    messages: Iterable[tuple[int, ...]], device: Device, hands: Hands, panel: Panel
) -> tuple[Hands, tuple[Request, ...]]:
    """Return what messages ask for, in their order; of each fader only where it went at last.

    `panel` is how all stands before the first of them. Raise ControlError where a pad's section
    went since.
    """
    hands = replace(hands, asked={})
    done: dict[object, Request] = {}
    for data in messages:
        move = move_of(data)
        control = device.find(move.trigger, hands.shifted) if move is not None else None
        if move is None or control is None:
            continue
        hands, value = _step(control, move, hands, panel)
        asked = control.target.asked(value, panel) if value is not None else None
        if asked is not None:
            key = control.target.words if control.target.act == "fader" else len(done)
            done.pop(key, None)
            done[key] = Request(control.target, asked, value or 0.0)
            if control.target.act == "switch":  # what is pressed next adds to it
                panel = switched(panel, control.target, (value or 0.0) > 0.0)
    return hands, tuple(done.values())


def _step(control: Control, move: Move, hands: Hands, panel: Panel) -> tuple[Hands, float | None]:
    """Return the hands after a move, and the value that it asks for, None where it asks nothing."""
    before = hands.values.get(move.trigger)
    hands = replace(hands, values={**hands.values, move.trigger: move.value})
    target = control.target
    if target.act == "fader":
        return _fader(control, move, hands, panel)
    down = _down(control, move, before)
    if target.act == "shift":
        return replace(hands, shifted=move.value >= _least(move)), None
    if not down or target.act == "nothing" or target.number > len(panel.pads):
        return hands, None
    if target.act == "switch":
        on = standing(target, hands, panel)
        return _asking(hands, target, 0.0 if on else 1.0)
    return hands, 1.0


def _least(move: Move) -> int:
    """Return the value from which on a control is down: a pad may be touched ever so softly."""
    return 1 if move.trigger.kind == "note" else PRESSED


def _down(control: Control, move: Move, before: int | None) -> bool:
    """Tell whether a button was pressed just now.

    A knob that is turned sends one value after the other: it is pressed once, as it passes the
    middle. A button that tells only of being pressed sends the same value again.
    """
    if control.latched:
        return True
    if move.trigger.kind != "cc":
        return move.value > 0
    if move.value < PRESSED:
        return False
    return before is None or before < PRESSED or before == move.value


def _fader(control: Control, move: Move, hands: Hands, panel: Panel) -> tuple[Hands, float | None]:
    target = control.target
    if move.trigger.kind != "cc":
        return hands, None
    stands = standing(target, hands, panel)
    if control.relative is not None:
        turned = steps(move.value, control.relative) * STEP
        place = 0.5 if stands is None else stands
        return _asking(hands, target, min(1.0, max(0.0, place + turned)))
    stood = _place(control, move, hands)
    if stood is None:
        return hands, None
    grip = moved(hands.grips.get(control.trigger, Grip()), stood, stands)
    hands = replace(hands, grips={**hands.grips, control.trigger: grip})
    if grip.left is None:
        return hands, None
    return _asking(hands, target, grip.left)


def _place(control: Control, move: Move, hands: Hands) -> float | None:
    """Return where a fader stands, 0..1; None until all of it has been told."""
    if control.fine is None:
        return move.value * STEP
    if move.trigger.number != control.fine:
        return None  # the low bits follow
    coarse = replace(move.trigger, number=control.trigger.number)
    if coarse not in hands.values:
        return None
    return (hands.values[coarse] * 128 + move.value) / (128 * 128 - 1)


def _asking(hands: Hands, target: Target, value: float) -> tuple[Hands, float]:
    return replace(hands, asked={**hands.asked, target.words: value}), value


def standing(target: Target, hands: Hands, panel: Panel) -> float | None:
    """Return where a switch (0 or 1) or fader (0..1) stands, None where that is not known."""
    if target.words in hands.asked:
        return hands.asked[target.words]
    if target.words == "play":
        return float(panel.playing)
    if target.words == "record":
        return float(panel.recording)
    if target.knob and target.role is not None:
        knob = knobs.find(panel, target.role, target.knob)
        return None if knob is None else knobs.place_of(knob)
    strip = next((strip for strip in panel.strips if strip.role == target.role), None)
    told = told_of_master(panel) if strip is None else told_of_track(strip.role, strip)
    values = dict(told).get(target.address)
    return None if values is None else float(values[0])
