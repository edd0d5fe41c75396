"""A stand-in for TouchOSC: it runs the scripts of a layout's file in Lua 5.1.

It does what the manual says: a script has an environment of its own, with `self`; when a value of
its node becomes another one, `onValueChanged` is called; a value that is sent in a message is one
of its range. What a change triggers is sent.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lupa.lua51 import LuaRuntime

from loopmind_live.control.touchosc.nodes import Color
from tests.control.touchosc.reading import ReadMessage, ReadNode, SentArgument, read

PRELUDE = """
now_ms = 500000
function Color(r, g, b, a) return {r = r, g = g, b = b, a = a} end
function new_node(values, properties, parent, changed)
  local node = {children = {}, parent = parent}
  for key, value in pairs(properties) do node[key] = value end
  local held = {}
  for key, value in pairs(values) do held[key] = value end
  node.values = setmetatable({}, {
    __index = held,
    __newindex = function(_, key, value)
      local before = held[key]
      if before == nil then error('no value ' .. key) end
      if type(before) ~= type(value) then error(key .. ' is no ' .. type(value)) end
      if before == value then return end
      held[key] = value
      changed(key, before, value)
      if node.script and node.script.onValueChanged then node.script.onValueChanged(key) end
    end,
  })
  return node
end
function run_script(node, code)
  local known = {
    self = node, Color = Color, tonumber = tonumber, tostring = tostring, string = string,
    getMillis = function() return now_ms end,
    math = math, pairs = pairs, ipairs = ipairs, type = type,
  }
  local chunk = assert(loadstring(code))
  setfenv(chunk, known)
  chunk()
  node.script = known
end
"""


class Surface:
    """A layout as it is played. `sent` is what it sent, oldest first."""

    def __init__(self, path: Path) -> None:
        self.sent: list[tuple[str, tuple[SentArgument, ...]]] = []
        self._lua: Any = LuaRuntime(unpack_returned_tuples=True)
        self._lua.execute(PRELUDE)
        self._received: dict[str, list[tuple[ReadMessage, Any]]] = {}
        self.nodes: dict[str, Any] = {}
        nodes = read(path)
        for node in nodes:
            self._add(node)
        for node in nodes:
            if script := node.properties.get("script"):
                self._lua.globals().run_script(self.nodes[node.path], script)

    def open(self) -> None:
        """Let the first frames of the layout go by."""
        for _ in range(3):
            self.frame()

    def frame(self, later_ms: float = 1000 / 60) -> None:
        """Let one frame go by, so much after the one before."""
        self._lua.globals().now_ms += later_ms
        for node in self.nodes.values():
            if node["script"] is not None and node["script"]["update"] is not None:
                node["script"]["update"]()

    def value(self, path: str, name: str) -> Any:
        """Return a value of a node."""
        return self.nodes[path]["values"][name]

    def color(self, path: str, name: str = "color") -> Color | None:
        """Return a color of a node that a script has set, None where none has."""
        held = self.nodes[path][name]
        return None if held is None else Color(*(held[part] for part in "rgba"))

    def receive(self, address: str, arguments: Sequence[SentArgument]) -> bool:
        """Take a message in; tell whether any node receives it."""
        for message, node in self._received.get(address, ()):
            self._set(message, node, arguments)
        return address in self._received

    def touch(self, path: str, name: str, share: float) -> None:
        """Move a value of a node as a finger does."""
        self.nodes[path]["values"][name] = float(share)

    def _set(self, message: ReadMessage, node: Any, arguments: Sequence[SentArgument]) -> None:
        before = len(self.sent)
        for argument, value in zip(message.arguments, arguments, strict=False):
            assert argument.kind == "VALUE"
            if argument.conversion == "STRING":
                node["values"][argument.value] = str(value)
            else:
                share = (float(value) - argument.low) / (argument.high - argument.low)
                node["values"][argument.value] = min(1.0, max(0.0, share))
        del self.sent[before:]  # feedback is off: what a message sets is not sent again

    def _add(self, node: ReadNode) -> None:
        own = list(node.messages())

        def changed(key: str, before: Any, value: Any) -> None:
            for message in own:
                self._trigger(message, key, before, value)

        parent = None if node.parent is None else self.nodes[node.parent.path]
        values = {key: _value(key, text) for key, text in node.values.items()}
        table = self._lua.table_from
        name = node.path.rpartition("/")[2]
        made = self._lua.globals().new_node(table(values), table({"name": name}), parent, changed)
        self.nodes[node.path] = made
        if parent is not None:
            parent["children"][name] = made
        for message in own:
            if message.received:
                self._received.setdefault(message.address, []).append((message, made))

    def _trigger(self, message: ReadMessage, key: str, before: Any, value: Any) -> None:
        for name, condition in message.triggers:
            rose = name == key and value > before
            if (
                message.sent
                and name == key
                and (condition == "ANY" or (condition == "RISE") == rose)
            ):
                arguments = tuple(one.at(float(value)) for one in message.arguments)
                self.sent.append((message.address, arguments))


def _value(key: str, text: str) -> bool | float | str:
    if key == "touch":
        return text == "true"
    return text if key == "text" else float(text)
