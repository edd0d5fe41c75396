"""Make the profile of a loop: what its analysis heard, on the grid of its beats."""

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.harmony import lowest_classes, pitch_classes
from loopmind_live.dsp.onsets import Onsets
from loopmind_live.dsp.pitches import without_overtones
from loopmind_live.dsp.profile import (
    BANDS,
    FLOOR_DB,
    HIT_BANDS,
    MOST_BEATS,
    ROWS_A_BEAT,
    STEPS_A_BEAT,
    Floats,
    Profile,
    pack,
)
from loopmind_live.library.sound import Sound
from loopmind_live.library.tempo import Tempo

Values = npt.NDArray[np.float64]


def pack_profile(sound: Sound, tempo: Tempo | None) -> bytes | None:
    """Return the packed profile of a measured sound; None where it has no beats."""
    if tempo is None or tempo.beats < 1:
        return None
    return pack(profile_of(sound, 60.0 / tempo.bpm, tempo.beats, tempo.start_s))


def profile_of(sound: Sound, beat_s: float, beats: int, start_s: float) -> Profile:
    """Return the profile of a sound with so many beats from `start_s`; the first MOST_BEATS."""
    beats = min(beats, MOST_BEATS)
    chroma = sound.chroma
    clean = np.sqrt(without_overtones(chroma.levels))
    row_s = beat_s / ROWS_A_BEAT
    lines: Values = (start_s + np.arange(ROWS_A_BEAT * beats + 1.0) * row_s) / chroma.hop_s
    tones = _averaged(pitch_classes(clean), lines)
    bottoms = _averaged(lowest_classes(clean), lines)
    hits = _hits(sound.onsets, start_s, beat_s / STEPS_A_BEAT, STEPS_A_BEAT * beats)
    return Profile(
        beats, beat_s, _scaled(tones), _scaled(bottoms), _scaled(hits), _bands(sound.levels_db)
    )


def _averaged(windows: Values, lines: Values) -> Values:
    """Return the mean of `windows` [n, m] between lines, which count in windows; 0 after the end.

    Window k reaches from k - 1/2 to k + 1/2.
    """
    sums = np.concatenate([np.zeros((1, windows.shape[1])), np.cumsum(windows, axis=0)])
    places = np.clip(lines + 0.5, 0.0, len(windows))
    before = np.minimum(places.astype(np.int64), max(len(windows) - 1, 0))
    part = (places - before)[:, None]
    after = np.minimum(before + 1, len(windows))
    reached = sums[before] * (1.0 - part) + sums[after] * part
    result: Values = np.diff(reached, axis=0) / np.diff(lines)[:, None]
    return result


def _hits(onsets: Onsets, start_s: float, step_s: float, steps: int) -> Values:
    """Return the strongest onset of each step, by range of bands."""
    hits = np.zeros((steps, HIT_BANDS))
    places = np.round((onsets.times_s - start_s) / step_s).astype(np.int64)
    inside = (places >= 0) & (places < steps)
    np.maximum.at(hits, places[inside], onsets.band_strengths.T[inside])
    return hits


def _bands(levels_db: Floats) -> Floats:
    """Return the mean level of each band over the loudest one's, in dB."""
    power = (10.0 ** (levels_db.astype(np.float64) / 10.0)).mean(axis=0)
    merged = power.reshape(BANDS, -1).mean(axis=1)
    levels = 10.0 * np.log10(merged / max(float(merged.max()), 1e-20) + 1e-20)
    result: Floats = np.maximum(levels, FLOOR_DB).astype(np.float32)
    return result


def _scaled(values: Values) -> Floats:
    """Return `values` over the highest of them."""
    result: Floats = (values / max(float(values.max(initial=0.0)), 1e-9)).astype(np.float32)
    return result
