"""What can be told of two loops laid over each other, as numbers: harmony, rhythm, room.

One of them carries (`ground`: a bass under chords, chords under a melody), the other lies above it.
"""

import numpy as np

from loopmind_live.arranger.pairing_shapes import HARMONY_VIEWS, RHYTHM_VIEWS, Floats, Shapes

INTERVALS = 12
HARMONY = len(HARMONY_VIEWS) * 4 * INTERVALS
LAGS = (-1, 1)
_ALIKE = ("hits", "any bar", "bar", "by bar", "moves", "swell")
RHYTHM = (*_ALIKE, "moves of ground", "moves above", "before", "after", "density of ground",
          "density above", "same bands")  # fmt: skip
"""The numbers of `rhythm`. Hits together are told by their correlation over the sixteenths of
eight bars, and for bars in any order beside it: what is more than that, these bars have in common.
Harmony that moves is told against that of the other, and against its hits."""
WIDTH = HARMONY + len(RHYTHM)


def features(ground: Shapes, above: Shapes) -> Floats:
    """Return float32 [n, m, WIDTH] of `ground` [n] and `above` [m].

    First the harmony: for each view, and for tones and bottoms of the one against those of the
    other, how much sounds at each of the 12 intervals above the ground. Then the rhythm.
    """
    return np.concatenate([_harmony(ground, above), rhythm(ground, above)], axis=2)


def rhythm(ground: Shapes, above: Shapes) -> Floats:
    """Return the numbers of RHYTHM alone, float32 [n, m, len(RHYTHM)]."""

    def products(name: str, other: str) -> Floats:
        first, second = ground.rhythm[:, RHYTHM_VIEWS[name]], above.rhythm[:, RHYTHM_VIEWS[other]]
        result: Floats = first @ second.T
        return result

    hits, others = (each.rhythm[:, RHYTHM_VIEWS["hits"]] for each in (ground, above))
    columns = [
        *(products(name, name) for name in _ALIKE),
        products("moves", "peaks"),
        products("peaks", "moves"),
        *(hits @ np.roll(others, lag, axis=1).T for lag in LAGS),
    ]
    shape = (len(ground), len(above), 1)
    return np.concatenate(
        [
            np.stack(columns, axis=2),
            np.broadcast_to(ground.density[:, None, None], shape),
            np.broadcast_to(above.density[None, :, None], shape),
            np.minimum(ground.bands[:, None], above.bands[None]).sum(axis=2)[:, :, None],
        ],
        axis=2,
    )


def _harmony(ground: Shapes, above: Shapes) -> Floats:
    """Return how much sounds at each interval, float32 [n, m, HARMONY]."""
    n, m = len(ground), len(above)
    low = ground.harmony.conj().transpose(2, 0, 1, 3).reshape(7, n * 2, -1)
    high = above.harmony.transpose(2, 3, 0, 1).reshape(7, -1, m * 2)
    products = np.stack(
        [
            low[:, :, view] @ high[:, view] / np.float32(view.stop - view.start)
            for view in HARMONY_VIEWS.values()
        ]
    )
    counts = np.fft.irfft(products, INTERVALS, axis=1).astype(np.float32)
    split = counts.reshape(len(HARMONY_VIEWS), INTERVALS, n, 2, m, 2)
    return split.transpose(2, 4, 0, 3, 5, 1).reshape(n, m, HARMONY)
