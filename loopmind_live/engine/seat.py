"""The one seat at an engine: who has it may tell it what to play."""

from pathlib import Path

from loopmind_live.engine import shared
from loopmind_live.errors import EngineError

LOCK_NAME = "performer"


def take_seat(folder: Path) -> int:
    """Return the descriptor of the lock that a performer holds while it lives.

    EngineError where another one holds it, or nothing is left of the engine.
    """
    try:
        lock = shared.try_lock(folder / LOCK_NAME)
    except OSError as error:
        raise EngineError(f"{folder}: no engine plays there ({error.strerror})") from error
    if lock is None:
        raise EngineError(f"{folder}: another performer plays with this engine: end that one first")
    return lock
