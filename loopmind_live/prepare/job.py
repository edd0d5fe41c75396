"""What a worker does for one clip: check the file, make the clip, keep it in the cache."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from loopmind_live.errors import PrepareError
from loopmind_live.prepare.cache import ClipCache
from loopmind_live.prepare.clip_audio import (
    ClipAudio,
    make_opening,
    make_whole,
    read,
    tail_frames,
)
from loopmind_live.prepare.decode import changed, gone
from loopmind_live.prepare.opening import Opening, opening_frames
from loopmind_live.score.clip import ClipRecipe
from loopmind_live.workers.hashing import sha256_of


@dataclass(frozen=True, slots=True)
class Made:
    """What lies in the cache now under `key`, and what it took to read the file and to make it.

    `tail_frames` is how long the clip's tail is, which an opening does not hold.
    """

    key: str
    read_s: float = 0.0
    make_s: float = 0.0
    tail_frames: int = 0


def make_clip(recipe: ClipRecipe, folder: Path, max_bytes: int) -> Made:
    """Make a clip and keep it in the cache at `folder`.

    Raises PrepareError where the file is gone, is not the one that was scanned, or cannot be made
    into a clip.
    """
    begun_s = time.perf_counter()
    cache = ClipCache(folder, max_bytes)
    key = _checked_key(recipe)
    if not recipe.content_hash and cache.load(key) is not None:
        return Made(key)
    source = read(recipe)
    read_s = time.perf_counter()
    count = len(opening_frames(recipe))
    made = make_whole(source, recipe, _opening_before(cache, key, count))
    made_s = time.perf_counter()
    cache.store(key, made)
    for step in range(count):
        cache.remove(opening_key(key, step))
    return Made(key, read_s - begun_s, made_s - read_s, len(made.tail))


def make_first(recipe: ClipRecipe, step: int, folder: Path, max_bytes: int) -> Made:
    """Make an opening of a long clip, number `step` from 0, and keep it: lead-in and first frames.

    In the cache it stands with what comes before it and its lead-in where a clip has lead-in and
    tail. Raises PrepareError as `make_clip` does.
    """
    begun_s = time.perf_counter()
    cache = ClipCache(folder, max_bytes)
    key = _checked_key(recipe)
    source = read(recipe)
    read_s = time.perf_counter()
    made = make_opening(source, recipe, step, _opening_before(cache, key, step))
    made_s = time.perf_counter()
    own_key = opening_key(key, step)
    cache.store(own_key, ClipAudio(made.before, made.body, made.lead))
    return Made(own_key, read_s - begun_s, made_s - read_s, tail_frames(source, recipe))


def opening_key(key: str, step: int) -> str:
    """Return the name of a clip's opening in the cache."""
    return f"{key}-{step}"


def warm_up() -> None:
    """Do what a worker's first job would otherwise wait for: nothing more than the imports."""


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hex; PrepareError where it cannot be read."""
    try:
        return sha256_of(path)
    except FileNotFoundError as error:
        raise PrepareError(gone(path)) from error
    except OSError as error:
        raise PrepareError(f"{path}: cannot be read ({error.strerror})") from error


def _checked_key(recipe: ClipRecipe) -> str:
    """Return the clip's key, once its file is seen to be the one that was scanned."""
    digest = content_hash(recipe.path)
    if not digest.startswith(recipe.content_hash):
        raise PrepareError(changed(recipe.path))
    # A timeline written by hand may give no hash; the cache never goes without.
    return (recipe if recipe.content_hash else replace(recipe, content_hash=digest)).key


def kept_opening(kept: ClipAudio) -> Opening:
    """Return an opening from the form in which `make_first` keeps it."""
    return Opening(kept.lead, kept.body, kept.tail)


def _opening_before(cache: ClipCache, key: str, step: int) -> Opening | None:
    """Return the opening before number `step`, where there is one and it is kept."""
    kept = cache.load(opening_key(key, step - 1)) if step else None
    return None if kept is None else kept_opening(kept)
