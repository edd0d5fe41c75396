"""Pieces as layers: which roles play in each block of bars, and what kind of place a block is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.errors import ConfigError

LAYER_ROLES = ("drums", "bass", "melody", "pad", "fx", "vocal")
EDGE = 1 / 8
"""So much of a piece, at either end, is intro and outro."""
FULL, HALF, THIN = 0.85, 0.6, 0.5
"""Shares of all roles of a piece: a peak has FULL, a build at most HALF, a breakdown THIN."""
_AHEAD = 2
Roles = frozenset[str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece: the roles of each of its blocks, silence at the ends left out."""

    name: str
    blocks: tuple[Roles, ...]

    @property
    def roles(self) -> Roles:
        """Return all roles that the piece has."""
        return frozenset().union(*self.blocks)


def read_layers(path: Path) -> list[Piece]:
    """Return the pieces of a file: JSON lines with `id` and `blocks`, counts of parts by role.

    Raise ConfigError where it cannot be read, or holds no piece.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        pieces = [piece_of(str(row["id"]), row["blocks"]) for row in rows]
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path}: no layers: each line is an object with an id and blocks of roles"
        ) from error
    found = [piece for piece in pieces if piece.blocks]
    if not found:
        raise ConfigError(f"{path}: no piece in it has a block with a role")
    return found


def piece_of(name: str, blocks: Sequence[dict[str, int]]) -> Piece:
    """Return a piece from its counts of parts.

    >>> piece_of("a", [{}, {"bass": 2}, {"drums": 1, "horn": 1}, {}]).blocks
    (frozenset({'bass'}), frozenset({'drums'}))
    """
    roles = [frozenset(r for r in block if r in LAYER_ROLES and block[r] > 0) for block in blocks]
    sounding = [i for i, block in enumerate(roles) if block]
    return Piece(name, tuple(roles[sounding[0] : sounding[-1] + 1]) if sounding else ())


def place_of(piece: Piece, block: int) -> str:
    """Return what kind of place a block is: intro, outro, peak, build, breakdown, else verse.

    >>> full, thin = frozenset(LAYER_ROLES), frozenset(["bass", "pad"])
    >>> piece = Piece("a", (thin, thin, full, thin, full, full, full, thin))
    >>> [place_of(piece, i) for i in range(8)]
    ['intro', 'build', 'peak', 'build', 'peak', 'peak', 'peak', 'outro']
    """
    count, roles = len(piece.blocks), len(piece.roles)
    edge = max(1, round(count * EDGE))
    if block < edge:
        return "intro"
    if block >= count - edge:
        return "outro"
    fullness = len(piece.blocks[block]) / roles
    if fullness >= FULL:
        return "peak"
    ahead = [len(later) / roles for later in piece.blocks[block + 1 : block + 1 + _AHEAD]]
    if fullness <= HALF and max(ahead) > fullness:
        return "build"
    return "breakdown" if fullness <= THIN else "verse"
