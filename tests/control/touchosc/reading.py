"""Layouts as others read them: nodes, messages and scripts of a packed file, by tosclib."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

import tosclib

SentArgument = int | float | str


@dataclass(frozen=True)
class Partial:
    """A piece of an address, or an argument."""

    kind: str
    conversion: str
    value: str
    low: float
    high: float

    def at(self, share: float) -> SentArgument:
        """Return what is sent where the node's value is `share`."""
        if self.kind == "VALUE" and self.conversion != "STRING":
            number = self.low + share * (self.high - self.low)
            return round(number) if self.conversion == "INTEGER" else number
        return {"STRING": str, "INTEGER": int, "FLOAT": float}[self.conversion](self.value)


@dataclass(frozen=True)
class ReadMessage:
    """An OSC message of a node, as the file tells it."""

    node: "ReadNode"
    address: str
    arguments: tuple[Partial, ...]
    triggers: tuple[tuple[str, str], ...]
    sent: bool
    received: bool

    def examples(self) -> list[tuple[SentArgument, ...]]:
        """Return the arguments that a hand on the control sends: pressed, or low, middle, high."""
        if {condition for _, condition in self.triggers} == {"RISE"}:
            shares = [1.0]
        elif self.node.kind == "BUTTON":
            shares = [1.0, 0.0]
        else:
            shares = [0.0, 0.6, 1.0, 0.5]
        return [tuple(one.at(share) for one in self.arguments) for share in shares]


@dataclass(frozen=True)
class ReadNode:
    """A node, as the file tells it. `frame` counts from the layout's top left."""

    path: str
    kind: str
    frame: tuple[int, int, int, int]
    properties: dict[str, str]
    values: dict[str, str]
    element: Element
    parent: "ReadNode | None"

    def messages(self) -> Iterator[ReadMessage]:
        for osc in self.element.findall("messages/osc"):
            yield ReadMessage(
                self,
                "".join(str(one.at(0.0)) for one in _partials(osc, "path")),
                tuple(_partials(osc, "arguments")),
                tuple(
                    (_text(one, "var"), _text(one, "condition"))
                    for one in osc.findall("triggers/trigger")
                ),
                _text(osc, "send") == "1",
                _text(osc, "receive") == "1",
            )


def read(path: Path) -> list[ReadNode]:
    """Return all nodes of a file, as tosclib finds them."""
    return list(_read(tosclib.load(str(path))[0], "", (0, 0), None))


def messages(path: Path) -> list[ReadMessage]:
    return [message for node in read(path) for message in node.messages()]


def _read(
    element: Element, path: str, corner: tuple[int, int], parent: ReadNode | None
) -> Iterator[ReadNode]:
    known = tosclib.ElementTOSC(element)
    x, y, w, h = known.getFrame()
    here = f"{path}/{known.getName() or ''}"
    left, top = corner[0] + x, corner[1] + y
    node = ReadNode(
        here,
        element.attrib["type"],
        (left, top, w, h),
        {_text(one, "key"): _text(one, "value") for one in known.properties},
        {_text(one, "key"): _text(one, "default") for one in known.values},
        element,
        parent,
    )
    yield node
    for child in known.children:
        yield from _read(child, here, (left, top), node)


def _partials(osc: Element, where: str) -> Iterator[Partial]:
    for one in osc.findall(f"{where}/partial"):
        yield Partial(
            _text(one, "type"), _text(one, "conversion"), _text(one, "value"),
            float(_text(one, "scaleMin")), float(_text(one, "scaleMax")),
        )  # fmt: skip


def _text(element: Element, tag: str) -> str:
    return element.findtext(tag) or ""
