"""Mix rows from a small pool of noise, in blocks of chosen sizes."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from loopmind_live.engine.base import Row
from loopmind_live.engine.kernel import mix
from loopmind_live.engine.rows import pack

POOL = np.random.default_rng(1).uniform(-1, 1, (700, 2)).astype(np.float32)
TRACKS = 3

Mixed = npt.NDArray[np.float64]


def render(
    rows: Sequence[Row],
    blocks: Sequence[int],
    begin: int,
    end: int,
    pool: npt.NDArray[np.float32] = POOL,
) -> Mixed:
    """Return float64 [tracks, frames, 2] of frames begin..end, in blocks of those sizes."""
    table, parts, frame = pack(rows), [], begin
    while frame < end:
        out = np.full((TRACKS, blocks[len(parts) % len(blocks)], 2), np.nan)
        mix(out, frame, pool, table)
        parts.append(out)
        frame += out.shape[1]
    return np.concatenate(parts, axis=1)[:, : end - begin]
