"""Find the loops that are most like another one, or like a description."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loopmind_live.app.files import NO_LIBRARY
from loopmind_live.errors import LibraryError

if TYPE_CHECKING:
    from loopmind_live.dsp.spectrum import Floats
    from loopmind_live.library.embedding import EmbeddingMaker
    from loopmind_live.library.similar import Match
    from loopmind_live.library.store import Library

Progress = Callable[[int, int], None]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `like`: a loop as `named_loop` reads it, any audio file, or words.

    `embedding`: the maker to compare by, None for the one that the library has for it. `here`: the
    folder that paths are relative to.
    """

    like: str
    count: int
    embedding: str | None
    here: Path


def find_similar(library: Path, wanted: Wanted, progress: Progress, tell: Tell) -> list["Match"]:
    """Return the loops of a library that are most like what is wanted, best first.

    What has no vector of the chosen maker yet gets one first; `tell` is told what went wrong.
    Raises LibraryError where what is wanted is neither a loop, a file nor words that are known.
    """
    from loopmind_live.library.similar import Similar, embed_missing
    from loopmind_live.library.store import Library

    if not library.exists():
        raise LibraryError(f"{library}: {NO_LIBRARY}")
    with Library(library) as store:
        path = _sound(store, wanted)
        maker = _maker(store, wanted, words=path is None)
        for line in embed_missing(store, maker, progress):
            tell(line)
        vector = maker.of_text(wanted.like) if path is None else _vector(store, maker, path)
        return Similar(store, maker.name, maker.width).near(vector, wanted.count, without=path)


def _sound(library: "Library", wanted: Wanted) -> Path | None:
    """Return the file that is meant, None where it must be words."""
    from loopmind_live.library.named import named_loop

    path = (wanted.here / wanted.like).resolve()
    if path.is_file() or library.loop(path) is not None:
        return path
    try:
        return named_loop(library.entries(), wanted.like, wanted.here).loop.path
    except LibraryError as error:
        if _is_words(library, wanted):
            return None
        raise LibraryError(f"{error} (words are known to --embedding clap)") from error


def _is_words(library: "Library", wanted: Wanted) -> bool:
    """Return whether words can be looked for: by the named embedding, or one that was used."""
    from loopmind_live.library.embedding.choice import knows_text

    names = library.vectors.makers() if wanted.embedding is None else [wanted.embedding]
    return any(knows_text(name) for name in names)


def _maker(library: "Library", wanted: Wanted, words: bool) -> "EmbeddingMaker":
    from loopmind_live.library.embedding import DSP, maker_named
    from loopmind_live.library.embedding.choice import knows_text

    if wanted.embedding is not None:
        return maker_named(wanted.embedding)
    if not words:
        return maker_named(DSP)
    known = [name for name in library.vectors.makers() if knows_text(name)]
    if len(known) > 1:
        raise LibraryError(f"words can be looked for by {', '.join(known)}: choose by --embedding")
    return maker_named(known[0])


def _vector(library: "Library", maker: "EmbeddingMaker", path: Path) -> "Floats":
    """Return the vector of a file, as it is kept, or heard now where the library has it not."""
    from loopmind_live.library.decode import decode
    from loopmind_live.library.embedding import unpack

    loop = library.loop(path)
    if loop is not None and loop.error is not None:
        raise LibraryError(f"nothing is like it, it cannot be played: {loop.error}")
    kept = library.vectors.get(maker.name, loop.content_hash) if loop is not None else None
    return unpack(kept, maker.width) if kept is not None else maker.of_audio(decode(path))
