"""Section labels as people name them: "Chorus", "Verse 2", "estribillo"."""

import re
import unicodedata
from collections.abc import Mapping

LABEL_WORDS: Mapping[str, tuple[str, ...]] = {
    "intro": ("intro", "introduction", "opening", "intros", "introduccion", "einleitung"),
    "verse": ("verse", "verses", "verso", "versos", "strophe", "couplet", "estrofa", "strofa"),
    "prechorus": (
        "prechorus", "pre chorus", "pre hook", "prehook", "precoro", "pre refrain", "prerefrain",
    ),
    "hook": (
        "hook", "hooks", "chorus", "choruses", "refrain", "coro", "estribillo", "refrao",
        "ritornello",
    ),
    "postchorus": ("postchorus", "post chorus", "post hook", "posthook", "post refrain"),
    "bridge": ("bridge", "bridges", "middle eight", "middle 8", "puente", "pont", "ponte"),
    "build": (
        "build", "builds", "buildup", "build up", "buildups", "riser section", "rise", "montee",
        "subida",
    ),
    "drop": ("drop", "drops"),
    "breakdown": ("breakdown", "breakdowns", "break down", "break"),
    "inst": ("inst", "interlude", "instrumental section", "instrumental part", "interludio"),
    "solo": ("solo", "solos", "solo section"),
    "outro": ("outro", "outros", "ending", "coda", "finale"),
}  # fmt: skip
"""What people call each label, in lower case without accents or hyphens."""

_BY_WORD: Mapping[str, str] = {word: label for label, ws in LABEL_WORDS.items() for word in ws}
_NUMBER = re.compile(r"[\s#._-]*\d+$")


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, hyphens or doubled spaces.

    >>> fold("Pré-Refrain")
    'pre refrain'
    """
    if text.isascii():
        return " ".join(text.lower().replace("-", " ").replace("_", " ").split())
    plain = unicodedata.normalize("NFKD", text.replace("♯", "#").replace("♭", "b"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[-_‐-―]", " ", plain.casefold()).split())


def label_of(name: str) -> str | None:
    """Return the label that a section's name means, or None; its number is left out.

    >>> label_of("Verse 2"), label_of("Pre-Chorus"), label_of("CHORUS_1"), label_of("gavotte")
    ('verse', 'prechorus', 'hook', None)
    """
    plain = fold(name)
    return _BY_WORD.get(plain) or _BY_WORD.get(_NUMBER.sub("", plain))
