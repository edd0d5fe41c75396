"""What a maker of embeddings is, and how its vectors are kept."""

from typing import Protocol

import numpy as np

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.errors import LibraryError
from loopmind_live.library.decode import Audio

DSP = "dsp"
"""The maker that every scan uses: it needs nothing beyond the analysis."""
_KEPT = np.dtype("<f2")
"""Half precision moves a similarity by less than 0.001 and halves the library."""


class EmbeddingMaker(Protocol):
    """Turns sounds, and with some makers words, into vectors of one space.

    Vectors are float32 [width] of length 1: the dot product of two is their similarity, -1..1. The
    same sound always gives the same vector.
    """

    @property
    def name(self) -> str:
        """What kind, model and version it is: vectors are alike only under the same name."""

    @property
    def width(self) -> int:
        """How many numbers a vector has."""

    @property
    def knows_text(self) -> bool:
        """Whether it also places words."""

    def of_audio(self, audio: Audio) -> Floats:
        """Return the vector of a sound. Raises LibraryError where it cannot be made."""

    def of_text(self, text: str) -> Floats:
        """Return the vector of a description; LibraryError where it knows no words."""


def unit(vector: Floats) -> Floats:
    """Return a vector brought to length 1, float32; LibraryError where it has no direction.

    >>> unit(np.array([3.0, 4.0], np.float32)).tolist()
    [0.6000000238418579, 0.800000011920929]
    """
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if not np.isfinite(length) or length < 1e-12:
        raise LibraryError(f"an embedding of length {length:g} has no direction: nothing is kept")
    result: Floats = (vector / length).astype(np.float32)
    return result


def pack(vector: Floats) -> bytes:
    """Return the bytes in which the library keeps a vector: half precision, little-endian."""
    return vector.astype(_KEPT).tobytes()


def unpack(kept: bytes | list[bytes], width: int) -> Floats:
    """Return kept vectors as float32, [width] for one and [vectors, width] for a list.

    Raises LibraryError where the bytes are not of that width.

    >>> unpack(pack(np.array([0.5, -0.25], np.float32)), 2).tolist()
    [0.5, -0.25]
    """
    many = [kept] if isinstance(kept, bytes) else kept
    size = width * _KEPT.itemsize
    if wrong := {len(one) for one in many} - {size}:
        raise LibraryError(f"a vector of {min(wrong)} bytes, {size} are expected: scan again")
    vectors = np.frombuffer(b"".join(many), _KEPT).reshape(len(many), width).astype(np.float32)
    result: Floats = vectors[0] if isinstance(kept, bytes) else vectors
    return result
