"""The OSC addresses there are, as OSCQuery describes them: a tree in JSON. Pure.

After the OSCQuery proposal (github.com/Vidvox/OSCQueryProposal). It is derived from the table of
commands, the controls with an address of their own, and what surfaces are told. A command's TYPE
are the arguments that it needs and the first that it may have; one that needs nothing is a "T", a
button. What is told has its VALUE.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from loopmind_live.control.feedback import Told, Values
from loopmind_live.control.fixed_addresses import CONTROLS, Control
from loopmind_live.control.knobs import named
from loopmind_live.control.osc_addresses import OPPOSITES, REFUSED
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES
from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.command import PREFIX
from loopmind_live.session.commands import COMMANDS, CommandSpec

READ, WRITE = 1, 2
SUPPORTED = ("ACCESS", "VALUE", "RANGE", "TYPE", "DESCRIPTION")
ATTRIBUTES = frozenset(
    {
        "FULL_PATH", "CONTENTS", "TYPE", "ACCESS", "RANGE", "DESCRIPTION", "TAGS", "EXTENDED_TYPE",
        "UNIT", "CRITICAL", "CLIPMODE", "OVERLOADS", "VALUE", "HTML", "LISTEN", "PATH_CHANGED",
    }
)  # fmt: skip
"""All that may be asked for; what a node does not have is answered with nothing."""
HOST_INFO = "HOST_INFO"
Json = dict[str, Any]
Range = Json | None


@dataclass(frozen=True, slots=True)
class Node:
    """An address, or what stands before one. `ranges` has an entry for each letter of `types`."""

    path: str
    types: str = ""
    access: int = 0
    ranges: tuple[Range, ...] = ()
    description: str = ""
    children: dict[str, "Node"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: an HTTP status, and an object where there is one."""

    status: int
    body: Json | None = None


def answer(target: str, root: Node, told: Told, host: Json) -> Answer:
    """Return the answer to a GET of `target`: a path, and one attribute or none.

    404: no such address; 400: no such attribute; 204: one that this address does not have.

    >>> answer("/loopmind/undo?TYPE", tree({}), {}, {}).body
    {'TYPE': 'T'}
    >>> answer("/loopmind/gavotte", tree({}), {}, {}).status
    404
    """
    path, _, query = target.partition("?")
    attribute = query.partition("=")[0].upper()
    if attribute == HOST_INFO:
        return Answer(200, host)
    node: Node | None = root
    for name in filter(None, unquote(path).split("/")):
        node = node.children.get(name) if node is not None else None
    if node is None:
        return Answer(404)
    if not attribute:
        return Answer(200, _described(node, told))
    if attribute not in ATTRIBUTES:
        return Answer(400)
    there = _described(node, told)
    return Answer(200, {attribute: there[attribute]}) if attribute in there else Answer(204)


def host_info(name: str, ip: str | None, port: int) -> Json:
    """Return what is told of the host: where OSC is taken, and what is known of each address.

    Without an `ip` it is taken where this is read.
    """
    extensions = {one: one in SUPPORTED for one in sorted({*SUPPORTED, "LISTEN", "CLIPMODE"})}
    told = {"NAME": name, "OSC_PORT": port, "OSC_TRANSPORT": "UDP", "EXTENSIONS": extensions}
    return told if ip is None else told | {"OSC_IP": ip}


def tree(told: Told) -> Node:
    """Return the root of all addresses; `told` is anything that surfaces were told, for its types.

    >>> sorted(tree({"/loopmind/state/bar": (1,)}).children["loopmind"].children["state"].children)
    ['bar']
    """
    nodes = {node.path: node for node in (*map(_command, COMMANDS), *map(_control, _controls()))}
    nodes |= {node.path: node for node in _surfaces()}
    for address, values in told.items():
        nodes[address] = _told(address, values, nodes.get(address) or _knob(address))
    for name in REFUSED:
        nodes.pop(f"{PREFIX}/{name}", None)
    root = Node("/", description="LoopMind Live")
    for node in nodes.values():
        _put(root, node)
    return root


