"""Techno, 132 bpm, D minor: a hard floor, a rumble under it, and one chord."""

from loopmind_live.demo.notation import hits, line, repeat
from loopmind_live.demo.recipe import GLUE, Layer, Recipe
from loopmind_live.score.loop import UNPITCHED_ROLES, Role

_BPM, _KEY = 132.0, "D:min"
_HARD = ("dark", "hypnotic", "minimal")
_HALL = ("room", {"mix": 0.45, "size": 0.9})
_ECHO = ("echo", {"beats": 0.75, "feedback": 0.6, "mix": 0.45})


def recipes() -> list[Recipe]:
    """Return the loops."""
    floor = hits("x...x...x...x..." * 2)
    claps = hits("....x.......x..." * 2)
    hat = hits("..p...p...p...p." * 2)
    ride = hits("x.x.x.x.x.x.x.x." * 2)
    block = hits("..x..x....x..x.x" * 2, pitch=74)
    rumble = "-:.25 1:.75 -:.25 1:.5 1:.25 | -:.25 1:.75 -:.25 b2:.5 1:.25 | " * 2
    stab = "-:.75 1+3+5:.25 -:2 1+3+5:.25 -:.75 | -:.75 1+3+5:.25 -:1.25 b2+4+6:.25 -:1.5"
    return [
        _loop(
            "drums", "drums", 1,
            Layer("kick", floor, {"tone_hz": 47.0, "decay_s": 0.4, "drive": 3.0, "click": 0.5}),
            Layer("snare", claps, {"clap": 0.8, "noise_s": 0.2, "drive": 2.4}, -5.0),
            Layer("hats", hat, {"metal": 0.6, "open_s": 0.2}, -5.0),
        ),
        _loop("kick", "kick", 1,
              Layer("kick", floor, {"tone_hz": 47.0, "drive": 3.0, "grit": 0.3})),
        _loop("hats", "ride", 1, Layer("hats", ride, {"metal": 0.8, "closed_s": 0.2})),
        _loop(
            "perc", "block", 1,
            Layer("perc", block, {"ratio": 2.76, "index": 1.6, "decay_s": 0.1},
                  effects=(_ECHO,)),
        ),
        _loop(
            "bass", "rumble", 1,
            Layer("bass", line(rumble, _KEY, 2, gate=0.9), {"mix": (0.9, 0.5, 0.0),
                  "envelope": (0.01, 0.5, 0.3, 0.06), "cutoff_hz": 150.0, "drive": 2.5},
                  effects=(("pump", {"depth": 0.5}),)),
        ),
        _loop(
            "chords", "stab", 1,
            Layer("pluck", repeat(line(stab, _KEY, 3), 1, 8), {"sweep": (3.0, 0.18)},
                  effects=(_ECHO, _HALL)),
        ),
    ]  # fmt: skip


def _loop(role: Role, instrument: str, number: int, *layers: Layer) -> Recipe:
    pitched = role not in UNPITCHED_ROLES
    return Recipe(
        name=f"techno_{instrument}_{number}_132bpm{'_Dm' if pitched else ''}",
        role=role,
        instrument=instrument,
        bpm=_BPM,
        beats=8,
        key=_KEY if pitched else None,
        layers=layers,
        bus=GLUE if role == "drums" else (),
        moods=_HARD,
    )
