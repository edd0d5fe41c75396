"""Loops made for the tests of preparation."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from loopmind_live.engine.arena import Arena
from loopmind_live.prepare.job import content_hash
from loopmind_live.prepare.pool import ClipPool
from loopmind_live.score.clip import ClipRecipe

Floats = npt.NDArray[np.float32]


def clicks(bpm: float, beats: int, rate_hz: int, channels: int = 2) -> Floats:
    """Short noise bursts on every beat over a quiet hum: sharp onsets, not one like another."""
    frames = round(beats * 60.0 * rate_hz / bpm)
    random = np.random.default_rng(beats)
    audio = 0.01 * np.sin(2 * np.pi * 110.0 * np.arange(frames) / rate_hz)[:, None]
    audio = np.repeat(audio, channels, axis=1)
    burst = round(0.03 * rate_hz)
    for beat in range(beats):
        start = round(beat * 60.0 * rate_hz / bpm)
        shape = 0.5 * np.exp(-np.arange(burst) / (0.006 * rate_hz))[:, None]
        piece = shape * random.uniform(-1, 1, (burst, channels))
        audio[start : start + burst] += piece[: frames - start]
    return audio.astype(np.float32)


@pytest.fixture(name="clicks")
def clicks_fixture() -> Callable[..., Floats]:
    return clicks


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes audio and gives the file's path."""

    def write(audio: Floats, rate_hz: int = 48000, name: str = "loop.wav") -> Path:
        path = tmp_path / name
        soundfile.write(path, audio, rate_hz, subtype="FLOAT")
        return path

    return write


@pytest.fixture
def recipe() -> Callable[..., ClipRecipe]:
    """Return a function that makes a recipe for a file: four beats, 120 bpm, dry, unless told."""

    def make(path: Path, **changes: Any) -> ClipRecipe:
        facts: dict[str, Any] = {
            "content_hash": content_hash(path) if path.is_file() else "0" * 64,
            "start_s": 0.0,
            "beats": 4,
            "source_bpm": 120.0,
            "bpm": 120.0,
            "semitones": 0,
            "rate_hz": 48000,
            "dry": True,
        }
        return ClipRecipe(path, **{**facts, **changes})

    return make


@pytest.fixture
def pool(tmp_path: Path, arena: Arena) -> Iterator[ClipPool]:
    """Return a pool of one worker that puts its clips into the `arena` of the test's module."""
    pool = ClipPool(tmp_path / "clips", arena, workers=1)
    yield pool
    pool.close()
