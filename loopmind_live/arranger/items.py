"""The pieces that a typed text is made of, for whoever reads it."""

from dataclasses import dataclass

from loopmind_live.arranger.vocabulary import Sense


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of the text at [start, end): what it is, its name or unit, its number.

    kinds: genre, mood, darker (a mood, more of it), role, section, verb, more, less · bpm, bars,
    beats, semitones, decibels, percent, duration (seconds), number, ordinal · key · when, lasting
    (`name` is the unit) · unit (one without a number), key_word, tempo_word · no, not, only and the
    other small words, by the name of their table · filler, other, unknown, comma. `senses` are all
    that it may mean.
    """

    kind: str
    text: str
    name: str = ""
    number: float = 0.0
    senses: tuple[Sense, ...] = ()
    start: int = 0
    end: int = 0
    extra: bool = False

    def may_be(self, kind: str, *names: str) -> str:
        """Return the first of `names` (any, if none are given) that this means as `kind`, or ""."""
        for sense in self.senses:
            if sense.kind == kind and (not names or sense.name in names):
                return sense.name
        return ""


@dataclass(frozen=True, slots=True)
class Lexed:
    """Items of a text, its language, and the slips in it with what was meant.

    `amended` tells whether something was taken back within it: "no wait, the drums".
    """

    items: tuple[Item, ...]
    language: str
    corrected: tuple[tuple[str, str], ...] = ()
    amended: bool = False
