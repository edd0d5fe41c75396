"""The lights of a MIDI device: from the panel to the messages that set them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from loopmind_live.control.midi_device import Control, Device, Kind, Light, Look, look_of
from loopmind_live.control.midi_mapping import Hands, Request, move_of
from loopmind_live.control.midi_targets import Target, switched
from loopmind_live.score.loop import KIT, ROLES
from loopmind_live.session.panel import Launch, Pad, Panel

MOST_AT_ONCE = 8
"""So many messages a tick of 4 ms: a JACK port's buffer drops what comes in bursts."""
Place = tuple[Kind, int]
Message = tuple[int, int, int]
Lit = Mapping[Place, Message]
"""What is lit on a device: the message that lit each place last."""
_DRUMS = frozenset({"drums", *KIT, "hats", "perc"})


def wanted(device: Device, hands: Hands, panel: Panel) -> dict[Place, Message]:
    """Return the message that shows each light as it is to be; others are left out."""
    odd_beat = int(panel.beat) % 2 == 1
    shown: dict[Place, Message] = {}
    for trigger in device.lit:
        control = device.find(trigger, hands.shifted)
        if control is None or control.lights not in device.lights:
            continue
        look = look_of(device.lights[control.lights], light_of(control, hands, panel))
        if look is not None:
            shown[(trigger.kind, trigger.number)] = _message(control, look, odd_beat)
    return shown


def light_of(control: Control, hands: Hands, panel: Panel) -> Light:
    """Return what a control is to show."""
    target = control.target
    if target.act == "shift":
        return "on" if hands.shifted else "off"
    if target.number:
        if target.number > len(panel.pads):
            return "empty"
        return panel.pads[target.number - 1].launch if _is_launch(target) else "ready"
    if target.act != "switch":
        return "ready"
    if target.role is not None and not _is_there(target.role, panel):
        return "empty"
    return "on" if _is_on(target, panel) else "off"


def expected(panel: Panel, requests: Iterable[Request]) -> Panel:
    """Return the panel as it will be once requests are carried out, as far as pads show it.

    A hand is answered before the work begins; where something is refused, the next look at the
    performance puts it right.
    """
    for request in requests:
        target = request.target
        if _is_launch(target) and target.number <= len(panel.pads):
            panel = replace(panel, pads=_launched(panel, target.number))
        elif target.act == "switch" and target.role is not None:
            panel = switched(panel, target, request.value > 0.0)
    return panel


def _launched(panel: Panel, number: int) -> tuple[Pad, ...]:
    """Return the pads once the `number`-th, from 1, was launched."""

    def launch(place: int, pad: Pad) -> Launch:
        if place == number:
            return "play_queued"
        if panel.playing and pad.name == panel.section:
            return "stop_queued"
        return "stopped" if pad.launch == "play_queued" else pad.launch

    return tuple(replace(pad, launch=launch(place, pad)) for place, pad in enumerate(panel.pads, 1))


def changes(
    lit: Lit, now: Lit, most: int = MOST_AT_ONCE
) -> tuple[dict[Place, Message], tuple[Message, ...]]:
    """Return what is lit after `most` of the changes from `lit` to `now`, and their messages.

    Each light takes one message; what is left over is sent the next time.

    >>> changes({}, {("note", 11): (144, 11, 21)})
    ({('note', 11): (144, 11, 21)}, ((144, 11, 21),))
    """
    new = [(place, message) for place, message in now.items() if lit.get(place) != message][:most]
    return {**lit, **dict(new)}, tuple(message for _, message in new)


def without_pressed(lit: Lit, messages: Iterable[tuple[int, ...]]) -> Lit:
    """Return what is lit without what is pressed: that is sent anew, though nothing may change.

    A light that got lost on its way does not stay lost, and some devices put one out by themselves.

    >>> without_pressed({("note", 11): (144, 11, 21)}, [(0x90, 11, 100)])
    {}
    """
    moves = [move for data in messages if (move := move_of(data)) is not None and move.value]
    pressed = {(move.trigger.kind, move.trigger.number) for move in moves}
    return {place: message for place, message in lit.items() if place not in pressed}


def put_out(device: Device, lit: Lit) -> tuple[Message, ...]:
    """Return the messages that put out what is lit."""
    out = []
    for trigger in device.lit:
        control = device.find(trigger) or device.find(trigger, shifted=True)
        if control is not None and (trigger.kind, trigger.number) in lit:
            look = look_of(device.lights.get(control.lights, {}), "off") or Look(1, 0)
            out.append(_message(control, Look(look.channel, 0), True))
    return tuple(out)


def _message(control: Control, look: Look, odd_beat: bool) -> Message:
    value = look.value if look.blink is None or odd_beat else look.blink
    status = 0x90 if control.trigger.kind == "note" else 0xB0
    return (status | (look.channel - 1), control.trigger.number, value)


def _is_launch(target: Target) -> bool:
    return target.words.startswith("pad ")


def _is_on(target: Target, panel: Panel) -> bool:
    """Tell whether what a switch does is done. As the panel has it: so all surfaces agree."""
    if target.role is None:
        return panel.playing if target.words == "play" else panel.recording
    strip = panel.strips[ROLES.index(target.role)]
    verb = target.words.split()[0]
    return {"mute": strip.muted, "solo": strip.soloed, "lock": strip.locked}[verb]


def _is_there(role: str, panel: Panel) -> bool:
    """Tell whether the set has a part; "drums" are any of the drums."""
    meant = _DRUMS if role == "drums" else {role}
    return any(strip.launch != "empty" for strip in panel.strips if strip.role in meant)
