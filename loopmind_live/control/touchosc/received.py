"""What a layout shows once it was told something, as TouchOSC would show it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from loopmind_live.control.touchosc.nodes import Effect, Node, Osc, Value

Told = Mapping[str, tuple[int | float | str, ...]]
"""Addresses, and the arguments that came to them."""


def received(layout: Node, told: Told) -> Node:
    """Return the layout with the values it has after all these messages."""
    changed, beside = _received(layout, told)
    assert not beside, "the layout itself stands beside nothing"
    return changed


def _received(node: Node, told: Told) -> tuple[Node, tuple[Effect, ...]]:
    """Return the node as it is then, and what its script does to those beside it."""
    done = [_received(child, told) for child in node.children]
    effects = [effect for _, its in done for effect in its]
    children = tuple(_affected(child, effects) for child, _ in done)
    node = replace(node, children=children)
    beside: list[Effect] = []
    for message in node.messages:
        arguments = told.get(message.address) if message.received else None
        for name, value in _values(message, arguments or ()):
            node = replace(node, values={**node.values, name: value})
            its = node.script.effects(name, value) if node.script is not None else ()
            node = _affected(node, [replace(one, node=node.name) for one in its if not one.node])
            beside += [one for one in its if one.node]
    return node, tuple(beside)


def _values(
    message: Osc, arguments: tuple[int | float | str, ...]
) -> Iterator[tuple[str, float | str]]:
    """Return the values that a message sets: numbers as 0..1 of their range, texts as they are."""
    for argument, sent in zip(message.arguments, arguments, strict=False):
        if not isinstance(argument, Value):
            continue
        if argument.conversion == "STRING":
            yield argument.of, f"{sent:g}" if isinstance(sent, float) else str(sent)
        else:
            share = (float(sent) - argument.low) / (argument.high - argument.low)
            yield argument.of, min(1.0, max(0.0, share))


def _affected(node: Node, effects: list[Effect]) -> Node:
    for effect in effects:
        if effect.node != node.name:
            continue
        if effect.name in ("x", "y", "text"):
            assert not isinstance(effect.to, bool) and isinstance(effect.to, float | str)
            node = replace(node, values={**node.values, effect.name: effect.to})
        else:
            node = replace(node, properties={**node.properties, effect.name: effect.to})
    return node


def pages(layout: Node) -> list[tuple[str, Node]]:
    """Return the layout once a page of its pager, and each page's name; once where it has none."""
    pager = next((node for node in layout.all() if node.type == "PAGER"), None)
    if pager is None:
        return [(layout.name, layout)]
    return [(page.name, _on(layout, place)) for place, page in enumerate(pager.children)]


def _on(node: Node, page: int) -> Node:
    """Return the node with its pagers on a page, from 0."""
    if node.type == "PAGER":
        return replace(node, values={**node.values, "page": page})
    return replace(node, children=tuple(_on(child, page) for child in node.children))
