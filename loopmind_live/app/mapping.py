"""Draw a map of a library, as a page or as a picture."""

from collections.abc import Callable
from pathlib import Path

from loopmind_live.app.files import NO_LIBRARY
from loopmind_live.errors import LibraryError

ENDINGS = (".html", ".htm", ".png")

Progress = Callable[[int, int], None]
Tell = Callable[[str], None]


def draw_map(library: Path, out: Path, embedding: str, progress: Progress, tell: Tell) -> str:
    """Write the map of a library to `out` and return a line that says so.

    What has no vector of the named embedding yet gets one first; `tell` is told what went wrong.
    Raises LibraryError where there is no library, or `out` is no page and no picture.
    """
    from loopmind_live.library.embedding import maker_named
    from loopmind_live.library.map.chart import chart, title_of
    from loopmind_live.library.similar import embed_missing
    from loopmind_live.library.store import Library

    ending = out.suffix.lower()
    if ending not in ENDINGS:
        raise LibraryError(f"{out}: name a page (.html) or a picture (.png)")
    if not out.absolute().parent.is_dir():
        raise LibraryError(f"{out}: its folder does not exist: make it first")
    if not library.exists():
        raise LibraryError(f"{library}: {NO_LIBRARY}")
    with Library(library) as store:
        maker = maker_named(embedding)
        for line in embed_missing(store, maker, progress):
            tell(line)
        dots = chart(store, maker.name, maker.width)
    title = title_of(library, dots)
    if ending == ".png":
        from loopmind_live.library.map.picture import draw

        draw(dots, title, out)
    else:
        from loopmind_live.library.map.page import page

        try:
            out.write_text(page(dots, title), encoding="utf-8")
        except OSError as error:
            raise LibraryError(f"{out}: cannot be written ({error.strerror})") from error
    return f"{out}: {title}"
