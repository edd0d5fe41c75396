"""Read an audio file as stereo, and bring it to the set's sample rate."""

from collections.abc import Iterator
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
import soxr

from loopmind_live.dsp.seams import Audio
from loopmind_live.errors import PrepareError

_CHUNK_FRAMES = 1 << 16
_RESAMPLER_REACH = 1024
_AGAIN = "mend or remove it, then run `loopmind scan {}`"


def decode(path: Path, until_s: float) -> tuple[Audio, int]:
    """Return the first `until_s` seconds of a file as stereo, and its sample rate in Hz.

    Libsndfile reads what it can; audioread is asked for the rest. Mono is doubled, more channels
    are folded. Raises PrepareError where the file is gone, unreadable, empty or not finite.
    """
    try:
        audio, rate_hz = _decode_soundfile(path, until_s)
    except soundfile.LibsndfileError as error:
        if not path.exists():
            raise PrepareError(gone(path)) from error
        audio, rate_hz = _decode_audioread(path, until_s)
    except (OSError, TypeError, ValueError) as error:
        raise PrepareError(f"{path}: cannot be read: {_AGAIN.format(path.parent)}") from error
    if not len(audio):
        raise PrepareError(f"{path}: holds no audio: {_AGAIN.format(path.parent)}")
    if not np.isfinite(audio).all():
        raise PrepareError(f"{path}: holds samples that are not numbers: export it again")
    return to_stereo(audio), rate_hz


def gone(path: Path) -> str:
    """Return what to tell of a file that was there when it was scanned."""
    return f"{path}: is gone since the scan: bring it back or run `loopmind scan {path.parent}`"


def changed(path: Path) -> str:
    """Return what to tell of a file that is not the one that was scanned."""
    return f"{path}: has changed since the scan: run `loopmind scan {path.parent}`"


def to_stereo(audio: Audio) -> Audio:
    """Fold channels to two: even ones left, odd ones right, a last single one to both.

    >>> to_stereo(np.float32([[1.0, 0.5, 3.0]])).tolist()
    [[2.0, 1.75]]
    """
    channels = audio.shape[1]
    if channels == 2:
        return audio
    paired = channels - channels % 2
    sides = [audio[:, side:paired:2] for side in (0, 1)]
    if channels % 2:
        sides = [np.concatenate([side, audio[:, -1:]], axis=1) for side in sides]
    return np.stack([side.mean(axis=1, dtype=np.float32) for side in sides], axis=1)


def resample(audio: Audio, from_hz: int, to_hz: int) -> Audio:
    """Return `audio` at another sample rate; at the same rate, itself.

    The result is rounded to whole frames: frame i of it lies at source frame i * from_hz / to_hz.
    """
    if from_hz == to_hz:
        return audio
    frames = round(len(audio) * to_hz / from_hz)
    made = soxr.resample(audio, from_hz, to_hz, quality="VHQ").astype(np.float32, copy=False)
    if len(made) < frames:
        made = np.concatenate([made, np.zeros((frames - len(made), made.shape[1]), np.float32)])
    exact: Audio = made[:frames]
    return exact


def resampling_step(from_hz: int, to_hz: int, at_least: int) -> int:
    """Return a count of source frames, at least `at_least`, that becomes whole frames at `to_hz`.

    >>> resampling_step(44100, 48000, 1000)
    1029
    """
    step = from_hz // gcd(from_hz, to_hz)
    return -(-max(at_least, _RESAMPLER_REACH if from_hz != to_hz else 0) // step) * step


def _decode_soundfile(path: Path, until_s: float) -> tuple[Audio, int]:
    with soundfile.SoundFile(path) as file:
        rate_hz = int(file.samplerate)
        left = int(until_s * rate_hz) + 1
        chunks: list[Audio] = []
        # In chunks: the length that a damaged header promises is not to be allocated.
        while left > 0:
            chunk = file.read(min(left, _CHUNK_FRAMES), dtype="float32", always_2d=True)
            chunks.append(chunk)
            left -= len(chunk)
            if len(chunk) < _CHUNK_FRAMES:
                break
    return np.concatenate(chunks), rate_hz


def _decode_audioread(path: Path, until_s: float) -> tuple[Audio, int]:
    import audioread

    try:
        # Its own reader of plain files knows none that libsndfile does not, and leaves them open.
        others = [one for one in audioread.available_backends() if one.__name__ != "RawAudioFile"]
        with audioread.audio_open(str(path), others) as file:
            rate_hz, channels = int(file.samplerate), int(file.channels)
            if rate_hz < 1 or channels < 1:
                raise PrepareError(f"{path}: cannot be read: {_AGAIN.format(path.parent)}")
            data = _first_bytes(iter(file), int(until_s * rate_hz + 1) * channels * 2)
    except (audioread.DecodeError, OSError, EOFError, ValueError) as error:
        raise PrepareError(f"{path}: cannot be read: {_AGAIN.format(path.parent)}") from error
    whole = len(data) // (2 * channels) * 2 * channels
    samples = np.frombuffer(data[:whole], "<i2").reshape(-1, channels)
    return samples.astype(np.float32) / np.float32(32768.0), rate_hz


def _first_bytes(blocks: Iterator[bytes], count: int) -> bytes:
    data = bytearray()
    for block in blocks:
        data += block
        if len(data) >= count:
            break
    return bytes(data[:count])
