"""Models of structure of any architecture, computed by transformers: never during a performance."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from loopmind_live.arranger.checkpoint import load_checkpoint, model_type, token_rows
from loopmind_live.arranger.structure.telling import Shares, StructureModel
from loopmind_live.arranger.structure.tokens import CONDITIONS, legal
from loopmind_live.errors import ArrangerError


def any_checkpoint(folder: Path) -> StructureModel:
    """Return the model in a folder: for NumPy where that can, else for transformers.

    Raises ArrangerError.
    """
    return load_checkpoint(folder) if model_type(folder) == "gpt2" else ForeignStructure(folder)


class ForeignStructure:
    """A causal model of transformers that reads tokens alone, whatever its architecture."""

    def __init__(self, folder: Path) -> None:
        """Open the checkpoint in a folder; nothing is downloaded. Raises ArrangerError."""
        try:
            from transformers import AutoModelForCausalLM
        except ImportError as error:
            raise ArrangerError(
                f"{folder}: a model of type {model_type(folder)!r} needs transformers:"
                " pip install 'loopmind-live[ai]'"
            ) from error
        self._rows = token_rows(folder)
        try:
            model: Any = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
            reason = str(error).strip().splitlines()
            raise ArrangerError(
                f"{folder}: transformers cannot open it ({reason[0] if reason else error!r})"
            ) from error
        self._model = model.eval()
        there = model.get_input_embeddings().num_embeddings
        if max(self._rows) >= there:
            raise ArrangerError(
                f"{folder}: its vocabulary has rows up to {max(self._rows)}, the model has {there}"
            )

    def begin(self, given: Sequence[int], asked_bars: int | None, pieces: int) -> "ForeignPieces":
        """Return `pieces` new pieces under the same conditions."""
        del asked_bars  # the class of the length is among the conditions
        return ForeignPieces(self, [list(given)] * pieces)

    def shares(self, pieces: Sequence[Sequence[int]], count: int) -> list[Shares]:
        """Return what comes next after each of the last `count` tokens of pieces of one length."""
        import torch

        tokens = torch.tensor([[self._rows[token] for token in piece] for piece in pieces])
        with torch.no_grad():
            scores = self._model(input_ids=tokens).logits[:, -count:].double().numpy()
        first = len(pieces[0]) - CONDITIONS - count + 1
        return [self._share(scores[:, i], first + i) for i in range(count)]

    def _share(self, scores: Any, place: int) -> Shares:
        some = scores[:, [self._rows[token] for token in legal(place)]]
        shares = np.exp(some - some.max(axis=1, keepdims=True))
        told: Shares = shares / shares.sum(axis=1, keepdims=True)
        return told


class ForeignPieces:
    """Pieces that a model of transformers is telling; they are read anew at each step."""

    def __init__(self, model: ForeignStructure, pieces: list[list[int]]) -> None:
        self._model = model
        self._pieces = pieces
        self._next = model.shares(pieces, 1)[0]

    @property
    def next(self) -> Shares:
        """Return how likely each legal token comes next."""
        return self._next

    def read(self, tokens: Sequence[Sequence[int]]) -> list[Shares]:
        """Read on, the same number of tokens for each piece."""
        self._pieces = [[*one, *more] for one, more in zip(self._pieces, tokens, strict=True)]
        shares = self._model.shares(self._pieces, len(tokens[0]))
        self._next = shares[-1]
        return shares

    def of(self, pieces: Sequence[int]) -> "ForeignPieces":
        """Return some of the pieces, to be told on by themselves."""
        return ForeignPieces(self._model, [list(self._pieces[piece]) for piece in pieces])
