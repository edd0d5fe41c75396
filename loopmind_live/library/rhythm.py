"""What a sound says for or against tempos: figures of many candidates at once.

A candidate is a tempo and a place for the first downbeat. What is said of it is drawn from where
the onsets lie on its beats and bars, from how like itself the sound is some beats later, and from
whether its beats fill the file, or what sounds of it.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from loopmind_live.dsp.onsets import Onsets
from loopmind_live.library.extent import Extent
from loopmind_live.library.repetition import Repetition

Doubles = npt.NDArray[np.float64]

BEATS = (4, 8, 16, 32, 64, 128)
"""The usual lengths of loops."""
_ANCHORED = 5
_ON_S = 0.012
# Places in a bar of sixteen steps: the one, the three, two and four, the eighths, the rest.
_STEPS_AT: tuple[tuple[int, ...], ...] = (
    (0,), (8,), (4, 12), (2, 6, 10, 14), (1, 3, 5, 7, 9, 11, 13, 15),
)  # fmt: skip
_PLACES = tuple(np.isin(np.arange(16), steps) for steps in _STEPS_AT)
_FIT, _FIT_S = 0.006, 0.004
_KINDS = 5
_FRAMES_OFF = 1.2
_HALF_BPM, _AT_HALF_BPM = (90.0, 101.0), 0.1
_NEAR_BPM, _ABOUT_BPM = 0.04, 0.15
_PRIOR_KNOTS = np.log2(np.array([60, 72, 84, 96, 108, 120, 130, 142, 156, 174, 200]) / 120.0)
_COUNT_CAP = 9.0


class Evidence:
    """What a sound says of any tempo: measured once, asked of many candidates."""

    def __init__(self, onsets: Onsets, extent: Extent) -> None:
        self.times_s = onsets.times_s
        self.extent = extent
        self.repetition = Repetition(onsets.likeness, onsets.envelope_hz)
        cap = 2.0 * float(np.median(onsets.strengths)) if len(onsets.strengths) else 1.0
        weights = np.minimum(onsets.strengths, cap)
        total = float(weights.sum())
        self.weights = weights / total if total > 0.0 else weights
        self.count = total**2 / float((weights**2).sum()) if total > 0.0 else 0.0
        loudest = onsets.band_strengths.max(initial=1e-9)
        sums = onsets.band_strengths.sum(axis=1, keepdims=True)
        self.bands = onsets.band_strengths / np.maximum(sums, 0.05 * loudest)

    def coherence(self, hz: Doubles) -> Doubles:
        """Return how well a grid of `hz` [n] lines a second, at its best phase, meets the onsets.

        The mean resultant length of the onsets' phases: 1 where all lie on it.
        """
        phases = np.outer(2.0 * np.pi * hz, self.times_s)
        # Twice as fast as one complex exponential.
        return np.hypot(np.cos(phases) @ self.weights, np.sin(phases) @ self.weights)

    def describe(self, bpms: Doubles, starts_s: Sequence[float]) -> npt.NDArray[np.float32]:
        """Return what is said of tempos [n] from each first downbeat: [n * starts, figures].

        The rows of all tempos from the first start come first.
        """
        beat_s = 60.0 / bpms
        later, usual = self.repetition.later(beat_s), self._usual(bpms)
        return np.concatenate([self._from(start_s, bpms, later, usual) for start_s in starts_s])

    def _from(
        self, start_s: float, bpms: Doubles, later: Sequence[Doubles], usual: Sequence[Doubles]
    ) -> npt.NDArray[np.float32]:
        beat_s = 60.0 / bpms
        length = max(self.extent.duration_s, 0.05)
        columns = [
            *self._on_grid(beat_s, start_s),
            *later,
            *self.repetition.around(bpms, start_s, self.extent.ends_s),
            *self._in_the_bar(beat_s, start_s),
            *self._fills(bpms, start_s),
            *self._overhangs(beat_s, start_s),
            *usual,
            np.log2(np.maximum(len(self.times_s), 0.5) * beat_s / length),
            np.log2(length / beat_s / 8.0),
        ]
        about = np.array(self.overall(start_s))
        table = np.concatenate(
            [np.stack(columns, axis=1), np.broadcast_to(about, (len(bpms), len(about)))], axis=1
        )
        return table.astype(np.float32)

    def overall(self, start_s: float = 0.0) -> list[float]:
        """Return what is said of the sound, whatever its tempo."""
        extent = self.extent
        length = max(extent.duration_s, 0.05)
        early, late = extent.fades_s
        onsets = len(self.times_s)
        return [
            float(np.log2(length / 4.0)),
            float(np.log2(onsets + 1.0)) / 3.0,
            float(np.log2((onsets + 0.5) / length)),
            float(extent.cut),
            float(length - extent.exact_end_s > 0.005),
            float(np.tanh(4.0 * start_s)),
            float(np.tanh(2.0 * (late - early))),
            float(np.tanh(2.0 * (extent.exact_end_s - early))),
            early / length,
            float(self.times_s[-1]) / length if onsets else 0.0,
            float(self.weights.max(initial=0.0)),
        ]

    def _on_grid(self, beat_s: Doubles, start_s: float) -> list[Doubles]:
        """Return how well the onsets meet grids of 1/4 to 8 lines a beat, and from the first on."""
        beats = (self.times_s[None, :] - start_s) / beat_s[:, None]
        # The finer grids are powers of the coarsest: one exponential for all.
        quarter = np.exp(0.5j * np.pi * beats)
        half = quarter * quarter
        one = half * half
        two = one * one
        three, four = two * one, two * two
        grids = (quarter, half, one, two, three, four, three * three, four * four)
        means = [grid @ self.weights for grid in grids]
        straight, triplet = np.abs(means[5]), np.abs(means[4])
        return [
            *(np.abs(mean) for mean in means),
            *(mean.real for mean in means[:_ANCHORED]),
            means[5].real,
            np.log1p(self.count * straight**2),
            np.minimum(_COUNT_CAP, self.count * straight**4) / _COUNT_CAP,
            np.minimum(_COUNT_CAP, self.count * triplet**4) / _COUNT_CAP,
        ]

    def _in_the_bar(self, beat_s: Doubles, start_s: float) -> list[Doubles]:
        """Return how much of each band's onsets lies at each kind of place in the bar."""
        steps = (self.times_s[None, :] - start_s) / beat_s[:, None] * 4.0
        nearest = np.round(steps)
        off_s = np.abs(steps - nearest) * beat_s[:, None] / 4.0
        on = np.exp(-0.5 * (off_s / _ON_S) ** 2)
        place = nearest.astype(np.int64) % 16
        shares = [(on * inside[place]) @ self.bands.T for inside in _PLACES]
        return [share[:, band] for share in shares for band in range(3)]

    def _fills(self, bpms: Doubles, start_s: float) -> list[Doubles]:
        """Return how well whole beats fill the file from `start_s`, by the kind of their number.

        And whether they do so at a whole tempo: programs cut loops at whole tempos, to the frame.
        """
        best = np.zeros((_KINDS, len(bpms)))
        exact, to_the_frame, near, about, round_one, typed, whole_file = (
            np.zeros(len(bpms)) for _ in range(7)
        )
        for place, end_s in enumerate(self.extent.ends_s):
            length = end_s - start_s
            if length < 0.1:
                continue
            beats = length * bpms / 60.0
            number = np.maximum(1.0, np.round(beats))
            fit = np.exp(-0.5 * ((beats / number - 1.0) / _FIT) ** 2)
            off_s = (beats - number) * 60.0 / bpms
            kinds = _kind_of(number)
            for kind in range(_KINDS):
                best[kind] = np.maximum(best[kind], fit * (kinds == kind))
            usual = kinds <= 1
            exact = np.maximum(exact, np.exp(-0.5 * (off_s / _FIT_S) ** 2) * usual)
            by_length = _as_set(60.0 * number / length)
            whole = np.maximum(np.round(by_length), 1.0)
            frames = np.abs(by_length / whole - 1.0) * length * self.extent.rate_hz
            sound = fit * (kinds <= 2)
            is_typed = abs(2.0 * length - round(2.0 * length)) < 1e-4
            meets = sound * (frames <= _FRAMES_OFF)
            if is_typed:
                typed = np.maximum(typed, meets)
            else:
                to_the_frame = np.maximum(to_the_frame, meets)
            off_bpm, off_fives = by_length - whole, by_length - 5.0 * np.round(by_length / 5.0)
            near = np.maximum(near, sound * np.exp(-0.5 * (off_bpm / _NEAR_BPM) ** 2))
            about = np.maximum(about, sound * np.exp(-0.5 * (off_bpm / _ABOUT_BPM) ** 2))
            round_one = np.maximum(round_one, sound * np.exp(-0.5 * (off_fives / _ABOUT_BPM) ** 2))
            if place == 0:
                whole_file = fit * usual
        return [*best, exact, to_the_frame, near, about, round_one, typed, whole_file]

    def _overhangs(self, beat_s: Doubles, start_s: float) -> list[Doubles]:
        """Return how far before a bar line the sound falls, ends, and begins for the last time."""
        early, late = self.extent.fades_s
        last = float(self.times_s[-1]) if len(self.times_s) else start_s
        found = []
        for end_s in (early, early - 0.5 * (late - early), late, self.extent.end_s, last):
            beats = np.maximum(end_s - start_s, 0.0) / beat_s
            over = beats % 4.0
            left = 4.0 - over
            found += [np.exp(-left / 0.25), np.exp(-left), np.exp(-over / 0.15)]
        return found

    @staticmethod
    def _usual(bpms: Doubles) -> list[Doubles]:
        octaves, as_set = np.log2(bpms / 120.0), _as_set(bpms)
        hats = [
            np.interp(octaves, _PRIOR_KNOTS, np.eye(len(_PRIOR_KNOTS))[knot])
            for knot in range(len(_PRIOR_KNOTS))
        ]
        return [octaves, octaves**2, np.abs(as_set - np.round(as_set)) * 2.0, *hats]

    def refined(self, bpm: float) -> tuple[float, float]:
        """Return the tempo near `bpm` that fits the onsets' sixteenths best, and its std error.

        A weighted straight line through onset times over their nearest lines; the error is
        infinite where there are too few onsets.
        """
        step_s = 15.0 / bpm
        phase = np.exp(2j * np.pi * self.times_s / step_s) @ self.weights
        origin_s = float(np.angle(phase)) / (2.0 * np.pi) * step_s
        lines = np.round((self.times_s - origin_s) / step_s)
        if len(lines) < 4 or np.ptp(lines) < 6:
            return bpm, float("inf")
        across = lines - self.weights @ lines
        spread = float(self.weights @ across**2)
        slope = float(self.weights @ (across * self.times_s)) / spread
        rest = self.times_s - self.weights @ self.times_s - slope * across
        error_s = (float(self.weights @ rest**2) / spread / max(self.count - 2.0, 1.0)) ** 0.5
        return 15.0 / slope, 15.0 / slope * error_s / slope


def _as_set(bpms: Doubles) -> Doubles:
    """Return the tempos [n] of which wholeness is asked: those at a half are doubled.

    Next to nobody sets a program to 181 BPM, nor to 90.5: that 181 is whole says that the loop was
    cut by a program, but not in which of both it counts. Below, 175 is usual and 87.5 is not.
    """
    low, high = _HALF_BPM
    at_half = np.abs(bpms % 1.0 - 0.5) < _AT_HALF_BPM
    return np.where(at_half & (bpms > low) & (bpms < high), 2.0 * bpms, bpms)


def _kind_of(number: Doubles) -> Doubles:
    """Return 0 for the usual lengths, 1 one to three beats and six, 2 whole bars, 3 threes, 4."""
    kinds = np.full(len(number), 4.0)
    kinds[number % 3 == 0] = 3.0
    kinds[number % 4 == 0] = 2.0
    kinds[np.isin(number, (1.0, 2.0))] = 1.0
    kinds[np.isin(number, BEATS)] = 0.0
    return kinds
