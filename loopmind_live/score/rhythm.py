"""Rhythms as text: which steps of a span sound. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from loopmind_live.errors import SessionError

MOST_STEPS = 128
MOST_BARS = 16
MOST_CHARACTERS = 512
"""Of all that is written of a rhythm: any of 128 steps fits in."""
EXAMPLE = "write as in x..x..x. or x(3,8)"
_TOKEN = re.compile(
    r"x\(\s*(?P<hits>\d+)\s*,\s*(?P<steps>\d+)\s*(?:,\s*(?P<turn>-?\d+)\s*)?\)"
    r"|\*\s*(?P<times>\d+)|(?P<mark>[x.\-\[\]])|[\s|]+|(?P<wrong>.)",
    re.ASCII,
)
_BARS = re.compile(r"\s*([0-9]+)\s*", re.ASCII)
Steps = tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Steps of one length, which take up `bars` and come again and again; `text` as written."""

    text: str
    steps: Steps
    bars: int = 1


@lru_cache(maxsize=256)
def rhythm_of(text: str) -> Rhythm:
    """Return the rhythm that a text means: its steps over one bar, or as many as stand after /.

    SessionError where it cannot be read.

    >>> rhythm_of("x(3,8)").bars, rhythm_of("x.x. | x..x /2").bars
    (1, 2)
    >>> rhythm_of(" x . x / 2 ").text
    'x.x/2'
    """
    written, bars = spanned(text, "rhythm", "x(3,8)")
    return Rhythm("".join(text.split()), steps_of(written), bars)


def spanned(text: str, noun: str, example: str) -> tuple[str, int]:
    """Return what is written before the /, and over how many bars it goes; 1 where none stands.

    SessionError where the text is too long, or there are too many bars.

    >>> spanned("x. / 2", "rhythm", "x"), spanned("x.", "rhythm", "x")
    (('x. ', 2), ('x.', 1))
    """
    if len(text) > MOST_CHARACTERS:
        raise SessionError(
            f"{noun} {text!r:.40}: {len(text)} characters: {MOST_CHARACTERS} at most"
        )
    written, slash, after = text.rpartition("/")
    match = _BARS.fullmatch(after)
    if not slash or match is None:
        return text, 1
    bars = int(match[1])
    if not 1 <= bars <= MOST_BARS:
        raise SessionError(f"{noun} {text!r:.40}: over 1 to {MOST_BARS} bars, as in {example}/2")
    return written, bars


def steps_of(text: str) -> Steps:
    """Return the steps of a rhythm: True where one sounds. SessionError where it cannot be read.

    x: a step that sounds · . or -: one that is silent · x(3,8): 3 of 8, as evenly as they go, and
    x(3,8,2) turned by 2 · [x.]*4 or x*3: several times · spaces and bars | are for the eye.

    >>> shown(steps_of("x..x | ..x."))
    'x..x..x.'
    >>> shown(steps_of("x(3,8)")), shown(steps_of("x(3,8,2)")), shown(steps_of("[x.]*2 x*2"))
    ('x..x..x.', '.x..x.x.', 'x.x.xx')
    """
    spanned(text, "rhythm", "x(3,8)")
    groups: list[list[Steps]] = [[]]
    steps_so_far = 0
    for match in _TOKEN.finditer(text):
        steps_so_far += _take(match, groups, text)
        if steps_so_far > MOST_STEPS:
            raise SessionError(f"rhythm {text!r:.40}: {MOST_STEPS} steps at most")
    if len(groups) > 1:
        raise SessionError(f"rhythm {text!r:.40}: a [ is not closed")
    steps = tuple(step for item in groups[0] for step in item)
    if not steps:
        raise SessionError(f"rhythm {text!r:.40} has no steps: {EXAMPLE}")
    return steps


def _take(match: re.Match[str], groups: list[list[Steps]], text: str) -> int:
    """Add what one token means to the innermost of `groups`, each a list of items.

    Return how many steps that are.
    """
    mark = match["mark"]
    if match["wrong"] is not None:
        raise SessionError(f"rhythm {text!r:.40}: no step {match['wrong']!r}: {EXAMPLE}")
    if match["hits"] is not None:
        groups[-1].append(euclid(int(match["hits"]), int(match["steps"]), int(match["turn"] or 0)))
        return len(groups[-1][-1])
    if match["times"] is not None:
        times = int(match["times"])
        if not groups[-1] or not 1 <= times <= MOST_STEPS:
            raise SessionError(f"rhythm {text!r:.40}: * takes what stands before it 1 to 128 times")
        before = len(groups[-1][-1])
        groups[-1][-1] *= times
        return before * (times - 1)
    if mark == "[":
        groups.append([])
    elif mark == "]":
        if len(groups) == 1:
            raise SessionError(f"rhythm {text!r:.40}: a ] closes nothing")
        inner = groups.pop()
        groups[-1].append(tuple(step for item in inner for step in item))
    elif mark is not None:
        groups[-1].append((mark == "x",))
        return 1
    return 0


def euclid(hits: int, steps: int, turn: int = 0) -> Steps:
    """Return `hits` spread over `steps` as evenly as they go, turned left by `turn` steps.

    Bjorklund's algorithm, as in Toussaint, "The Euclidean algorithm generates traditional musical
    rhythms" (2005): E(3,8) is the tresillo, E(5,8) the cinquillo.

    >>> shown(euclid(5, 8)), shown(euclid(4, 16)), shown(euclid(0, 4)), shown(euclid(5, 13))
    ('x.xx.xx.', 'x...x...x...x...', '....', 'x..x.x..x.x..')
    """
    if not 1 <= steps <= MOST_STEPS or not 0 <= hits <= steps:
        raise SessionError(
            f"rhythm x({hits!s:.24},{steps!s:.24}): choose 1 to {MOST_STEPS} steps, "
            "and no more hits than steps"
        )
    heads: list[Steps] = [(True,)] * hits
    tails: list[Steps] = [(False,)] * (steps - hits)
    while len(tails) > 1 and heads:
        joined = [head + tail for head, tail in zip(heads, tails, strict=False)]
        heads, tails = joined, heads[len(joined) :] or tails[len(joined) :]
    line = tuple(step for group in (*heads, *tails) for step in group)
    turn %= steps
    return line[turn:] + line[:turn]


def shown(steps: Steps) -> str:
    """Return steps as they are written.

    >>> shown((True, False))
    'x.'
    """
    return "".join("x" if step else "." for step in steps)


def turns(steps: Steps) -> Iterator[tuple[int, bool]]:
    """Yield where the sound goes on or off: the step's number from 0, and which.

    The first step is always told, and after a last one that is silent the sound comes back: so a
    rhythm leaves nothing silent behind.

    >>> list(turns(steps_of("xx.x.")))
    [(0, True), (2, False), (3, True), (4, False), (5, True)]
    """
    before: bool | None = None
    for number, sounds in enumerate(steps):
        if sounds is not before:
            yield number, sounds
        before = sounds
    if not before:
        yield len(steps), True
