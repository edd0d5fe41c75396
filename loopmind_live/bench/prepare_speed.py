"""The bench "prepare": a clip made by this program beside the same made by Rubber Band."""

import importlib
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loopmind_live.bench.rows import BenchRow
from loopmind_live.dsp.shelves import HIGH_HZ, LOW_HZ
from loopmind_live.prepare.clip_audio import make_audio
from loopmind_live.score.clip import ClipRecipe

Audio = NDArray[np.float32]
Progress = Callable[[str, float], None]

RATE_HZ = 48000
BARS, BEATS_PER_BAR = 8, 4
FROM_BPM, TO_BPM, SEMITONES = 120.0, 140.0, 3
BEATS = BARS * BEATS_PER_BAR
LOW_DB, HIGH_DB = -4.5, 2.0
RATIO_BAR = 4.0
ONSET_BAR_MS = 1.0
TONE_BAR_DB = 1.0
_REACH_S = 0.05
_SMOOTHED_S = 0.001


@dataclass(frozen=True)
class Onsets:
    """How far the onsets lie from the ideal grid, in ms, early or late alike."""

    max_ms: float
    p95_ms: float


def run_prepare_bench(progress: Progress, rounds: int = 5) -> list[BenchRow]:
    """Return how much faster than Rubber Band a clip is made, and how true its onsets are.

    An 8-bar stereo loop is retimed from 120 to 140 bpm, moved up three semitones and given a low
    and a high shelf, by turns, `rounds` times each. Both read it from the file. That both make the
    tone is measured too.
    """
    peer, reason = _load_peer()
    with tempfile.TemporaryDirectory(prefix="prepare-bench-") as folder:
        path = Path(folder) / "loop.wav"
        loop = write_loop(path)
        recipe = ClipRecipe(
            path, "", 0.0, BEATS, FROM_BPM, TO_BPM, SEMITONES, RATE_HZ,
            low_db=LOW_DB, high_db=HIGH_DB,
        )  # fmt: skip
        own_s: list[float] = []
        peer_s: list[float] = []
        made = make_audio(recipe).body
        flat = make_audio(replace(recipe, low_db=0.0, high_db=0.0)).body
        theirs = _rubber_band(peer, path) if peer is not None else None
        theirs_flat = _rubber_band(peer, path, toned=False) if peer is not None else None
        for number in range(rounds):
            progress("clips made by turns", number / rounds)
            own_s.append(_cpu_seconds(lambda: make_audio(recipe)))
            if peer is not None:
                peer_s.append(_cpu_seconds(lambda: _rubber_band(peer, path)))
    progress("done", 1.0)
    source = onset_places(loop, BEATS * 60.0 * RATE_HZ / FROM_BPM)
    rows = _speed_rows(own_s, peer_s, reason)
    rows += _onset_rows("onsets off the grid", onsets(made, recipe.pass_frames, source), True)
    rows += _tone_rows("tone", flat, made)
    if peer is not None and theirs is not None and theirs_flat is not None:
        rows += _tone_rows("tone, Rubber Band", theirs_flat, theirs)
        rows += _onset_rows(
            "onsets off the grid, Rubber Band", onsets(theirs, recipe.pass_frames, source), False
        )
    return rows


def write_loop(path: Path) -> Audio:
    """Write the loop to `path` and return it: strokes on the eighths over a chord.

    float32 [frames, 2] at 48 kHz; noise bursts on the beats, low tones between them.
    """
    import soundfile

    frames = round(BEATS * 60.0 * RATE_HZ / FROM_BPM)
    random = np.random.default_rng(1)
    at = np.arange(frames) / RATE_HZ
    chord = [0.05 * np.sin(2 * np.pi * hz * at) for hz in (220.0, 261.63, 329.63)]
    audio = np.repeat(np.sum(chord, axis=0)[:, None], 2, axis=1)
    length = RATE_HZ // 8
    decay = np.exp(-np.arange(length) / (RATE_HZ / 60))[:, None]
    tone = np.sin(2 * np.pi * 60.0 * np.arange(length) / RATE_HZ)[:, None]
    for eighth in range(2 * BEATS):
        start = round(eighth * frames / (2 * BEATS))
        stroke = random.standard_normal((length, 2)) if eighth % 2 == 0 else np.repeat(tone, 2, 1)
        audio[start : start + length] += 0.2 * (decay * stroke)[: frames - start]
    loop: Audio = audio.astype(np.float32)
    soundfile.write(path, loop, RATE_HZ, subtype="FLOAT")
    return loop


