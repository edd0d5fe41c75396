"""Keys as people write them in five languages: "F#m", "la mineur", "fis-Moll", "si bemol". Pure."""

import re
from collections.abc import Mapping, Sequence

from loopmind_live.arranger.tokens import Token
from loopmind_live.units import parse_key

MINOR = frozenset({"m", "min", "minor", "moll", "menor", "mineur", "mineure", "minore"})
MAJOR = frozenset({"maj", "major", "dur", "mayor", "majeur", "majeure", "maggiore", "maior"})
_SHARP = frozenset({"#", "sharp", "sostenido", "diese", "dieze", "diesis", "sustenido"})
_FLAT = frozenset({"b", "flat", "bemol", "bemolle"})
_LEADS = frozenset(
    {
        "in",
        "key",
        "en",
        "em",
        "tonality",
        "tone",
        "tonart",
        "tom",
        "tono",
        "ton",
        "tonalidad",
        "tonalite",
    }
)
_ASKING = frozenset(
    {"key", "tono", "tonalidad", "tom", "tonalidade", "tonalite", "ton", "tonart", "transpose"}
)
_LEADING = frozenset(
    {"to", "nach", "auf", "a", "au", "en", "para", "pra", "in", "of", "de", "zu", "=", ":", "em"}
)
_SOLFEGE: Mapping[str, str] = {
    "do": "C", "re": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B", "ut": "C",
}  # fmt: skip
_GERMAN: Mapping[str, str] = {
    "h": "B", "cis": "C#", "dis": "D#", "fis": "F#", "gis": "G#", "ais": "A#", "des": "C#",
    "es": "D#", "ges": "F#", "as": "G#", "b": "A#",
}  # fmt: skip
_LETTER = re.compile(r"([a-g])(#|b)?(m|min|minor|maj|major|moll|dur)?")
_NOT_KEYS: Mapping[str, frozenset[str]] = {
    "portuguese": frozenset({"em"}), "german": frozenset({"am"}), "spanish": frozenset({"em"}),
    "english": frozenset({"am", "em"}),
}  # fmt: skip
"""Words of a language that would be keys in another, where they are in lower case."""


_INTERVALS = frozenset({"second", "third", "sixth", "seventh", "2nd", "3rd", "6th", "7th"})
"""What is minor or major, too."""


def read_key(tokens: Sequence[Token], at: int, language: str) -> tuple[str, int]:
    """Return the key written at token `at`, in the project's spelling, and the tokens it takes.

    0 tokens where none is. Without a mode, a lone letter is a key only where one is asked for.
    """
    token = tokens[at]
    ahead = [one.word for one in tokens[at : at + 4]] + ["", "", ""]
    word, after = ahead[0], ahead[1]
    if token.raw in _NOT_KEYS.get(language, ()) and not _asked(tokens, at):
        return "", 0
    match = _LETTER.fullmatch(word)
    if match is None:
        bare = word.rstrip("#")
        tonic = _SOLFEGE.get(bare) or _GERMAN.get(word, "")
        accidental, mode = ("#" if word.endswith("#") else ""), ""
    else:
        tonic, accidental, mode = match.group(1).upper(), match.group(2) or "", match.group(3) or ""
        if word == "b" and after in ("moll", "dur"):
            tonic = "A#"  # as Germans call B flat
    if not tonic:
        return "", 0
    used = 1
    if not accidental and not mode and after in _SHARP | _FLAT:
        accidental = "b" if after in _FLAT else "#"
        used, after = 2, ahead[2]
    if not mode and after in (MINOR - {"m"}) | MAJOR:
        mode, used = after, used + 1
        if word == "a" and ahead[used] in _INTERVALS:
            return "", 0  # "down a minor third"
    if not mode and not _is_bare(tokens, at, used, accidental, match is None):
        return "", 0
    if len(tonic) > 1 and accidental:
        return "", 0
    key = parse_key(f"{tonic}{accidental}{'m' if mode in MINOR else ''}")
    return ("", 0) if key is None else (key, used)


def _asked(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].word in _LEADS


def _is_bare(tokens: Sequence[Token], at: int, used: int, accidental: str, spelled: bool) -> bool:
    """Tell whether a tonic without a mode is meant as a key, not as an article or a letter."""
    raw = tokens[at].raw
    before = [token.word for token in tokens[max(0, at - 2) : at]]
    led = bool(before) and before[-1] in _LEADING
    asking = led and any(token.word in _ASKING for token in tokens)
    if spelled:
        return asking or (bool(accidental) and (led or at == 0))
    if accidental == "#" or (accidental and (raw[0].isupper() or used == 2)):
        return True
    if before[-2:] == ["key", ":"] or (asking and led and raw[0].isupper()):
        return True
    if not before or (before[-1] not in _LEADS and before[-2:] != ["key", "of"]):
        return False
    if raw not in ("a", "A", "e", "E"):
        return True
    after = tokens[at + used].word if at + used < len(tokens) else ""
    ends = not after or not after[0].isalpha() or after in ("with", "no", "without", "and", "at")
    return ends and (raw[0].isupper() or "key" in before)
