"""Chance that the same facts always start alike."""

import hashlib
import random


def random_of(*facts: object) -> random.Random:
    """Return a generator that the same facts always start alike, in every process.

    >>> random_of("swap", 7).random() == random_of("swap", 7).random()
    True
    """
    plain = "|".join(str(fact) for fact in facts)
    return random.Random(int.from_bytes(hashlib.sha256(plain.encode()).digest()[:8], "big"))
