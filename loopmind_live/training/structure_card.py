"""The card of the model of structure: from what, how, how good, and the command that made it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.training.structure import StructureFigures
from loopmind_live.training.structure_corpus import Song
from loopmind_live.training.structure_lesson import Recipe

_SOURCES = {
    "harmonix": (
        "[Harmonix Set](https://github.com/urinieto/harmonixset) (MIT), Nieto et al., ISMIR 2019"
    ),
    "billboard": (
        "[McGill Billboard](https://ddmal.music.mcgill.ca/research/The_McGill_Billboard_Project_(Chord_Analysis_Dataset)/)"
        " (CC0 per its publishers), Burgoyne et al., ISMIR 2011"
    ),
    "salami": (
        "[SALAMI](https://github.com/DDMAL/salami-data-public) (CC0), Smith et al., ISMIR 2011:"
        " labels only, its sections have seconds and no bars"
    ),
    "pop909": (
        "[POP909](https://github.com/music-x-lab/POP909-Dataset) (MIT), Wang et al., ISMIR 2020:"
        " letters of phrases, read as labels by a rule (`structure_phrases.py`)"
    ),
}


@dataclass(frozen=True, slots=True)
class Made:
    """What models were made of and how."""

    songs: Sequence[Song]
    members: int
    recipe: Recipe
    command: str
    seconds: float


def card(made: Made, figures: StructureFigures, folder: Path) -> str:
    """Return the card, as Markdown; `folder` holds the models."""
    recipe = made.recipe
    kilobytes = sum(path.stat().st_size for path in folder.iterdir()) / 1000.0
    return f"""\
# The model of structure

`structure/`: {kilobytes:.0f} kB. It says which section comes next in a piece and how many bars it
has, from genre, tempo, length and all that came before.

## What it is

{made.members} GPT-2 models (transformers' GPT2Config: {recipe.layers} layers, width {recipe.width},
{recipe.heads} heads) whose shares are averaged, in float16. Each is a checkpoint that transformers
opens; on stage NumPy computes it (`loopmind_live/arranger/structure/model.py`), equal to torch
within 1e-4. `vocab.json` names the rows of the embedding: tokens, and facts that are added to each
token (how many bars there are so far, how long this label was the last time, …:
`loopmind_live/arranger/structure/memory.py`). `ngrams.safetensors` holds the counts that it is
measured against.

## What it learned from

{_sources(made.songs)}

Songs for judging are by other artists. No song is in this repository: counts and weights only.

## How it was made

    {made.command}

From scratch, in {made.seconds / 60.0:.0f} minutes on one core: {recipe.epochs} times through the
songs, the last {round(recipe.finish * recipe.epochs)} times only through {_core(recipe)}, with
AdamW, dropout {recipe.dropout}, weight decay {recipe.decay}, and a running mean of the weights.
Genre and tempo are left out for {recipe.without_condition:.0%} of the songs, the length for
{recipe.without_length:.0%}, a fact now and then.

## What it is worth

{_worth(figures)}

## What did not help

A label is right in about .62 of the places, between both sides in .77, and on these songs nothing
moved that by more than chance (one standard error is .01). Between both sides: the section's own
bars, or what follows, weighed from .3 to 1.3 (.746 to .771), labels alone (.729), only the next
label (.732), the mean of logarithms (.774), each model by itself (.770). From all before: a plain
GPT-2 of 113 k parameters without facts, taught on the same songs (.609 alone, .735 between both
sides), mixed in (.623), the factored n-gram mixed in (.620), more dropout, other rates, more facts,
a model that reads backwards, one of features alone.

## Limits

Charts of the last sixty years, mostly in English: little dance music, and hardly any that is not
made to be sung. Where people dance, the forms of genres count more than this model
(`loopmind_live/arranger/dialects.py`). Labels are those of listeners, who do not agree.
`loopmind evaluate structure FILE` measures it on other songs.
"""


def _worth(figures: StructureFigures) -> str:
    """Return what the figures are, as Markdown."""
    told = figures.to_json()
    length, drawn = told["knowing_length"], told["samples"]
    mixed = told["mixed_with_factored"]
    best_of_counts = told["baselines"]
    return f"""\
{figures.songs} songs of the split "valid", {told["tokens"]} tokens, each foretold from all before
it; perplexity is over what is legal at its place. Genre and tempo are known, the length is not.

| | perplexity | bits a section | section right | bars right |
|---|---|---|---|---|
| this model | {told["perplexity"]:.3f} | {told["bits_per_section"]:.2f} | \
{told["section_accuracy"]:.3f} | {told["bars_accuracy"]:.3f} |
| it, knowing the length | {length["perplexity"]:.3f} | {length["bits_per_section"]:.2f} | \
{length["section_accuracy"]:.3f} | {length["bars_accuracy"]:.3f} |
| it, mixed with the factored n-gram | {mixed["perplexity"]:.3f} | \
{mixed["bits_per_section"]:.2f} | {mixed["section_accuracy"]:.3f} | {mixed["bars_accuracy"]:.3f} |
| trigram (Kneser-Ney) | {told["trigram_perplexity"]:.3f} | \
{best_of_counts["trigram"]["bits_per_section"]:.2f} | \
{best_of_counts["trigram"]["section_accuracy"]:.3f} | \
{best_of_counts["trigram"]["bars_accuracy"]:.3f} |
| factored n-gram | {told["factored_perplexity"]:.3f} | \
{best_of_counts["factored"]["bits_per_section"]:.2f} | \
{best_of_counts["factored"]["section_accuracy"]:.3f} | \
{best_of_counts["factored"]["bars_accuracy"]:.3f} |

That is {told["of_trigram"]:.3f} of the trigram's perplexity and {told["of_factored"]:.3f} of the
factored n-gram's. A section's label between what is known on both sides: {figures.infill:.3f}.

{drawn["samples"]} forms drawn with the genre, tempo and length of those songs: valid
{drawn["valid"]:.1%}, within a section of the bars asked {drawn["within_a_section"]:.1%}, choruses
{drawn["choruses"]:.2f} (the songs {drawn["choruses_of_data"]:.2f}), pairs of sections
{drawn["divergence"]:.3f} bits off (Jensen-Shannon)."""


def _sources(songs: Sequence[Song]) -> str:
    counts = Counter(song.source for song in songs)
    return "\n".join(
        f"- {count} songs of {_SOURCES.get(source, source)}"
        for source, count in counts.most_common()
    )


def _core(recipe: Recipe) -> str:
    return " and ".join(f"those of {source}" for source in recipe.core_sources)
