"""What a TouchOSC layout is made of: nodes with properties, values and OSC messages. Pure nouns.

Names, types and defaults are those that TouchOSC itself writes (format 3); what they mean is in
its manual: https://hexler.net/touchosc/manual/script-properties-and-values
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from loopmind_live.errors import ControlError

NodeType = Literal[
    "GROUP", "PAGER", "BOX", "BUTTON", "LABEL", "TEXT", "FADER", "XY", "RADIAL"
]  # fmt: skip
Conversion = Literal["FLOAT", "INTEGER", "STRING"]
Condition = Literal["ANY", "RISE", "FALL"]
Trigger = tuple[str, Condition]
"""A value of a node, and which change of it sends a message."""
MAX_PIXELS = 4096


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a node lies in its parent, in pixels from the top left."""

    x: int
    y: int
    w: int
    h: int

    def inset(self, by: int) -> "Frame":
        """Return the frame made smaller by so many pixels on every side.

        >>> Frame(0, 0, 20, 10).inset(2)
        Frame(x=2, y=2, w=16, h=6)
        """
        return Frame(self.x + by, self.y + by, self.w - 2 * by, self.h - 2 * by)


@dataclass(frozen=True, slots=True)
class Color:
    """Red, green, blue and opacity, 0..1 each."""

    r: float
    g: float
    b: float
    a: float = 1.0


def color(code: str) -> Color:
    """Return the color that "#rrggbb" or "#rrggbbaa" names.

    >>> color("#ff0000"), color("#00ff0080").a
    (Color(r=1.0, g=0.0, b=0.0, a=1.0), 0.502)
    """
    digits = code.removeprefix("#")
    try:
        parts = [round(value / 255, 3) for value in bytes.fromhex(digits)]
    except ValueError:
        parts = []
    if not code.startswith("#") or len(parts) not in (3, 4):
        raise ControlError(f"{code!r:.40} is no color: write it as #rrggbb or #rrggbbaa")
    return Color(*parts)


Property = bool | int | float | str | Color | Frame


@dataclass(frozen=True, slots=True)
class Value:
    """One of a node's values as an argument: `of` is "x", "y" or "text".

    Numbers go from `low` to `high` where the value goes from 0 to 1, both ways.
    """

    of: str = "x"
    conversion: Conversion = "FLOAT"
    low: float = 0.0
    high: float = 1.0


Constant = int | float | str
Argument = Value | Constant
TEXT = Value("text", "STRING")


