"""Tokens read in one language: what the phrase, number, key or time at each place is. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from loopmind_live.arranger.items import Item
from loopmind_live.arranger.tokens import Token
from loopmind_live.arranger.tonics import read_key
from loopmind_live.arranger.vocabulary import LONGEST, Lexicon, Phrase, Sense

MAX_NUMBER = 1e6
_APART = 9
"""Words between the two pieces of a verb, at most: "turn the drums and the bass off"."""
_UNITS = frozenset(
    {"bpm", "bars", "beats", "sections", "semitones", "tones", "octaves", "decibels", "seconds",
     "minutes", "hours"}
)  # fmt: skip
_SECONDS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0}
_SEMITONES = {"semitones": 1.0, "tones": 2.0, "octaves": 12.0}
_TIMES = {"bars": "bar", "beats": "beat", "sections": "section"}
_MET = frozenset(
    ("word", name) for name in ("it", "all", "them", "tempo", "key", "bars", "bpm", "semitones")
)
"""What may stand between the two pieces of a verb, beside parts and sections."""
_EXTRA = frozenset(
    {"more", "extra", "additional", "mas", "plus", "mais", "weitere", "weiteren", "mehr", "noch",
     "otros"}
)  # fmt: skip
_WHEN = {"now": ("now", 0), "next_bar": ("bar", 1), "next_section": ("section", 1),
         "beat_next": ("beat", 1)}  # fmt: skip
_NOUNS = {"key": "key_word", "tempo": "tempo_word"}
_NUMERAL = 5
"""Words of a number at most: "one hundred and twenty eight"."""
_ENDS = frozenset({";", ".", "!", "?", "\n"})


@dataclass(slots=True)
class Reader:
    """Stands in the tokens of one text."""

    tokens: Sequence[Token]
    words: Lexicon
    language: str
    tails: dict[int, int] = field(default_factory=dict)
    """Places of the second pieces of verbs, and how many words they are."""

    def item(self, at: int) -> tuple[Item, int]:
        """Return the item that begins at token `at`, and how many tokens it takes."""
        if at in self.tails:
            last = self.tokens[at + self.tails[at] - 1].word
            small = any(one.name == "place" for one in self.words.senses.get((last,), ()))
            kind = "place" if small and self.tails[at] > 1 else "filler"  # "out of" the intro
            return self._made(kind, at, self.tails[at], kind), self.tails[at]
        timed = self._time(at)
        if timed is not None:
            return timed
        value, used = self._number(at)
        senses, length = self._phrase(at)
        if used and not (length > used or (senses and senses[0].kind in ("role", "genre"))):
            return self._counted(at, value, used)
        key, taken = read_key(self.tokens, at, self.language)
        if taken and not (length > taken and senses[0].kind in ("verb", "time", "word")):
            return self._made("key", at, taken, key), taken
        parted = self._parted(at)
        # "drop it" starts the music, "drop it back in" brings a part back.
        points = parted is not None and self._said(at + length - 1, 1) in (("it",), ("them",))
        # "mach mal" asks for nothing yet: "mach mal den Gesang lauter" does.
        weak = bool(senses) and (senses[0].kind, senses[0].name) == ("verb", "make")
        if parted is not None and (
            length <= len(parted[1]) + points or (weak and at + length <= parted[2])
        ):
            sense, head, _ = parted
            return self._made(sense.kind, at, len(head), sense.name, senses=(sense,)), len(head)
        if senses:
            return self._named(at, senses, length), length
        word = self.tokens[at].word
        if not word[0].isalpha():
            return self._made("comma", at, 1, word), 1
        return self._made("unknown", at, 1), 1

    def _made(
        self, kind: str, at: int, length: int, name: str = "", number: float = 0.0,
        senses: tuple[Sense, ...] = (), extra: bool = False,
    ) -> Item:  # fmt: skip
        run = self.tokens[at : at + length]
        text = " ".join(token.word for token in run)
        return Item(kind, text, name, number, senses, run[0].start, run[-1].end, extra)

    def _said(self, at: int, count: int) -> Phrase:
        return tuple(token.word for token in self.tokens[at : at + count])

    def _phrase(self, at: int) -> tuple[tuple[Sense, ...], int]:
        """Return what the longest known phrase at `at` may mean, and its length."""
        for count in range(min(LONGEST, len(self.tokens) - at), 0, -1):
            senses = self.words.senses.get(self._said(at, count), ())
            if count > 1 and all(sense.kind in ("time", "and_half") for sense in senses):
                continue  # "only for | the build": no number follows, so it is no time
            if senses and not (count > 1 and self._cuts(at, count)):
                return senses, count
        return (), 0

    def _cuts(self, at: int, count: int) -> bool:
        """Tell whether a phrase would cut a time or a key in two: "en la | menor"."""
        if (
            self._cuts_more(at, count)
            or self._cuts_place(at, count)
            or self._cuts_time(at + count - 1)
            or any(place in self.tails for place in range(at + 1, at + count))
        ):
            return True
        keys = ((place, read_key(self.tokens, place, self.language)[1])
                for place in range(at + 1, at + count))  # fmt: skip
        return any(taken > 1 and place + taken > at + count for place, taken in keys)

    def _cuts_more(self, at: int, count: int) -> bool:
        """Tell whether a "more" takes a word from what it is more of: "un peu | plus fort"."""
        senses = self.words.senses.get(self._said(at, count), ())
        if all(sense.kind not in ("more", "less") for sense in senses):
            return False
        last = at + count - 1
        longer = (self.words.senses.get(self._said(last, n), ()) for n in (4, 3, 2))
        kinds = {sense.kind for found in longer for sense in found}
        return not kinds.isdisjoint(("verb", "darker"))

    def _cuts_place(self, at: int, count: int) -> bool:
        """Tell whether a verb takes the word before a section or key: "no kick | in the intro"."""
        first, last = (self.words.senses.get((self.tokens[place].word,), ())
                       for place in (at, at + count - 1))  # fmt: skip
        small = any(one.name == "place" for one in last)
        part = any(one.kind in ("role", "genre") for one in first)
        if not (part and small) or at + count >= len(self.tokens):
            return False
        return (
            self._is(at + count, "section")
            or read_key(self.tokens, at + count, self.language)[1] > 0
        )

    def _cuts_time(self, last: int) -> bool:
        """Tell whether the last word of a phrase belongs to a time: "back in | in 2 bars"."""
        single = self.words.senses.get((self.tokens[last].word,), ())
        timed = any(sense.kind == "time" and sense.name in ("in", "for") for sense in single)
        return timed and self._span(last + 1)[1] > 0

    def _named(self, at: int, senses: tuple[Sense, ...], length: int) -> Item:
        first = next((one for one in senses if one.kind != "number"), Sense("filler", ""))
        kind, name = first.kind, first.name
        verb = next((one.name for one in senses if one.kind == "verb"), "")
        small = next((one.name for one in senses if one.name in ("place", "to")), "")
        if kind == "verb" and name == "stop" and small and not self._begins(at):
            kind = name = small  # "para" is "stop" only where a command begins
        only = any(one.name == "only" for one in senses)
        after_role = at > 0 and any(
            one.kind == "role" for one in self.words.senses.get((self.tokens[at - 1].word,), ())
        )
        if kind == "section" and verb == "solo" and after_role:
            kind, name = "verb", verb  # "bass solo"
        elif (
            kind in ("section", "mood")
            and (verb or only)
            and self._begins(at)
            and (self._object(at + length) or length == len(self.tokens))
        ):
            # "drop the kick", "solo the drums", "solo el bajo", "pausa"
            kind, name = ("only", "only") if only else ("verb", verb)
        if kind == "time":
            other = next((one for one in senses if one.kind != "time"), None)
            if name in ("in", "for", "later", "long") and other is not None:
                kind, name = other.kind, other.name
        if kind == "word":
            kind = "unit" if name in _UNITS else _NOUNS.get(name, name)
        if kind == "time":
            kind = "place"
        return self._made(kind, at, length, name, first.number, senses)

    def _begins(self, at: int) -> bool:
        """Tell whether a command may begin at `at`: what stands before joins or only asks."""
        while at > 0 and self.tokens[at - 1].word[0].isalpha():
            before = self.words.senses.get((self.tokens[at - 1].word,), ())
            if any(one.name in ("and", "then", "but") for one in before):
                return True
            if not any(one.name == "polite" or one.kind == "filler" for one in before):
                return False
            at -= 1
        return True

    def _object(self, at: int) -> bool:
        """Tell whether parts or a section are named at `at`."""
        while at < len(self.tokens):
            senses, length = self._phrase(at)
            kinds = {(one.kind, one.name) for one in senses}
            if senses and (senses[0].kind in ("role", "section") or ("word", "all") in kinds):
                return True
            if not any(kind in ("filler", "ordinal") for kind, _ in kinds):
                return False
            at += length
        return False

    def _parted(self, at: int) -> tuple[Sense, Phrase, int] | None:
        """Return the verb whose first piece stands at `at` and whose second follows, its nearest.

        The second piece is marked, so that it is not read again; where it stands is returned, too.
        """
        best: tuple[int, int, Sense, Phrase] | None = None
        for count in range(min(4, len(self.tokens) - at), 0, -1):
            head = self._said(at, count)
            for tail, sense in self.words.split.get(head, ()):
                place = self._tail(at + count, tail, sense.name == "go")
                if place and (best is None or (place, -len(tail)) < (best[0], -best[1])):
                    best = (place, len(tail), sense, head)
        if best is None:
            return None
        place, length, sense, head = best
        self.tails[place] = length
        return sense, head, place

    def _tail(self, after: int, tail: Phrase, goes: bool) -> int:
        """Return where `tail` follows, with an object between; 0 where it does not.

        Where a verb `goes` its object follows the tail: "spring in 2 Takten zur Bridge".
        """
        meets = False
        for place in range(after, min(after + _APART, len(self.tokens))):
            word = self.tokens[place].word
            if word in _ENDS or word == "then":
                return 0
            if word == "," and not self._is(place + 1, "role"):
                return 0
            said = self._said(place, len(tail))
            # "in the hook" says where, and not which way: "bring the bass in".
            where = tail[-1:] == ("in",) and self._is(place + len(tail), "section")
            if (
                said == tail
                and not where
                and (meets or goes)
                and not self._cuts_time(place + len(tail) - 1)
            ):
                return place
            senses = (*self._phrase(place)[0], *self.words.senses.get((word,), ()))
            meets = meets or any(
                one.kind in ("role", "section") or (one.kind, one.name) in _MET for one in senses
            )
        return 0

    def _is(self, at: int, kind: str) -> bool:
        """Tell whether a phrase of `kind` begins at `at`."""
        senses, _ = self._phrase(at) if at < len(self.tokens) else ((), 0)
        return bool(senses) and senses[0].kind == kind

    def _number(self, at: int) -> tuple[float, int]:
        """Return the number at `at` and the tokens it takes; a word for one needs a unit."""
        value = self.tokens[at].number
        if value is not None:
            value, used = max(-MAX_NUMBER, min(MAX_NUMBER, value)), 1
            more = self._half(at + used)
            return value + (0.5 if more else 0.0), used + more
        for count in range(min(_NUMERAL, len(self.tokens) - at), 0, -1):
            for sense in self.words.senses.get(self._said(at, count), ()):
                if sense.kind == "number":
                    unit = self._unit(at + count)[0]
                    if more := self._half(at + count):
                        return sense.number + 0.5, count + more
                    if sense.number == 1.0 and not unit:
                        return 0.0, 0
                    return sense.number, count
        return 0.0, 0

    def _half(self, at: int, bare: bool = False) -> int:
        """Return the tokens of "and a half" at `at`; none where no unit follows, unless `bare`."""
        for count in (3, 2):
            for sense in self.words.senses.get(self._said(at, count), ()):
                if sense.kind == "and_half" and (bare or self._unit(at + count)[0]):
                    return count
        return 0

    def _unit(self, at: int) -> tuple[str, int, bool]:
        """Return the unit at `at`, the tokens to its end, and whether it is said to be extra."""
        extra, skipped = False, 0
        while skipped < 2 and at + skipped < len(self.tokens):
            word = self.tokens[at + skipped].word
            if word not in _EXTRA and word not in ("de", "full", "whole", "of", "d"):
                break
            extra, skipped = extra or word in _EXTRA, skipped + 1
        for count in (3, 2, 1):
            for sense in self.words.senses.get(self._said(at + skipped, count), ()):
                if (
                    sense.kind == "word"
                    and sense.name in _UNITS
                    and at + skipped < len(self.tokens)
                ):
                    return sense.name, skipped + count, extra
        return "", 0, False

    def _span(self, at: int) -> tuple[tuple[str, int], int]:
        """Return ((unit, n), tokens) of "4 bars" at `at`; a lone last number counts bars."""
        if at >= len(self.tokens):
            return ("", 0), 0
        value, used = self._number(at)
        if not used or value < 1 or value != int(value):
            return ("", 0), 0
        unit, more, _ = self._unit(at + used)
        if unit in _TIMES:
            return (_TIMES[unit], int(value)), used + more
        after = self.tokens[at + used].word if at + used < len(self.tokens) else ""
        lone = not unit and self.tokens[at].number is not None and value <= 64
        if lone and (not after or after in (",", ";", "and", ".", "then")):
            return ("bar", int(value)), used
        return ("", 0), 0

    def _time(self, at: int) -> tuple[Item, int] | None:
        """Return when a command lands or how long it lasts, where that is said at `at`."""
        for count in range(min(LONGEST, len(self.tokens) - at), 0, -1):
            for sense in self.words.senses.get(self._said(at, count), ()):
                if sense.kind != "time":
                    continue
                if sense.name in _WHEN:
                    unit, n = _WHEN[sense.name]
                    return self._made("when", at, count, unit, n), count
                if sense.name == "rest":
                    return self._made("lasting", at, count, "section", 1), count
                (unit, n), used = self._span(at + count)
                if not used or sense.name not in ("in", "for"):
                    continue
                kind = "when" if sense.name == "in" else "lasting"
                if kind == "when" and self._named_number(at + count + used):
                    continue
                return self._made(kind, at, count + used, unit, n), count + used
        return self._later(at)

    def _named_number(self, at: int) -> bool:
        """Tell whether what stands at `at` makes the span before it a length: "8 bars intro"."""
        senses, _ = self._phrase(at)
        return bool(senses) and senses[0].kind == "section" and senses[0].name != "current"

    def _later(self, at: int) -> tuple[Item, int] | None:
        """Return "4 bars from now" or "4 Takte lang" at `at`."""
        (unit, n), used = self._span(at)
        if not used:
            return None
        for count in (3, 2, 1):
            for sense in self.words.senses.get(self._said(at + used, count), ()):
                if sense.kind == "time" and sense.name in ("later", "long"):
                    kind = "when" if sense.name == "later" else "lasting"
                    if at + used + count <= len(self.tokens):
                        return self._made(kind, at, used + count, unit, n), used + count
        return None

    def _counted(self, at: int, value: float, used: int) -> tuple[Item, int]:
        """Return the item of a number, with its unit where one follows."""
        unit, more, extra = self._unit(at + used)
        after = self.tokens[at + used].word if at + used < len(self.tokens) else ""
        if not unit and after == "%":
            return self._made("percent", at, used + 1, "", value), used + 1
        if after in ("st", "nd", "rd", "th", "ª", "º") and not unit:
            return self._made("ordinal", at, used + 1, "", value), used + 1
        if after == "s" and value in (50, 60, 70, 80, 90) and unit != "bars":
            return self._made("filler", at, used + 1), used + 1
        if unit in _SECONDS:
            half = (
                0 if value % 1 else self._half(at + used + more, bare=True)
            )  # "a minute and a half"
            used, seconds = used + more + half, (value + (0.5 if half else 0.0)) * _SECONDS[unit]
            return self._made("duration", at, used, unit, seconds), used
        if unit in _SEMITONES:
            value *= _SEMITONES[unit]
            return self._made("semitones", at, used + more, "", value, extra=extra), used + more
        if unit in ("bpm", "bars", "beats", "decibels"):
            return self._made(unit, at, used + more, "", value, extra=extra), used + more
        if after.isdecimal() and self.tokens[at + 1].start == self.tokens[at].end + 1:
            upper, length, _ = self._unit(at + 2)
            if upper == "bpm":  # "120-128 bpm": the middle
                middle = (value + float(after)) / 2
                return self._made("bpm", at, 2 + length, "", middle), 2 + length
        return self._made("number", at, used, "", value), used

    def items(self) -> list[Item]:
        """Return the items of the whole text, in order."""
        items: list[Item] = []
        at = 0
        while at < len(self.tokens):
            special = _special(self.tokens[at])
            item, used = (special, 1) if special is not None else self.item(at)
            items.append(item)
            at += used
        return items


def _special(token: Token) -> Item | None:
    """Return "3:30" as a duration and "4/4" as nothing."""
    if ":" in token.word and token.word[0].isdigit():
        minutes, _, seconds = token.word.partition(":")
        total = min(MAX_NUMBER, int(minutes) * 60.0 + int(seconds))
        return Item("duration", token.word, "", total, (), token.start, token.end)
    if "/" in token.word and token.word[0].isdigit():
        return Item("filler", token.word, start=token.start, end=token.end)
    return None
