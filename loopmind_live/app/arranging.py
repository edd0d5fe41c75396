"""Arrange a prompt into a timeline file, and regenerate a section of one."""

import shutil
from pathlib import Path

from loopmind_live.app.files import library_loops, library_loops_if_any, timeline
from loopmind_live.app.stage import arranger_for
from loopmind_live.arranger.directions import direction_of
from loopmind_live.errors import ScoreError
from loopmind_live.repl.grammar import parse
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.layers import realization
from loopmind_live.score.timeline import read_tried, write_timeline
from loopmind_live.score.tried import Tried, loops_of, with_tried
from loopmind_live.session.arguments import arrangement_of, moods, places_of
from loopmind_live.session.choices import regenerate
from loopmind_live.session.document import Document
from loopmind_live.session.editing import apply
from loopmind_live.session.state import State
from loopmind_live.timing.tempo_map import TempoMap
from loopmind_live.units import spell_key

_TRIES = 50
"""So often another choice is asked for, where the file has had one before."""


def arrange_to_file(
    prompt: str, library: Path, seed: int, out: Path, structure: Path | None = None
) -> Arrangement:
    """Write the arrangement of `prompt` to `out` and return it.

    `structure`: the folder of a checkpoint that tells the form, in place of the shipped one.
    """
    model = None
    if structure is not None:
        from loopmind_live.training.structure_foreign import any_checkpoint

        model = any_checkpoint(structure)
    arrangement = arranger_for(library_loops(library), None, model).arrange(prompt, seed)
    _replace(out, arrangement)
    return arrangement


def told(arrangement: Arrangement, out: Path) -> str:
    """Return one line that tells an arrangement and its file."""
    key = f", {spell_key(arrangement.key)}" if arrangement.key else ""
    order = ", ".join(f"{section.label} {section.bars}" for section in arrangement.sections)
    return f"{out}: {arrangement.bpm:g} bpm{key}, {arrangement.bars} bars: {order}"


def _replace(out: Path, arrangement: Arrangement, tried: Tried | None = None) -> None:
    """Write `arrangement` to `out`; what was there before stays beside it, with a "~"."""
    if out.is_file():
        try:
            shutil.copy2(out, out.with_name(out.name + "~"))
        except OSError as error:
            raise ScoreError(f"{out}~: cannot be written ({error.strerror})") from error
    write_timeline(arrangement, out, tried)


def regenerate_in_file(source: Path, section: str, library: Path, seed: int, out: Path) -> str:
    """Write the timeline at `source` with other loops in `section` to `out`; tell what changed.

    The file remembers what it has had, so that nothing comes twice from one file to the next.
    """
    loops = library_loops_if_any(library)
    arrangement, tried = timeline(source, loops), read_tried(source)
    arranger = arranger_for(loops, arrangement)
    (command,) = parse(f"regenerate {section}")
    document = Document(arrangement)
    state = State(TempoMap.constant(arrangement.bpm, 48000), document=document, seed=seed)
    places = places_of(state, document, command)
    direction = direction_of(moods(command, "moods"))
    label = arrangement.sections[places[0]].label
    tried = with_tried(tried, label, loops_of(realization(arrangement, places)))
    for _ in range(_TRIES):
        state, choice = regenerate(state, document, places, arranger, direction)
        changed = arrangement_of(apply(document, choice.action, arranger.refit))
        new = loops_of(realization(changed, places))
        if new not in tried[label]:
            break
    _replace(out, changed, with_tried(tried, label, new))
    return choice.words
