"""Rows, columns, grids and pages: how the controls of a layout share its room. Pure.

A layout is written as one expression: `Rows("page", (Part(52, header), Part(0, pads)))` gives the
header 52 pixels and the pads the rest. Groups that share a row or a column stand `gap` apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from loopmind_live.control.touchosc.controls import Control, bare
from loopmind_live.control.touchosc.look import CANVAS, NONE, PANEL, WHITE
from loopmind_live.control.touchosc.nodes import Color, Frame, Node, Property, Script
from loopmind_live.errors import ControlError

GAP = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A control and the room it gets: so many pixels, or 0 for a share of what is left."""

    size: int
    control: Control


@dataclass(frozen=True, slots=True)
class Rows:
    """Controls one below the other. `panel`: on a ground of its own, so many pixels in."""

    name: str
    parts: tuple[Part, ...]
    gap: int = GAP
    panel: int = 0

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        return _line(self, frame, across=False)


@dataclass(frozen=True, slots=True)
class Columns:
    """Controls side by side. `panel`: on a ground of its own, so many pixels in."""

    name: str
    parts: tuple[Part, ...]
    gap: int = GAP
    panel: int = 0

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        return _line(self, frame, across=True)


def _line(line: Rows | Columns, frame: Frame, across: bool) -> Node:
    room = Frame(0, 0, frame.w, frame.h).inset(line.panel)
    sizes = [part.size for part in line.parts]
    spans = shared(line.name, sizes, room.w if across else room.h, line.gap)
    frames = [
        Frame(room.x + start, room.y, size, room.h) if across
        else Frame(room.x, room.y + start, room.w, size)
        for start, size in spans
    ]  # fmt: skip
    children = tuple(
        part.control.node(place) for part, place in zip(line.parts, frames, strict=True)
    )
    return Node("GROUP", line.name, frame, _ground(line.panel), children=children)


@dataclass(frozen=True, slots=True)
class Grid:
    """Controls of one size, row by row from the top left."""

    name: str
    columns: int
    controls: tuple[Control, ...]
    gap: int = GAP
    panel: int = 0

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        rows = -(-len(self.controls) // self.columns)
        room = Frame(0, 0, frame.w, frame.h).inset(self.panel)
        across = shared(self.name, [0] * self.columns, room.w, self.gap)
        down = shared(self.name, [0] * rows, room.h, self.gap)
        children = []
        for place, control in enumerate(self.controls):
            (y, h), (x, w) = down[place // self.columns], across[place % self.columns]
            children.append(control.node(Frame(room.x + x, room.y + y, w, h)))
        return Node("GROUP", self.name, frame, _ground(self.panel), children=tuple(children))


@dataclass(frozen=True, slots=True)
class Pages:
    """Controls of which one is seen, with a bar of tabs above them: the page's name, and it."""

    name: str
    pages: tuple[tuple[str, Control], ...]
    tab_color: Color
    bar: int = 48

    def node(self, frame: Frame) -> Node:
        """Return it drawn into a frame of its parent."""
        place = Frame(0, self.bar, frame.w, frame.h - self.bar)
        inside = Frame(0, GAP, place.w, place.h - GAP)
        children = tuple(
            Node(
                "GROUP", title, place,
                {"color": NONE, "tabLabel": title, "tabColorOff": PANEL, "textColorOff": WHITE,
                 "tabColorOn": self.tab_color, "textColorOn": WHITE},
                children=(control.node(inside),),
            )
            for title, control in self.pages
        )  # fmt: skip
        properties: dict[str, Property] = {"tabbarSize": self.bar, "color": CANVAS}
        return Node("PAGER", self.name, frame, properties, children=children)


def layout(name: str, size: tuple[int, int], control: Control, script: Script | None) -> Node:
    """Return a whole layout of so many pixels, a gap in from its edges."""
    w, h = size
    inside = control.node(Frame(0, 0, w, h).inset(GAP))
    return Node(
        "GROUP", name, Frame(0, 0, w, h), {"color": CANVAS}, script=script, children=(inside,)
    )


def shared(name: str, sizes: Sequence[int], room: int, gap: int) -> list[tuple[int, int]]:
    """Return where each of `sizes` begins in `room` pixels, and how long it is; 0 takes a share.

    Raise ControlError where there is no room for them.

    >>> shared("row", [20, 0, 0], 100, 5)
    [(0, 20), (25, 35), (65, 35)]
    """
    left = room - sum(sizes) - gap * (len(sizes) - 1)
    sharing = sizes.count(0)
    if left < sharing:
        raise ControlError(f"{name}: {len(sizes)} controls have no room in {room} pixels")
    spans, start, shares = [], 0, 0
    for size in sizes:
        if size == 0:
            # What does not divide goes to the first ones, a pixel each.
            size = left // sharing + (shares < left % sharing)  # noqa: PLW2901
            shares += 1
        spans.append((start, size))
        start += size + gap
    return spans


def _ground(panel: int) -> dict[str, Property]:
    if panel:
        return {"color": PANEL, "cornerRadius": 4.0}
    return bare()
