"""What speaks for a key: which pitch classes sound, where, under which chords, and to what end."""

import numpy as np

from loopmind_live.dsp.pitches import HIGHEST, LOWEST, Values, without_overtones

ROWS = (
    "all", "clean", "low", "tenor", "alto", "high", "bottom", "top", "first", "first bottom",
    "last", "last bottom", "major chords", "minor chords", "first major", "first minor",
    "last major", "last minor", "falls by a fifth", "falls by a fourth",
)  # fmt: skip
"""The rows of `harmony`: each says something of every pitch class."""
_REGISTERS = ((24, 48), (48, 60), (60, 72), (72, 96))
_STRONG = 0.2
_EDGE = 0.15
_MAJOR, _MINOR = (0, 4, 7), (0, 3, 7)
_CLASS_OF = np.eye(12)[np.arange(LOWEST, HIGHEST + 1) % 12]
"""Which class [12] each pitch is of."""
_TRIADS = np.array(
    [
        np.isin((np.arange(12) - root) % 12, triad)
        for triad in (_MAJOR, _MINOR)
        for root in range(12)
    ]
).T / np.sqrt(3.0)
"""Which classes [12] each triad has: the major ones from C, then the minor ones."""
_CHORD_S = 0.35
_CHORD_SHARPNESS = 14.0
_BOTTOM_COUNTS = 0.2


def harmony(levels: Values, hop_s: float) -> Values:
    """Return float64 [len(ROWS), 12] from C, each row summing to 1 (0 where nothing is pitched).

    `levels`: how strongly each semitone sounds in windows `hop_s` apart (`semitone_levels`).
    """
    sounding = np.flatnonzero(levels.max(axis=1, initial=0.0) > 0.0)
    if len(sounding) == 0:
        return np.zeros((len(ROWS), 12))
    # Loud windows count more, but not by as much as they are louder.
    heard = np.sqrt(levels[sounding[0] : sounding[-1] + 1])
    clean = np.sqrt(without_overtones(heard**2))
    bottom, top = _edges(clean)
    edge = max(1, round(_EDGE * len(heard)), min(len(heard), round(0.7 / hop_s)))
    classes = _folded(clean)
    reach = _CHORD_S / hop_s
    major, minor = _chords(_smoothed(classes, reach), _smoothed(bottom, reach))
    roots = major + minor
    pitches = heard.sum(axis=0, keepdims=True)
    rows = [
        _folded(pitches)[0],
        classes.sum(axis=0),
        *(_folded(pitches, *limits)[0] for limits in _REGISTERS),
        bottom.sum(axis=0),
        top.sum(axis=0),
        classes[:edge].sum(axis=0),
        bottom[:edge].sum(axis=0),
        classes[-edge:].sum(axis=0),
        bottom[-edge:].sum(axis=0),
        major.sum(axis=0),
        minor.sum(axis=0),
        major[:edge].sum(axis=0),
        minor[:edge].sum(axis=0),
        major[-edge:].sum(axis=0),
        minor[-edge:].sum(axis=0),
        _falls(roots, 7, 1.0 / hop_s),
        _falls(roots, 5, 1.0 / hop_s),
    ]
    pairs = (12, 13), (14, 15), (16, 17)
    together = {place: sum(rows[each].sum() for each in pair) for pair in pairs for place in pair}
    return np.array(
        [row / max(float(together.get(k, row.sum())), 1e-9) for k, row in enumerate(rows)]
    )


def _folded(levels: Values, low: int = LOWEST, high: int = 128) -> Values:
    """Return the levels of the pitches low <= p < high by pitch class, [windows, 12]."""
    wanted = slice(low - LOWEST, high - LOWEST)
    result: Values = levels[:, wanted] @ _CLASS_OF[wanted]
    return result


def pitch_classes(clean: Values) -> Values:
    """Return levels without overtones (`without_overtones`) by pitch class, [windows, 12]."""
    return _folded(clean)


def lowest_classes(clean: Values) -> Values:
    """Return the lowest strong pitch of each window, by pitch class, [windows, 12]."""
    return _edges(clean)[0]


def _edges(clean: Values) -> tuple[Values, Values]:
    """Return the lowest and the highest strong pitch of each window, by pitch class."""
    strong = clean > _STRONG**0.5 * clean.max(axis=1, keepdims=True, initial=0.0)
    strong &= clean > 0.1 * clean.max(initial=0.0)
    loud = clean.max(axis=1)
    result = []
    for place in (strong.argmax(axis=1), strong.shape[1] - 1 - strong[:, ::-1].argmax(axis=1)):
        edge = np.zeros((len(clean), 12))
        edge[np.arange(len(clean)), (place + LOWEST) % 12] = loud * strong.any(axis=1)
        result.append(edge)
    return result[0], result[1]


def _smoothed(classes: Values, reach: float) -> Values:
    """Return the mean over `reach` windows to each side."""
    width = max(0, round(reach))
    padded = np.pad(classes, ((width + 1, width), (0, 0)))
    sums = np.cumsum(padded, axis=0)
    result: Values = (sums[2 * width + 1 :] - sums[: -2 * width - 1]) / (2 * width + 1)
    return result


def _chords(classes: Values, bottom: Values) -> tuple[Values, Values]:
    """Return how likely each window's chord is each major and each minor triad, by their roots.

    The lowest note speaks for its triads: one note alone belongs to six.
    """
    size = np.sqrt((classes**2).sum(axis=1, keepdims=True))
    unit = classes / np.maximum(size, 1e-9)
    root = bottom / np.maximum(np.sqrt((bottom**2).sum(axis=1, keepdims=True)), 1e-9)
    fits = unit @ _TRIADS + _BOTTOM_COUNTS * np.tile(root, 2)
    likely = np.exp(_CHORD_SHARPNESS * (fits - fits.max(axis=1, keepdims=True)))
    likely *= size / likely.sum(axis=1, keepdims=True)
    return likely[:, :12], likely[:, 12:]


def _falls(roots: Values, semitones: int, lag: float) -> Values:
    """Return how often each root comes `lag` windows after the one `semitones` above it."""
    step = max(1, round(lag))
    if len(roots) <= step:
        return np.zeros(12)
    result: Values = (np.roll(roots[:-step], -semitones, axis=1) * roots[step:]).sum(axis=0)
    return result
