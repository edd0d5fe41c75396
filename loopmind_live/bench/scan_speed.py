"""The bench "scan": the analysis of a loop beside a chain of librosa's usual calls.

Both read the same files, by turns, in one worker process of the kind that scans. The chain does
less: a tempo, the key of a mean chroma (the constant-Q one that librosa has for pitches) and an
embedding of mean MFCCs; no silence, downbeat, instrument, role, moods, loudness or true peak, and
nothing says how sure it is.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from loopmind_live.bench.rows import BenchRow
from loopmind_live.bench.settings import Progress
from loopmind_live.errors import LibraryError
from loopmind_live.library.walk import find_audio
from loopmind_live.workers import WorkerPool

LOOPS, ROUNDS, MOST_FILES = 8, 3, 60
SPEED_BAR, RATIO_BAR = 60.0, 3.0
FOLDER_VARIABLE = "LOOPMIND_SCAN_LOOPS"
"""A folder of one's own loops to measure with instead."""
_RATE_HZ, _BEATS = 44100, 16
_JOB_TIMEOUT_S = 300.0  # librosa compiles at its first call
# Krumhansl and Kessler 1982, the ratings of probe tones after a context in C major and C minor.
_PROFILES = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)

Audio = NDArray[np.float32]


def run_scan_bench(progress: Progress) -> list[BenchRow]:
    """Return how many times faster than real time a core analyses loops, and beside the chain.

    All times are of the processor, of one thread. Of each file the middle of its rounds counts.
    """
    given = os.environ.get(FOLDER_VARIABLE, "")
    with tempfile.TemporaryDirectory(prefix="scan-bench-") as place, WorkerPool(1) as pool:
        if given:
            found, _ = find_audio(Path(given))
            paths = [file.path for file in found[:: max(1, len(found) // MOST_FILES)]]
        else:
            paths = make_loops(Path(place), LOOPS)
        lengths = pool.submit(lengths_s, paths, timeout_s=_JOB_TIMEOUT_S).result()
        paths = [path for path, length in zip(paths, lengths, strict=True) if length > 0.0]
        if not paths:
            raise LibraryError(f"{given}: no loop in it can be analysed: name another folder")
        chains: dict[str, Callable[[Path], float]] = {
            "own": own_s, "stft": naive_stft_s, "cqt": naive_cqt_s,
        }  # fmt: skip
        times: dict[str, list[list[float]]] = {name: [] for name in chains}
        for measured in range(-1, ROUNDS):
            for place_of, path in enumerate(paths if measured >= 0 else paths[:1]):
                progress("by turns", (max(0, measured) + place_of / len(paths)) / ROUNDS)
                for name, chain in chains.items():
                    seconds = pool.submit(chain, path, timeout_s=_JOB_TIMEOUT_S).result()
                    if measured == 0:
                        times[name].append([seconds])
                    elif measured > 0:
                        times[name][place_of].append(seconds)
    sums = {name: sum(map(statistics.median, each)) for name, each in times.items()}
    return _rows(sums, sum(lengths), f"{len(paths)} loops, {sum(lengths):.0f} s")


def _rows(sums: dict[str, float], audio_s: float, what: str) -> list[BenchRow]:
    speed = audio_s / sums["own"]
    ratio = sums["cqt"] / sums["own"]
    return [
        BenchRow("scan", f"whole analysis, {what}", speed, "x real time a core",
                 f">= {SPEED_BAR:g}", speed >= SPEED_BAR),
        BenchRow("scan", "naive chain, key by constant-Q chroma", audio_s / sums["cqt"],
                 "x real time a core"),
        BenchRow("scan", "the analysis beside that chain", ratio, "x as fast", f">= {RATIO_BAR:g}",
                 ratio >= RATIO_BAR),
        BenchRow("scan", "the analysis beside the chain with a coarser, quicker STFT chroma",
                 sums["stft"] / sums["own"], "x as fast"),
    ]  # fmt: skip


def lengths_s(paths: list[Path]) -> list[float]:
    """Return how long each file's sound is, 0 where it cannot be analysed. A worker's job."""
    from loopmind_live.library.task import examine

    heard = [examine(path, None) for path in paths]
    return [
        each.loop.duration_s if each is not None and each.loop.error is None else 0.0
        for each in heard
    ]


def own_s(path: Path) -> float:
    """Return the processor's seconds of all that a scan does with a file. A worker's job."""
    from loopmind_live.library.task import examine

    before = time.process_time()
    heard = examine(path, None)
    seconds = time.process_time() - before
    assert heard is not None and heard.vector is not None  # it was heard before
    return seconds


def naive_stft_s(path: Path) -> float:
    """Return the processor's seconds of the chain with the faster chroma. A worker's job."""
    return _naive_s(path, "chroma_stft")


def naive_cqt_s(path: Path) -> float:
    """Return the processor's seconds of the chain with the chroma meant for keys."""
    return _naive_s(path, "chroma_cqt")


def _naive_s(path: Path, chroma: str) -> float:
    import librosa

    before = time.process_time()
    sound, rate_hz = librosa.load(path)
    librosa.beat.beat_track(y=sound, sr=rate_hz)
    classes = getattr(librosa.feature, chroma)(y=sound, sr=rate_hz).mean(axis=1)
    _best_key(classes)
    timbre = librosa.feature.mfcc(y=sound, sr=rate_hz, n_mfcc=20)
    np.concatenate([timbre.mean(axis=1), timbre.std(axis=1)])
    return time.process_time() - before


def _best_key(classes: Audio) -> int:
    """Return the place of the key, major ones first, whose profile correlates best."""
    turned = [np.roll(profile, tonic) for profile in _PROFILES for tonic in range(12)]
    return int(np.argmax([np.corrcoef(each, classes)[0, 1] for each in turned]))


def make_loops(folder: Path, count: int) -> list[Path]:
    """Write loops of four bars, 90 to 160 bpm, stereo and 16 bits, by turns of drums and chords."""
    import soundfile

    random = np.random.default_rng(1)
    paths = []
    for number in range(count):
        bpm = 90 + 10 * number
        kind = "chords" if number % 2 else "drums"
        made = _chords(bpm, number) if number % 2 else _drums(bpm, random)
        wide = np.stack([made, 0.8 * np.roll(made, 13)], axis=1)
        path = folder / f"{kind} {number}.wav"
        soundfile.write(path, wide, _RATE_HZ, subtype="PCM_16")
        paths.append(path)
    return paths


def _drums(bpm: float, random: np.random.Generator) -> Audio:
    """Return a kick on the beats, a snare on every other, and noise on the eighths."""
    eighth = round(_RATE_HZ * 30.0 / bpm)
    time_s = np.arange(eighth) / _RATE_HZ
    kick = np.sin(2.0 * np.pi * 60.0 * time_s) * np.exp(-15.0 * time_s)
    bars = []
    for step in range(2 * _BEATS):
        noise = random.standard_normal(eighth)
        hat = 0.1 * np.diff(noise, prepend=0.0) * np.exp(-70.0 * time_s)
        snare = 0.3 * noise * np.exp(-25.0 * time_s) if step % 4 == 2 else 0.0
        bars.append(hat + snare + (0.6 * kick if step % 2 == 0 else 0.0))
    return np.concatenate(bars).astype(np.float32)


def _chords(bpm: float, shift: int) -> Audio:
    """Return four chords of one key, struck on every beat, each a bar long."""
    beat = round(_RATE_HZ * 60.0 / bpm)
    time_s = np.arange(beat) / _RATE_HZ
    beats = []
    for root in (57, 53, 48, 55):
        notes = (root, root + (3 if root == 57 else 4), root + 7)
        waves = [
            np.sin(2.0 * np.pi * k * 440.0 * 2.0 ** ((note + shift - 69) / 12.0) * time_s) / k**1.5
            for note in notes
            for k in range(1, 6)
        ]
        beats += [0.08 * np.sum(waves, axis=0) * np.exp(-3.0 * time_s)] * (_BEATS // 4)
    return np.concatenate(beats).astype(np.float32)
