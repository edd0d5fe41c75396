"""Other tempo estimators, for comparison: run in a worker, since they may crash."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loopmind_live.errors import LoopMindError
from loopmind_live.library.decode import decode
from loopmind_live.workers import WorkerPool

PEERS = ("librosa beat_track", "librosa tempo")
_TIMEOUT_S = 600.0


def peer_tempos(paths: Sequence[Path]) -> dict[Path, tuple[float | None, ...]]:
    """Return what each of PEERS says of each file; None where it says nothing or fails."""
    with WorkerPool(1) as pool:
        asked = {path: pool.submit(librosa_tempos, path, timeout_s=_TIMEOUT_S) for path in paths}
        found: dict[Path, tuple[float | None, ...]] = {}
        for path, future in asked.items():
            try:
                found[path] = future.result()
            except LoopMindError:  # no sound, or the worker died: that is the peer's answer
                found[path] = (None,) * len(PEERS)
    return found


def librosa_tempos(path: Path) -> tuple[float | None, ...]:
    """Return the tempos that librosa's beat tracker and its tempogram give. Raises LibraryError."""
    import librosa

    audio = decode(path)
    mono, rate_hz = audio.samples.mean(axis=1), audio.rate_hz
    return tuple(
        _positive(estimate)
        for estimate in (
            librosa.beat.beat_track(y=mono, sr=rate_hz)[0],
            librosa.feature.tempo(y=mono, sr=rate_hz),
        )
    )


def _positive(estimate: Any) -> float | None:
    import numpy as np

    bpm = float(np.atleast_1d(estimate)[0])
    return bpm if bpm > 0.0 else None
