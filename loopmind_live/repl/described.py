"""Whether words describe music to arrange, rather than give a command. Pure."""

import re

from loopmind_live.repl.lexicon import (
    FILLERS,
    NUMBERS,
    ORDINAL_ENDS,
    POLITE,
    ROLE_PHRASES,
    SECTIONS,
    UNITS,
)
from loopmind_live.repl.words import Token, texts
from loopmind_live.units import parse_key

GENRES: frozenset[tuple[str, ...]] = frozenset(
    tuple(name.split())
    for name in (
        "trap, hiphop, hip hop, hip - hop, rap, boombap, boom bap, lofi, lo fi, lo - fi, drill, "
        "phonk, house, deephouse, techhouse, techno, trance, dnb, d n b, drum and bass, drum n bass, "
        "drum & bass, drum ' n ' bass, jungle, dubstep, garage, ukg, breakbeat, breaks, edm, ambient, "
        "synthwave, retrowave, vaporwave, pop, synthpop, rnb, r & b, r n b, rock, metal, punk, indie, "
        "funk, disco, jazz, soul, blues, reggae, reggaeton, dancehall, afrobeat, afrobeats, amapiano, "
        "hardstyle, hardcore, electro, electronica, idm, grime, downtempo, dub, latin, salsa, country, "
        "folk, classical, cinematic, orchestral, chillhop, chillwave, bass music"
    ).split(", ")
)
MOODS: frozenset[str] = frozenset(
    "dark chill chilled chilly dreamy aggressive happy sad energetic epic warm minimal hypnotic "
    "groovy tense romantic bright moody melancholic melancholy uplifting mellow calm relaxed hard "
    "heavy soft deep funky jazzy smooth ethereal gloomy angry peaceful atmospheric driving laidback "
    "nostalgic upbeat sexy sensual spooky scary haunting gritty raw euphoric emotional soulful "
    "dirty spacey psychedelic hazy sunny rainy".split()
)
_CONTEXT: frozenset[str] = frozenset(
    "something somethin song songs tune track tracks set vibe vibes vibey groove music loop loops "
    "style type feel feeling sound sounding kind like mix jam around about approx tempo key bpm minor "
    "major min maj no without only but then and or slow fast minutes minute mins seconds long very "
    "really super kinda n to".split()
)
_QUESTIONS: frozenset[str] = frozenset(
    "what who why how when where which is are do does did was were should i he she they tell "
    "don't dont".split()
)
_EDITS = re.compile(
    r"^(?:(?:please|pls|can you|could you)\s+)*(?:make (?:it|the|this|that)|longer|shorter|extend|"
    r"shorten|put|insert|delete|get rid|more|less)\b"
)


def describes_music(source: str, tokens: tuple[Token, ...], commanded: bool) -> bool:
    """Tell whether `tokens` of `source` read as a description to arrange.

    A genre, mood, tempo or key must be said. One alone counts where at least half of the words are
    musical; a mood alone, only where all are. Where a verb opens the line (`commanded`), a genre
    and one thing more are asked for, so that a slip in a command never becomes a new arrangement.
    """
    words = _after_politeness(tokens)
    if not words or words[0] in _QUESTIONS or _EDITS.match(source.strip().lower()):
        return False
    genre = mood = tempo = key = False
    known, place, counted = 0, 0, 0
    while place < len(words):
        kind, count = _classify(words, place)
        genre, mood = genre or kind == "genre", mood or kind == "mood"
        tempo, key = tempo or kind == "tempo", key or kind == "key"
        if kind != "filler":
            counted += count
            known += count if kind else 0
        place += count
    kinds = genre + mood + tempo + key
    if commanded:
        return genre and (kinds >= 2 or known == counted)
    if kinds >= 2 or known == counted:
        return kinds >= 1
    return genre and known * 2 >= counted


def _after_politeness(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    words = texts(tokens, 0, len(tokens))
    opening = next((p for p in POLITE if words[: len(p)] == p), ())
    return words[len(opening) :]


def _classify(words: tuple[str, ...], place: int) -> tuple[str, int]:
    """Return what kind of word stands at `place` ("" where it is unknown) and its length."""
    for count in (5, 4, 3, 2, 1):
        if words[place : place + count] in GENRES:
            return "genre", count
    word = words[place]
    following = words[place + 1 : place + 2]
    if word in MOODS:
        return "mood", 1
    if word[:1].isdigit() and len(word) < 12:
        beats = following in (("bpm",), ("bmp",))
        alone = 60 <= float(word) <= 200 if _is_number(word) else False
        return ("tempo", 2) if beats else ("tempo" if alone else "number", 1)
    for count in (4, 3, 2):
        joined = " ".join(words[place : place + count])
        if len(words) >= place + count and len(joined) < 16 and parse_key(joined):
            return "key", count
    if len(word) > 1 and parse_key(word) and word != "am":
        return "key", 1
    for phrases in (ROLE_PHRASES, SECTIONS, UNITS):
        for count in (3, 2, 1):
            if words[place : place + count] in phrases:
                return "part", count
    if word in _CONTEXT or word in NUMBERS or word in ORDINAL_ENDS:
        return "context", 1
    return ("filler", 1) if word in FILLERS or not word.isalnum() else ("", 1)


def _is_number(word: str) -> bool:
    return re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", word) is not None
