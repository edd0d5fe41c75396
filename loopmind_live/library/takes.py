"""What is known of a take without a doubt, added to the library with what must be measured."""

from dataclasses import replace
from pathlib import Path

from loopmind_live.errors import LibraryError
from loopmind_live.library.store import Library, Stamp
from loopmind_live.score.loop import Loop


def add_take(library: Path, take: Loop) -> Loop:
    """Analyse the file of `take` and put it into the library at `library`; return it as kept.

    Its role, tempo and beats are known, not estimated. The job that runs in a worker. Raises
    LibraryError where the file cannot be read or the library not written.
    """
    from loopmind_live.library import analysis

    heard = analysis.hear(take.path, analysis.hash_file(take.path))
    if heard.loop.error is not None:
        raise LibraryError(heard.loop.error)
    kept = replace(
        heard.loop, kind="loop", role=take.role, bpm=take.bpm, bpm_confidence=1.0, beats=take.beats,
        beats_per_bar=take.beats_per_bar, start_s=take.start_s,
    )  # fmt: skip
    facts = take.path.stat()
    stamp = Stamp(facts.st_mtime_ns, facts.st_size, analysis.VERSION, kept.content_hash)
    with Library(library) as store:
        store.put([(kept, stamp)])
        if heard.vector is not None:
            store.vectors.put(heard.maker, [(kept.content_hash, heard.vector)])
    return kept


def warm_up() -> None:
    """Import what the first take would otherwise wait for."""
    from loopmind_live.library import analysis

    assert analysis.VERSION
