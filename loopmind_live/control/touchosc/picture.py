"""A layout as a picture, drawn much as TouchOSC draws it, so that one can look at it."""

from dataclasses import replace
from io import BytesIO
from typing import Any, NamedTuple

from loopmind_live.control.touchosc.nodes import (
    Color,
    Node,
    Property,
    properties_of,
    values_of,
)

_FINE = 2
"""Drawn so many times larger, and then made smaller: edges come out smooth."""
_DIM = 0.28
"""How bright the ground of a control is, against its color."""
_BLACK = Color(0.0, 0.0, 0.0)
_COLORS = 160
"""So many colors are kept: the file stays small, and the eye sees no difference."""


class _Look(NamedTuple):
    """A node as it is drawn: where, in pixels of the fine picture, and how."""

    box: tuple[float, float, float, float]
    color: Color
    properties: dict[str, Property]
    values: dict[str, bool | float | str]

    def flag(self, name: str) -> bool:
        return bool(self.properties.get(name, False))

    def number(self, name: str) -> int:
        value = self.properties[name]
        assert isinstance(value, int)
        return value

    def value(self, name: str) -> float:
        return float(self.values[name])


def png(layout: Node) -> bytes:
    """Return a layout as a PNG, as large as the layout is; pagers show the page they are on."""
    from PIL import Image, ImageDraw

    size = (layout.frame.w * _FINE, layout.frame.h * _FINE)
    image = Image.new("RGB", size)
    _draw(ImageDraw.Draw(image, "RGBA"), layout, 0, 0)
    small = image.resize((layout.frame.w, layout.frame.h), Image.Resampling.LANCZOS)
    written = BytesIO()
    small.quantize(_COLORS, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return written.getvalue()


def _draw(drawing: Any, node: Node, left: int, top: int) -> None:
    x, y = left + node.frame.x, top + node.frame.y
    properties = properties_of(node)
    color = properties["color"]
    assert isinstance(color, Color)
    box = (x * _FINE, y * _FINE, (x + node.frame.w) * _FINE - 1, (y + node.frame.h) * _FINE - 1)
    look = _Look(box, color, properties, values_of(node))
    draw = {
        "BUTTON": _button, "LABEL": _text, "TEXT": _text, "FADER": _fader, "XY": _plane,
        "RADIAL": _dial,
    }.get(node.type, _ground)  # fmt: skip
    if look.flag("visible"):
        draw(drawing, look)
        children = node.children
        if node.type == "PAGER":
            children = (_with_tabs(drawing, node, look),)
        for child in children:
            _draw(drawing, child, x, y)


def _ground(drawing: Any, look: _Look) -> None:
    if look.flag("background") and look.color.a > 0.0:
        drawing.rounded_rectangle(look.box, _radius(look), _ink(look.color))
    if look.flag("outline"):
        drawing.rounded_rectangle(look.box, _radius(look), None, _ink(look.color), _FINE)


def _button(drawing: Any, look: _Look) -> None:
    if look.flag("background"):
        drawing.rounded_rectangle(look.box, _radius(look), _ink(_dimmed(look.color)))
    if look.flag("outline"):
        drawing.rounded_rectangle(look.box, _radius(look), None, _ink(look.color), _FINE)
    if look.value("x") > 0.0:
        fill = replace(look.color, a=look.value("x"))
        drawing.rounded_rectangle(_within(look.box), _radius(look), _ink(fill))


def _fader(drawing: Any, look: _Look) -> None:
    drawing.rounded_rectangle(look.box, _radius(look), _ink(_dimmed(look.color)))
    left, top, right, bottom = look.box
    across = look.number("orientation") == 1
    share = look.value("x")
    end = left + share * (right - left) if across else bottom - share * (bottom - top)
    bar = (left, top, end, bottom) if across else (left, end, right, bottom)
    if look.flag("bar") and share > 0.0:
        strength = 1.0 if not look.flag("cursor") else 0.55
        drawing.rectangle(bar, _ink(replace(look.color, a=strength)))
    if look.flag("grid"):
        steps = look.number("gridSteps")
        for step in range(1, steps):
            at = left + step / steps * (right - left) if across else None
            y = top + step / steps * (bottom - top)
            line = (at, top, at, bottom) if at is not None else (left, y, right, y)
            drawing.line(line, _ink(_BLACK), _FINE)
    if look.flag("cursor"):
        half = 5 * _FINE
        low, high = (left, right) if across else (top, bottom)
        middle = min(max(end, low + half), high - half)
        cap = (middle - half, top, middle + half, bottom)
        cap = cap if across else (left, middle - half, right, middle + half)
        drawing.rounded_rectangle(cap, 2 * _FINE, _ink(look.color))
        slot = (middle, top, middle, bottom) if across else (left, middle, right, middle)
        drawing.line(slot, _ink(_BLACK), _FINE)
    if look.flag("outline"):
        drawing.rounded_rectangle(look.box, _radius(look), None, _ink(look.color), _FINE)


def _plane(drawing: Any, look: _Look) -> None:
    left, top, right, bottom = look.box
    drawing.rounded_rectangle(look.box, _radius(look), _ink(_dimmed(look.color)))
    thin = _ink(replace(look.color, a=0.35))
    for axis, size in (("gridStepsX", right - left), ("gridStepsY", bottom - top)):
        steps = look.number(axis)
        for step in range(1, steps):
            at = step / steps * size
            across = axis == "gridStepsX"
            line = (
                (left + at, top, left + at, bottom) if across else (left, top + at, right, top + at)
            )
            drawing.line(line, thin, 1)
    radius = 11 * _FINE
    x = left + radius + look.value("x") * (right - left - 2 * radius)
    y = bottom - radius - look.value("y") * (bottom - top - 2 * radius)
    drawing.line((x, top, x, bottom), _ink(look.color), _FINE)
    drawing.line((left, y, right, y), _ink(look.color), _FINE)
    drawing.ellipse((x - radius, y - radius, x + radius, y + radius), _ink(look.color))
    drawing.rounded_rectangle(look.box, _radius(look), None, _ink(look.color), _FINE)


def _dial(drawing: Any, look: _Look) -> None:
    left, top, right, bottom = look.box
    box = (left + _FINE, top + _FINE, right - _FINE, bottom - _FINE)
    width = int((right - left) * 0.16)
    start, span = 135.0, 270.0
    drawing.arc(box, start, start + span, _ink(_dimmed(look.color, 0.4)), width)
    at = start + look.value("x") * span
    begin = start + span / 2 if look.flag("centered") else start
    if abs(at - begin) > 1.0:
        drawing.arc(box, min(begin, at), max(begin, at), _ink(look.color), width)
    drawing.arc(box, at - 4.0, at + 4.0, _ink(Color(1.0, 1.0, 1.0)), width)


def _text(drawing: Any, look: _Look) -> None:
    _ground(drawing, look)
    ink = look.properties["textColor"]
    assert isinstance(ink, Color)
    left, top, right, bottom = look.box
    align = look.number("textAlignH")
    x = {1: left + 4 * _FINE, 2: (left + right) / 2, 3: right - 4 * _FINE}[align]
    font = _font(look.number("textSize"))
    lines = _fitting(drawing, str(look.values["text"]), font, right - left - 4 * _FINE)
    if "textAlignV" in look.properties:  # a label: one line, in the middle
        anchor = {1: "lm", 2: "mm", 3: "rm"}[align]
        drawing.text((x, (top + bottom) / 2), lines[0], _ink(ink), font=font, anchor=anchor)
        return
    for place, line in enumerate(lines):
        y = top + 6 * _FINE + place * look.number("textSize") * _FINE * 1.3
        drawing.text((x, y), line, _ink(ink), font=font, anchor="la")


def _with_tabs(drawing: Any, node: Node, look: _Look) -> Node:
    """Draw a pager's tabs and return the page that is seen."""
    left, top, right, _ = look.box
    shown = int(look.value("page"))
    width = (right - left) / len(node.children)
    bar = look.number("tabbarSize") * _FINE
    for place, page in enumerate(node.children):
        properties = properties_of(page)
        ground = properties["tabColorOn" if place == shown else "tabColorOff"]
        ink = properties["textColorOn" if place == shown else "textColorOff"]
        assert isinstance(ground, Color) and isinstance(ink, Color)
        box = (left + place * width, top, left + (place + 1) * width - _FINE, top + bar - 1)
        drawing.rectangle(box, _ink(ground))
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        font = _font(look.number("textSizeOn" if place == shown else "textSizeOff"))
        drawing.text(middle, str(properties["tabLabel"]), _ink(ink), font=font, anchor="mm")
    return node.children[shown]


def _fitting(drawing: Any, text: str, font: Any, width: float) -> list[str]:
    """Return a text as lines that fit, each cut where even so it does not."""
    # The font that comes with the drawing library knows no more than this.
    plain = text.encode("latin-1", "replace").decode("latin-1")
    fitting = []
    for line in plain.split("\n"):
        shown = line
        while shown and drawing.textlength(shown, font=font) > width:
            shown = shown[:-1]
        fitting.append(shown)
    return fitting


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size * _FINE)


def _radius(look: _Look) -> float:
    radius = look.properties["cornerRadius"]
    assert isinstance(radius, float)
    return radius * _FINE


def _within(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return (left + _FINE, top + _FINE, right - _FINE, bottom - _FINE)


def _dimmed(color: Color, by: float = _DIM) -> Color:
    return Color(color.r * by, color.g * by, color.b * by, color.a)


def _ink(color: Color) -> tuple[int, int, int, int]:
    return (
        round(color.r * 255), round(color.g * 255), round(color.b * 255), round(color.a * 255)
    )  # fmt: skip
