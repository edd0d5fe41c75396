"""A prompt cut into items: words by meaning, numbers with their units, keys."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from loopmind_live.arranger import words
from loopmind_live.score.labels import LABEL_WORDS, fold
from loopmind_live.units import parse_key

ItemKind = Literal[
    "genre", "mood", "role", "section", "out", "only", "in", "place", "before", "join", "break",
    "bpm", "bars", "duration", "number", "key", "bpm_word", "bar_word", "filler", "comma",
    "unknown",
]  # fmt: skip
PHRASE_WORDS = 4
MAX_NUMBER = 1e6
_TOKEN = re.compile(
    r"\d+:\d{2}(?!\d)|\d+/\d+|\d+(?:\.\d+)?|[^\W\d_]+(?:['’][^\W\d_]+)*(?:[#♯♭][^\W\d_]*)?"
    r"|\s[-–—]\s|[#,;:.!?()\[\]/+&>→|\n]"
)
_NUMBER = re.compile(r"\d+(?:[.:/]\d+)?")
_LETTER_KEY = re.compile(r"([a-g])(#|b)?(m|min|minor|maj|major|moll|dur)?")
_ORDINALS = ("st", "nd", "rd", "th")
_FUZZY = ("genre", "mood", "role", "section", "bpm_word", "bar_word")


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of a prompt. `value` depends on the kind: a name, bpm, bars, seconds, a key."""

    kind: ItemKind
    text: str
    name: str = ""
    number: float = 0.0


@dataclass(frozen=True, slots=True)
class _Token:
    raw: str
    word: str


def lex(text: str) -> tuple[Item, ...]:
    """Return the items of `text`, in order.

    >>> [(item.kind, item.name or item.number) for item in lex("drak trap, 140bpm in F# minor")]
    [('mood', 'dark'), ('genre', 'trap'), ('comma', 0.0), ('bpm', 140.0), ('place', 'in'), \
('key', 'F#:min')]
    """
    tokens = tuple(_tokens(text))
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        item, used = _item(tokens, at)
        items.append(item)
        at += used
    return tuple(items)


def _tokens(text: str) -> Iterable[_Token]:
    """Yield the words, numbers and separators of `text`; "r'n'b" is three words."""
    for match in _TOKEN.finditer(text):
        raw = match.group()
        if not raw[0].isalpha():
            yield _Token(raw, "and" if raw in "&+" else raw.strip() or "-")
            continue
        pieces = re.split("['’]", raw)
        if len(pieces) == 2 and fold(pieces[1]) in ("s", "re", "m", "ll", "d", "ve", "t"):
            pieces = pieces[:1]
        yield from (_Token(piece, fold(piece)) for piece in pieces if fold(piece))


def _item(tokens: Sequence[_Token], at: int) -> tuple[Item, int]:
    """Return the item that begins at token `at`, and how many tokens it takes."""
    token = tokens[at]
    if _NUMBER.fullmatch(token.word):
        return _number_item(tokens, at)
    key = _key_item(tokens, at)
    if key is not None:
        return key
    phrase = _phrase_item(tokens, at)
    if phrase is not None:
        return phrase
    if not token.word[0].isalpha():
        return Item("comma", token.word), 1
    number = words.NUMBER_WORDS.get(token.word)
    if number is not None:
        unit = _unit(tokens, at + 1, float(number), token.raw)
        return unit or (Item("filler", token.raw), 1)
    near = _nearest(token.word)
    return (near or Item("unknown", token.raw)), 1


def _phrase_item(tokens: Sequence[_Token], at: int) -> tuple[Item, int] | None:
    lexicon = _lexicon()
    for length in range(min(PHRASE_WORDS, len(tokens) - at), 0, -1):
        phrase = " ".join(token.word for token in tokens[at : at + length])
        found = lexicon.get(phrase)
        if found is not None:
            return Item(found[0], phrase, found[1]), length
    return None


def _number_item(tokens: Sequence[_Token], at: int) -> tuple[Item, int]:
    word = tokens[at].word
    if ":" in word:
        minutes, _, seconds = word.partition(":")
        return Item("duration", word, number=min(MAX_NUMBER, int(minutes) * 60.0 + int(seconds))), 1
    if "/" in word:
        return Item("filler", word), 1
    phrase = _phrase_item(tokens, at)
    if phrase is not None:  # "808", "2 step"
        return phrase
    number = min(MAX_NUMBER, float(word))
    after = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if after in _ORDINALS or (after == "s" and number in (50, 60, 70, 80, 90)):
        return Item("filler", word + after), 2  # "2nd", "90s"
    unit = _unit(tokens, at + 1, number, word)
    if unit is not None:
        return unit[0], unit[1]
    if after.isdecimal():
        upper = _unit(tokens, at + 2, float(after), after)
        if upper is not None and upper[0].kind == "bpm":  # "120-128 bpm": the middle
            middle = (number + upper[0].number) / 2
            return Item("bpm", f"{word} {upper[0].text}", number=middle), upper[1] + 1
    return Item("number", word, number=number), 1


def _unit(tokens: Sequence[_Token], at: int, number: float, text: str) -> tuple[Item, int] | None:
    """Return the item of `number` with the unit at token `at`, and the tokens both take."""
    for length in (3, 1):
        if at + length > len(tokens):
            continue
        word = " ".join(token.word for token in tokens[at : at + length])
        name = f"{text} {word}"
        if word in words.BPM_WORDS and word != "tempo":
            return Item("bpm", name, number=number), length + 1
        if word in words.BAR_WORDS:
            return Item("bars", name, number=number), length + 1
        for unit_words, seconds in (
            (words.SECOND_WORDS, 1.0), (words.MINUTE_WORDS, 60.0), (words.HOUR_WORDS, 3600.0),
        ):  # fmt: skip
            if word in unit_words:
                return Item("duration", name, number=number * seconds), length + 1
    if at < len(tokens) and tokens[at].word.isalpha() and tokens[at].word not in _lexicon():
        near = _nearest(tokens[at].word)
        if near is not None and near.kind in ("bpm_word", "bar_word"):
            kind: ItemKind = "bpm" if near.kind == "bpm_word" else "bars"
            return Item(kind, f"{text} {tokens[at].raw}", number=number), 2
    return None


