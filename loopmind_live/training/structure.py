"""Measure the model of structure on songs, beside n-grams in the same run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopmind_live.arranger.checkpoint import shipped_structure
from loopmind_live.arranger.structure.telling import StructureModel
from loopmind_live.errors import ConfigError
from loopmind_live.training.structure_corpus import Song, held_out, read_corpus, read_rows
from loopmind_live.training.structure_figures import (
    SampleFigures,
    Shares,
    Surprises,
    infill_accuracy,
    sample_figures,
    surprises,
    told_by_counts,
    told_by_model,
)
from loopmind_live.training.structure_ngrams import Factored, Trigrams
from loopmind_live.training.structure_store import shipped_counts

SAMPLES = 1000
FACTORED_SHARE = 0.15
"""The best of .05, .1, .15 and .2 on artists of the training split."""


@dataclass(frozen=True, slots=True)
class StructureFigures:
    """All figures; `str` tells them to a person.

    `knowing_length`: the model is told the length in bars, too. `mixed`: a share FACTORED_SHARE of
    its shares is the factored n-gram's.
    """

    songs: int
    model: Surprises
    knowing_length: Surprises
    trigram: Surprises
    factored: Surprises
    mixed: Surprises
    infill: float
    samples: SampleFigures

    def to_json(self) -> dict[str, Any]:
        """Return the figures."""
        model = self.model
        return {
            "perplexity": _rounded(model.perplexity),
            "trigram_perplexity": _rounded(self.trigram.perplexity),
            "factored_perplexity": _rounded(self.factored.perplexity),
            "bits_per_section": _rounded(model.bits_per_section),
            "section_accuracy": _share(model.labels_right),
            "bars_accuracy": _share(model.bars_right),
            "infill_accuracy": _rounded(self.infill),
            "songs": self.songs,
            "tokens": len(model.labels) + len(model.bars),
            "of_trigram": _rounded(model.perplexity / self.trigram.perplexity),
            "of_factored": _rounded(model.perplexity / self.factored.perplexity),
            "knowing_length": {
                "perplexity": _rounded(self.knowing_length.perplexity),
                "bits_per_section": _rounded(self.knowing_length.bits_per_section),
                "section_accuracy": _share(self.knowing_length.labels_right),
                "bars_accuracy": _share(self.knowing_length.bars_right),
            },
            "mixed_with_factored": {
                "perplexity": _rounded(self.mixed.perplexity),
                "bits_per_section": _rounded(self.mixed.bits_per_section),
                "section_accuracy": _share(self.mixed.labels_right),
                "bars_accuracy": _share(self.mixed.bars_right),
            },
            "baselines": {
                name: {
                    "bits_per_section": _rounded(each.bits_per_section),
                    "section_accuracy": _share(each.labels_right),
                    "bars_accuracy": _share(each.bars_right),
                }
                for name, each in (("trigram", self.trigram), ("factored", self.factored))
            },
            "samples": self.samples.to_json(),
        }

    def __str__(self) -> str:
        """Return a few lines."""
        told = self.to_json()
        drawn = self.samples
        return "\n".join(
            (
                f"{self.songs} songs, {told['tokens']} tokens",
                f"perplexity   {told['perplexity']:.3f}, trigram {told['trigram_perplexity']:.3f}"
                f" (x {told['of_trigram']:.3f}), factored {told['factored_perplexity']:.3f}"
                f" (x {told['of_factored']:.3f}); {told['bits_per_section']:.2f} bits a section",
                f"right        section {told['section_accuracy']:.3f}, bars"
                f" {told['bars_accuracy']:.3f}; section between both sides {self.infill:.3f}",
                f"with length  perplexity {self.knowing_length.perplexity:.3f}; mixed with the"
                f" factored n-gram {self.mixed.perplexity:.3f}",
                f"samples      {drawn.samples}: valid {drawn.valid:.1%}, within a section of the"
                f" bars asked {drawn.within_a_section:.1%}, choruses {drawn.choruses:.2f} (data"
                f" {drawn.choruses_of_data:.2f}), pairs of sections off by"
                f" {drawn.divergence:.3f} bits (Jensen-Shannon)",
            )
        )


def evaluate(data: Path, advance: Callable[[int, int], None]) -> StructureFigures:
    """Return the figures for a file of rows or a corpus's folder. Raises ConfigError.

    Where songs are of splits, those of "test" or else "valid" count. Songs without bars do not.
    """
    model = shipped_structure()
    if model is None:
        raise ConfigError(
            "no model of structure is installed: make one with loopmind train structure"
        )
    songs = held_out(read_corpus(data) if data.is_dir() else read_rows(data))
    if not songs:
        raise ConfigError(f"{data}: no song with the bars of all its sections in it")
    return measure(model, *shipped_counts(), songs, advance)


def measure(
    model: StructureModel,
    trigrams: Trigrams,
    factored: Factored,
    songs: list[Song],
    advance: Callable[[int, int], None] = lambda *_: None,
    samples: int | None = None,
) -> StructureFigures:
    """Return the figures of a model and of n-grams for songs."""
    told = [told_by_model(model, song) for song in songs]
    counted = [told_by_counts(factored, song) for song in songs]
    return StructureFigures(
        len(songs),
        surprises(zip(songs, told, strict=True)),
        surprises((song, told_by_model(model, song, with_length=True)) for song in songs),
        surprises((song, told_by_counts(trigrams, song)) for song in songs),
        surprises(zip(songs, counted, strict=True)),
        surprises(zip(songs, map(_mixed, told, counted), strict=True)),
        infill_accuracy(model, songs, advance),
        sample_figures(model, songs, SAMPLES if samples is None else samples),
    )


def _mixed(model: Sequence[Shares], counts: Sequence[Shares]) -> list[Shares]:
    """Return the shares of a model and of counts, mixed."""
    return [
        (1.0 - FACTORED_SHARE) * one + FACTORED_SHARE * other
        for one, other in zip(model, counts, strict=True)
    ]


def _share(right: Any) -> float:
    return _rounded(sum(right) / len(right)) if len(right) else 0.0


def _rounded(value: float) -> float:
    return round(value, 4)
