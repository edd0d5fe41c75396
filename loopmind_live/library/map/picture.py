"""The map as a picture."""

from collections.abc import Sequence
from pathlib import Path

from loopmind_live.errors import LibraryError
from loopmind_live.library.map.chart import Dot, roles_of

SIZE = (1600, 1200)
_BACKGROUND, _TEXT = "#14161a", "#d7dce2"
_MARGIN, _LEGEND = 60, 200
_FINE = 2
"""Drawn so many times larger, and then made smaller: edges come out smooth."""


def draw(dots: Sequence[Dot], title: str, path: Path) -> None:
    """Write the picture to `path`; LibraryError where that cannot be written."""
    from PIL import Image, ImageDraw, ImageFont

    width, height = SIZE[0] * _FINE, SIZE[1] * _FINE
    image = Image.new("RGB", (width, height), _BACKGROUND)
    drawing = ImageDraw.Draw(image)
    side = height - 2 * _FINE * _MARGIN
    left = _FINE * _MARGIN + (width - _FINE * (2 * _MARGIN + _LEGEND) - side) / 2
    radius = _FINE * (5 if len(dots) < 1000 else 3 if len(dots) < 10_000 else 1.5)
    for dot in dots:
        x, y = left + dot.x * side, _FINE * _MARGIN + dot.y * side
        drawing.ellipse((x - radius, y - radius, x + radius, y + radius), fill=dot.color)
    large, small = (ImageFont.load_default(_FINE * size) for size in (24, 20))
    # The font that comes with it knows no more than this.
    plain = title.encode("latin-1", "replace").decode("latin-1")
    drawing.text((_FINE * 20, _FINE * 14), plain, fill=_TEXT, font=large)
    for place, (role, color, count) in enumerate(roles_of(dots)):
        x, y = width - _FINE * _LEGEND, _FINE * (_MARGIN + 34 * place)
        drawing.ellipse((x, y + _FINE * 4, x + _FINE * 16, y + _FINE * 20), fill=color)
        drawing.text((x + _FINE * 26, y), f"{role} {count}", fill=_TEXT, font=small)
    try:
        image.resize(SIZE, Image.Resampling.LANCZOS).save(path, "PNG")
    except OSError as error:
        raise LibraryError(f"{path}: cannot be written ({error.strerror or error})") from error
