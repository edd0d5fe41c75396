"""One-shots: single sounds, without tempo."""

from collections.abc import Mapping
from typing import Any

from loopmind_live.demo.note import Note
from loopmind_live.demo.recipe import Layer, Recipe
from loopmind_live.score.loop import Role

_HALL = ("room", {"mix": 0.4, "size": 0.85})


def recipes() -> list[Recipe]:
    """Return the one-shots."""
    return [
        _shot("kick_deep", "kick", "kick", 36, 0.8, {"decay_s": 0.6, "drive": 2.0}),
        _shot("snare_tight", "snare", "snare", 38, 0.6, {"noise_s": 0.2}),
        _shot("clap_wide", "snare", "snare", 39, 0.8, {"clap": 1.0, "width": 0.8}, "clap"),
        _shot(
            "impact_low", "fx", "fx", 42, 4.0,
            {"shape": "impact", "low_hz": 90.0, "high_hz": 6000.0, "tone": 0.9}, "impact",
        ),
    ]  # fmt: skip


def _shot(
    name: str,
    role: Role,
    patch: str,
    pitch: float,
    length_s: float,
    settings: Mapping[str, Any],
    instrument: str | None = None,
) -> Recipe:
    effects = (_HALL,) if role == "fx" else ()
    note = Note(0.0, pitch, 1.0, length_s)
    return Recipe(
        name=name,
        role=role,
        instrument=instrument or patch,
        bpm=60.0,
        beats=4 if length_s > 1.0 else 1,
        key=None,
        layers=(Layer(patch, (note,), settings, effects=effects),),
        kind="one_shot",
    )
