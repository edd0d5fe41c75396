"""Make the demo loops: a folder of files with a manifest that says what they are."""

import csv
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.demo.catalog import all_recipes
from loopmind_live.demo.recipe import Recipe
from loopmind_live.demo.render import write_recipe
from loopmind_live.errors import ConfigError
from loopmind_live.score.loop import LoopKind, Role
from loopmind_live.workers import WorkerPool

MANIFEST = "manifest.csv"
COLUMNS = ("file", "bpm", "bpm_tier", "beats", "key", "instrument", "role", "kind")
_LIMIT_S = 120.0


@dataclass(frozen=True, slots=True)
class DemoLoop:
    """One file of the demo, with the truth about it.

    `bpm` and `beats` are None for a one-shot, `key` ("F#:min") where the sound has none.
    """

    path: Path
    bpm: float | None
    beats: int | None
    key: str | None
    role: Role
    instrument: str
    moods: tuple[str, ...]
    kind: LoopKind = "loop"


def make_demo_loops(
    folder: Path,
    seed: int = 0,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
    recipes: Sequence[Recipe] | None = None,
) -> list[DemoLoop]:
    """Render `recipes` (all of the demo where None) into `folder` and write its manifest.

    Each is a WAV file of exactly its beats; the same seed gives the same samples. `progress` is
    told how many are done and how many there are, from this thread. Raises ConfigError where the
    folder cannot be written, PrepareError or WorkerError where a loop cannot be made.
    """
    chosen = list(all_recipes() if recipes is None else recipes)
    _prepare(folder)
    loops = [_truth(recipe, folder) for recipe in chosen]
    with WorkerPool(min(workers, max(1, len(chosen)))) as pool:
        jobs = [
            pool.submit(write_recipe, recipe, loop.path, seed, timeout_s=_LIMIT_S)
            for recipe, loop in zip(chosen, loops, strict=True)
        ]
        for done, job in enumerate(as_completed(jobs), start=1):
            job.result()
            if progress is not None:
                progress(done, len(jobs))
    _write_manifest(folder / MANIFEST, loops)
    return loops


def _truth(recipe: Recipe, folder: Path) -> DemoLoop:
    timed = recipe.kind == "loop"
    return DemoLoop(
        path=folder / f"{recipe.name}.wav",
        bpm=recipe.bpm if timed else None,
        beats=recipe.beats if timed else None,
        key=recipe.key,
        role=recipe.role,
        instrument=recipe.instrument,
        moods=recipe.moods,
        kind=recipe.kind,
    )


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Found out now, in one line, rather than by every worker.
        probe = folder / MANIFEST
        probe.touch()
        # The manifest stands for a finished set, so the last one goes before work begins.
        probe.unlink()
    except OSError as error:
        raise ConfigError(
            f"{folder}: the demo loops cannot be written there ({error.strerror}): "
            "choose a folder that you can write"
        ) from error


def _write_manifest(path: Path, loops: Sequence[DemoLoop]) -> None:
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for loop in loops:
                writer.writerow(
                    (
                        loop.path.name,
                        "" if loop.bpm is None else f"{loop.bpm:g}",
                        "" if loop.bpm is None else "A",  # stated by who made it
                        "" if loop.beats is None else loop.beats,
                        loop.key or "",
                        loop.instrument,
                        loop.role,
                        loop.kind,
                    )
                )
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be written ({error.strerror}): choose a folder that you can write"
        ) from error