def _put(root: Node, node: Node) -> None:
    """Hang a node into the tree, and what stands before it; it keeps what hung there before."""
    above, *names = root, *node.path.split("/")[1:]
    for place, name in enumerate(names[:-1], 1):
        path = "/" + "/".join(names[:place])
        above = above.children.setdefault(name, Node(path))
    before = above.children.get(names[-1])
    if before is not None:
        node.children.update(before.children)
    above.children[names[-1]] = node


def _controls() -> Iterable[Control]:
    return CONTROLS.values()


def _command(spec: CommandSpec) -> Node:
    needed = [argument for argument in spec.arguments if not argument.optional]
    spare = [argument for argument in spec.arguments if argument.optional][:1]
    arguments = [argument for argument in spec.arguments if argument in (*needed, *spare)]
    types = "".join(map(_letter, arguments))
    ranges = tuple(map(_range, arguments))
    if spec.name in OPPOSITES:
        types, ranges = "".join(map(_letter, needed)) + "i", (*map(_range, needed), _between(0, 1))
    if not types:
        types, ranges = "T", (None,)
    return Node(spec.osc, types, WRITE, ranges, spec.help)


def _letter(argument: Argument) -> str:
    return {"number": "f", "integer": "i", "flag": "T"}.get(argument.kind, "s")


def _range(argument: Argument) -> Range:
    match argument.kind:
        case "number" | "integer":
            return _between(argument.minimum, argument.maximum)
        case "choice":
            return {"VALS": list(argument.choices)}
        case "roles":
            return {"VALS": [*ROLES, "all"]}
        case "section":
            return {"VALS": [*LABELS, "current"]}
        case _:
            return None


def _between(low: float, high: float) -> Json:
    return {"MIN": low, "MAX": high}


def _control(control: Control) -> Node:
    types = "f" if control.kind == "fader" else "i"
    return Node(control.address, types, WRITE, (_between(0, 1),), control.help)


def _knob(address: str) -> Node | None:
    """Return the node of a knob by its name, None where an address is none."""
    found = named(address)
    if found is None:
        return None
    role, name = found
    return Node(address, "f", WRITE, (_between(0, 1),), f"knob {name} of the patches in {role}")


def _told(address: str, values: Values, node: Node | None) -> Node:
    """Return the node of what is told: its type is that of what was told, and it can be read."""
    types = "".join(
        "s" if isinstance(v, str) else "f" if isinstance(v, float) else "i" for v in values
    )
    if node is None:
        return Node(address, types, READ, (None,) * len(types))
    ranges = node.ranges if node.types == types else (_between(0, 1),) * len(types)
    return Node(address, types, node.access | READ, ranges, node.description)


def _surfaces() -> tuple[Node, ...]:
    return (
        Node(f"{PREFIX}/ping", "i", WRITE, (None,), f"answered with {PREFIX}/pong"),
        Node(f"{PREFIX}/reply_port", "i", WRITE, (_between(1024, 65535),), "where to answer"),
        Node(f"{PREFIX}/start_listen", "i", WRITE, (None,), "be told all, then what changes"),
        Node(f"{PREFIX}/stop_listen", "i", WRITE, (None,), "be told no more"),
    )


def _described(node: Node, told: Mapping[str, Values]) -> Json:
    """Return a node as an object, with all below it."""
    shown: Json = {"FULL_PATH": node.path, "ACCESS": node.access}
    if node.description:
        shown["DESCRIPTION"] = node.description
    if node.types:
        shown["TYPE"] = node.types
        shown["RANGE"] = list(node.ranges)
    if node.path in told:
        shown["VALUE"] = list(told[node.path])
    if node.children:
        shown["CONTENTS"] = {name: _described(child, told) for name, child in node.children.items()}
    return shown
