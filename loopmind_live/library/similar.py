"""The loops of a library that are most like a sound or a description."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import LibraryError
from loopmind_live.library.decode import decode
from loopmind_live.library.embedding import EmbeddingMaker, pack, unpack
from loopmind_live.library.search import Hit, IndexPlace, VectorIndex, load
from loopmind_live.library.store import Library
from loopmind_live.score.loop import Loop

_STALE_SHARE = 0.1
"""An index is made anew once more than this share of it is gone or was added since."""
_MOST_FRESH = 50_000
"""... or this many were added: they are compared one by one."""
_PUT_AT_ONCE = 16

Progress = Callable[[int, int], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Match:
    """A loop, and how much it is like what was asked for: -1..1, 1 for the same."""

    loop: Loop
    similarity: float


class Similar:
    """Searches an open library by the vectors of one maker.

    The index lies beside the library. It is made anew where it is missing, stale, damaged or by
    another maker; what was added since it was made is compared one by one.
    """

    def __init__(self, library: Library, maker: str, width: int) -> None:
        self._library, self._maker, self._width = library, maker, width
        self._index = self._current_index()
        self._fresh_ids, self._fresh = self._read(self._index.made.newest)

    def near(self, vector: Floats, count: int, without: Path | None = None) -> list[Match]:
        """Return the `count` loops nearest to `vector`, best first, fewer where there are no more.

        `without`: a file to leave out, as one is always most like itself.
        """
        wanted, tried = count + 1, 0
        matches: list[Match] = []
        while len(matches) < count and tried < len(self):
            # Some of what the index holds may be gone from the library: ask for more then.
            hits = self._hits(vector, wanted)
            matches = list(self._matches(hits, without))
            tried, wanted = wanted, 4 * wanted
        return matches[:count]

    def __len__(self) -> int:
        return self._index.made.count + len(self._fresh_ids)

    def _hits(self, vector: Floats, count: int) -> list[Hit]:
        hits = {hit.id: hit for hit in self._index.search(vector, count)}
        if self._fresh_ids:
            nearness = self._fresh @ vector
            best = np.argsort(-nearness, kind="stable")[:count]
            for place in best.tolist():
                number = self._fresh_ids[place]
                hits[number] = Hit(number, float(nearness[place]))
        return sorted(hits.values(), key=lambda hit: (-hit.similarity, hit.id))[:count]

    def _matches(self, hits: Iterable[Hit], without: Path | None) -> Iterator[Match]:
        for hit in hits:
            for path in self._library.vectors.paths(hit.id):
                loop = self._library.loop(path)
                if loop is not None and path != without:
                    yield Match(loop, max(-1.0, min(1.0, hit.similarity)))

    def _current_index(self) -> VectorIndex:
        place = IndexPlace(self._library.path, self._maker)
        index = load(place, self._width)
        if index is not None and not self._is_stale(index):
            return index
        self._library.vectors.prune()
        ids, vectors = self._read(0)
        mark = self._library.vectors.mark(self._maker, ids[-1]) if ids else None
        built = VectorIndex.build(self._maker, np.array(ids, np.int64), vectors, mark or "")
        try:
            built.save(place)
        except LibraryError as error:
            # It answers as well from memory; only the next search has to build it again.
            log.warning("%s", error)
        return built

    def _is_stale(self, index: VectorIndex) -> bool:
        made, vectors = index.made, self._library.vectors
        if made.count and vectors.mark(self._maker, made.newest) != made.mark:
            return True
        fresh = vectors.count(self._maker, after=made.newest)
        gone = made.count - (vectors.count(self._maker) - fresh)
        return fresh + gone > _STALE_SHARE * made.count or fresh > _MOST_FRESH

    def _read(self, after: int) -> tuple[list[int], Floats]:
        ids: list[int] = []
        parts = [np.zeros((0, self._width), np.float32)]
        for some_ids, kept in self._library.vectors.after(self._maker, after):
            ids += some_ids
            parts.append(unpack(kept, self._width))
        return ids, np.concatenate(parts)


def embed_missing(library: Library, maker: EmbeddingMaker, progress: Progress) -> list[str]:
    """Make the vectors that a library lacks; return what went wrong, one line a file.

    What is made is kept every few files, so that a run that is broken off goes on where it was.
    """
    missing = library.vectors.missing(maker.name)
    trouble: list[str] = []
    made: list[tuple[str, bytes]] = []
    for number, (path, content) in enumerate(missing, 1):
        try:
            made.append((content, pack(maker.of_audio(decode(path)))))
        except LibraryError as error:
            trouble.append(str(error))
        if len(made) >= _PUT_AT_ONCE or number == len(missing):
            library.vectors.put(maker.name, made)
            made = []
        progress(number, len(missing))
    return trouble
