"""What controls of a layout do by themselves, as Lua and, the same, in Python. Pure.

TouchOSC calls `onValueChanged` when a value of the node has become another, by a finger or by a
message; a script that writes what is there already is not called again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from loopmind_live.control.touchosc.nodes import Color, Effect

Held = bool | float | str


@dataclass(frozen=True, slots=True)
class Look:
    """How a state looks: its words, the color behind them, and theirs."""

    words: str
    light: Color
    text: Color


@dataclass(frozen=True, slots=True)
class ShowsState:
    """A label that is told a state by name: it says it in words and colors what stands beside it.

    `light` takes the color; `texts`, and the label itself, take the color of the words. What is
    `for_some` is seen only in a state that has words.
    """

    looks: Mapping[str, Look]
    light: str = "light"
    texts: tuple[str, ...] = ()
    for_some: tuple[str, ...] = ()

    def lua(self) -> str:
        """Return the script as TouchOSC runs it."""
        rows = "".join(
            f"  [{quoted(name)}] = "
            f"{{{quoted(look.words)}, {_lua(look.light)}, {_lua(look.text)}}},\n"
            for name, look in self.looks.items()
        )
        beside = "self.parent.children"
        texts = "".join(f"  {beside}[{quoted(name)}].textColor = look[3]\n" for name in self.texts)
        seen = "".join(
            f"  {beside}[{quoted(name)}].visible = look[1] ~= ''\n" for name in self.for_some
        )
        return (
            f"local looks = {{\n{rows}}}\n"
            "function onValueChanged(key)\n"
            "  local look = key == 'text' and looks[self.values.text]\n"
            "  if not look then return end\n"
            f"  {beside}[{quoted(self.light)}].color = look[2]\n"
            f"{texts}{seen}"
            "  self.textColor = look[3]\n"
            "  self.values.text = look[1]\n"
            "end\n"
        )

    def effects(self, name: str, value: Held) -> tuple[Effect, ...]:
        """Return what the label does when it is told a state."""
        look = self.looks.get(str(value)) if name == "text" else None
        if look is None:
            return ()
        return (
            Effect(self.light, "color", look.light),
            *(Effect(text, "textColor", look.text) for text in self.texts),
            *(Effect(other, "visible", look.words != "") for other in self.for_some),
            Effect("", "textColor", look.text),
            Effect("", "text", look.words),
        )


@dataclass(frozen=True, slots=True)
class ShowsNumber:
    """A label that is told a number, and writes it by a pattern as in printf: "%.1f BPM"."""

    pattern: str

    def lua(self) -> str:
        """Return the script as TouchOSC runs it."""
        return (
            "function onValueChanged(key)\n"
            "  local number = key == 'text' and tonumber(self.values.text)\n"
            "  if not number then return end\n"
            f"  local words = string.format({quoted(self.pattern)}, number)\n"
            "  if words ~= self.values.text then self.values.text = words end\n"
            "end\n"
        )

    def effects(self, name: str, value: Held) -> tuple[Effect, ...]:
        """Return what the label does when it is told a number.

        >>> ShowsNumber("%.1f BPM").effects("text", "140")
        (Effect(node='', name='text', to='140.0 BPM'),)
        """
        try:
            words = self.pattern % float(value)
        except ValueError:
            return ()
        return (Effect("", "text", words),) if name == "text" and words != value else ()


@dataclass(frozen=True, slots=True)
class SaysState:
    """A button that stays down: the words upon it say whether it is."""

    off: str
    on: str
    off_text: Color
    on_text: Color
    label: str = "words"

    def lua(self) -> str:
        """Return the script as TouchOSC runs it."""
        return (
            "function onValueChanged(key)\n"
            "  if key ~= 'x' then return end\n"
            f"  local words = self.parent.children[{quoted(self.label)}]\n"
            "  if self.values.x > 0.5 then\n"
            f"    words.textColor = {_lua(self.on_text)}\n"
            f"    words.values.text = {quoted(self.on)}\n"
            "  else\n"
            f"    words.textColor = {_lua(self.off_text)}\n"
            f"    words.values.text = {quoted(self.off)}\n"
            "  end\n"
            "end\n"
        )

    def effects(self, name: str, value: Held) -> tuple[Effect, ...]:
        """Return what the button does when it has become pressed, or not."""
        if name != "x":
            return ()
        on = float(value) > 0.5
        return (
            Effect(self.label, "textColor", self.on_text if on else self.off_text),
            Effect(self.label, "text", self.on if on else self.off),
        )


@dataclass(frozen=True, slots=True)
class KeepsPressing:
    """A layout that presses one of its buttons as it is opened, and then again and again.

    The button lies at the end of `path`, a name for each group on the way to it; it is let go a
    frame later.
    """

    path: tuple[str, ...]
    each_ms: int

    def lua(self) -> str:
        """Return the script as TouchOSC runs it."""
        button = "self" + "".join(f".children[{quoted(name)}]" for name in self.path)
        return (
            "local pressed, due = false, 0\n"
            "function update()\n"
            f"  local button = {button}\n"
            "  if pressed then\n"
            "    pressed = false\n"
            "    button.values.x = 0\n"
            "  elseif getMillis() >= due then\n"
            f"    pressed, due = true, getMillis() + {self.each_ms}\n"
            "    button.values.x = 1\n"
            "  end\n"
            "end\n"
        )

    def effects(self, name: str, value: Held) -> tuple[Effect, ...]:
        """Return nothing: it acts by the clock."""
        del name, value
        return ()


@dataclass(frozen=True, slots=True)
class HidesAnswers:
    """A label of answers, each an address and then a text: of some addresses it shows none.

    It shows the answer before again, or `first` where there was none.
    """

    addresses: tuple[str, ...]
    first: str

    def lua(self) -> str:
        """Return the script as TouchOSC runs it."""
        rows = "".join(f"  [{quoted(address)}] = true,\n" for address in self.addresses)
        return (
            f"local hidden = {{\n{rows}}}\n"
            f"local asked, shown = '', {quoted(self.first)}\n"
            "function onValueChanged(key)\n"
            "  if key ~= 'text' or self.values.text == shown then return end\n"
            "  if string.sub(self.values.text, 1, 1) == '/' then\n"
            "    asked = self.values.text\n"
            "  elseif hidden[asked] then\n"
            "    self.values.text = shown\n"
            "  else\n"
            "    shown = self.values.text\n"
            "  end\n"
            "end\n"
        )

    def effects(self, name: str, value: Held) -> tuple[Effect, ...]:
        """Return nothing: what a picture shows is no hidden answer."""
        del name, value
        return ()


def quoted(text: str) -> str:
    r"""Return a text as Lua writes it.

    >>> quoted("it's 1\\2\n")
    "'it\\'s 1\\\\2\\010'"
    """
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    shown = (f"\\{ord(one):03d}" if ord(one) < 0x20 else one for one in escaped)
    return f"'{''.join(shown)}'"


def _lua(color: Color) -> str:
    return f"Color({color.r:g}, {color.g:g}, {color.b:g}, {color.a:g})"
