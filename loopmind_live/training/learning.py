"""Learn to tell instruments from a table of sounds, and measure it on packs that were left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.spectrum import Floats
from loopmind_live.library.classes import CLASSES
from loopmind_live.library.instrument_model import InstrumentModel, standardized
from loopmind_live.training.network import Recipe, fit_sharpness, mean_scores, train_network
from loopmind_live.training.table import Table

Advance = Callable[[int, int], None]
FOLDS = 6
_REAL = 8.0
"""How much more a pack of real sounds counts than one that was made."""
_SAME = 0.02
"""Sounds whose numbers differ by less, in squared standard deviations, are taken as the same."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What networks said of each real sound without having heard anything of its pack."""

    scores: Floats
    labels: npt.NDArray[np.int64]
    packs: npt.NDArray[np.str_]

    def of(self, packs: Sequence[str]) -> "LeftOut":
        """Return the same of some packs."""
        return self.of_rows(np.isin(self.packs, list(packs)))

    def of_rows(self, chosen: npt.NDArray[np.bool_]) -> "LeftOut":
        """Return the same of the sounds where `chosen` is true."""
        return LeftOut(self.scores[chosen], self.labels[chosen], self.packs[chosen])

    def pairs(self) -> list[tuple[str, str]]:
        """Return (true, told) classes."""
        told = self.scores.argmax(axis=1)
        return [
            (CLASSES[true], CLASSES[best]) for true, best in zip(self.labels, told, strict=True)
        ]


def learn(
    table: Table, members: int, recipe: Recipe, seed: int, advance: Advance
) -> InstrumentModel:
    """Return a model of `members` networks, learned from the whole table; sharpness is 1."""
    center = table.numbers.mean(axis=0)
    spread = (table.numbers.std(axis=0) + 1e-3 * np.abs(center) + 1e-4).astype(np.float32)
    inputs = standardized(table.numbers, center, spread)
    weights = weigh(table)
    networks = []
    for member in range(members):
        random = np.random.default_rng([seed, member])
        networks.append(train_network(inputs, table.labels, weights, len(CLASSES), recipe, random))
        advance(member + 1, members)
    return InstrumentModel(center, spread, networks, 1.0)


def leave_out(table: Table, members: int, recipe: Recipe, seed: int, advance: Advance) -> LeftOut:
    """Return what is said of every real sound by networks that were kept from its pack."""
    folds = fold_packs(table)
    scores = np.zeros((len(table), len(CLASSES)), np.float32)
    for fold in range(FOLDS):
        inside = np.isin(table.packs, [pack for pack, at in folds.items() if at == fold])
        asked = inside & table.real
        if asked.any():
            model = learn(table.rows(~inside), members, recipe, seed, lambda _done, _total: None)
            inputs = standardized(table.numbers[asked], model.center, model.spread)
            scores[asked] = mean_scores(model.networks, inputs)
        advance(fold + 1, FOLDS)
    real = table.real
    return LeftOut(scores[real], table.labels[real], table.packs[real])


def fold_packs(table: Table) -> dict[str, int]:
    """Return the fold of every pack with real sounds: the largest ones alone as far as it goes.

    Packs that hold one another's sounds are in one fold, and so are those of one maker.
    """
    real = table.rows(table.real)
    related = related_packs(real)
    sizes: dict[str, int] = {}
    for pack in real.packs.tolist():
        sizes[related[pack]] = sizes.get(related[pack], 0) + 1
    filled = [0] * FOLDS
    of_group: dict[str, int] = {}
    for group in sorted(sizes, key=lambda name: (-sizes[name], name)):
        of_group[group] = filled.index(min(filled))
        filled[of_group[group]] += sizes[group]
    return {pack: of_group[group] for pack, group in related.items()}


def related_packs(table: Table) -> dict[str, str]:
    """Return, by pack, the first of the packs that it belongs with: by its maker or its sounds.

    A maker is what stands before a slash. Packs belong together where a sound of one is, in all its
    numbers, nearly that of another: kits are often made of older ones.
    """
    packs = [str(pack) for pack in table.packs]
    first = {pack: pack for pack in sorted(set(packs))}
    makers = {pack.split("/")[0]: pack for pack in sorted(first, reverse=True)}
    pairs = [(pack, makers[pack.split("/")[0]]) for pack in first]
    pairs += [(packs[here], packs[there]) for here, there in _same_sounds(table)]
    for one, other in pairs:
        low, high = sorted((first[one], first[other]))
        first = {pack: low if group == high else group for pack, group in first.items()}
    return first


def _same_sounds(table: Table) -> list[tuple[int, int]]:
    """Return pairs of rows of different packs that are nearly the same in every number."""
    spread = table.numbers.std(axis=0) + 1e-4
    scaled = standardized(table.numbers, table.numbers.mean(axis=0), spread)
    _, names = np.unique(table.packs, return_inverse=True)
    squares = (scaled**2).sum(axis=1)
    found: list[tuple[int, int]] = []
    for start in range(0, len(scaled), _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        apart = squares[rows, None] + squares[None, :] - 2.0 * scaled[rows] @ scaled.T
        near = (apart < _SAME * scaled.shape[1]) & (names[rows, None] != names[None, :])
        found += [(start + int(here), int(there)) for here, there in np.argwhere(near)]
    return found


def weigh(table: Table) -> Floats:
    """Return how much each row counts: every class alike, in it each pack by the root of its size.

    A pack counts by its sounds, not by how often they were varied, and more where it is real.
    """
    groups = np.array(
        [f"{label} {pack}" for label, pack in zip(table.labels, table.packs, strict=True)]
    )
    weights = np.zeros(len(table))
    real = set(groups[table.real].tolist())
    for group in np.unique(groups):
        rows = groups == group
        sounds = len(np.unique(table.sources[rows]))
        weights[rows] = np.sqrt(sounds) * (_REAL if group in real else 1.0) / rows.sum()
    for label in np.unique(table.labels):
        rows = table.labels == label
        weights[rows] /= weights[rows].sum()
    return weights.astype(np.float32)


def sharpened(model: InstrumentModel, measured: LeftOut) -> InstrumentModel:
    """Return the model with the sharpness at which the sounds left out surprise least."""
    sharpness = fit_sharpness(measured.scores, measured.labels)
    return InstrumentModel(model.center, model.spread, model.networks, sharpness)
