"""From a prompt to what it asks for, and to the words that were not understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from loopmind_live.arranger.base import Request
from loopmind_live.arranger.items import Item, Lexed
from loopmind_live.arranger.lexer import lex
from loopmind_live.arranger.scope import Scope
from loopmind_live.config import MAX_BARS_AHEAD, MAX_BPM, MAX_SECTIONS, MIN_BPM
from loopmind_live.errors import ArrangerError
from loopmind_live.score.loop import ROLES, Role

MAX_CHARACTERS = 4096
MIN_DURATION_S, MAX_DURATION_S = 5.0, 7200.0
OCCURRENCES = 3
"""A bare number up to this after a section is which one ("verse 2"), above it the bars."""
EXAMPLE = "dark trap 140 bpm"
_CARRYING = frozenset({"drums", "kick", "bass"})
"""Parts that a piece is not without for long."""
_NO_MOODS = frozenset({("role", "heavy"), ("genre", "groove")})
"""After what a word is no mood: "percussion heavy" has much of it, "a house groove" is house."""
_NOTHING = Item("comma", "")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a prompt asks for, and the words in it that say nothing to the parser."""

    request: Request
    unknown: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    """Slips of the keyboard, each with the word that was meant."""


def read_prompt(text: str) -> Reading:
    """Read `text` as far as it can be understood.

    Raise ArrangerError where nothing in it is musical, or a number is out of its range.

    >>> reading = read_prompt("dark trap 140 bpm, purple, no melody in the intro")
    >>> reading.request.genre, reading.request.moods, reading.request.bpm, reading.unknown
    ('trap', ('dark',), 140.0, ('purple',))
    >>> reading.request.sections
    (SectionWish(label='intro', bars=None, roles_in=(), roles_out=('melody',), roles_only=()),)
    """
    if len(text) > MAX_CHARACTERS:
        raise ArrangerError(
            f"the prompt has {len(text)} characters: describe the music in at most {MAX_CHARACTERS}"
        )
    return read_lexed(lex(text), text)


def read_lexed(lexed: Lexed, text: str) -> Reading:
    """Read the items of `text` as `read_prompt` does."""
    parser = _Parser([described for item in lexed.items for described in _described(item)])
    request = parser.parse(text)
    if request == Request(text):
        words = " ".join(text.split())
        shown = words if len(words) <= 60 else words[:57] + "..."
        raise ArrangerError(f"{shown!r} names no music: describe some, as in {EXAMPLE!r}")
    return Reading(request, tuple(dict.fromkeys(parser.unknown)), lexed.corrected)


_ROLES_OF_WORDS: Mapping[str, str] = {
    "no": "out", "not": "out", "less": "out", "except": "out", "with": "in", "only": "only",
    "place": "place", "and": "join", "then": "break", "but": "break", "before": "before",
    "until": "before", "darker": "mood", "other": "unknown",
}  # fmt: skip
"""What a command's small words are in a description."""
_ROLES_OF_VERBS: Mapping[str, str] = {
    "remove": "out", "keep_out": "out", "mute": "out", "solo": "only", "add": "in",
}  # fmt: skip
_KEPT = frozenset(
    {
        "genre",
        "mood",
        "role",
        "section",
        "key",
        "bpm",
        "bars",
        "duration",
        "number",
        "comma",
        "unknown",
    }
)


def _described(item: Item) -> list[Item]:
    """Return an item as it counts in a description; none where it says nothing there."""
    kind = item.kind
    if kind in ("when", "lasting"):
        whole = item.name == "bar" and item.number > 1
        return [replace(item, kind="bars")] if whole else []
    if kind == "unit" and item.name in ("bpm", "bars", "tempo"):
        return [replace(item, kind="bar_word" if item.name == "bars" else "bpm_word")]
    if kind == "tempo_word":
        return [replace(item, kind="bpm_word")]
    if kind == "section" and item.name == "current":
        return []
    if kind == "verb":
        kind = _ROLES_OF_VERBS.get(item.name, "")
    kind = _ROLES_OF_WORDS.get(kind, kind if kind in _KEPT | {"out", "in"} else "")
    if not kind:
        return []
    return [replace(item, kind=kind, name=item.text if kind == "break" else item.name)]


