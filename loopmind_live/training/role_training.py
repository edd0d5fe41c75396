"""Learn which roles play where: log odds by kind of place, shrunk to those of all places."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import fmean

from loopmind_live.arranger.genres import ANY_GENRE
from loopmind_live.arranger.role_odds import NAME, RoleOdds
from loopmind_live.arranger.roles import habitual_order
from loopmind_live.errors import ConfigError
from loopmind_live.training.layers import LAYER_ROLES, Piece, Roles, place_of, read_layers

PRIOR = 2.0
SHRINK = 8.0
"""A kind of place counts against all places as if so many pieces spoke for those."""
STEP = 0.2
"""Half of it tells the pieces a little better; but dance music ends on beats, to be mixed on."""
LEAST_SHARE = 0.05
"""Of a kind of place that fewer blocks are of, nothing is learned: the table speaks alone."""
PLACES = ("intro", "verse", "build", "breakdown", "outro")
_EVEN: Mapping[str, float] = dict.fromkeys(LAYER_ROLES, 0.0)
_STEPS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)


@dataclass(frozen=True, slots=True)
class Block:
    """A block that could have had other roles: which piece, what place, what played of what."""

    piece: int
    place: str
    plays: Roles
    palette: Roles


Scores = Callable[[str], Mapping[str, float]]
"""Scores of roles by kind of place: the higher, the sooner a role plays."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Bits a block that its set of roles costs, given how many play; means over pieces left out."""

    pieces: int
    blocks: int
    uniform: float
    habits: float
    odds: float
    both: float


