"""What a worker does for one clip: check the file, make the clip, keep it in the cache."""

from dataclasses import replace
from pathlib import Path

from loopmind_live.errors import PrepareError
from loopmind_live.prepare.cache import ClipCache
from loopmind_live.prepare.clip_audio import make_audio
from loopmind_live.prepare.decode import changed, gone
from loopmind_live.score.clip import ClipRecipe
from loopmind_live.workers.hashing import sha256_of


def make_clip(recipe: ClipRecipe, folder: Path, max_bytes: int) -> str:
    """Make a clip and return the key under which it lies in the cache at `folder`.

    Raises PrepareError where the file is gone, is not the one that was scanned, or cannot be made
    into a clip.
    """
    cache = ClipCache(folder, max_bytes)
    digest = content_hash(recipe.path)
    if not digest.startswith(recipe.content_hash):
        raise PrepareError(changed(recipe.path))
    # A timeline written by hand may give no hash; the cache never goes without.
    key = (recipe if recipe.content_hash else replace(recipe, content_hash=digest)).key
    if recipe.content_hash or cache.load(key) is None:
        cache.store(key, make_audio(recipe))
    return key


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
