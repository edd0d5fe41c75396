"""Whether a line describes music to arrange, rather than gives a command. Pure."""

from itertools import pairwise

from loopmind_live.arranger.items import Item, Lexed
from loopmind_live.repl.clauses import TOO

_SILENT = frozenset({"filler", "polite", "comma"})
_RENEWED = ("re", "swap", "another", "andere", "autre", "otr", "outr")
"""So begin verbs that change what plays, and never ask for a new set."""
_CORE = ("genre", "mood", "bpm", "key", "duration")
_EDITS = (
    "mute", "keep_out", "return", "unloop", "longer", "shorter", "undo", "redo", "stop",
    "half_time", "double_time", "transpose",
)  # fmt: skip
"""Verbs that no description has."""
_LEFT_OUT = ("stop", "mute", "keep_out")
"""... save where they say what a described set does without."""
_SWAPS = ("renew", "raise", "lower", "remove", "insert", "go", "loop", "add", "solo", "faster",
          "slower")  # fmt: skip
"""Verbs that change what plays, where they have an object of that kind."""
_HERE = frozenset({"goto", "jump", "jump to", "skip to", "go to", "get to"})
_ARE = frozenset({"is", "are", "was", "were"})
_BESIDE = ("before", "after")
"""What follows these says where a section goes, and is none of a list."""
_STRANGE = frozenset({"unknown", "other"})
_PLAUSIBLE_BPM = (60.0, 200.0)
_NARROW = 3
"""Letters between two words: more hold another word between."""


def describes_music(lexed: Lexed) -> bool:
    """Tell whether a line reads as a description to arrange.

    A genre with a second thing (mood, tempo, key, parts, sections, length) or alone; without one,
    at least two of the others, or moods alone. Words of everyday life speak against it.

    >>> from loopmind_live.arranger.lexer import lex
    >>> [describes_music(lex(t)) for t in ("dark trap 140 bpm", "make it darker", "my house burns")]
    [True, False, False]
    """
    items = [item for item in lexed.items if item.kind not in _SILENT]
    if not items or items[0].kind in ("question", "statement", "not"):
        return False
    strange = sum(item.kind in _STRANGE for item in items)
    found = _evidence(items)
    if found["genre"]:
        return _with_genre(items, found, strange)
    return _without_genre(lexed, items, found, strange)


def _evidence(items: list[Item]) -> dict[str, int]:
    """Return how often each kind of thing is said."""
    kinds = ("genre", "mood", "darker", "bpm", "key", "duration", "role", "section", "bars")
    found = {kind: sum(item.kind == kind for item in items) for kind in kinds}
    low, high = _PLAUSIBLE_BPM
    numbers = [item for item in items if item.kind == "number" and low <= item.number <= high]
    found["bpm"] += bool(numbers)
    # "8 bars" said with "in" or "for" is a length here.
    found["bars"] += sum(
        item.kind in ("when", "lasting") and item.name == "bar" and item.number > 1
        for item in items
    )
    found["lengths"] = sum(item.kind == "number" and item.number < low for item in items)
    return found


def _verbs(items: list[Item], names: tuple[str, ...]) -> list[Item]:
    return [item for item in items if item.kind == "verb" and item.may_be("verb", *names)]


def _with_genre(items: list[Item], found: dict[str, int], strange: int) -> bool:
    at = next(i for i, item in enumerate(items) if item.kind == "genre")
    if at and items[at - 1].kind in ("no", "not", "less"):
        return False
    if at + 1 < len(items) and items[at + 1].text in _ARE:
        return False  # "the house is warm"
    before = items[:at]
    gap = items[1].start - items[0].end if len(items) > 1 and items[1].kind == "role" else 0
    if at == 0 and _NARROW < gap <= _NARROW + 2:
        return False  # "rock the drums"
    if any(item.text.startswith(_RENEWED) for item in _verbs(before, ("renew",))):
        return False
    edits = [item for item in _verbs(items, _EDITS) if not item.may_be("verb", *_LEFT_OUT)]
    before = [item for item in before if not _is_slow_music(items, item)]
    if _verbs(before, (*_EDITS, "remove", "raise", "lower", "faster", "slower")) or edits:
        return False
    changed = any(item.kind in ("role", "section") for item in before)
    if changed and _verbs(before, tuple(verb for verb in _SWAPS if verb != "solo")):
        return False
    if any(item.text in _HERE for item in before if item.kind == "verb"):
        return False
    kinds = sum(bool(found[kind]) for kind in (*_CORE, "role", "section"))
    if kinds >= 2:
        return strange <= kinds + 2
    return strange == 0


def _is_slow_music(items: list[Item], item: Item) -> bool:
    """Tell whether `item` says how music is: "slow ambient", and not "slow the techno down"."""
    after = items[items.index(item) + 1]
    near = after.kind in ("genre", "mood") and after.start - item.end <= _NARROW
    return item.text == "slow" and near and not any("down" in one.text.split() for one in items)


def _without_genre(lexed: Lexed, items: list[Item], found: dict[str, int], strange: int) -> bool:
    if (
        _verbs(items, _EDITS)
        or found["darker"]
        or any(item.kind in ("more", "less") for item in items)
    ):
        return False
    if found["mood"] and TOO.intersection(item.text for item in lexed.items):
        return False  # "too dark": said of what is
    if found["mood"] and _verbs(items, ("raise", "lower", "faster", "slower")):
        return False
    if _listed(items, found):
        return strange <= 1
    touched = found["role"] or found["section"] or any(item.kind == "tempo_word" for item in items)
    if _verbs(items, _SWAPS) and (touched or not found["mood"]):
        return False
    core = sum(bool(found[kind]) for kind in _CORE)
    core += any(item.kind == "something" for item in items)
    if not core or strange > (1 if core >= 2 else 0):
        return False
    if found["section"] and not (core >= 2 and (found["bpm"] or found["key"])):
        return False
    if found["mood"] and _is_made_so(items):
        return False
    if core >= 2:
        return True
    return bool(found["mood"]) and not found["section"]


def _listed(items: list[Item], found: dict[str, int]) -> bool:
    """Tell whether sections are listed: "intro 8, verse 16, hook 8"."""
    if any(item.kind in ("no", "not") for item in items[:1]) or _verbs(items, _SWAPS[:5]):
        return False
    named = sum(
        item.kind == "section" and item.name != "current" and before.kind not in _BESIDE
        for before, item in pairwise((items[0], *items))
    )
    lengths = found["bars"] + found["lengths"]
    joined = any(item.kind == "then" for item in items)
    go = bool(_verbs(items, ("go",)))
    return not go and ((named >= 2 and lengths >= 2) or (named >= 3 and bool(lengths or joined)))


def _is_made_so(items: list[Item]) -> bool:
    """Tell whether what plays shall be of a mood: "make it dark", and not "make a dark beat"."""
    made = next((i for i, item in enumerate(items) if item.may_be("verb", "make")), None)
    if made is None:
        return False
    mood = next(i for i, item in enumerate(items) if item.kind == "mood")
    about = "it" in items[made].text.split()  # "give it some warmth"
    return about or made > mood or any(item.kind in ("it", "all") for item in items[made:mood])
