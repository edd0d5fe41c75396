"""Teach small GPT-2 models which section comes next and how long it is."""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from loopmind_live.arranger.structure.memory import NOTHING, ROWS, SLOTS, facts_of
from loopmind_live.arranger.structure.tokens import (
    AFTER_BARS,
    AFTER_LABEL,
    BOS,
    CONDITIONS,
    EOS,
    ID,
    PAD,
    UNKNOWN_BARS,
)
from loopmind_live.training.structure_corpus import Song

POSITIONS = 96
"""Four conditions, 40 sections of two tokens, the end: and some room."""
_IGNORED = -100


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model learns. Shares are 0..1; `average` is the memory of the mean of weights.

    In the last share `finish` of the epochs only the songs in `core_sources` teach: those that
    forms are wanted like.
    """

    width: int = 64
    layers: int = 2
    heads: int = 2
    dropout: float = 0.25
    epochs: int = 36
    batch: int = 32
    rate: float = 1.5e-3
    decay: float = 0.1
    warmup: int = 100
    without_condition: float = 0.3
    without_length: float = 0.7
    without_fact: float = 0.1
    smoothing: float = 0.0
    average: float = 0.998
    finish: float = 0.4
    core_sources: tuple[str, ...] = ("harmonix", "billboard")


Told = Callable[[int, Any], None]
"""Called after each epoch with its number and the model."""


def new_model(recipe: Recipe) -> Any:
    """Return an untrained transformers GPT2LMHeadModel; its embedding has rows for facts, too."""
    from transformers import GPT2Config, GPT2LMHeadModel

    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=ROWS, n_positions=POSITIONS, n_embd=recipe.width, n_layer=recipe.layers,
            n_head=recipe.heads, resid_pdrop=recipe.dropout, embd_pdrop=recipe.dropout,
            attn_pdrop=recipe.dropout, bos_token_id=BOS, eos_token_id=EOS, pad_token_id=PAD,
        )
    )  # fmt: skip


def learn(songs: Sequence[Song], recipe: Recipe, seed: int, told: Told = lambda *_: None) -> Any:
    """Return a model trained on `songs`: the running mean of its weights. Repeats by seed."""
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = random.Random(seed)
    model, mean = new_model(recipe), new_model(recipe)
    mean.load_state_dict(model.state_dict())
    optimizer = torch.optim.AdamW(_groups(model, recipe.decay), lr=recipe.rate, betas=(0.9, 0.98))
    taught = _taught(songs, recipe)
    steps = sum(math.ceil(len(each) / recipe.batch) for each in taught)
    step = 0
    for epoch, lesson in enumerate(taught):
        model.train()
        for batch in _batches(lesson, recipe, rng):
            for group in optimizer.param_groups:
                group["lr"] = recipe.rate * _pace(step, steps, recipe.warmup)
            loss = _loss(model, batch, recipe)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            keep = min(recipe.average, step / (step + 10))
            with torch.no_grad():
                for slow, fast in zip(mean.parameters(), model.parameters(), strict=True):
                    slow.lerp_(fast, 1.0 - keep)
        told(epoch, mean)
    return mean.eval()


def _taught(songs: Sequence[Song], recipe: Recipe) -> list[Sequence[Song]]:
    """Return the songs of each epoch."""
    core = [song for song in songs if song.source in recipe.core_sources]
    last = round(recipe.finish * recipe.epochs) if core else 0
    return [songs] * (recipe.epochs - last) + [core] * last


def _groups(model: Any, decay: float) -> list[dict[str, Any]]:
    """Return the parameters of a model: matrices with decay, gains and offsets without."""
    return [
        {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in model.parameters() if p.ndim == 1], "weight_decay": 0.0},
    ]


def _pace(step: int, steps: int, warmup: int) -> float:
    """Return the share of the rate at a step: up in a line, down by a cosine to a fiftieth."""
    rise = min(1.0, (step + 1) / warmup)
    return rise * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, step / steps))))


@dataclass(frozen=True, slots=True)
class Batch:
    """Tokens [n, length], facts [n, length, SLOTS], and what comes next [n, length]."""

    tokens: Any
    facts: Any
    targets: Any


def _batches(songs: Sequence[Song], recipe: Recipe, rng: random.Random) -> Iterator[Batch]:
    """Yield all songs once, in any order, those of like length together."""
    order = list(songs)
    rng.shuffle(order)
    span = 8 * recipe.batch
    for start in range(0, len(order), span):
        chunk = sorted(order[start : start + span], key=lambda song: len(song.sections))
        parts = [chunk[i : i + recipe.batch] for i in range(0, len(chunk), recipe.batch)]
        rng.shuffle(parts)
        for part in parts:
            yield batch_of([_example(song, recipe, rng) for song in part])


def _example(song: Song, recipe: Recipe, rng: random.Random) -> tuple[list[int], Any]:
    """Return the tokens and facts of a song, some conditions and facts left out by chance."""
    length = song.bars if rng.random() >= recipe.without_length else None
    tokens = song.tokens(with_length=length is not None)
    for place, unknown in ((1, "G?"), (2, "T?")):
        if rng.random() < recipe.without_condition:
            tokens[place] = ID[unknown]
    facts = np.array(facts_of(tokens, length))
    out = np.array([rng.random() < recipe.without_fact for _ in range(facts.size)])
    facts[out.reshape(facts.shape)] = NOTHING
    return tokens, facts


def batch_of(examples: Sequence[tuple[Sequence[int], Any]]) -> Batch:
    """Return examples of tokens and facts, filled up to one length."""
    import torch

    length = max(len(tokens) for tokens, _ in examples)
    tokens = np.full((len(examples), length), PAD)
    facts = np.full((len(examples), length, SLOTS), NOTHING)
    targets = np.full((len(examples), length), _IGNORED)
    for row, (told, known) in enumerate(examples):
        tokens[row, : len(told)] = told
        facts[row, : len(told)] = known
        targets[row, CONDITIONS - 1 : len(told) - 1] = told[CONDITIONS:]
    targets[targets == UNKNOWN_BARS] = _IGNORED
    return Batch(*(torch.from_numpy(each) for each in (tokens, facts, targets)))


def scores_of(model: Any, batch: Batch) -> Any:
    """Return the scores [n, length, ROWS] of what comes next."""
    rows = model.transformer.wte
    return model(inputs_embeds=rows(batch.tokens) + rows(batch.facts).sum(dim=2)).logits


def _loss(model: Any, batch: Batch, recipe: Recipe) -> Any:
    """Return the mean surprise over what is legal at each place."""
    import torch

    scores = scores_of(model, batch)[:, CONDITIONS - 1 :]
    targets = batch.targets[:, CONDITIONS - 1 :]
    total: Any = 0.0
    count = 0
    for parity, legal in ((0, AFTER_BARS), (1, AFTER_LABEL)):
        place = torch.full((ROWS,), _IGNORED)
        place[list(legal)] = torch.arange(len(legal))
        here = targets[:, parity::2]
        wanted = torch.where(here >= 0, place[here.clamp(min=0)], _IGNORED)
        some = scores[:, parity::2][..., list(legal)]
        total = total + torch.nn.functional.cross_entropy(
            some.reshape(-1, len(legal)), wanted.reshape(-1), ignore_index=_IGNORED,
            reduction="sum", label_smoothing=recipe.smoothing,
        )  # fmt: skip
        count += int((wanted >= 0).sum())
    return total / count