def _key_item(tokens: Sequence[_Token], at: int) -> tuple[Item, int] | None:
    """Return the key written at token `at`: "Am", "B flat major", "in G", "la mineur"."""
    words_ahead = [token.word for token in tokens[at : at + 3]] + ["", ""]
    word, after = words_ahead[0], words_ahead[1]
    match = _LETTER_KEY.fullmatch(word)
    if match is None:
        tonic = words.SOLFEGE.get(word.rstrip("#")) or words.GERMAN_TONICS.get(word)
        if tonic is None:
            return None
        accidental, mode = ("#" if word.endswith("#") else ""), ""
    else:
        tonic, accidental, mode = match.group(1).upper(), match.group(2) or "", match.group(3) or ""
        if word == "b" and after in ("moll", "dur"):
            tonic = "A#"  # as Germans call B flat
    used = 1
    if not accidental and not mode and after in ("#", *words.SHARP_WORDS, *words.FLAT_WORDS):
        accidental = "b" if after in words.FLAT_WORDS else "#"
        used, after = 2, words_ahead[2]
    if not mode and after in (*words.MINOR_WORDS[1:], *words.MAJOR_WORDS):
        mode, used = after, used + 1
    if not mode and (match is None or not _is_bare_key(tokens, at, used, accidental)):
        return None
    if word == "am" and at > 0 and tokens[at - 1].word == "i":
        return None
    minor = mode in words.MINOR_WORDS
    if len(tonic) > 1 and accidental:
        return None
    key = parse_key(f"{tonic}{accidental}{'m' if minor else ''}")
    text = " ".join(token.raw for token in tokens[at : at + used])
    return None if key is None else (Item("key", text, key), used)


def _is_bare_key(tokens: Sequence[_Token], at: int, used: int, accidental: str) -> bool:
    """Tell whether a tonic without a mode is meant as a key, and not as an article or a letter."""
    raw = tokens[at].raw
    if accidental == "#" or (accidental and raw[0].isupper()):
        return True
    before = [token.word for token in tokens[max(0, at - 2) : at]]
    if not before or (before[-1] not in words.KEY_LEADS and " ".join(before) != "key of"):
        return " ".join(before[-2:]) == "key :"
    if raw not in ("a", "A"):
        return True
    after = tokens[at + used].word if at + used < len(tokens) else ""
    ends = not after or not after[0].isalpha() or after in (*words.IN_WORDS, *words.OUT_WORDS)
    return ends and (raw == "A" or "key" in before)


@cache
def _lexicon() -> Mapping[str, tuple[ItemKind, str]]:
    """Return phrase -> (kind, name). Later tables do not override earlier ones."""
    named: tuple[tuple[ItemKind, Mapping[str, tuple[str, ...]]], ...] = (
        ("genre", words.GENRE_WORDS),
        ("mood", words.MOOD_WORDS),
        ("role", {str(role): found for role, found in words.ROLE_WORDS.items()}),
        ("section", LABEL_WORDS),
    )
    plain: tuple[tuple[ItemKind, tuple[str, ...]], ...] = (
        ("out", words.OUT_WORDS), ("only", words.ONLY_WORDS), ("in", words.IN_WORDS),
        ("place", words.PLACE_WORDS), ("before", words.BEFORE_WORDS), ("join", words.JOIN_WORDS),
        ("break", words.BREAK_WORDS), ("bpm_word", words.BPM_WORDS),
        ("bar_word", words.BAR_WORDS), ("filler", words.FILLER_WORDS),
    )  # fmt: skip
    lexicon: dict[str, tuple[ItemKind, str]] = {}
    for kind, table in named:
        for name, phrases in table.items():
            for phrase in phrases:
                lexicon.setdefault(phrase, (kind, name))
    for kind, phrases in plain:
        for phrase in phrases:
            lexicon.setdefault(phrase, (kind, phrase))
    return lexicon


def _nearest(word: str) -> Item | None:
    """Return the item of the musical word that `word` is one slip of the finger away from."""
    if len(word) < 4:
        return None
    for phrase, (kind, name) in _lexicon().items():
        if kind in _FUZZY and len(phrase) > 2 and _one_slip(word, phrase):
            return Item(kind, word, name)
    return None


def _one_slip(word: str, meant: str) -> bool:
    """Tell whether one letter of `meant` is swapped with its neighbor, missing, doubled or wrong.

    A wrong letter counts only in words of five letters and more, and never as the first.

    >>> _one_slip("drak", "dark"), _one_slip("hous", "house"), _one_slip("trip", "trap")
    (True, True, False)
    """
    if abs(len(word) - len(meant)) > 1 or len(meant) < 4:
        return False
    start = 0
    while start < min(len(word), len(meant)) and word[start] == meant[start]:
        start += 1
    rest, wanted = word[start:], meant[start:]
    if len(word) < len(meant):
        return start > 0 and rest == wanted[1:]
    if len(word) > len(meant):
        return start > 0 and rest[1:] == wanted
    if rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]:
        return True
    return start > 0 and len(word) > 4 and rest[1:] == wanted[1:]
