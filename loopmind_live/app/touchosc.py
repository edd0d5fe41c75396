"""Write the layouts for TouchOSC, and pictures of them."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loopmind_live.app.subcommands import add_command
from loopmind_live.errors import ControlError

if TYPE_CHECKING:
    from loopmind_live.control.touchosc.nodes import Node


def add_touchosc(commands: Any) -> None:
    """Add the command to argparse's subparsers."""
    parser = add_command(
        commands, "touchosc", _touchosc, "write the layouts for TouchOSC: stage.tosc, studio.tosc"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("controllers"), metavar="DIR",
        help="the folder, made if missing (default: controllers)",
    )  # fmt: skip
    parser.add_argument(
        "--png", action="store_true", help="draw them, too, as they look in the middle of a set"
    )


def _touchosc(options: argparse.Namespace) -> int:
    write_layouts(options.out, options.png, print)
    return 0


def write_layouts(folder: Path, pictures: bool, tell: Callable[[str], None]) -> None:
    """Write each layout to `folder`, and a picture of each of its pages where asked.

    Raise ControlError where that cannot be written.
    """
    from loopmind_live.control.touchosc.file import packed
    from loopmind_live.control.touchosc.stage import stage
    from loopmind_live.control.touchosc.studio import studio

    for layout in (stage(), studio()):
        _write(folder / f"{layout.name}.tosc", packed(layout), tell)
        if pictures:
            for name, picture in _pictures(layout):
                _write(folder / f"{name}.png", picture, tell)


def _pictures(layout: "Node") -> list[tuple[str, bytes]]:
    """Return a name and a PNG of each page of a layout."""
    from loopmind_live.control.touchosc.example import moment
    from loopmind_live.control.touchosc.picture import png
    from loopmind_live.control.touchosc.received import pages, received

    shown = pages(received(layout, moment()))
    return [
        (layout.name if len(shown) == 1 else f"{layout.name}-{title.lower()}", png(page))
        for title, page in shown
    ]


def _write(path: Path, data: bytes, tell: Callable[[str], None]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise ControlError(f"{path}: cannot be written ({error.strerror or error})") from error
    tell(f"{path}: {len(data) / 1000:.0f} kB")
