"""Whether words describe music to arrange, rather than give a command. Pure."""

import re

from loopmind_live.arranger.prompt import read_prompt
from loopmind_live.arranger.words import GENRE_WORDS
from loopmind_live.errors import ArrangerError
from loopmind_live.score.labels import fold

MAX_JUDGED = 240
"""Characters by which a line is judged; a description may go on for long after."""
_NO_DESCRIPTION = re.compile(
    r"^(?:(?:please|pls|can you|could you|well|ok)\s+)*(?:"
    r"(?:what|who|why|how|when|where|which|is|are|do|does|did|was|were|should|i|he|she|they|tell|"
    r"don't|dont|never)\b"
    r"|(?:make|turn) (?:it|the|this|that)\b|longer|shorter|extend|shorten|put|insert|delete"
    r"|more|less"
    r"|\w+ (?:the|this|that)\b)"
)
"""Questions, edits of what plays ("make it darker"), and verbs with an object ("rock the bass")."""


def describes_music(text: str, commanded: bool = False) -> bool:
    """Tell whether `text` reads as a description to arrange.

    A genre, mood, tempo or key must be said; and something more (parts, sections, a length), or
    nothing that is not understood; a genre that opens the line is enough. Where a verb opens it
    (`commanded`) a genre is asked for, so that a slip in a command never becomes a new
    arrangement. Raises ArrangerError where music is described with a number out of its range.

    >>> [describes_music(t) for t in ("dark trap 140 bpm", "make it darker", "my house is on fire")]
    [True, False, False]
    """
    judged = text[:MAX_JUDGED]
    if _NO_DESCRIPTION.match(judged.strip().lower()):
        return False
    try:
        reading = read_prompt(judged)
    except ArrangerError:
        without_numbers = re.sub(r"\d", "", judged)
        if without_numbers != judged and describes_music(without_numbers, commanded):
            raise
        return False
    wish = reading.request
    tempo = wish.bpm is not None
    # A bare number is a tempo only beside something else: "verse 99" asks for nothing.
    core = (bool(wish.genre), bool(wish.moods), bool(wish.key), tempo and "bpm" in judged.lower())
    parts = bool(wish.roles_in or wish.roles_out or wish.sections or wish.duration_s)
    kinds = sum(core[:3]) + tempo + parts
    if commanded:
        return wish.genre is not None and (kinds >= 2 or not reading.unknown)
    if core == (False, False, True, False) and len(judged.split()) < 3:
        return False
    if not any(core) or (core == (False, True, False, False) and re.search(r"er\b", judged)):
        return False
    return kinds >= 2 or not reading.unknown or _opens_with_genre(judged)


def _opens_with_genre(text: str) -> bool:
    """Tell whether the first words name a genre: "lofi beats to study to"."""
    words = f"{fold(text)} "
    return any(words.startswith(f"{genre} ") for genres in GENRE_WORDS.values() for genre in genres)
