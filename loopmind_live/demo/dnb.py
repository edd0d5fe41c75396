"""Drum and bass, 174 bpm, E minor: breaks, a reese, and air above them."""

from collections.abc import Mapping
from typing import Any

from loopmind_live.demo.notation import hits, line, repeat
from loopmind_live.demo.note import Note
from loopmind_live.demo.recipe import GLUE, Layer, Recipe
from loopmind_live.score.loop import UNPITCHED_ROLES, Role

_BPM, _KEY = 174.0, "E:min"
_FAST = ("energetic", "tense")
_ROOM = ("room", {"mix": 0.2, "size": 0.6})
_HALL = ("room", {"mix": 0.45, "size": 0.88})
_KICK: Mapping[str, Any] = {"tone_hz": 55.0, "decay_s": 0.22, "click": 0.5, "drive": 2.2}
_SNARE: Mapping[str, Any] = {"tone_hz": 205.0, "noise_s": 0.2, "drive": 2.4}
_HATS: Mapping[str, Any] = {"closed_s": 0.08, "open_s": 0.2, "metal": 0.4}


def recipes() -> list[Recipe]:
    """Return the loops."""
    kick = hits("x......... x.....".replace(" ", "") * 3 + "x.....x...x.....")
    broken = hits("x.x....... xx....".replace(" ", "") * 3 + "x.x...x...xx....")
    snare = hits("....X..o.o..X..o" * 3 + "....X..o.oo.X.2x")
    plain = hits("....X.......X..." * 4)
    hat = hits("x.xox.x.x.xox.xo" * 4)
    ride = hits("x.x.x.x.x.x.x.p." * 4)
    reese = "1:3.5 ~7,:.5 | 1:2 3:2 | 6,:3.5 ~5,:.5 | 7,:2 ~2:2"
    jump = "1:.5 -:.5 1':.25 1:.25 -:1 3:.5 ~4:.5 1:.5 | 1:.5 -:1 6,:.5 -:.5 7,:.5 ~5,:1"
    chords = "1+3+5+7+2':8 | 6,+1+3+5+7:8"
    tune = "5':1 7':1 1'':2 | 7':1 5':1 1':2 | 5':1 7':1 1'':1 7':1 | 5':2 1':2"
    return [
        _loop(
            "drums", "break", 1, Layer("kick", kick, _KICK),
            Layer("snare", snare, _SNARE, -1.0, effects=(_ROOM,)),
            Layer("hats", hat, _HATS, -5.0),
        ),
        _loop(
            "drums", "break", 2, Layer("kick", broken, {**_KICK, "grit": 0.4}),
            Layer("snare", snare, {**_SNARE, "tone_hz": 230.0}, -1.0, effects=(_ROOM,)),
            Layer("hats", ride, {**_HATS, "metal": 0.7, "closed_s": 0.12}, -7.0),
        ),
        _loop("snare", "snare", 1, Layer("snare", plain, _SNARE, effects=(_ROOM,))),
        _loop("hats", "hat", 1, Layer("hats", hat, _HATS)),
        _loop(
            "bass", "reese", 1,
            Layer("bass", line(reese, _KEY, 1), {"mix": (0.5, 0.9, 0.0), "cutoff_hz": 260.0,
                  "envelope": (0.01, 3.0, 0.8, 0.1), "wobble": (1.6, 8.0), "detune_cents": 30.0,
                  "drive": 2.2}),
        ),
        _loop(
            "bass", "bass", 2,
            Layer("bass", repeat(line(jump, _KEY, 2), 2, 8), {"mix": (0.6, 0.5, 0.4),
                  "cutoff_hz": 220.0, "sweep": (3.0, 0.18), "resonance": 0.5, "drive": 2.6,
                  "envelope": (0.003, 1.0, 0.4, 0.06)}),
        ),
        _loop(
            "pad", "pad", 1,
            Layer("pad", line(chords, _KEY, 3, gate=0.98), {"brightness_hz": 1000.0,
                  "air": 0.25, "attack_s": 0.8}, effects=(_HALL,)),
        ),
        _loop(
            "melody", "bells", 1,
            Layer("keys", line(tune, _KEY, 4), {"ratio": 3.5, "index": 1.3, "decay_s": 2.0,
                  "brightness_hz": 7000.0}, effects=(("echo", {"beats": 1.5}), _HALL)),
        ),
        _loop(
            "fx", "riser", 1,
            Layer("fx", (Note(0.0, 52, 1.0, 16.0),), {"flutter": (0.4, 0.25)}, effects=(_ROOM,)),
        ),
    ]  # fmt: skip


def _loop(role: Role, instrument: str, number: int, *layers: Layer) -> Recipe:
    pitched = role not in UNPITCHED_ROLES
    return Recipe(
        name=f"dnb_{instrument}{number}_{'Emin_' if pitched else ''}174",
        role=role,
        instrument=instrument,
        bpm=_BPM,
        beats=16,
        key=_KEY if pitched else None,
        layers=layers,
        bus=GLUE if role == "drums" else (),
        moods=_FAST,
    )
