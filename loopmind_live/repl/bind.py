"""Bind the words after a verb to the arguments of its row in the command table. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import partial

from loopmind_live.errors import SessionError
from loopmind_live.repl.lexicon import FILLERS, OFF, ON, ROLE_PHRASES, SECTIONS, STEPS
from loopmind_live.repl.readers import (
    Amount,
    read_amount,
    read_key,
    read_moods,
    read_roles,
    read_section,
)
from loopmind_live.repl.synonyms import NOUNS, SAYING, Pattern
from loopmind_live.repl.verbs import display_name
from loopmind_live.repl.words import Token, texts
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES
from loopmind_live.session.argument_kinds import NAME, Argument, Value
from loopmind_live.session.commands import CommandSpec

_RHYTHM = re.compile(r"(?:[x.\-\[|](?![a-wyz]))[x.\-\[\]|(),*/0-9 ]*(?<! )", re.IGNORECASE)
"""A rhythm within a line: it begins with a step, a group or a bar."""
_NOTES = re.compile(r"(?:[x0-9._\-\[|](?![a-wyz]))[x0-9._\-\[\]|(),*/ ]*(?<! )", re.IGNORECASE)
"""A pattern of notes within a line: it may have degrees of the key, too."""
_UP = frozenset({"up", "higher", "louder", "faster"})
_DOWN = frozenset({"down", "lower", "quieter", "softer", "slower"})
_ONLY = frozenset({"only", "just"})
_OUT = frozenset({"no", "without"})
_LINKS = {"before": ("before",), "after": ("after",), "until": ("until", "till")}
"""What stands before a section that says where another goes, or for how long something stays."""
_SECTIONS_COUNTED = frozenset({("section",), ("sections",), ("part",), ("parts",)})


class Misfit(SessionError):
    """Words that do not fit a row; `read` is how many did.

    Its message may be made later: most misfits are never told, and nearest words take time.
    """

    def __init__(self, message: str | Callable[[], str], read: int) -> None:
        super().__init__(message)
        self.message = message
        self.read = read

    def __str__(self) -> str:
        return self.message if isinstance(self.message, str) else self.message()


def bind(
    spec: CommandSpec, pattern: Pattern, tokens: Sequence[Token], source: str
) -> dict[str, Value]:
    """Return the row's arguments as said in `tokens`, the words without those of `pattern`.

    Ranges are not checked here. Raises Misfit at the first word that has no meaning for this row.
    """
    binder = _Binder(spec, pattern, source)
    place = 0
    while place < len(tokens):
        count = binder.take(tokens, place)
        if not count:
            raise Misfit(partial(binder.complaint, tokens[place]), place + len(pattern.head))
        place += count
    return binder.finish(place + len(pattern.head))


class _Binder:
    """Collects one row's arguments, in whatever order they are said."""

    def __init__(self, spec: CommandSpec, pattern: Pattern, source: str) -> None:
        self.spec = spec
        self.pattern = pattern
        self.source = source
        self.values: dict[str, Value] = dict(pattern.arguments)
        self.amount: Amount | None = None
        self.direction = pattern.direction
        self.relative = False
        self.absolute = False
        self.said = bool(pattern.head) and pattern.head[-1] in SAYING.get(spec.name, ())
        self.amounts = [
            argument
            for argument in spec.arguments
            if argument.kind in ("number", "integer") and not self._counts_sections(argument)
        ]
        self.spans = _has_span(spec)
        if self.spans:
            self.amounts = [one for one in self.amounts if one.name != "bars"]
        self.nouns = NOUNS.get(spec.name, frozenset())
        self.only = bool(_ONLY.intersection(pattern.head))

    def _counts_sections(self, argument: Argument) -> bool:
        """Tell whether a number says which of a label's sections is meant."""
        sections = any(one.kind == "section" for one in self.spec.arguments)
        return argument.name == "number" and sections

    def take(self, tokens: Sequence[Token], place: int) -> int:
        """Take what stands at `place`; return how many tokens, 0 where it means nothing."""
        token = tokens[place]
        for argument in self.spec.arguments:
            if argument.name not in self.values:
                count = self._take_argument(argument, tokens, place)
                if count:
                    return count
        if self.spans and (count := self._take_span(tokens, place)):
            return count
        if self.amounts and (count := self._take_amount(tokens, place)):
            return count
        if token.kind == "quoted":
            return 0
        if token.text in _ONLY | _OUT:
            self.only = token.text in _ONLY
        if token.text in self.nouns:
            self.said = self.said or token.text in SAYING.get(self.spec.name, ())
            return 1
        return 1 if token.text in FILLERS else 0

    def _take_argument(self, argument: Argument, tokens: Sequence[Token], place: int) -> int:
        """Take a section, parts, moods, a flag or a key for `argument`."""
        token = tokens[place]
        match argument.kind:
            case "section" if argument.name in _LINKS:
                if token.text not in _LINKS[argument.name]:
                    return 0
                count = self._take_section(argument, tokens, place + 1)
                return count and count + 1
            case "section":
                return self._take_section(argument, tokens, place)
            case "roles" if argument.name != ("roles_out" if self.only else "roles_only"):
                roles, count = read_roles(tokens, place)
                if roles:
                    self.values[argument.name] = roles
                return count if roles else 0
            case "moods":
                return self._take_moods(argument, tokens, place)
            case "flag":
                return self._take_flag(argument, token)
            case "name" | "rhythm" | "notes":
                taken = self._take_name if argument.kind == "name" else self._take_rhythm
                return taken(argument, tokens, place)
            case "choice":
                return self._take_choice(argument, tokens, place)
            case "key":
                key, count = read_key(tokens, place, self.source)
                # "a" is an article, save where it is all that is said or has a mode.
                if key and not (token.text == "a" and count == 1 and place + 1 < len(tokens)):
                    self.values[argument.name] = key
                    self.said = self.said or count > 1 or token.text.endswith(("m", "min", "maj"))
                    return count
        return 0

    def _take_section(self, argument: Argument, tokens: Sequence[Token], place: int) -> int:
        """Take a section, and which one of its label where it is said."""
        label, number, count = read_section(tokens, place)
        if not count:
            return 0
        if number is not None:
            if all(other.name != "number" for other in self.spec.arguments):
                raise Misfit(f"{display_name(self.spec)} takes no number: leave it out", place)
            self.values["number"] = number
        self.values[argument.name] = label
        return count

    def _take_moods(self, argument: Argument, tokens: Sequence[Token], place: int) -> int:
        """Take moods: "darker", "more energetic"; "less dark" is for those to move away from."""
        more = texts(tokens, place, 1)[0] in ("more", "less")
        less = texts(tokens, place, 1)[0] == "less"
        if less != (argument.name == "moods_out"):
            return 0
        moods, count = read_moods(tokens, place + more)
        if not moods:
            return 0
        self.values[argument.name] = moods
        self.said = self.said or more or tokens[place].text.endswith("er")
        return count + more

    def _take_choice(self, argument: Argument, tokens: Sequence[Token], place: int) -> int:
        """Take one of an argument's choices, "_" said as a space."""
        for choice in argument.choices:
            words = tuple(choice.split("_"))
            if texts(tokens, place, len(words)) == words:
                self.values[argument.name] = choice
                return len(words)
        return 0

    def _take_flag(self, argument: Argument, token: Token) -> int:
        """Take "on", "off" or the flag's own name."""
        if token.kind != "word":
            return 0
        if token.text == argument.name or (token.text in ON and argument.name == "on"):
            self.values[argument.name] = True
            return 1
        if token.text in ("everything", "each") and argument.name == "all":
            self.values[argument.name] = True
            return 1
        if token.text in OFF and argument.name == "on":
            self.values[argument.name] = False
            return 1
        return 0

    def _take_name(self, argument: Argument, tokens: Sequence[Token], place: int) -> int:
        """Take the name of a patch, or of one of its knobs."""
        token = tokens[place]
        if token.text in FILLERS or not NAME.fullmatch(token.text):
            return 0
        if any(token.text in one.choices for one in self.spec.arguments):
            return 0  # "master" is where a patch goes
        self.values[argument.name] = token.text
        return 1

    def _take_rhythm(self, argument: Argument, tokens: Sequence[Token], place: int) -> int:
        """Take a rhythm, or notes, as typed, in quotes or not: signs and numbers, or "off"."""
        token = tokens[place]
        if token.text in OFF:
            self.values[argument.name] = "off"
            return 1
        if token.kind == "quoted":
            self.values[argument.name] = token.text[1:-1]
            return 1
        match = (_NOTES if argument.kind == "notes" else _RHYTHM).match(self.source, token.start)
        if match is None:
            return 0
        self.values[argument.name] = match.group().lower()
        return sum(one.start < match.end() for one in tokens[place:])

    def _take_span(self, tokens: Sequence[Token], place: int) -> int:
        """Take "over 8 bars", "for 8 bars": how long a change takes, or lasts."""
        if tokens[place].text not in ("over", "across", "during", "for") or "bars" in self.values:
            return 0
        amount, count = read_amount(tokens, place + 1)
        if amount is None or amount.unit not in ("", "bars"):
            return 0
        if not amount.unit and texts(tokens, place + 1 + count, 1) in _SECTIONS_COUNTED:
            raise Misfit("bars are counted here, and not sections", place)
        self.values["bars"] = amount.value
        return 1 + count

    def _take_amount(self, tokens: Sequence[Token], place: int) -> int:
        """Take a direction, "by", "to", "at" or a number with its unit."""
        word = tokens[place].text
        if word in _UP or word in _DOWN:
            if self.direction == (-1 if word in _UP else 1):
                return 0  # "louder kick, quieter snare" is two commands
            self.direction = self.direction or (1 if word in _UP else -1)
            return 1
        if word in ("by", "to", "at"):
            self.relative = self.relative or word == "by"
            self.absolute = self.absolute or word != "by"
            return 1
        if self.amount is not None:
            return 0
        amount, count = read_amount(tokens, place)
        units = {argument.unit for argument in self.amounts}
        if amount is None or (amount.unit and amount.unit not in units):
            return 0
        self.amount = amount
        self.said = self.said or bool(amount.unit)
        return count

    def finish(self, read: int) -> dict[str, Value]:
        """Return the arguments; raise Misfit where something that must be said is not."""
        self._settle_amount(read)
        values, pattern = self.values, self.pattern
        for argument in self.spec.arguments:
            if not argument.optional and argument.name not in values:
                kinds = {"roles": "part", "notes": "rhythm"}
                need = kinds.get(argument.kind, argument.name)
                article = "an" if need[0] in "aeiou" else "a"
                raise Misfit(
                    f"{display_name(self.spec)} needs {article} {need}, as in: "
                    f"{self.spec.phrases[0]}",
                    read,
                )
        needs_amount = any(argument.name.startswith("delta") for argument in self.amounts)
        if (needs_amount or self.spec.name == "set_key") and not (
            {argument.name for argument in self.amounts} | {"key", "mode", "rel"}
        ) & values.keys():
            raise Misfit(
                f"{display_name(self.spec)}: say how much, as in: {self.spec.phrases[0]}", read
            )
        amount = self.amount
        signed = bool(amount and (amount.signed or amount.unit)) or self.direction != 0
        if (
            (pattern.needs == "said" and not self.said)
            or (pattern.needs == "signed" and not signed)
            or (pattern.needs == "amount" and amount is None)
            or (pattern.needs == "plain" and (amount is None or signed))
        ):
            raise Misfit(
                f"{display_name(self.spec)}: say more, as in: {self.spec.phrases[0]}", read
            )
        return values

    def _settle_amount(self, read: int) -> None:
        """Decide which argument the number is for: a value, or a step up or down."""
        if not self.amounts or (self.amount is None and not self.direction):
            return
        if self.amount is None and any(one.name in self.values for one in self.amounts):
            return  # the words themselves say how much
        moves = [a for a in self.amounts if a.name.startswith("delta") or a.minimum == -a.maximum]
        values = [a for a in self.amounts if a not in moves]
        signed = self.amount is not None and self.amount.signed
        step = self.relative or (self.direction != 0 and not self.absolute)
        # A bare sign is a step where the value itself can have none ("tempo -4"), and where no
        # verb asks for a value ("bass -3 db" beside "level bass -3").
        loose = not self.pattern.head and not self.absolute
        step = step or (signed and (not values or values[0].minimum >= 0 or loose))
        if step and moves:
            argument = moves[0]
        elif self.amount is None:
            return
        else:
            argument = (values or moves)[0]
        if self.amount is not None:
            value = self.amount.value
            if self.direction and argument in moves:
                value = self.direction * abs(value)
        else:
            value = self.direction * STEPS[argument.unit]
        plain = self.amount is not None and not self.amount.unit
        if plain and argument.unit == "%" and argument.minimum == 0.0 and 0.0 < value < 1.0:
            value *= 100.0  # "size 0.8" is a share: nobody asks for less than a percent
        if argument.kind == "integer":
            if value != int(value):
                raise Misfit(
                    f"{display_name(self.spec)}: {value:g} is not whole: choose "
                    f"{argument.minimum:g} to {argument.maximum:g} {argument.unit}".rstrip(),
                    read,
                )
            value = int(value)
        self.values[argument.name] = value

    def complaint(self, token: Token) -> str:
        """Return the line that says which word has no meaning here, and what has."""
        name, word = display_name(self.spec), token.text[:40]
        unfilled = [a for a in self.spec.arguments if a.name not in self.values]
        kinds = [argument.kind for argument in unfilled]
        keyed = "key" in kinds
        free = not {"roles", "choice"} & set(kinds)
        if self.amounts and self.amount is None and (keyed or free):
            first = self.amounts[0]
            span = f"choose {first.minimum:g} to {first.maximum:g} {first.unit}".rstrip()
            if keyed:
                return f"{name}: {word!r} is no key: write one as in F# minor, or key +2"
            return f"{name}: {word!r} is no number: {span}"
        if "roles" in kinds:
            return f"{name}: no part {word!r}: {_nearest(word, ROLE_PHRASES, 'parts', ROLES)}"
        if "choice" in kinds:
            choices = next(one.choices for one in unfilled if one.kind == "choice")
            return f"{name}: {word!r} means nothing here: choose {' or '.join(choices)}"
        if "section" in kinds:
            return f"{name}: no section {word!r}: {_nearest(word, SECTIONS, 'sections', LABELS)}"
        return f"{name}: {word!r} means nothing here: write it as in: {self.spec.phrases[0]}"


def _has_span(spec: CommandSpec) -> bool:
    """Tell whether a row's bars are how long it takes or lasts, and not what it sets."""
    spans = any(one.name == "bars" and one.optional for one in spec.arguments)
    others = {one.unit for one in spec.arguments if one.unit} - {"bars"}
    return spans and bool(others or any(one.kind == "roles" for one in spec.arguments))


def _nearest(word: str, phrases: Iterable[tuple[str, ...]], noun: str, names: Sequence[str]) -> str:
    """Return "did you mean X?" where a known word is near, else the list of names."""
    known = [phrase[0] for phrase in phrases if len(phrase) == 1]
    close = get_close_matches(word[:24], known, n=1, cutoff=0.75)
    return f"did you mean {close[0]}?" if close else f"{noun} are {', '.join(names)}"
