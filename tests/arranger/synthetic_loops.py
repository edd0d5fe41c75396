"""Loops made up for tests: known tempo, key and role, no audio behind them."""

import random
from collections.abc import Sequence
from pathlib import Path

from loopmind_live.score.loop import ROLES, UNPITCHED_ROLES, Loop, Role
from loopmind_live.units import MODES, PITCH_CLASSES

TEMPI = (70.0, 82.0, 87.5, 92.0, 100.0, 120.0, 124.0, 128.0, 140.0, 174.0)


def make_loop(
    role: Role | None,
    number: int = 0,
    bpm: float = 140.0,
    key: str | None = "A:min",
    beats: int | None = 16,
    pack: str = "pack",
    **facts: object,
) -> Loop:
    """Return a sure loop of `role`; `facts` override any field."""
    pitched = role is None or role not in UNPITCHED_ROLES
    values: dict[str, object] = {
        "kind": "loop",
        "duration_s": (beats or 16) * 60.0 / bpm,
        "rate_hz": 48000,
        "channels": 2,
        "bpm": bpm,
        "bpm_confidence": 0.95,
        "beats": beats,
        "key": key if pitched else None,
        "key_confidence": 0.9 if pitched else 0.0,
        "role": role,
        "lufs": -14.0,
        "true_peak_dbtp": -1.0,
        **facts,
    }
    name = f"{pack}/{role}_{number}_{bpm:g}.wav"
    return Loop(Path("/loops") / name, f"hash-{name}", **values)  # type: ignore[arg-type]


def make_library(seed: int, size: int, roles: Sequence[Role] = ROLES) -> list[Loop]:
    """Return `size` loops drawn from `seed`."""
    rng = random.Random(seed)
    return [
        make_loop(
            rng.choice(roles),
            number,
            rng.choice(TEMPI),
            f"{rng.choice(PITCH_CLASSES)}:{rng.choice(MODES)}",
            rng.choice((4, 8, 16, 32)),
            f"pack{rng.randrange(4)}",
            bpm_confidence=rng.uniform(0.3, 1.0),
            key_confidence=rng.uniform(0.2, 1.0),
            lufs=rng.uniform(-40.0, -6.0),
            true_peak_dbtp=rng.uniform(-20.0, 1.0),
            brightness_hz=rng.uniform(100.0, 8000.0),
            onsets_per_s=rng.uniform(0.0, 12.0),
            moods=tuple(rng.sample(("dark", "chill", "happy", "epic"), rng.randrange(3))),
        )
        for number in range(size)
    ]


def full_library(copies: int = 4) -> list[Loop]:
    """Return `copies` sure loops of each role at 140 bpm in A minor."""
    return [make_loop(role, number) for role in ROLES for number in range(copies)]
