"""What a track's insert shells compute, compiled: fade an insert, and hold back bad sound.

Like the strips' kernel, pure functions of their arrays. NUMBA_CACHE_DIR must be set before this
module is imported.
"""

import numba
import numpy as np

LOUDEST = 100.0
"""An insert that is louder than this (+40 dBFS) has run away."""
VALUE, TARGET, STEP, LEFT, WAIT = range(5)
"""Of a share: where it is, where it goes, how far a frame, for how many frames more, and when."""


@numba.njit(cache=True)
def is_sound(left, right):  # type: ignore[no-untyped-def]
    """Tell whether all samples are numbers no louder than LOUDEST; `left` and `right`: [frames]."""
    for i in range(left.shape[0]):  # noqa: SIM110 - a loop compiles faster
        if not (abs(left[i]) <= LOUDEST and abs(right[i]) <= LOUDEST):
            return False
    return True


@numba.njit(cache=True)
def blend(signal, dry, left, right, share, whole):  # type: ignore[no-untyped-def]
    """Move `signal` from `dry` towards left and right by `share`, frame by frame, and move it on.

    signal, dry: float64 [frames, 2] · left, right: float64 [frames] · share: float64 [5]. Several
    inserts may be blended in turn: while their shares add up to 1 nothing of `dry` is left. What
    comes `whole` is heard in full from the first frame of its share on.
    """
    for i in range(signal.shape[0]):
        if share[WAIT] > 0.0:
            share[WAIT] -= 1.0
        elif share[LEFT] > 0.0:
            share[LEFT] -= 1.0
            share[VALUE] = share[TARGET] - share[STEP] * share[LEFT]
        heard = 1.0 if whole and share[VALUE] > 0.0 else share[VALUE]
        signal[i, 0] += heard * left[i] - share[VALUE] * dry[i, 0]
        signal[i, 1] += heard * right[i] - share[VALUE] * dry[i, 1]


@numba.njit(cache=True)
def replace(signal, left, right):  # type: ignore[no-untyped-def]
    """Write left and right, float64 [frames], to `signal`, float64 [frames, 2]."""
    for i in range(signal.shape[0]):
        signal[i, 0] = left[i]
        signal[i, 1] = right[i]


@numba.njit(cache=True)
def silence(signal):  # type: ignore[no-untyped-def]
    """Make `signal`, float64 [frames, 2], silent."""
    for i in range(signal.shape[0]):
        signal[i, 0] = 0.0
        signal[i, 1] = 0.0


@numba.njit(cache=True)
def ramp(samples, passed, length):  # type: ignore[no-untyped-def]
    """Write how far each frame is into its stretch of `length` frames, 0..1.

    samples: float64 [frames] · `passed`: frames since one of the stretches began.
    """
    for i in range(samples.shape[0]):
        samples[i] = (passed + i) / length - np.floor((passed + i) / length)


@numba.njit(cache=True)
def play_notes(trigger, gate, hz, age, held, struck, count, frame_s):  # type: ignore[no-untyped-def]
    """Write a block of what an instrument hears of its notes, and move on what is held.

    trigger, gate, hz, age: float64 [frames] · held: float64 [3], the note's pitch in hertz, whether
    it is held, and its age in seconds · struck: float64 [notes, 2], of which `count` count, by
    frame: where one begins and its pitch; 0 hertz ends the note.
    """
    number = 0
    for i in range(trigger.shape[0]):
        trigger[i] = 0.0
        while number < count and struck[number, 0] <= i:
            if struck[number, 1] > 0.0:
                held[0], held[1], held[2] = struck[number, 1], 1.0, 0.0
                trigger[i] = 1.0
            else:
                held[1] = 0.0
            number += 1
        hz[i] = held[0]
        gate[i] = held[1]
        age[i] = held[2]
        held[2] += frame_s