def onsets(audio: Audio, pass_frames: float, source: NDArray[np.float64]) -> Onsets:
    """Return how far the strokes of `audio` are from the ideal grid.

    `source` are the places found in the loop before, in frames from its own grid: what the search
    itself is off by there is taken away.
    """
    off_ms = np.abs(onset_places(audio, pass_frames) - source) * 1000.0 / RATE_HZ
    return Onsets(float(off_ms.max()), float(np.percentile(off_ms, 95)))


def onset_places(audio: Audio, pass_frames: float) -> NDArray[np.float64]:
    """Return, for the stroke on each beat but the first, where it is heard, in frames off the grid.

    A stroke is where the smoothed movement of the waveform first passes half of its largest value
    within 50 ms of the beat.
    """
    window = round(_SMOOTHED_S * RATE_HZ)
    moved = np.abs(np.diff(audio, axis=0, prepend=audio[:1])).sum(axis=1)
    envelope = np.convolve(moved, np.ones(window) / window, "same")
    reach = round(_REACH_S * RATE_HZ)
    places = []
    for beat in range(1, BEATS):
        ideal = beat * pass_frames / BEATS
        first = max(0, round(ideal) - reach)
        near = envelope[first : round(ideal) + reach]
        half = near.min() + 0.5 * (near.max() - near.min())
        places.append(first + int(np.argmax(near > half)) - ideal)
    return np.array(places)


def _load_peer() -> tuple[Any, str]:
    """Return pedalboard, or None and why it cannot be had."""
    try:
        return importlib.import_module("pedalboard"), ""
    except ImportError as error:
        return None, f"pedalboard is not installed ({error})"


def _rubber_band(peer: Any, path: Path, toned: bool = True) -> Audio:
    import soundfile

    audio, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    made = peer.time_stretch(
        np.ascontiguousarray(audio.T), rate_hz, stretch_factor=TO_BPM / FROM_BPM,
        pitch_shift_in_semitones=float(SEMITONES),
    )  # fmt: skip
    if toned:
        board = peer.Pedalboard([
            peer.LowShelfFilter(cutoff_frequency_hz=LOW_HZ, gain_db=LOW_DB),
            peer.HighShelfFilter(cutoff_frequency_hz=HIGH_HZ, gain_db=HIGH_DB),
        ])  # fmt: skip
        made = board(made, rate_hz)
    return np.asarray(made, np.float32).T


def _cpu_seconds(make: Callable[[], object]) -> float:
    """Return the processor time that `make` takes, in all threads."""
    before = time.process_time()
    make()
    return time.process_time() - before


def _speed_rows(own_s: list[float], peer_s: list[float], reason: str) -> list[BenchRow]:
    own = float(np.median(own_s))
    bar = f">= {RATIO_BAR:g}"
    rows = [BenchRow("prepare", "a clip of 8 bars, CPU", own, "s")]
    if not peer_s:
        return [*rows, BenchRow("prepare", "faster than Rubber Band", None, reason, bar)]
    peer = float(np.median(peer_s))
    ratio = peer / own
    return [
        *rows,
        BenchRow("prepare", "the same by Rubber Band, CPU", peer, "s"),
        BenchRow("prepare", "faster than Rubber Band", ratio, "times", bar, ratio >= RATIO_BAR),
    ]


def band_db(audio: Audio, low_hz: float, high_hz: float) -> float:
    """Return the level of `audio` between two frequencies."""
    power = np.abs(np.fft.rfft(audio, axis=0)) ** 2
    hz = np.fft.rfftfreq(len(audio), 1.0 / RATE_HZ)
    return float(10.0 * np.log10(power[(hz >= low_hz) & (hz < high_hz)].sum() / len(audio)))


def _tone_rows(figure: str, flat: Audio, made: Audio) -> list[BenchRow]:
    """Return what the shelves did to the lowest and the highest sounds of the loop."""
    bands = (("lows", 20.0, 60.0, LOW_DB), ("highs", 10_000.0, 20_000.0, HIGH_DB))
    rows = []
    for name, low_hz, high_hz, wanted_db in bands:
        found_db = band_db(made, low_hz, high_hz) - band_db(flat, low_hz, high_hz)
        bar = f"{wanted_db:g} within {TONE_BAR_DB:g}"
        met = abs(found_db - wanted_db) <= TONE_BAR_DB
        rows.append(BenchRow("prepare", f"{figure}: {name}", found_db, "dB", bar, met))
    return rows


def _onset_rows(figure: str, found: Onsets, asked: bool) -> list[BenchRow]:
    bar = f"<= {ONSET_BAR_MS:g}" if asked else None
    met = found.max_ms <= ONSET_BAR_MS if asked else None
    return [
        BenchRow("prepare", f"{figure}, most", found.max_ms, "ms", bar, met),
        BenchRow("prepare", f"{figure}, p95", found.p95_ms, "ms"),
    ]
