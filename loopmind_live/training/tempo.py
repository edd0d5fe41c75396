"""Measure the tempo estimate on sounds whose tempo is known.

The estimator is given the sound alone; beside it, what it says with names to go by.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from loopmind_live.errors import ConfigError, LibraryError
from loopmind_live.library.analysis import judge_tempo
from loopmind_live.library.decode import Audio, decode
from loopmind_live.library.instruments import judge_kind
from loopmind_live.library.names import NameHints, read_name
from loopmind_live.library.sound import SILENCE, measure
from loopmind_live.library.tempo import Tempo
from loopmind_live.training.manifest import Truth, read_manifest
from loopmind_live.training.peers import peer_tempos
from loopmind_live.training.spoiling import CONDITIONS
from loopmind_live.training.tempo_figures import TIERS, Answer, TempoEvaluation

Advance = Callable[[int, int], None]
Peers = Callable[[Sequence[Path]], Mapping[Path, tuple[float | None, ...]]]


def evaluate(folder: Path, advance: Advance, peers: Peers = peer_tempos) -> TempoEvaluation:
    """Measure the estimate on the loops and one-shots that the manifest in `folder` names."""
    rows = read_manifest(folder)
    loops = [row for row in rows if row.kind == "loop" and row.bpm and row.bpm_tier in TIERS]
    one_shots = [row for row in rows if row.kind == "oneshot"]
    if not loops:
        raise ConfigError(f"{folder}: its manifest names no loop with a tempo of tier A or B")
    answers: list[Answer] = []
    total = len(loops) + len(one_shots) + 1
    for done, truth in enumerate(loops, 1):
        answers += _answers(truth)
        advance(done, total)
    false = named_false = 0
    for done, truth in enumerate(one_shots, len(loops) + 1):
        audio = _decoded(truth.path)
        alone, named = _tempos(audio, truth.path) if audio else (None, None)
        false += alone is not None
        named_false += named is not None
        advance(done, total)
    beside = peers([truth.path for truth in loops])
    advance(total, total)
    return TempoEvaluation(tuple(answers), len(one_shots), false, named_false, beside)


def _answers(truth: Truth) -> Iterable[Answer]:
    assert truth.bpm is not None
    audio = _decoded(truth.path)
    for condition, spoil in CONDITIONS.items():
        alone, named = _tempos(spoil(audio), truth.path) if audio else (None, None)
        yield Answer(truth, condition, truth.bpm, alone, named)


def _tempos(audio: Audio, path: Path) -> tuple[Tempo | None, Tempo | None]:
    """Return the tempo by the sound alone, and with the name to go by."""
    if len(audio.samples) == 0 or float(abs(audio.samples).max()) < SILENCE:
        return None, None
    sound = measure(audio)
    alone, named = (
        judge_tempo(sound, judge_kind(sound, hints), hints)
        for hints in (NameHints(), read_name(path))
    )
    return alone, named


def _decoded(path: Path) -> Audio | None:
    try:
        return decode(path)
    except LibraryError:  # the scan tells it; here it counts as no tempo
        return None
