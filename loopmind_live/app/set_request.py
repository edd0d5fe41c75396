"""What a set says of its music, its seed and its timeline, asked for as options would."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from loopmind_live import config
from loopmind_live.app.offline import Request
from loopmind_live.app.scanning import scan_folder
from loopmind_live.app.set_folder import SET, is_set, read_folder
from loopmind_live.app.set_places import places
from loopmind_live.errors import LoopMindError, SessionError

Progress = Callable[[int, int], None]


def request_with(
    request: Request, folder: Path, progress: Progress | None = None, has_library: bool = False
) -> Request:
    """Return what is asked for with what the set in `folder` says of music, seed and timeline.

    Its loops are scanned, which may take a while the first time. What was asked for goes before;
    `has_library` tells that a library was named. A name that is no folder here is looked for among
    the saved sets.
    """
    if not is_set(folder):
        folder = places(Path.cwd(), request.library).find(str(folder)) or folder
    found = read_folder(folder)
    kept = found.kept
    library = request.library
    if kept.music is not None and not has_library:
        library = _scanned(folder, folder / kept.music, progress)
    elif kept.library is not None and not has_library:
        library = folder / kept.library
    return replace(
        request,
        library=library,
        timeline=request.timeline or found.timeline,
        seed=request.seed or kept.seed or 0,
        set_folder=folder,
    )


def _scanned(folder: Path, music: Path, progress: Progress | None) -> Path:
    """Return the library of the loops in `music`, brought up to date."""
    if not music.is_dir():
        raise SessionError(f"{folder / SET}: music {str(music)!r:.200}: no such folder of loops")
    mark = hashlib.sha256(str(music.resolve()).encode()).hexdigest()[:12]
    library = config.cache_folder() / "sets" / f"{music.resolve().name} {mark}.sqlite"
    try:
        scan_folder(music, library, None, progress)
    except LoopMindError as error:
        raise SessionError(f"{folder / SET}: music: {error}") from error
    return library
