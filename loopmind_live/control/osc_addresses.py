"""From OSC messages to commands, by the one table: each row's address takes its arguments. Pure."""

import math
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from loopmind_live.control.osc_packet import Argument as Sent
from loopmind_live.control.osc_packet import Message
from loopmind_live.errors import ControlError, SessionError
from loopmind_live.score.labels import label_of
from loopmind_live.score.loop import ROLES
from loopmind_live.session.argument_kinds import Argument, Value
from loopmind_live.session.commands import COMMANDS, Command, CommandSpec, check
from loopmind_live.units import parse_key

PROMPT = "/loopmind/prompt"
BY_ADDRESS: Mapping[str, CommandSpec] = {spec.osc: spec for spec in COMMANDS}
OPPOSITES: Mapping[str, str] = {"mute": "unmute", "solo": "unsolo", "lock": "unlock"}
"""What a 0 after the parts asks for: a button with two states."""
REFUSED = frozenset({"quit"})
"""What only a performer at the machine may do."""
_NUMBERED = re.compile(r"[a-z] +([0-9]+)\Z", re.IGNORECASE)
FADERS = frozenset(
    spec.osc
    for spec in COMMANDS
    if spec.lands == "now" and spec.undoable and any(a.kind == "number" for a in spec.arguments)
)
"""Addresses of which only the newest value counts while several wait."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Words as they would be typed at the prompt."""

    text: str


def meaning(message: Message) -> Command | Typed | None:
    """Return what a message asks for; None for a button that is let go.

    Raise ControlError where it is no command, and SessionError where a value is out of its range.

    >>> meaning(Message("/loopmind/section/regenerate", ("verse 2",))).arguments
    {'section': 'verse', 'number': 2}
    >>> meaning(Message("/loopmind/track/mute", ("bass", 0))).name
    'unmute'
    """
    spec = BY_ADDRESS.get(message.address)
    if spec is None:
        raise ControlError(f"OSC: no address {message.address:.60}: type help for the commands")
    if spec.name in REFUSED:
        raise ControlError(f"OSC: {spec.name} is for the performer's own prompt")
    if message.address == PROMPT:
        return Typed(_words(message))
    waiting = deque(message.arguments)
    pressed = _take_button(spec, waiting)
    arguments: dict[str, Value] = {}
    for argument in spec.arguments:
        _take(argument, waiting, arguments)
    if pressed is None and len(waiting) == 1:
        pressed = _pressed(waiting[0])
        if pressed is not None:
            waiting.clear()
    if pressed is False:
        return _opposite(spec, arguments) if spec.name in OPPOSITES else None
    if waiting:
        raise ControlError(f"OSC: {message.address} has no use for {waiting[0]!r:.40}")
    command = Command(spec.name, arguments, text=shown(message))
    check_sent(command)
    return command


def check_sent(command: Command) -> None:
    """Raise where a command may not come over a network, or is out of its range."""
    spec = check(command)
    if spec.name in REFUSED:
        raise ControlError(f"OSC: {spec.name} is for the performer's own prompt")
    for argument in spec.arguments:
        file = command.arguments.get(argument.name)
        if argument.kind == "path" and isinstance(file, str) and set(file) & set("/\\:~"):
            raise ControlError(f"OSC: {file!r:.60}: name a file of the performer's folder alone")


def _words(message: Message) -> str:
    if len(message.arguments) != 1 or not isinstance(message.arguments[0], str):
        raise ControlError(f"OSC: {PROMPT} takes one text")
    return message.arguments[0]


def _opposite(spec: CommandSpec, arguments: dict[str, Value]) -> Command:
    other = next(one for one in COMMANDS if one.name == OPPOSITES[spec.name])
    known = {argument.name for argument in other.arguments}
    kept = {name: value for name, value in arguments.items() if name in known}
    command = Command(other.name, kept, text=" ".join([other.name, *map(_spoken, kept.values())]))
    check(command)
    return command


def _take_button(spec: CommandSpec, waiting: deque[Sent]) -> bool | None:
    """Take the state of the button that sent a message from its end; None where there is none.

    Buttons send 1.0 and 0.0, which are no bars and no numbers of sections; 1 and 0 may be. What is
    a fader, or may be on or off, takes its value for itself.
    """
    two_states = spec.name in OPPOSITES
    own = any(argument.kind == "number" or argument.name == "on" for argument in spec.arguments)
    if not waiting or (own and not two_states):
        return None
    if isinstance(waiting[-1], bool | float) or two_states:
        pressed = _pressed(waiting[-1])
        if pressed is not None:
            waiting.pop()
        return pressed
    return None


def _take(argument: Argument, waiting: deque[Sent], arguments: dict[str, Value]) -> None:
    """Move what stands for `argument` from those waiting; nothing where the next is another."""
    if argument.kind == "roles":
        roles = _take_roles(waiting)
        if roles:
            arguments[argument.name] = roles
        return
    if not waiting:
        return
    if argument.kind == "section" and isinstance(waiting[0], str):
        name = str(waiting.popleft())
        arguments[argument.name] = label_of(name) or name.casefold()
        if number := _NUMBERED.search(name):
            arguments["number"] = int(number[1][:9])
    elif argument.name not in arguments and _fits(argument, waiting[0]):
        arguments[argument.name] = _value(argument, waiting.popleft())


def _take_roles(waiting: deque[Sent]) -> tuple[str, ...]:
    """Take the parts at the front: a name each, several with commas, or "all"."""
    roles: list[str] = []
    while waiting and isinstance(waiting[0], str):
        named = [name.strip().casefold() for name in waiting[0].split(",")]
        if named == ["all"]:
            named = list(ROLES)
        if roles and not set(named) <= set(ROLES):
            break
        roles += named
        waiting.popleft()
    return tuple(dict.fromkeys(roles))


def _fits(argument: Argument, sent: Sent) -> bool:
    match argument.kind:
        case "number":
            return isinstance(sent, int | float) and not isinstance(sent, bool)
        case "integer":
            whole = isinstance(sent, int) or (isinstance(sent, float) and sent.is_integer())
            return whole and not isinstance(sent, bool)
        case "flag":
            return _pressed(sent) is not None
        case "choice":
            return isinstance(sent, str) and sent.casefold() in argument.choices
        case _:
            return isinstance(sent, str)


def _value(argument: Argument, sent: Sent) -> Value:
    match argument.kind:
        case "number":
            assert isinstance(sent, int | float)
            if isinstance(sent, float) and not math.isfinite(sent):
                raise SessionError(f"{argument.name} {sent} is no number that can be played")
            return float(sent)
        case "integer":
            assert isinstance(sent, int | float)
            return int(sent)
        case "flag":
            return bool(_pressed(sent))
        case "key":
            return parse_key(str(sent)) or str(sent)
        case "choice" | "word":
            return str(sent).casefold()
        case "moods":
            return tuple(mood.strip().casefold() for mood in str(sent).split(","))
        case _:
            return str(sent)


def _pressed(sent: Sent) -> bool | None:
    """Return whether a button is down: 1 or 0, true or false; None where it is no button's value.

    >>> _pressed(1.0), _pressed(False), _pressed(0.5), _pressed("hook")
    (True, False, None, None)
    """
    return bool(sent) if isinstance(sent, int | float) and sent in (0, 1) else None


def shown(message: Message) -> str:
    """Return a message as one line: its address and what it carries."""
    return " ".join([message.address, *(_spoken(one) for one in message.arguments)])[:200]


def _spoken(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
