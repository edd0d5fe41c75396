"""A model of structure, and pieces that it is telling."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from loopmind_live.arranger.structure.memory import NO_FACTS, NOTHING, ROWS, Memory
from loopmind_live.arranger.structure.model import Cache, Floats, Network
from loopmind_live.arranger.structure.tokens import CONDITIONS, PAD, VOCABULARY, legal

Shares = npt.NDArray[np.float64]


class StructureModel(Protocol):
    """Tells how likely each label or number of bars comes next."""

    def begin(self, given: Sequence[int], asked_bars: int | None, pieces: int) -> "Pieces":
        """Return `pieces` new pieces under the same conditions (see `tokens.conditions`)."""
        ...


class Pieces(Protocol):
    """Several pieces of equal length that are told token by token."""

    @property
    def next(self) -> Shares:
        """Return how likely each legal token comes next: [pieces, legal], rows sum to 1."""
        ...

    def read(self, tokens: Sequence[Sequence[int]]) -> list[Shares]:
        """Read on, the same number of tokens for each piece, PAD where one is shorter.

        Returns what then came next at each of these places, as `next`.
        """
        ...

    def of(self, pieces: Sequence[int]) -> "Pieces":
        """Return some of the pieces, each as often as it is named, to be told on by themselves."""
        ...


@dataclass(frozen=True, slots=True)
class Gpt2Structure:
    """GPT-2 models that tell together: their shares are averaged.

    `rows`: the row of the embedding of each token of the VOCABULARY; `fact_rows`: of each of the
    FACT_NAMES, empty where the models read no facts.
    """

    network: Network
    rows: tuple[int, ...] = tuple(range(len(VOCABULARY)))
    fact_rows: tuple[int, ...] = tuple(range(NOTHING, ROWS))
    _after: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] = field(init=False)

    def __post_init__(self) -> None:
        after = tuple(np.array([self.rows[token] for token in legal(place)]) for place in (0, 1))
        object.__setattr__(self, "_after", after)

    def begin(self, given: Sequence[int], asked_bars: int | None, pieces: int) -> "Gpt2Pieces":
        """Return `pieces` new pieces under the same conditions."""
        one = Gpt2Pieces(self, self.network.start(1), [Memory(asked_bars)], -CONDITIONS)
        one.read([list(given)])
        return one if pieces == 1 else one.of([0] * pieces)

    def told(self, scores: Floats, place: int) -> Shares:
        """Return the shares [pieces, legal] of scores [members, pieces, rows] at a place."""
        some = scores[..., self._after[place % 2]].astype(np.float64)
        shares = np.exp(some - some.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        mean: Shares = shares.mean(axis=0)
        return mean


class Gpt2Pieces:
    """Pieces that GPT-2 models are telling."""

    def __init__(
        self, model: Gpt2Structure, cache: Cache, memories: list[Memory], place: int
    ) -> None:
        self._model = model
        self._cache = cache
        self._memories = memories
        self._place = place
        self._next: Shares = np.zeros((len(memories), 0))

    @property
    def next(self) -> Shares:
        """Return how likely each legal token comes next."""
        return self._next

    def read(self, tokens: Sequence[Sequence[int]]) -> list[Shares]:
        """Read on, the same number of tokens for each piece."""
        rows = np.array(
            [
                [self._rows_of(memory, token) for token in told]
                for memory, told in zip(self._memories, tokens, strict=True)
            ]
        )
        scores = self._model.network.read(self._cache, rows)
        first = self._place + 1
        self._place += rows.shape[1]
        shares = [
            self._model.told(scores[:, :, i], place)
            for i, place in enumerate(range(first, self._place + 1))
        ]
        self._next = shares[-1]
        return shares

    def of(self, pieces: Sequence[int]) -> "Gpt2Pieces":
        """Return some of the pieces, to be told on by themselves."""
        memories = [self._memories[piece].copy() for piece in pieces]
        some = Gpt2Pieces(self._model, self._cache.of(pieces), memories, self._place)
        some._next = self._next[list(pieces)]
        return some

    def _rows_of(self, memory: Memory, token: int) -> tuple[int, ...]:
        facts = NO_FACTS if token == PAD else memory.read(token)
        model = self._model
        row = model.rows[token]
        return (
            (row, *(model.fact_rows[fact - NOTHING] for fact in facts))
            if model.fact_rows
            else (row,)
        )
