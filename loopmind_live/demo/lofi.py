"""Lofi, 85 bpm, C major: swung drums, seventh chords on an old piano, dust."""

from collections.abc import Mapping
from typing import Any

from loopmind_live.demo.notation import hits, line, repeat
from loopmind_live.demo.note import Note
from loopmind_live.demo.recipe import GLUE, Layer, Recipe
from loopmind_live.score.loop import UNPITCHED_ROLES, Role

_BPM, _KEY, _RATE_HZ = 85.0, "C:maj", 44100
_CHILL = ("chill", "dreamy", "warm")
_ROOM = ("room", {"mix": 0.2, "size": 0.6, "damp": 0.7})
_OLD = ("crush", {"bits": 12.0, "rate": 0.4})
_TAPE = ("thin", {"low_hz": 90.0, "high_hz": 5500.0})
_SWING = 0.3
_KICK: Mapping[str, Any] = {"tone_hz": 54.0, "decay_s": 0.25, "click": 0.1, "drive": 1.8}
_SNARE: Mapping[str, Any] = {"tone_hz": 170.0, "noise_s": 0.16, "brightness_hz": 1200.0}
_HATS: Mapping[str, Any] = {"closed_s": 0.08, "metal": 0.2, "highpass_hz": 5500.0}


def recipes() -> list[Recipe]:
    """Return the loops."""
    return [*_drums(), *_pitched()]


def _loop(role: Role, instrument: str, number: int, *layers: Layer, beats: int = 16) -> Recipe:
    pitched = role not in UNPITCHED_ROLES
    return Recipe(
        name=f"lofi_85_{'C_' if pitched else ''}{instrument}_{number:02d}",
        role=role,
        instrument=instrument,
        bpm=_BPM,
        beats=beats,
        key=_KEY if pitched else None,
        layers=layers,
        bus=GLUE if role == "drums" else (),
        moods=_CHILL,
        rate_hz=_RATE_HZ,
    )


def _drums() -> list[Recipe]:
    kick = hits("x.....x. ..x..... x..o..x. ..x.....", swing=_SWING)
    lazy = hits("x..x.... ..x.x... x..x..o. ..x.....", swing=_SWING)
    snare = hits("....x... ....x..o ....x..o .o..x...", swing=_SWING)
    hat = hits("x.xox.xo x.xox.xo x.xox.xo x.xoxp..", swing=_SWING)
    sparse = hits("x.x.x.x. x.x.x.xo x.x.x.x. x.x.p...", swing=_SWING)
    dust = (Note(0.0, 60, 0.9, 16.0),)
    return [
        _loop(
            "drums", "drums", 1, Layer("kick", kick, _KICK, effects=(_OLD,)),
            Layer("snare", snare, _SNARE, -1.0, effects=(_OLD, _ROOM)),
            Layer("hats", hat, _HATS, -6.0, pan=0.15), beats=8,
        ),
        _loop(
            "drums", "drums", 2, Layer("kick", lazy, _KICK, effects=(_OLD,)),
            Layer("snare", snare, {**_SNARE, "clap": 0.4}, -1.0, effects=(_OLD, _ROOM)),
            Layer("hats", sparse, {**_HATS, "soft_s": 0.012}, -5.0, pan=-0.15), beats=8,
        ),
        _loop("hats", "hat", 1, Layer("hats", hat, _HATS, effects=(_OLD,)), beats=8),
        _loop("fx", "vinyl", 1, Layer("fx", dust, {"shape": "dust", "low_hz": 120.0,
              "high_hz": 3500.0})),
    ]  # fmt: skip


def _pitched() -> list[Recipe]:
    chords = "2+4+6+1':4 | 5,+7,+2+4+6:4 | 1+3+5+7:4 | 6,+1+3+5:4"
    comp = (
        "4,+6,+1+3:1.5 4,+6,+1+3:.5? -:.5 4,+6,+1+3:1.5 | 3,+5,+7,+2:1.5 3,+5,+7,+2:.5? -:2 | "
        "2,+4,+6,+1:1.5 2,+4,+6,+1:.5? -:.5 2,+4,+6,+1:1.5 | 1,+3,+5,+7,:1.5 1,+3,+5,+7,:.5? -:2 |"
    )
    bass = "2:1.5 2:.5 -:.5 6,:.5 2:1 | 5,:1.5 5,:.5 -:.5 2:.5 4:1 | "
    bass += "1:1.5 1:.5 -:.5 5:.5 3:1 | 6,:1.5 6,:.5 -:.5 3:.5 5,:1"
    tune = (
        "-:.5 6:.5 1':.5 3':.5 2':1 1':.5 6:.5 | 5:1.5 6:.5 7:1 -:1 | "
        "-:.5 5:.5 7:.5 2':.5 1':1 7:.5 5:.5 | 3:1.5 5:.5 6:1 -:1"
    )
    hum = "1':2 6:1 5:1 | 3:2 2:1 1:1 | 5:2 3:1 2:1 | 1:3 -:1"
    piano: Mapping[str, Any] = {"index": 1.2, "decay_s": 6.0, "tine": 0.35, "brightness_hz": 3000.0}
    return [
        _loop(
            "chords", "keys", 1,
            Layer("keys", line(chords, _KEY, 3), {**piano, "tremolo": (0.4, 1.0)},
                  effects=(_TAPE, _ROOM)),
        ),
        _loop(
            "chords", "keys", 2,
            Layer("keys", line(comp, _KEY, 4), piano, effects=(_OLD, _ROOM)),
        ),
        _loop(
            "bass", "bass", 1,
            Layer("bass", line(bass, _KEY, 2), {"mix": (0.9, 0.2, 0.25), "cutoff_hz": 420.0,
                  "envelope": (0.008, 1.6, 0.4, 0.12), "sweep": (1.2, 0.2)}),
        ),
        _loop(
            "melody", "keys", 3,
            Layer("keys", line(tune, _KEY, 4), {"ratio": 3.0, "index": 0.7, "decay_s": 1.8,
                  "brightness_hz": 3500.0}, effects=(_TAPE, ("echo", {"beats": 0.75}), _ROOM)),
        ),
        _loop(
            "pad", "pad", 1,
            Layer("pad", line(chords, _KEY, 3, gate=0.98), {"brightness_hz": 600.0, "soft": 0.6,
                  "air": 0.1}, effects=(_TAPE,)),
        ),
        _loop(
            "vocal", "vocal", 1,
            Layer("vocal", repeat(line(hum, _KEY, 3), 1, 16), {"vowels": "uo", "attack_s": 0.12,
                  "breath": 0.2, "vibrato_cents": 20.0}, effects=(_TAPE, _ROOM)),
        ),
    ]  # fmt: skip
