"""The map as one HTML page that needs nothing else: no network, no other file."""

import html
from collections.abc import Sequence
from importlib.resources import files

from loopmind_live.library.map.chart import Dot, as_script


def page(dots: Sequence[Dot], title: str) -> str:
    """Return the page; the loops are data in it, never part of its markup."""
    template = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return template.replace("{{title}}", html.escape(title)).replace(
        "{{loops}}", as_script(dots, title)
    )
