"""What people call sections, parts, numbers and units. Constants only."""

from collections.abc import Iterable, Mapping

from loopmind_live.arranger.directions import MOOD_DIRECTIONS
from loopmind_live.arranger.words import MOOD_WORDS, ROLE_WORDS
from loopmind_live.score.labels import LABEL_WORDS
from loopmind_live.score.loop import ROLES

Phrase = tuple[str, ...]


def _phrases(table: Mapping[str, Iterable[str]]) -> dict[Phrase, str]:
    """Return phrase -> name for names with what people call them."""
    found: dict[Phrase, str] = {}
    for name, synonyms in table.items():
        for synonym in (name, *synonyms):
            found.setdefault(tuple(synonym.split()), name)
    return found


SECTIONS: dict[Phrase, str] = _phrases(
    dict(LABEL_WORDS)
    | {"current": ("this section", "current section", "this part", "this one", "this", "section")}
)
"""Section phrases; "current" is the one that sounds."""

_LIVE_ROLE_WORDS: Mapping[str, tuple[str, ...]] = {
    "drums": ("beat", "beats", "drumkit", "drum beat"),
    "kick": ("bd",),
    "hats": ("high hat", "hh", "cymbal"),
    "melody": (
        "synth lead",
        "lead synth",
        "lead line",
        "melody line",
        "topline",
        "top line",
        "riff",
    ),
    "vocal": ("vocal line", "a cappella"),
    "fx": ("effect",),
}
"""What a performer calls a part that plays, beside the words of a description."""

ROLE_PHRASES: dict[Phrase, str] = _phrases(
    {role: (*ROLE_WORDS[role], *_LIVE_ROLE_WORDS.get(role, ())) for role in ROLES}
)
_MORE_OF_A_MOOD: Mapping[str, tuple[str, ...]] = {
    "busy": ("busier",), "full": ("fuller",), "sparse": ("sparser", "emptier"),
    "cold": ("colder",), "calm": ("calmer",),
}  # fmt: skip
MOODS: dict[Phrase, str] = _phrases(
    {
        mood: (*MOOD_WORDS.get(mood, ()), *_MORE_OF_A_MOOD.get(mood, ()))
        for mood in (*MOOD_WORDS, *MOOD_DIRECTIONS)
    }
)
EVERYTHING: frozenset[str] = frozenset({"all", "everything", "everybody", "everyone"})
PARTS_NOUNS: frozenset[str] = frozenset(
    {"parts", "part", "tracks", "track", "loops", "instruments", "instrument", "roles"}
)
EXCEPT: frozenset[str] = frozenset({"but", "except", "besides"})

_NAMES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
NUMBERS: dict[str, float] = {name: float(n) for n, name in enumerate(_NAMES.split())}
ORDINALS: dict[str, int] = {
    name: n + 1
    for n, name in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
    )
}
ORDINAL_ENDS: frozenset[str] = frozenset({"st", "nd", "rd", "th"})
UNITS: dict[Phrase, tuple[str, float]] = {
    ("bpm",): ("bpm", 1.0),
    ("db",): ("dB", 1.0),
    ("decibel",): ("dB", 1.0),
    ("decibels",): ("dB", 1.0),
    ("%",): ("%", 1.0),
    ("percent",): ("%", 1.0),
    ("semitone",): ("semitones", 1.0),
    ("semitones",): ("semitones", 1.0),
    ("semi",): ("semitones", 1.0),
    ("semis",): ("semitones", 1.0),
    ("half", "step"): ("semitones", 1.0),
    ("half", "steps"): ("semitones", 1.0),
    ("step",): ("semitones", 1.0),
    ("steps",): ("semitones", 1.0),
    ("whole", "step"): ("semitones", 2.0),
    ("whole", "steps"): ("semitones", 2.0),
    ("whole", "tone"): ("semitones", 2.0),
    ("tone",): ("semitones", 2.0),
    ("tones",): ("semitones", 2.0),
    ("octave",): ("semitones", 12.0),
    ("beat",): ("beats", 1.0),
    ("beats",): ("beats", 1.0),
    ("bar",): ("bars", 1.0),
    ("bars",): ("bars", 1.0),
    ("measure",): ("bars", 1.0),
    ("measures",): ("bars", 1.0),
}
"""Unit words: the table's unit, and how many of it one is."""

STEPS: dict[str, float] = {"bpm": 4.0, "dB": 3.0, "semitones": 1.0, "%": 50.0}
"""How far "faster", "drums up" and "key up" go where no number is given."""

_FILLERS = (
    "a an please pls plz thanks that this it some of my our for in on at with from into again "
    "bit little touch tad slightly more less bro man dude mate there here to section part parts "
    ", . ! ? : - = '"
)
FILLERS: frozenset[str] = frozenset(_FILLERS.split())
"""Words that carry nothing once the verb and its objects are read."""

POLITE: tuple[Phrase, ...] = tuple(
    tuple(phrase.split())
    for phrase in (
        "please", "pls", "plz", "can you", "could you", "would you", "can we", "could we",
        "let's", "lets", "let us", "hear", "i want to", "i want", "i'd like", "i would like",
        "i need", "give me", "gimme", "ok", "okay", "hey", "yo", "so", "well",
        "make it", "maybe", "we need", "ok now", "okay now", "and now", "alright now", "so now",
        "well now",
    )
)  # fmt: skip
"""Openings that say nothing; stripped before the verb is looked for."""

ON: frozenset[str] = frozenset({"on", "yes", "true", "start"})
OFF: frozenset[str] = frozenset({"off", "no", "false", "stop", "end"})
TOPICS: tuple[str, ...] = (
    "when", "sections", "parts", "view", "code", "every", "at", "after", "rhythms",
)  # fmt: skip
"""What help explains beside commands."""
