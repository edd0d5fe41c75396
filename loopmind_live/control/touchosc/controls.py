"""The controls a layout is written with, each one line: what it is called, sends and shows. Pure.

Each draws itself into a frame, most as a group of nodes.
"""

from dataclasses import dataclass
from typing import Protocol

from loopmind_live.control.touchosc.look import (
    BLACK,
    BLUE,
    GRAY,
    GREEN,
    LARGE,
    NONE,
    ORANGE,
    PANEL,
    PLAIN,
    SKY,
    SMALL,
    WHITE,
)
from loopmind_live.control.touchosc.nodes import (
    TEXT,
    Argument,
    Color,
    Frame,
    Node,
    NodeType,
    Osc,
    Property,
    Script,
    Trigger,
    Value,
)
from loopmind_live.control.touchosc.scripts import (
    SaysState,
    ShowsNumber,
)

PRESSED: tuple[Trigger, ...] = (("x", "RISE"),)
MOVED: tuple[Trigger, ...] = (("x", "ANY"),)


class Control(Protocol):
    """What can stand in a layout."""

    @property
    def name(self) -> str:
        """Its name, which no other one beside it has."""
        ...

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        ...


def words(
    name: str, frame: Frame, text: str, size: int = PLAIN, ink: Color = WHITE, align: int = 2
) -> Node:
    """Return a label that no finger touches. `align`: 1 left, 2 middle, 3 right."""
    return Node("LABEL", name, frame, labeled(size, ink, align), {"text": text})


def labeled(size: int, ink: Color, align: int = 2) -> dict[str, Property]:
    """Return the properties of a label of which nothing but its words is seen."""
    return {
        "background": False, "outline": False, "color": NONE, "textColor": ink, "textSize": size,
        "textAlignH": align,
    }  # fmt: skip


def _with_words(name: str, frame: Frame, control: Node, text: str, size: int) -> Node:
    """Return a control with words upon it, as one."""
    label = words("words", _inside(frame), text, size)
    return Node("GROUP", name, frame, bare(), children=(control, label))


def _inside(frame: Frame) -> Frame:
    return Frame(0, 0, frame.w, frame.h)


@dataclass(frozen=True, slots=True)
class Caption:
    """Words that stay."""

    name: str
    text: str = ""
    size: int = SMALL
    ink: Color = GRAY
    align: int = 2

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        return words(self.name, frame, self.text or self.name, self.size, self.ink, self.align)


