"""Find what lies near a vector: an index by FAISS, flat when small, by lists when large."""

import hashlib
import json
import logging
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import LibraryError

FORMAT = 1
FLAT_UP_TO = 20_000
"""Up to here every vector is compared: a millisecond, and nothing is missed."""
_MIN_LISTS, _MAX_LISTS = 256, 65_536
_PROBED_SHARE = 1 / 16
"""A million vectors: recall@10 is 0.83 at 1/64, 0.91 at 1/32, 0.97 at 1/16, 0.98 at 3/32."""
_MIN_PROBES = 16
_TRAINED_ON = 64
"""How many vectors a list its center is drawn from; more takes long and finds no better ones."""
_SEED = 1234

Ids = npt.NDArray[np.int64]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """What an index was made of. Only vectors of the same maker and width may be asked of it.

    `count` vectors, the newest with the id `newest`, in the library that `mark` is of.
    """

    maker: str
    width: int
    count: int
    newest: int
    mark: str
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Hit:
    """A vector by its id in the library, and its similarity to what was asked for, -1..1."""

    id: int
    similarity: float


def factory_for(count: int) -> str:
    """Return FAISS's index-factory string for so many vectors.

    Above FLAT_UP_TO: lists, about four times the root of the count, of vectors in half precision.

    >>> factory_for(300), factory_for(100_000), factory_for(1_000_000)
    ('IDMap,Flat', 'IVF1024,SQfp16', 'IVF4096,SQfp16')
    """
    if count <= FLAT_UP_TO:
        return "IDMap,Flat"
    return f"IVF{_lists(count)},SQfp16"


def probes_for(count: int) -> int:
    """Return how many lists of an index of `count` vectors are looked through for one answer.

    >>> probes_for(100_000), probes_for(1_000_000)
    (64, 256)
    """
    return max(_MIN_PROBES, round(_lists(count) * _PROBED_SHARE))


class VectorIndex:
    """An index over vectors of one maker, in memory or mapped from a file."""

    def __init__(self, index: Any, made: Made) -> None:
        self._index, self.made = index, made
        if made.count > FLAT_UP_TO:
            self._index.nprobe = probes_for(made.count)

    @classmethod
    def build(cls, maker: str, ids: Ids, vectors: Floats, mark: str = "") -> "VectorIndex":
        """Return an index over `vectors`, float32 [count, width] of length 1, known by `ids`.

        The same vectors give the same index. `mark`: what tells the library from others.
        """
        import faiss

        count, width = vectors.shape
        index = faiss.index_factory(width, factory_for(count), faiss.METRIC_INNER_PRODUCT)
        if not index.is_trained:
            wanted = _TRAINED_ON * _lists(count)
            chosen = np.random.default_rng(_SEED).permutation(count)[:wanted]
            index.train(vectors[np.sort(chosen)])
        index.add_with_ids(vectors, ids)
        return cls(index, Made(maker, width, count, int(ids.max(initial=0)), mark))

    def search(self, vector: Floats, count: int) -> list[Hit]:
        """Return the `count` nearest to `vector` (float32 [width], length 1), best first."""
        if len(vector) != self.made.width:
            raise LibraryError(
                f"a vector of {len(vector)} numbers was asked of an index of {self.made.width}"
            )
        similarities, ids = self._index.search(vector[None, :].astype(np.float32), max(1, count))
        pairs = zip(ids[0].tolist(), similarities[0].tolist(), strict=True)
        return [Hit(number, similarity) for number, similarity in pairs if number >= 0][:count]

    def save(self, place: "IndexPlace") -> None:
        """Write the index and what it was made of. Raises LibraryError where that fails.

        Each file is replaced at once, so that one who reads it meanwhile, or a crash, finds one
        that is whole.
        """
        import faiss

        try:
            with _replacing(place.index) as temporary:
                faiss.write_index(self._index, str(temporary))
            with _replacing(place.facts) as temporary:
                temporary.write_text(json.dumps(asdict(self.made)), encoding="utf-8")
        except (OSError, RuntimeError) as error:
            raise LibraryError(f"{place.index}: cannot be written ({error})") from error


class IndexPlace:
    """Where an index lies: beside its library, one for each maker, named for what is in it."""

    def __init__(self, library: Path, maker: str) -> None:
        plain = "".join(letter if letter.isalnum() else "-" for letter in maker)[:40]
        digest = hashlib.sha256(maker.encode()).hexdigest()[:8]
        self.maker = maker
        self.index = library.with_name(f"{library.name}.{plain}.{digest}.faiss")
        self.facts = self.index.with_suffix(".faiss.json")


def load(place: IndexPlace, width: int) -> VectorIndex | None:
    """Return the index at a place, mapped and not read; None where there is none that fits.

    One that is damaged, of another format, maker or width does not fit; the log says why.
    """
    import faiss

    try:
        made = Made(**json.loads(place.facts.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, TypeError, ValueError) as error:
        log.warning("%s: cannot be read: %s", place.facts, error)
        return None
    if (made.format, made.maker, made.width) != (FORMAT, place.maker, width):
        log.warning("%s: made by %s, not by %s", place.index, made, place.maker)
        return None
    try:
        flags = faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY
        index = faiss.read_index(str(place.index), flags)
    except RuntimeError as error:
        log.warning("%s: cannot be read: %s", place.index, error)
        return None
    if (index.ntotal, index.d) != (made.count, made.width):
        log.warning("%s: holds %d vectors, not those of %s", place.index, index.ntotal, made)
        return None
    return VectorIndex(index, made)


def _lists(count: int) -> int:
    """Return how many lists: a power of two near four times the root of the count."""
    wanted = 1 << round(math.log2(4.0 * math.sqrt(max(1, count))))
    return min(_MAX_LISTS, max(_MIN_LISTS, wanted))


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a file to write beside `path` that takes its place when all went well."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
