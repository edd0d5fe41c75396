"""Before a show: whether every loop of the set is there, unchanged, and its clips prepared."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from loopmind_live.app.checks import megabytes
from loopmind_live.app.finding import Finding
from loopmind_live.app.machine import Room
from loopmind_live.errors import LoopMindError, PrepareError
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.clip import ClipRecipe, body_frames, recipe_for
from loopmind_live.score.loop import Loop
from loopmind_live.score.timeline import read_timeline

RATES_HZ = (48000, 44100)
"""The rates of nearly every stage: clips are looked for at both."""
MAX_NAMED = 8
"""How many bad files are named, each on its own line."""
_CLIP_FRAME_BYTES = 8


@dataclass(frozen=True, slots=True)
class LoopFile:
    """A loop's file: `trouble` is why it cannot be played as it was arranged."""

    path: Path
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """How many of a set's clips lie whole in the cache at a rate, and what the rest will take."""

    rate_hz: int
    clips: int
    there: int
    missing_bytes: int


def read_library(path: Path) -> list[Loop]:
    """Return the loops of the library at `path`; none where there is no file."""
    from loopmind_live.library.store import Library

    if not path.exists():
        return []
    with Library(path) as library:
        return library.loops()


def check_library(path: Path, loops: Sequence[Loop] | LoopMindError, asked: bool) -> Finding:
    """Judge the library; one that was not `asked` for may be missing."""
    if isinstance(loops, LoopMindError):
        remedy = "name another with --library, or move it away and scan: loopmind scan FOLDER"
        return Finding("library", "FAIL", str(loops), remedy)
    if not loops:
        there = "holds no loops" if path.exists() else "is not there"
        state = "FAIL" if asked and not path.exists() else "warn"
        remedy = "scan some: loopmind scan FOLDER"
        return Finding("library", state, f"{path} {there}", remedy)  # type: ignore[arg-type]
    bad = sum(loop.error is not None for loop in loops)
    told = f", of which {bad} cannot be played" if bad else ""
    return Finding("library", "ok", f"{path}: {len(loops)} loops{told}")


def read_set(path: Path, loops: Sequence[Loop]) -> Arrangement:
    """Return the arrangement of a timeline by its own facts, whether its files are there or not.

    What it does not tell of a loop comes from the library, or is analysed, as `perform` would.
    """
    known = {loop.path: loop for loop in loops}

    def hear(file: Path) -> Loop:
        from loopmind_live.library.analysis import analyse, hash_file

        loop = known.get(file) or known.get(file.resolve())
        if loop is not None:
            return loop
        return analyse(file, hash_file(file)) if file.is_file() else Loop(file, "")

    return read_timeline(path, check_files=False, hear=hear)


def look_at_files(
    arrangement: Arrangement, seconds: float, clock: Callable[[], float] = time.monotonic
) -> list[LoopFile]:
    """Compare each loop's file with its SHA-256; those that `seconds` do not suffice for are told.

    Empty hashes, of timelines written by hand, are not compared.
    """
    from loopmind_live.prepare.job import content_hash

    end = clock() + seconds
    found = []
    for path, wanted in _files(arrangement).items():
        if not path.is_file():
            found.append(LoopFile(path, "is not there"))
        elif clock() > end:
            found.append(LoopFile(path, f"not looked at: no time left of {seconds:g} s"))
        else:
            try:
                same = content_hash(path).startswith(wanted)
            except PrepareError as error:
                found.append(LoopFile(path, str(error)))
            else:
                found.append(LoopFile(path, None if same else "has changed since it was arranged"))
    return found


def check_files(files: Sequence[LoopFile]) -> list[Finding]:
    """Judge the loops' files: one line where all are well, else one for each that is not."""
    bad = [file for file in files if file.trouble is not None]
    if not bad:
        return [Finding("loop files", "ok", f"all {len(files)} are there, unchanged")]
    remedy = "bring the file back as it was, or arrange again (loopmind regenerate, or swap)"
    findings = [
        Finding("loop file", "FAIL", f"{file.path} {file.trouble}", remedy)
        for file in bad[:MAX_NAMED]
    ]
    if len(bad) > MAX_NAMED:
        more = f"{len(bad) - MAX_NAMED} more of {len(files)} are missing or changed"
        findings.append(Finding("loop files", "FAIL", more, remedy))
    return findings


def look_for_clips(arrangement: Arrangement, rate_hz: int, cache: Path) -> Prepared:
    """Look for the set's clips at `rate_hz` in the cache, and read them: damaged ones do not count.

    >>> look_for_clips(Arrangement(120.0, None, ()), 48000, Path("nowhere")).clips
    0
    """
    from loopmind_live.prepare.cache import ClipCache

    clips = ClipCache(cache)
    recipes = _recipes(arrangement, rate_hz)
    missing = [recipe for recipe in recipes if clips.load(recipe.key) is None]
    frames = sum(body_frames(recipe.pass_frames) for recipe in missing)
    there = len(recipes) - len(missing)
    return Prepared(rate_hz, len(recipes), there, frames * _CLIP_FRAME_BYTES)


def check_clips(prepared: Sequence[Prepared], timeline: Path, cache: Path, room: Room) -> Finding:
    """Judge the clips at the first rate, at which the set would play now; the others are told."""
    now, *others = prepared
    value = f"{now.there} of {now.clips} are prepared at {now.rate_hz} Hz"
    if others:
        value += f" ({', '.join(f'{each.there} at {each.rate_hz} Hz' for each in others)})"
    if now.there == now.clips:
        return Finding("clips", "ok", value)
    folder = next(place for place in (cache, *cache.parents) if place.is_dir())
    free = room(folder)
    if free < now.missing_bytes:
        short = megabytes(now.missing_bytes - free)
        value += f", and {cache} has no room for the rest"
        return Finding("clips", "FAIL", value, f"free {short} there, or set LOOPMIND_HOME")
    remedy = f"render it once: loopmind render {timeline} --rate {now.rate_hz} -o FILE.wav"
    return Finding("clips", "warn", f"{value}; the rest is prepared as it plays", remedy)


def _files(arrangement: Arrangement) -> dict[Path, str]:
    return {
        part.loop.path: part.loop.content_hash
        for section in arrangement.sections
        for part in section.parts
    }


def _recipes(arrangement: Arrangement, rate_hz: int) -> list[ClipRecipe]:
    from loopmind_live.prepare.job import content_hash

    recipes = []
    for section in arrangement.sections:
        for part in section.parts:
            recipe = recipe_for(
                part.loop, arrangement.bpm, part.semitones, rate_hz, arrangement.beats_per_bar,
                dry=False, tone=part.tone,
            )  # fmt: skip
            if not recipe.content_hash and recipe.path.is_file():
                recipe = replace(recipe, content_hash=content_hash(recipe.path))
            recipes.append(recipe)
    return list(dict.fromkeys(recipes))
