"""A library that knows the codes, as a scan that heard everything rightly would have left it."""

import hashlib
from pathlib import Path

from loopmind_live.bench.codes import Code, CodeSet
from loopmind_live.library import analysis
from loopmind_live.library.store import Library, Stamp
from loopmind_live.score.loop import ROLES, UNPITCHED_ROLES, Loop, Role


def code_loop(made: CodeSet, code: Code) -> Loop:
    """Return what is known of a code, all of it sure."""
    role: Role = ROLES[[str(role) for role in ROLES].index(code.track)]
    path = made.path(code)
    pitched = role not in UNPITCHED_ROLES
    return Loop(
        path=path,
        content_hash=hashlib.sha256(path.read_bytes()).hexdigest(),
        duration_s=len(code.steps) / made.meter.rate_hz,
        rate_hz=made.meter.rate_hz,
        channels=2,
        bpm=float(made.meter.bpm),
        bpm_confidence=1.0,
        beats=code.bars * made.meter.beats_per_bar,
        beats_per_bar=made.meter.beats_per_bar,
        key=made.key if pitched else None,
        key_confidence=1.0 if pitched else 0.0,
        instrument=code.track,
        role=role,
        lufs=-30.0,
        true_peak_dbtp=-24.0,
        brightness_hz=4000.0,
        onsets_per_s=2.0,
    )


def fill_library(made: CodeSet, library: Path) -> None:
    """Put all codes into the library file `library`, made where it is missing."""
    entries = []
    for code in made.codes.values():
        loop, stat = code_loop(made, code), made.path(code).stat()
        entries.append(
            (loop, Stamp(stat.st_mtime_ns, stat.st_size, analysis.VERSION, loop.content_hash))
        )
    with Library(library) as opened:
        opened.put(entries)
