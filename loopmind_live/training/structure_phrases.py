"""Read POP909's phrases as sections."""

import re
from collections.abc import Sequence
from itertools import groupby

from loopmind_live.arranger.structure.tokens import Sections

_PHRASE = re.compile(r"([A-Za-z])(\d+)")
_LONGEST_RUN = 16


def phrase_sections(phrases: str) -> Sections:
    """Return the sections of phrases: which letters are sung how is guessed from their order.

    A is the verse. Where there is a C that comes after the first B and is not much rarer, it is the
    chorus and B leads to it, else B is the chorus. D and E are bridges. Like phrases in a row are
    one section, of 16 bars at most.

    >>> phrase_sections("i4A8A8B4C8C8o2")
    (('intro', 4), ('verse', 16), ('prechorus', 4), ('chorus', 16), ('outro', 2))
    >>> phrase_sections("A8B8x4b4B8")
    (('verse', 8), ('chorus', 8), ('inst', 8), ('chorus', 8))
    """
    told = [(letter, int(bars)) for letter, bars in _PHRASE.findall(phrases)]
    label_of = _phrase_labels(told)
    sections: list[tuple[str, int | None]] = []
    for label, run in groupby(told, key=lambda phrase: label_of[phrase[0]]):
        length = 0
        for _, bars in run:
            if length and length + bars > _LONGEST_RUN:
                sections.append((label, length))
                length = 0
            length += bars
        sections.append((label, length))
    return tuple(sections)


def _phrase_labels(told: Sequence[tuple[str, int]]) -> dict[str, str]:
    letters = [letter for letter, _ in told]
    bars = {letter: sum(count for there, count in told if there == letter) for letter in letters}
    late = "B" in bars and "C" in bars and letters.index("C") > letters.index("B")
    led = late and bars["C"] >= 0.6 * bars["B"]
    known = {
        "i": "intro", "o": "outro", "A": "verse", "B": "prechorus" if led else "chorus",
        "C": "chorus" if led else "prechorus", "D": "bridge", "E": "bridge",
    }  # fmt: skip
    return {letter: known.get(letter, "inst") for letter in letters}