class _Parser:
    """Walks over the items once; `scope` knows what words apply to."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.scope = Scope()
        self.unknown: list[str] = []
        self.genres: list[tuple[int, str]] = []
        self.moods: list[str] = []
        self.bpm: float | None = None
        self.bare_bpm: Item | None = None
        self.key: str | None = None
        self.duration_s: float | None = None

    def parse(self, text: str) -> Request:
        """Return what the items ask for."""
        for at, item in enumerate(self.items):
            self._take_word(at, item)
            self._take_number(at, item)
        self.scope.settle()
        if self.scope.bars_ahead is not None:
            self.unknown.append(f"{self.scope.bars_ahead} bars")
        wishes = self.scope.wishes
        if len(wishes) > MAX_SECTIONS:
            raise ArrangerError(f"{len(wishes)} sections are too many: name at most {MAX_SECTIONS}")
        request = Request(
            text,
            genre=self._genre(),
            moods=tuple(dict.fromkeys(self.moods)),
            bpm=self.bpm,
            key=self.key,
            sections=tuple(wish.done() for wish in wishes),
            duration_s=self.duration_s,
        )
        return self._with_bare_bpm(self._with_roles(request))

    def _take_word(self, at: int, item: Item) -> None:
        """Take an item that is a word."""
        match item.kind:
            case "genre" if not self._is_refused(item):
                self.genres.append((at, item.name))
            case "mood" if (self._before(at).kind, item.text) in _NO_MOODS:
                pass
            case "mood" if not self._is_refused(item):
                self.moods.append(item.name)
            case "role":
                self.scope.pending.append(cast(Role, item.name))
            case "section":
                self._take_section(at, item)
            case "out":
                self.scope.turn("out")
            case "in":
                self.scope.turn("in")
            case "only" if self.scope.pending and self._after(at).kind == "place":
                if not self._says_where():
                    self.scope.polarity = "only"  # "drums and bass only in the intro"
            case "only" if self._ends_a_list(at):
                self.scope.polarity = "only"  # "intro 16 bars kick only"
            case "only":
                self.scope.turn("only")
            case "comma":
                self._take_comma(at, item)
            case "break" if item.name == "but" and self.scope.section is not None:
                self.scope.settle()
                self.scope.polarity = "in"
            case "break":
                self.scope.close()
            case "unknown":
                self.unknown.append(item.text)

    def _take_number(self, at: int, item: Item) -> None:
        """Take an item that has a value."""
        match item.kind:
            case "key":
                if self.key is not None and self.key != item.name:
                    self.unknown.append(item.text)
                self.key = self.key or item.name
            case "bpm":
                self.bpm = _checked_bpm(item.number)
            case "duration":
                self.duration_s = _checked_duration(item)
            case "bars":
                self._take_bars(at, item)
            case "number":
                self._take_bare_number(at, item)

    def _take_bare_number(self, at: int, item: Item) -> None:
        """Take a number without a unit: a tempo, a section's bars, or which section is meant."""
        before = self._before(at)
        if before.kind == "place" and item.number < MIN_BPM:
            before = self._before(at - 1)  # "a drop of 16"
        if before.kind == "bpm_word":
            self.bpm = _checked_bpm(item.number)
        elif before.kind == "bar_word":
            self.unknown.append(f"bar {item.text}")
        elif before.kind == "section" and self.scope.section is not None:
            if item.number > OCCURRENCES:
                self.scope.give_bars(_checked_bars(item.number))
        elif self.bare_bpm is None:
            self.bare_bpm = item
        else:
            self.unknown.append(item.text)

    def _take_bars(self, at: int, item: Item) -> None:
        """Take "8 bars": the open section's, or those of the section that follows at once."""
        bars = _checked_bars(item.number)
        before = self.items[at - 1].kind if at else "comma"
        belongs_ahead = self._after(at).kind == "section" and before not in ("section", "number")
        if belongs_ahead or not self.scope.give_bars(bars):
            self.scope.bars_ahead = bars

    def _take_section(self, at: int, item: Item) -> None:
        before, after = self._before(at), self._after(at)
        if item.name == "solo" and after.kind == "role":
            self.scope.turn("only")
        elif item.text == "drop" and after.kind == "role":
            self.scope.turn("out")  # "drop the kick"
        elif self._is_refused(item):
            return
        elif self.scope.pending and before.kind == "before" and item.name == "drop":
            self.scope.place("build")  # "no bass before the drop"
        elif self.scope.pending and before.kind == "place":
            self.scope.place(item.name)
        else:
            self.scope.open(item.name)

    def _take_comma(self, at: int, item: Item) -> None:
        """End a section's words; a list of roles goes on ("no drums, bass or vocals")."""
        scope, after = self.scope, self._after(at)
        if item.text == ":" or (item.text in "([" and scope.section is not None):
            return
        if scope.pending:
            same = after.kind == scope.polarity
            listed = after.kind == "role" and (scope.polarity != "out" or self._list_ends(at))
            if same or listed:
                return
        scope.close()

    def _says_where(self) -> bool:
        """Tell whether "only" after parts says where they play: "vocals only in the drop".

        What carries a piece plays everywhere: "drums only in the intro" is about the intro.
        """
        pending = self.scope.pending
        return len(pending) == 1 and pending[0] not in _CARRYING

    def _ends_a_list(self, at: int) -> bool:
        """Tell whether "only" stands after the parts that it is about, and before none."""
        wanted = self.scope.pending and self.scope.polarity == "in"
        return bool(wanted) and self._after(at).kind in ("comma", "break", "section")

    def _list_ends(self, at: int) -> bool:
        """Tell whether the list that goes on after `at` ends with "or", "and" and a role."""
        for item in self.items[at + 1 :]:
            if item.kind == "join":
                return True
            if item.kind not in ("role", "comma"):
                return False
        return False

    def _is_refused(self, item: Item) -> bool:
        """Tell whether "no" or "not" stands right before a word that cannot be left out."""
        if self.scope.polarity != "out" or self.scope.pending:
            return False
        self.unknown.append(f"no {item.text}")
        self.scope.polarity = "in"
        return True

    def _genre(self) -> str | None:
        """Return the genre: of neighbors the last ("disco house"), else the first."""
        if not self.genres:
            return None
        chosen = 0
        while chosen + 1 < len(self.genres) and (
            self.genres[chosen + 1][0] == self.genres[chosen][0] + 1
        ):
            chosen += 1
        name = self.genres[chosen][1]
        self.unknown += [other for _, other in self.genres if other != name]
        return name

    def _with_roles(self, request: Request) -> Request:
        """Add the roles of the whole piece; "only" leaves all others out."""
        roles = self.scope.whole_piece
        chosen = dict.fromkeys(roles["in"] + roles["only"])
        out = dict.fromkeys(roles["out"])
        if roles["only"]:
            out.update(dict.fromkeys(role for role in ROLES if role not in chosen))
        roles_in = tuple(role for role in chosen if role not in out)
        return replace(request, roles_in=roles_in, roles_out=tuple(out))

    def _with_bare_bpm(self, request: Request) -> Request:
        """Take a number without a unit as the tempo, where the rest makes it plausible."""
        item = self.bare_bpm
        if item is None:
            return request
        if request.bpm is not None or (self.unknown and request == Request(request.text)):
            self.unknown.append(item.text)
            return request
        return replace(request, bpm=_checked_bpm(item.number))

    def _before(self, at: int) -> Item:
        """Return the item before `at`; colons and brackets do not count."""
        while at > 0 and self.items[at - 1].kind == "comma" and self.items[at - 1].text in ":([":
            at -= 1
        return self.items[at - 1] if at > 0 else _NOTHING

    def _after(self, at: int) -> Item:
        return self.items[at + 1] if at + 1 < len(self.items) else _NOTHING


def _checked_bpm(bpm: float) -> float:
    if not MIN_BPM <= bpm <= MAX_BPM:
        raise ArrangerError(f"tempo {bpm:g} bpm: choose one from {MIN_BPM:g} to {MAX_BPM:g}")
    return bpm


def _checked_bars(bars: float) -> int:
    if not 1 <= bars <= MAX_BARS_AHEAD or bars != int(bars):
        raise ArrangerError(f"a section of {bars:g} bars: choose 1 to {MAX_BARS_AHEAD} whole bars")
    return int(bars)


def _checked_duration(item: Item) -> float:
    if not MIN_DURATION_S <= item.number <= MAX_DURATION_S:
        raise ArrangerError(
            f"a length of {item.text}: choose {MIN_DURATION_S:g} seconds to "
            f"{MAX_DURATION_S / 60:g} minutes"
        )
    return item.number
