"""A TouchOSC layout as a file: `.tosc` is XML (`<lexml version='3'>`), packed with zlib. Pure.

The same nodes are the same bytes on every machine: identities come from names, not from chance.
"""

import uuid
import zlib
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from loopmind_live.control.touchosc.nodes import (
    Argument,
    Color,
    Frame,
    Node,
    Osc,
    Property,
    Value,
    properties_of,
    values_of,
)
from loopmind_live.errors import ControlError

FORMAT = "3"
DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
CONNECTIONS = "11111"
"""All connections that a performer sets up: which one is used is chosen in the app."""
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://loopmind.live/touchosc")
# What XML 1.0 has no place for: controls but tab and line ends, half pairs, and two non-letters.
_FORBIDDEN = {
    *range(0x20), 0x7F, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF
} - {0x09, 0x0A}  # fmt: skip


def packed(layout: Node) -> bytes:
    """Return the bytes of a `.tosc` file; ControlError where a node is not as it must be."""
    return zlib.compress(xml(layout), 9)


def xml(layout: Node) -> bytes:
    """Return the XML that a `.tosc` file holds.

    >>> from loopmind_live.control.touchosc.nodes import Frame, Node
    >>> xml(Node("GROUP", "a & b", Frame(0, 0, 9, 9)))[39:60]
    b'<lexml version="3"><n'
    """
    root = Element("lexml", version=FORMAT)
    _add(root, layout, "")
    return DECLARATION + ElementTree.tostring(root, encoding="unicode").encode()


def _add(parent: Element, node: Node, path: str) -> None:
    here = f"{path}/{_letters(node.name)}"
    element = SubElement(parent, "node", ID=str(uuid.uuid5(_SPACE, here)), type=node.type)
    properties = SubElement(element, "properties")
    for name, value in properties_of(node).items():
        _add_property(properties, name, value)
    values = SubElement(element, "values")
    for name, first in values_of(node).items():
        _add_value(values, name, first)
    if node.messages:
        messages = SubElement(element, "messages")
        for message in node.messages:
            _add_osc(messages, message)
    if node.children:
        names = [child.name for child in node.children]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ControlError(f"{here}: two nodes are named {sorted(twice)[0]!r}: name each once")
        children = SubElement(element, "children")
        for child in node.children:
            _add(children, child, here)


def _add_property(properties: Element, name: str, value: Property) -> None:
    match value:
        case bool():
            kind, told = "b", str(int(value))
        case int():
            kind, told = "i", str(value)
        case float():
            kind, told = "f", f"{value:g}"
        case str():
            kind, told = "s", _letters(value)
        case Color():
            kind, told = "c", ""
        case Frame():
            kind, told = "r", ""
    element = SubElement(properties, "property", type=kind)
    SubElement(element, "key").text = name
    held = SubElement(element, "value")
    if isinstance(value, Color | Frame):
        for part in value.__slots__:
            SubElement(held, part).text = f"{getattr(value, part):g}"
    else:
        held.text = told


def _add_value(values: Element, name: str, first: bool | float | str) -> None:
    element = SubElement(values, "value")
    told = str(first).lower() if isinstance(first, bool) else _told(first)
    # A label's text is part of the layout: it is not kept from one use to the next.
    fixed = "1" if name == "text" else "0"
    _fill(
        element,
        key=name, locked="0", lockedDefaultCurrent=fixed, default=told, defaultPull="0",
    )  # fmt: skip


def _add_osc(messages: Element, message: Osc) -> None:
    element = SubElement(messages, "osc")
    _fill(
        element,
        enabled="1", send=str(int(bool(message.triggers))), receive=str(int(message.received)),
        feedback="0", connections=CONNECTIONS,
    )  # fmt: skip
    triggers = SubElement(element, "triggers")
    for value, condition in message.triggers:
        _fill(SubElement(triggers, "trigger"), var=value, condition=condition)
    if not message.address.startswith("/"):
        raise ControlError(f"{message.address!r:.60} is no OSC address: it begins with /")
    _add_partial(SubElement(element, "path"), message.address)
    arguments = SubElement(element, "arguments")
    for argument in message.arguments:
        _add_partial(arguments, argument)


def _add_partial(parent: Element, argument: Argument) -> None:
    element = SubElement(parent, "partial")
    if isinstance(argument, Value):
        _fill(
            element,
            type="VALUE", conversion=argument.conversion, value=argument.of,
            scaleMin=f"{argument.low:g}", scaleMax=f"{argument.high:g}",
        )  # fmt: skip
        return
    conversion = {str: "STRING", int: "INTEGER", float: "FLOAT"}[type(argument)]
    _fill(
        element,
        type="CONSTANT", conversion=conversion, value=_told(argument), scaleMin="0", scaleMax="1",
    )  # fmt: skip


def _fill(element: Element, **texts: str) -> None:
    for tag, text in texts.items():
        SubElement(element, tag).text = text


def _told(value: float | str) -> str:
    return _letters(value) if isinstance(value, str) else f"{value:g}"


def _letters(text: str) -> str:
    """Return a text as XML can hold it; ControlError where it cannot."""
    if any(ord(letter) in _FORBIDDEN for letter in text):
        raise ControlError(f"{text!r:.60}: a layout's texts have no control characters")
    return text
