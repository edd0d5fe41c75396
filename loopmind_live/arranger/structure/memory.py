"""What a piece has told so far, as plain facts that a small model need not find out by itself.

A few thousand songs are too few to learn to count bars or to look up how long the last chorus was.
Each token is read together with a few facts; each value of a fact is a row of the embedding,
after the rows of the vocabulary, and the rows are added up.
"""

from collections import Counter
from collections.abc import Sequence

from loopmind_live.arranger.structure.tokens import (
    AFTER_BARS,
    AFTER_LABEL,
    CONDITIONS,
    CORPUS_LABELS,
    EOS,
    MOST_BARS,
    UNKNOWN_BARS,
    VOCABULARY,
)

_LABELS, _BARS = len(CORPUS_LABELS) + 1, MOST_BARS + 1
FACTS = (
    # Before a label is told:
    ("sections", 25), ("bars_done", 25), ("choruses", 7), ("since_chorus", 9),
    ("followed", _LABELS), ("pair_followed", _LABELS), ("seen", 32), ("bars_left", 48),
    # Before its bars are told:
    ("occurrence", 7), ("last_bars", _BARS), ("bars_before", _BARS), ("first_bars", _BARS),
    ("usual_bars", _BARS), ("bars_in_context", _BARS), ("same_label", 2), ("bars_left_here", 48),
)  # fmt: skip
"""Names of facts, and how many values each has."""
SLOTS = 8
"""How many facts are told with each token."""
_START: dict[str, int] = {}
for _name, _count in FACTS:
    _START[_name] = len(VOCABULARY) + 1 + sum(count for _, count in FACTS[: len(_START)])
NOTHING = len(VOCABULARY)
"""The row of a fact that is not told."""
ROWS = NOTHING + 1 + sum(count for _, count in FACTS)
"""How many rows the embedding has."""
NO_FACTS = (NOTHING,) * SLOTS
FACT_NAMES = ("nothing", *(f"{name}={value}" for name, count in FACTS for value in range(count)))
"""What each row of a fact is called, from NOTHING on."""
_CHORUS = CORPUS_LABELS.index("chorus")
_NOTED = tuple(
    (CORPUS_LABELS.index(label), 1 << bit)
    for bit, label in enumerate(("bridge", "solo", "prechorus", "postchorus", "inst"))
)


class Memory:
    """Reads the tokens of a piece one by one; tells the facts that go with each.

    `asked_bars` is the length that was asked for, None where none was.
    """

    def __init__(self, asked_bars: int | None = None) -> None:
        self._asked = asked_bars
        self._read = 0
        self._labels: list[int] = []
        self._bars: list[int] = []
        self._noted = 0
        self._known = True

    def copy(self) -> "Memory":
        """Return a memory of the same piece that reads on by itself."""
        other = Memory(self._asked)
        other._read, other._noted, other._known = self._read, self._noted, self._known
        other._labels, other._bars = list(self._labels), list(self._bars)
        return other

    @property
    def bars_done(self) -> int:
        """Return how many bars there are so far."""
        return sum(self._bars)

    def read(self, token: int) -> tuple[int, ...]:
        """Return the rows of the facts [SLOTS] that go with the next token."""
        self._read += 1
        if self._read < CONDITIONS or token == EOS:
            return NO_FACTS
        if self._read == CONDITIONS:
            return self._before_label()
        if len(self._labels) == len(self._bars):
            self._labels.append(token - AFTER_BARS[1])
            return self._before_bars()
        self._known = self._known and token != UNKNOWN_BARS
        self._bars.append(0 if token == UNKNOWN_BARS else token - AFTER_LABEL[0] + 1)
        for label, bit in _NOTED:
            if self._labels[-1] == label:
                self._noted |= bit
        return self._before_label()

    def _before_label(self) -> tuple[int, ...]:
        labels = self._labels
        choruses = labels.count(_CHORUS)
        since = labels[::-1].index(_CHORUS) + 1 if choruses else 0
        return (
            _row("sections", len(labels)),
            _row("bars_done", self.bars_done // 8) if self._known else NOTHING,
            _row("choruses", choruses),
            _row("since_chorus", since),
            _row("followed", _follower(labels, 1)),
            _row("pair_followed", _follower(labels, 2)),
            _row("seen", self._noted),
            self._left("bars_left"),
        )

    def _before_bars(self) -> tuple[int, ...]:
        *labels, label = self._labels
        bars = self._bars
        same = [length for there, length in zip(labels, bars, strict=True) if there == label]
        before = labels[-1] if labels else -1
        in_context = next(
            (bars[i] for i in range(len(labels) - 1, -1, -1)
             if labels[i] == label and (labels[i - 1] if i else -1) == before), 0,
        )  # fmt: skip
        usual = Counter(bars).most_common(1)[0][0] if bars else 0
        return (
            _row("occurrence", len(same)),
            _row("last_bars", same[-1] if same else 0),
            _row("bars_before", bars[-1] if bars else 0),
            _row("first_bars", same[0] if same else 0),
            _row("usual_bars", usual),
            _row("bars_in_context", in_context),
            _row("same_label", int(before == label)),
            self._left("bars_left_here"),
        )

    def _left(self, name: str) -> int:
        if self._asked is None or not self._known:
            return NOTHING
        left = self._asked - self.bars_done
        return _row(name, left + 2 if left <= 16 else 18 + (left - 16) // 8)


def facts_of(tokens: Sequence[int], asked_bars: int | None = None) -> list[tuple[int, ...]]:
    """Return the rows of facts [tokens, SLOTS] of a piece, its conditions first."""
    memory = Memory(asked_bars)
    return [memory.read(token) for token in tokens]


def _follower(labels: Sequence[int], count: int) -> int:
    """Return 1 + the label that came after the last `count` labels the last time, 0 if none did."""
    for end in range(len(labels) - 1, count - 1, -1):
        if labels[end - count : end] == labels[len(labels) - count :]:
            return labels[end] + 1
    return 0


def _row(name: str, value: int) -> int:
    return _START[name] + min(max(value, 0), _COUNTS[name] - 1)


_COUNTS = dict(FACTS)