@dataclass(frozen=True, slots=True)
class Readout:
    """Words or a number that are told: `pattern` as in printf where it is a number."""

    name: str
    address: str
    pattern: str = ""
    text: str = ""
    size: int = LARGE
    ink: Color = WHITE
    align: int = 2

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        return Node(
            "LABEL", self.name, frame, labeled(self.size, self.ink, self.align),
            {"text": self.text}, (Osc(self.address, (TEXT,), received=True),),
            ShowsNumber(self.pattern) if self.pattern else None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of the last message: the text of answers, each of which tells an address first.

    One line, or as many as there is room for (`lines`).
    """

    name: str
    addresses: tuple[str, ...]
    text: str = ""
    size: int = PLAIN
    lines: bool = False
    script: Script | None = None

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        properties = {**labeled(self.size, WHITE, 1), "background": True, "color": PANEL}
        # Both arguments set the text: the last one stays.
        messages = tuple(Osc(one, (TEXT, TEXT), received=True) for one in self.addresses)
        kind: NodeType = "TEXT" if self.lines else "LABEL"
        return Node(
            kind, self.name, frame, properties, {"text": self.text}, messages, self.script
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Press:
    """A button that sends when it is pressed, and nothing when it is let go.

    `told`: where a 1 lights it.
    """

    name: str
    address: str
    sends: tuple[Argument, ...] = ()
    text: str = ""
    color: Color = BLUE
    size: int = PLAIN
    told: str = ""
    bright: bool = False
    """Whether it is as bright at rest as others are when they are pressed."""
    more: tuple[Osc, ...] = ()
    """Messages that the same press sends, too, after its own."""

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        messages = (Osc(self.address, self.sends, PRESSED), *self.more)
        if self.told:
            messages = (*messages, Osc(self.told, (Value(),), received=True))
        whole = _inside(frame)
        ground = Node("BOX", "ground", whole, {"color": self.color})
        button = Node(
            "BUTTON", "press", whole,
            {"color": WHITE if self.bright else self.color, "background": not self.bright}, {},
            messages,
        )  # fmt: skip
        label = words("words", whole, self.text or self.name, self.size)
        children = (ground, button, label) if self.bright else (button, label)
        return Node("GROUP", self.name, frame, bare(), children=children)


@dataclass(frozen=True, slots=True)
class Switch:
    """A button that stays down: it sends 1 and 0 to the address where it is told them, too."""

    name: str
    address: str
    off: str
    on: str
    color: Color = ORANGE
    size: int = PLAIN

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        both = Osc(self.address, (Value(conversion="INTEGER"),), MOVED, received=True)
        button = Node(
            "BUTTON", "switch", _inside(frame), {"color": self.color, "buttonType": 2}, {}, (both,),
            SaysState(self.off, self.on, WHITE, BLACK),
        )  # fmt: skip
        return _with_words(self.name, frame, button, self.off, self.size)


@dataclass(frozen=True, slots=True)
class Fader:
    """A fader, 0 at the bottom to 1 at the top. `mark`: where a line shows a place upon it."""

    name: str
    address: str
    color: Color = SKY
    at_first: float = 0.0
    mark: float = 0.0

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        slide = Node(
            "FADER", "slide", _inside(frame), {"color": self.color}, {"x": self.at_first},
            (Osc(self.address, (Value(),), MOVED, received=True),),
        )  # fmt: skip
        at = min(frame.h - 2, round(frame.h * (1.0 - self.mark)))
        line = Node("BOX", "mark", Frame(0, at, frame.w, 2), {"color": WHITE})
        children = (slide, line) if self.mark > 0.0 else (slide,)
        return Node("GROUP", self.name, frame, bare(), children=children)


@dataclass(frozen=True, slots=True)
class Knob:
    """A dial, 0 at the left to 1 at the right."""

    name: str
    address: str
    text: str
    color: Color = SKY
    at_first: float = 0.0
    centered: bool = False

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        side = min(frame.w, frame.h)
        place = Frame((frame.w - side) // 2, (frame.h - side) // 2, side, side)
        dial = Node(
            "RADIAL", "dial", place, {"color": self.color, "centered": self.centered},
            {"x": self.at_first},
            (Osc(self.address, (Value(),), MOVED, received=True),),
        )  # fmt: skip
        return _with_words(self.name, frame, dial, self.text, SMALL)


@dataclass(frozen=True, slots=True)
class Meter:
    """A bar that no finger moves: `low` is its bottom, `high` its top."""

    name: str
    address: str
    color: Color = GREEN
    low: float = 0.0
    high: float = 1.0
    across: bool = False
    steps: int = 0

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        return Node(
            "FADER", self.name, frame,
            {
                "color": self.color, "interactive": False, "cursor": False, "outline": False,
                "orientation": int(self.across), "grid": self.steps > 0,
                "gridSteps": self.steps or 10,
            },
            {}, (Osc(self.address, (Value(low=self.low, high=self.high),), received=True),),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane for one finger: one address takes how far right it is, another how far up, 0..1."""

    name: str
    right: str
    up: str
    color: Color = SKY
    at_first: tuple[float, float] = (0.5, 0.0)

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        x, y = self.at_first
        return Node(
            "XY", self.name, frame, {"color": self.color, "gridStepsX": 4, "gridStepsY": 4},
            {"x": x, "y": y},
            (
                Osc(self.right, (Value("x"),), (("x", "ANY"),), received=True),
                Osc(self.up, (Value("y"),), (("y", "ANY"),), received=True),
            ),
        )  # fmt: skip


def bare() -> dict[str, Property]:
    """Return the properties of a group that is not seen itself."""
    return {"background": False, "color": NONE}
