"""The card of the model of instruments: from what, how, how good, and the command that made it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from loopmind_live.library.classes import CLASSES, FAMILIES
from loopmind_live.library.instrument_model import softmax
from loopmind_live.training.confusion import confusion
from loopmind_live.training.intervals import wilson
from loopmind_live.training.learning import FOLDS, LeftOut
from loopmind_live.training.table import Table

_LIMITS = """\
## Limits

Sounds of an unusual kind are told as the nearest class: there is no "other". Labels are those of
the packs, which do not agree on what an effect is. Vocals were learned from speech and single
syllables, hardly from song; they are so many that the figure of all sounds says less than that of
all but vocals. Moods are rules and no model (`loopmind_live/library/moods.py`): no
truth about moods was there to learn from or to measure by.
"""
_STEPS = (0.0, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Training:
    """What a model was made of and how: `groups` name packs that are told of together."""

    table: Table
    measured: LeftOut
    groups: Mapping[str, list[str]]
    members: int
    sharpness: float
    seconds: float
    command: str


def card(done: Training) -> str:
    """Return the card, as Markdown."""
    # Speech is plentiful and told easily: it hides how well the rest is told.
    rest = done.measured.of_rows(done.measured.labels != CLASSES.index("vocal"))
    groups = [("all real sounds", done.measured), ("all but vocals", rest)]
    groups += [(name, done.measured.of(packs)) for name, packs in done.groups.items()]
    rows = [_row(name, measured) for name, measured in groups if len(measured.labels)]
    found = confusion(CLASSES, done.measured.pairs())
    return f"""\
# Instruments

`instruments.safetensors` tells which of ten classes a sound is of: {", ".join(CLASSES)}.
Claps count as snares, cymbals as hats, toms as percussion, strings and drones as pads, whatever
plays melodies or chords as a synth. It sees {done.table.numbers.shape[1]} numbers of a sound
(`loopmind_live/library/timbre.py`) and never its name; the name is weighed in afterwards, by Bayes
(`loopmind_live/library/instruments.py`).

## Made by

    {done.command}

{done.members} small networks of one hidden layer, whose scores are averaged. Every class counts
alike in training, and in it each pack by the root of its size, real ones eight times. Measuring and
learning took {done.seconds / 60.0:.0f} minutes on one core; to listen to all sounds before takes
about half an hour more. The scores are multiplied by {done.sharpness:.2f}, where the sounds left
out surprise least.

## Learned from

{len(np.unique(done.table.sources))} sounds, with variations (speed, tone, room, noise, drive,
fades) {len(done.table)}, of {len(np.unique(done.table.packs))} packs:

{_sources(done.table)}

What they are and where they come from is in `instruments-sources.md`. No sound is in this
repository.

## How good

Each real sound is told by networks that have heard nothing of its pack: the packs are dealt to
{FOLDS} folds, those of one maker to the same, and those that hold one another's sounds. Six
families: hits (kick, snare, hat, percussion), drums, bass, tones (synth, pad), vocals, effects.
Intervals are Wilson's, of 95 %.

| packs | sounds | ten classes | six families | macro F1 |
|---|---|---|---|---|
{chr(10).join(rows)}

True classes down, told ones across:

{_indented(str(found))}

| the likeliest class has | sounds | is right |
|---|---|---|
{_calibration(done.measured, done.sharpness)}

Where it has less than a half, a loop is given no role.

{_LIMITS}"""


def _row(name: str, measured: LeftOut) -> str:
    found = confusion(CLASSES, measured.pairs())
    families = found.merged(FAMILIES)
    total = int(found.counts.sum())
    cells = (
        f"{each.accuracy:.3f} ({low:.2f}-{high:.2f})"
        for each in (found, families)
        for low, high in [wilson(int(np.trace(each.counts)), total)]
    )
    return f"| {name} | {total} | {' | '.join(cells)} | {found.macro_f1:.3f} |"


def _calibration(measured: LeftOut, sharpness: float) -> str:
    chances = softmax(sharpness * measured.scores)
    best, right = chances.max(axis=1), chances.argmax(axis=1) == measured.labels
    rows = []
    for low, high in pairwise(_STEPS):
        inside = (best >= low) & (best < high)
        share = f"{right[inside].mean():.2f}" if inside.any() else ""
        rows.append(f"| {low:.1f} to {high:.1f} | {int(inside.sum())} | {share} |")
    return "\n".join(rows)


def _sources(table: Table) -> str:
    _, first = np.unique(table.sources, return_index=True)
    counts: Counter[str] = Counter(table.packs[first].tolist())
    by_class = Counter(CLASSES[label] for label in table.labels[first])
    packs = ", ".join(f"{pack} {count}" for pack, count in counts.most_common())
    classes = ", ".join(f"{label} {by_class[label]}" for label in CLASSES)
    return f"- by class: {classes}\n- by pack: {packs}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