@dataclass(frozen=True, slots=True)
class Osc:
    """An OSC message of a node. `triggers`: what sends it; where there are none, it is not sent.

    Where `received` it sets the node's values that stand among the arguments, too.
    """

    address: str
    arguments: tuple[Argument, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    received: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What a script does: it sets a value or property of a node beside its own, or ("") its own."""

    node: str
    name: str
    to: bool | float | str | Color


class Script(Protocol):
    """What a node does by itself when one of its values changes."""

    def lua(self) -> str:
        """Return the script as TouchOSC runs it (Lua 5.1)."""
        ...

    def effects(self, name: str, value: bool | float | str) -> tuple[Effect, ...]:
        """Return what the script does when the value `name` has become `value`."""
        ...


@dataclass(frozen=True, slots=True)
class Node:
    """One node. `properties` and `values` differ from what a node of its type has by default."""

    type: NodeType
    name: str
    frame: Frame
    properties: Mapping[str, Property] = field(default_factory=dict)
    values: Mapping[str, bool | float | str] = field(default_factory=dict)
    messages: tuple[Osc, ...] = ()
    script: Script | None = None
    children: tuple["Node", ...] = ()

    def all(self) -> Iterator["Node"]:
        """Return the node and all that lie in it, parents before children."""
        yield self
        for child in self.children:
            yield from child.all()


_SHOWN: Mapping[str, Property] = {
    "background": True, "color": Color(0.25, 0.25, 0.25), "cornerRadius": 1.0, "grabFocus": True,
    "interactive": True, "locked": False, "orientation": 0, "outline": True, "outlineStyle": 1,
    "pointerPriority": 0, "shape": 1, "visible": True,
}  # fmt: skip
_GROUP: Mapping[str, Property] = {
    **_SHOWN, "grabFocus": False, "interactive": False, "outline": False, "outlineStyle": 0
}  # fmt: skip
_TEXT: Mapping[str, Property] = {
    **_SHOWN, "interactive": False, "font": 0, "textAlignH": 2, "textColor": Color(1.0, 1.0, 1.0),
    "textSize": 14,
}  # fmt: skip
_MOVED: Mapping[str, Property] = {"response": 0, "responseFactor": 100}
_CURSOR: Mapping[str, Property] = {"cursor": True, "cursorDisplay": 0}
PROPERTIES: Mapping[NodeType, Mapping[str, Property]] = {
    "GROUP": _GROUP,
    "PAGER": {
        **_GROUP, "interactive": True, "tabLabels": True, "tabbar": True,
        "tabbarDoubleTap": False, "tabbarSize": 48, "textSizeOff": 18, "textSizeOn": 18,
    },
    "BOX": {**_SHOWN, "interactive": False, "outline": False},
    "BUTTON": {
        **_SHOWN, "buttonType": 0, "press": True, "release": True, "valuePosition": False
    },
    "LABEL": {**_TEXT, "textAlignV": 2, "textClip": True, "textLength": 0},
    "TEXT": _TEXT,
    "FADER": {
        **_SHOWN, **_MOVED, **_CURSOR, "bar": True, "barDisplay": 0, "grid": False, "gridSteps": 10
    },
    "XY": {
        **_SHOWN, **_MOVED, **_CURSOR, "gridStepsX": 10, "gridStepsY": 10, "gridX": True,
        "gridY": True, "lines": True, "linesDisplay": 0, "lockX": False, "lockY": False,
    },
    "RADIAL": {
        **_SHOWN, **_MOVED, **_CURSOR, "centered": False, "grid": False, "gridSteps": 20,
        "inverted": False, "outlineStyle": 0, "shape": 2,
    },
}  # fmt: skip
"""What a node of each type has where nothing else is said."""
PAGE: Mapping[str, Property] = {
    "tabColorOff": Color(0.25, 0.25, 0.25), "tabColorOn": Color(0.0, 0.0, 0.0, 0.0),
    "tabLabel": "", "textColorOff": Color(1.0, 1.0, 1.0), "textColorOn": Color(1.0, 1.0, 1.0),
}  # fmt: skip
"""What a group that is a page of a pager has besides."""
VALUES: Mapping[NodeType, Mapping[str, bool | float | str]] = {
    "GROUP": {},
    "PAGER": {"page": 0},
    "BOX": {},
    "BUTTON": {"x": 0},
    "LABEL": {"text": ""},
    "TEXT": {"text": ""},
    "FADER": {"x": 0},
    "XY": {"x": 0, "y": 0},
    "RADIAL": {"x": 0},
}
"""A node's values and what they are at first; each has `touch`, too."""


def properties_of(node: Node) -> dict[str, Property]:
    """Return all properties of a node, by name, in order; ControlError where one is out of place.

    >>> properties_of(Node("BOX", "a", Frame(0, 0, 10, 10), {"color": "red"}))
    Traceback (most recent call last):
        ...
    loopmind_live.errors.ControlError: BOX a: color is no str
    """
    known = PROPERTIES[node.type]
    if node.type == "GROUP":
        known = {**known, **PAGE}
    for name, value in node.properties.items():
        if name not in known:
            raise ControlError(f"{node.type} {node.name}: there is no property {name!r}")
        if type(value) is not type(known[name]):
            raise ControlError(f"{node.type} {node.name}: {name} is no {type(value).__name__}")
    if not (0 < node.frame.w <= MAX_PIXELS and 0 < node.frame.h <= MAX_PIXELS):
        raise ControlError(f"{node.type} {node.name}: {node.frame} has no room")
    told = {**PROPERTIES[node.type], **node.properties, "frame": node.frame, "name": node.name}
    if node.script is not None:
        told["script"] = node.script.lua()
    return dict(sorted(told.items()))


def values_of(node: Node) -> dict[str, bool | float | str]:
    """Return all values of a node as they are at first, by name, in order."""
    known = {**VALUES[node.type], "touch": False}
    for name in node.values:
        if name not in known:
            raise ControlError(f"{node.type} {node.name}: there is no value {name!r}")
    return dict(sorted({**known, **node.values}.items()))