def train_roles(corpus: Path, out: Path) -> Figures:
    """Write the odds learned from the layers at `corpus` to `out`, and the card; tell how good."""
    pieces = read_layers(corpus)
    blocks = blocks_of(pieces)
    if len({block.piece for block in blocks}) < 2:
        raise ConfigError(f"{corpus}: two pieces that vary are the least to learn from")
    odds, figures = RoleOdds(STEP, log_odds(blocks)), measured(pieces)
    try:
        text = json.dumps(odds.to_json(), indent=1)
        (out / NAME).write_text(text + "\n", encoding="utf-8")
        (out / NAME).with_suffix(".md").write_text(card(odds, figures), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written ({error.strerror})") from error
    return figures


def blocks_of(pieces: Sequence[Piece]) -> list[Block]:
    """Return the blocks in which some, but not all, of a piece's roles play."""
    return [
        Block(number, place_of(piece, i), plays, piece.roles)
        for number, piece in enumerate(pieces)
        for i, plays in enumerate(piece.blocks)
        if 0 < len(plays) < len(piece.roles)
    ]


def log_odds(blocks: Sequence[Block]) -> dict[str, dict[str, float]]:
    """Return log odds that a role plays, by kind of place that is common; pieces count alike."""
    weights = _weights(blocks)
    overall = {role: [PRIOR, PRIOR] for role in LAYER_ROLES}
    placed = {(place, role): [0.0, 0.0] for place in PLACES for role in LAYER_ROLES}
    for block, weight in zip(blocks, weights, strict=True):
        for role in block.palette:
            overall[role][role in block.plays] += weight
            if block.place in PLACES:
                placed[block.place, role][role in block.plays] += weight
    common = Counter(block.place for block in blocks)
    learned = [place for place in PLACES if common[place] >= LEAST_SHARE * len(blocks)]
    found: dict[str, dict[str, float]] = {place: {} for place in learned}
    for (place, role), (rests, plays) in placed.items():
        if place not in found:
            continue
        usual = overall[role][1] / sum(overall[role])
        share = (plays + SHRINK * usual) / (rests + plays + SHRINK)
        found[place][role] = math.log(share / (1.0 - share))
    return found


def measured(pieces: Sequence[Piece]) -> Figures:
    """Return how well sets of roles are told, each piece by odds that were learned without it."""
    blocks = blocks_of(pieces)
    costs: dict[str, list[float]] = defaultdict(list)
    for number in range(len(pieces)):
        others = [block for block in blocks if block.piece != number]
        left_out = [block for block in blocks if block.piece == number]
        if not left_out or not others:
            continue
        odds = log_odds(others)
        best = min(_STEPS, key=lambda step: _mean_bits(others, _habits(step), _weights(others)))
        ways: dict[str, Scores] = {
            "uniform": lambda _place: _EVEN,
            "habits": _habits(best),
            "odds": _plain(odds),
            "both": _both(odds),
        }
        for name, scores in ways.items():
            costs[name].append(_mean_bits(left_out, scores, [1.0] * len(left_out)))
    means = {name: fmean(values) for name, values in costs.items()}
    return Figures(len(costs["both"]), len(blocks), **means)


def bits(plays: Roles, palette: Roles, scores: Mapping[str, float]) -> float:
    """Return what it costs to tell that of `palette` just these play, given how many they are.

    >>> bits(frozenset("a"), frozenset("ab"), {"a": 0.0, "b": 0.0})
    1.0
    """
    sets = combinations(sorted(palette), len(plays))
    totals = [sum(scores[role] for role in chosen) for chosen in sets]
    most = max(totals)
    norm = most + math.log(sum(math.exp(total - most) for total in totals))
    return (norm - sum(scores[role] for role in plays)) / math.log(2.0)


def _habits(step: float) -> Scores:
    """Return what the table of habits says: each rank in its order costs `step`."""

    def scores(place: str) -> Mapping[str, float]:
        order = habitual_order(place, ANY_GENRE, LAYER_ROLES)
        return {role: -step * rank for rank, role in enumerate(order)}

    return scores


def _plain(odds: Mapping[str, Mapping[str, float]]) -> Scores:
    return lambda place: odds.get(place, _EVEN)


def _both(odds: Mapping[str, Mapping[str, float]]) -> Scores:
    habits = _habits(STEP)

    def scores(place: str) -> Mapping[str, float]:
        known = odds.get(place, _EVEN)
        return {role: known[role] + value for role, value in habits(place).items()}

    return scores


def _mean_bits(blocks: Sequence[Block], scores: Scores, weights: Sequence[float]) -> float:
    known = {place: scores(place) for place in {block.place for block in blocks}}
    total = sum(
        weight * bits(block.plays, block.palette, known[block.place])
        for block, weight in zip(blocks, weights, strict=True)
    )
    return total / sum(weights)


def _weights(blocks: Sequence[Block]) -> list[float]:
    """Return weights by which each piece counts as one."""
    counts: dict[int, int] = defaultdict(int)
    for block in blocks:
        counts[block.piece] += 1
    return [1.0 / counts[block.piece] for block in blocks]


def card(odds: RoleOdds, figures: Figures) -> str:
    """Return the card, as Markdown."""
    rows = "\n".join(
        f"| {place} | {' | '.join(f'{_share(known[role]):.2f}' for role in LAYER_ROLES)} |"
        for place, known in odds.odds.items()
    )
    better = "wins" if figures.both < figures.habits else "does not win"
    return f"""\
# Roles

`roles.json` says how likely each role plays in a kind of place, in log odds. The arranger orders
roles by these odds and by its own table of habits together (`loopmind_live/arranger/roles.py`):
what a section leaves out for good, how full it is, and the peaks, are the table's alone. So are
genres that do without drums.

## Made by

```sh
loopmind train roles --corpus layers_lmms.jsonl -o models
```

from {figures.pieces} electronic pieces whose layers vary (demo projects of LMMS; derived counts of
parts by role in blocks of four bars). Nobody has labelled the blocks: the first and last eighth
count as intro and outro, the rest by how many of the piece's roles play there and soon after. Odds
of a kind of place are shrunk to those of all places as if {SHRINK:g} pieces spoke for these. Of a
kind that less than {LEAST_SHARE:.0%} of the blocks are of, nothing is learned.

| plays, of pieces that have it | {" | ".join(LAYER_ROLES)} |
|---|{"---|" * len(LAYER_ROLES)}
{rows}

## How good

Bits that a block's set of roles costs, given how many play, of {figures.blocks} blocks, each piece
told by odds learned without it, all pieces counting alike:

| by | bits |
|---|---|
| chance | {figures.uniform:.3f} |
| the table of habits, alone | {figures.habits:.3f} |
| the odds, alone | {figures.odds:.3f} |
| both, as it is used | {figures.both:.3f} |

Against the table alone, learning {better}. What it mostly learned is which roles are left out
least anywhere; what differs between kinds of places is little, and the places are a guess.

## Limits

Electronic music alone, few pieces, no chords and no single drums (they have even odds). Where
vocals play is the table's: in these pieces few sing.
"""


def _share(log_odd: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odd))
