"""House, 124 bpm, A minor: four on the floor, stabs that pump, a bass that answers."""

from collections.abc import Mapping
from typing import Any

from loopmind_live.demo.notation import hits, line, repeat
from loopmind_live.demo.note import Note
from loopmind_live.demo.recipe import GLUE, Layer, Recipe
from loopmind_live.score.loop import UNPITCHED_ROLES, Role

_BPM, _KEY = 124.0, "A:min"
_GROOVY = ("groovy", "energetic")
_ROOM = ("room", {"mix": 0.25, "size": 0.7})
_HALL = ("room", {"mix": 0.4, "size": 0.85})
_ECHO = ("echo", {"beats": 0.75, "feedback": 0.5, "mix": 0.35})
_PUMP = ("pump", {"depth": 0.75})
_KICK: Mapping[str, Any] = {"tone_hz": 50.0, "sweep_hz": 230.0, "decay_s": 0.32, "click": 0.4}
_HATS: Mapping[str, Any] = {"closed_s": 0.08, "open_s": 0.22, "metal": 0.35}

_FLOOR = "x...x... x...x... " * 2
_FLOOR_FILL = "x...x... x...x... x...x... x...x.xx"
_BACK = "....x... ....x... " * 2
_OFFBEATS = "..p...p. ..p...p. " * 2
_SIXTEENTHS = "xoXoxoXo xoXoxoXo xoXoxoXo xoXoxo2o"


def recipes() -> list[Recipe]:
    """Return the loops."""
    return [*_drums(), *_low(), *_harmony(), *_lines(), *_effects()]


def _loop(role: Role, instrument: str, number: int, *layers: Layer, beats: int = 16) -> Recipe:
    pitched = role not in UNPITCHED_ROLES
    return Recipe(
        name=f"house_{instrument}_{number:02d}_124bpm{'_Am' if pitched else ''}",
        role=role,
        instrument=instrument,
        bpm=_BPM,
        beats=beats,
        key=_KEY if pitched else None,
        layers=layers,
        bus=GLUE if role == "drums" else (),
        moods=_GROOVY,
    )


def _drums() -> list[Recipe]:
    floor, fill, clap = hits(_FLOOR), hits(_FLOOR_FILL), hits(_BACK, pitch=39)
    offbeats, sixteenths = hits(_OFFBEATS), hits(_SIXTEENTHS, swing=0.12)
    claps = Layer(
        "snare", clap, {"clap": 1.0, "noise_s": 0.3, "drive": 2.4}, -2.0, effects=(_ROOM,)
    )
    conga = hits("..x..x.. x..x..xo ..x..x.. x.x.x2xo", swing=0.12, pitch=62)
    low = hits("x....... ......x. x....... ...x....", swing=0.12, pitch=57)
    shaker: Mapping[str, Any] = {"metal": 0.0, "soft_s": 0.018, "closed_s": 0.09}
    return [
        _loop(
            "drums", "drums", 1, Layer("kick", floor, _KICK), claps,
            Layer("hats", offbeats, _HATS, -5.0), beats=8,
        ),
        _loop(
            "drums", "drums", 2, Layer("kick", repeat(fill, 2, 8), {**_KICK, "drive": 2.4}),
            Layer("snare", hits("....X..o .o..X... ....X..o .o..X.2x" * 2), {"tone_hz": 210.0},
                  -5.0, effects=(_ROOM,)),
            Layer("hats", repeat(sixteenths, 2, 8), _HATS, -6.0, pan=-0.1),
        ),
        _loop("kick", "kick", 1, Layer("kick", floor, _KICK), beats=8),
        _loop(
            "kick", "kick", 2, Layer("kick", fill, {**_KICK, "grit": 0.5, "drive": 2.6}), beats=8,
        ),
        _loop("snare", "clap", 1, Layer("snare", clap, claps.settings, effects=(_ROOM,)), beats=8),
        _loop("hats", "hat", 1, Layer("hats", offbeats, _HATS), beats=8),
        _loop("hats", "hat", 2, Layer("hats", sixteenths, {**_HATS, "metal": 0.7}), beats=8),
        _loop(
            "perc", "conga", 1, Layer("perc", (*conga, *low), {"noise": 0.25, "width": 0.7},
                                      effects=(_ROOM,)), beats=8,
        ),
        _loop("perc", "shaker", 2, Layer("hats", sixteenths, shaker), beats=8),
    ]  # fmt: skip


def _low() -> list[Recipe]:
    round_bass = "-:.5 1:.5 -:.5 1:.25 1':.25 -:.5 1:.5 -:.5 5:.5 | -:.5 6,:.5 -:.5 6,:.25 6:.25 "
    round_bass += "-:.5 7,:.5 -:.5 7,:.5"
    roll = "1:.75 1:.75 1:.5 3:.75 ~4:.75 3:.5 | 6,:.75 6,:.75 6,:.5 7,:.75 7,:.75 2:.5"
    acid = (
        "1:.25! 1:.25 1':.25 1:.25 ~3:.25 1:.25 b7,:.25 1':.25! ".replace("b7", "7")
        + "1:.25 ~1':.25 1:.25 5:.25 ~4:.25! 3:.25 1:.25 7,:.25"
    )
    return [
        _loop(
            "bass", "bass", 1,
            Layer("bass", repeat(line(round_bass, _KEY, 2), 2, 8), {
                "mix": (0.7, 0.2, 0.5), "envelope": (0.003, 0.7, 0.2, 0.08),
                "cutoff_hz": 260.0, "sweep": (2.4, 0.16)}),
        ),
        _loop(
            "bass", "bass", 2,
            Layer("bass", repeat(line(roll, _KEY, 1, gate=0.85), 2, 8), {
                "mix": (0.5, 0.8, 0.0), "envelope": (0.003, 1.2, 0.5, 0.08),
                "cutoff_hz": 200.0, "sweep": (2.0, 0.3), "detune_cents": 16.0}),
        ),
        _loop(
            "bass", "acid", 3,
            Layer("bass", repeat(line(acid, _KEY, 2, gate=0.7), 4, 4), {
                "mix": (0.0, 1.0, 0.0), "envelope": (0.003, 0.8, 0.3, 0.05), "cutoff_hz": 240.0,
                "sweep": (3.2, 0.16), "resonance": 0.8, "wobble": (1.5, 16.0),
                "detune_cents": 2.0, "drive": 2.4}, effects=(("echo", {"mix": 0.2}),)),
        ),
    ]  # fmt: skip


def _harmony() -> list[Recipe]:
    stabs = (
        "1+3+5+7:.75 -:.75 1+3+5+7:.5 -:1 1+3+5+7:.5 -:.5 | "
        "6,+1+3+5:.75 -:.75 6,+1+3+5:.5 -:1 7,+2+4+6:.5 -:.5 | "
    ) * 2
    organ = (
        "-:.5 1+3+5:.5 -:.5 1+3+5:.5 -:.5 1+3+5:.5 -:.5 4,+6,+1:.5 | "
        "-:.5 4,+6,+1:.5 -:.5 4,+6,+1:.5 -:.5 5,+7,+2:.5 -:.5 5,+7,+2:.5 | "
    ) * 2
    pads = "1+3+5+7:4 | 6,+1+3+5:4 | 4,+6,+1+3:4 | 5,+7,+2+4:4"
    return [
        _loop(
            "chords", "stabs", 1,
            Layer("pluck", line(stabs, _KEY, 3), {"sweep": (3.4, 0.25), "spread": 0.8},
                  effects=(_ECHO, _ROOM)),
        ),
        _loop(
            "chords", "organ", 2,
            Layer("keys", line(organ, _KEY, 4), {"ratio": 2.0, "index": 0.9, "sustain": 0.7,
                  "tine": 0.0, "release_s": 0.08}, effects=(_ROOM,)),
        ),
        _loop(
            "pad", "pad", 1,
            Layer("pad", line(pads, _KEY, 3, gate=0.98), {"brightness_hz": 900.0,
                  "motion": (1.5, 16.0)}, effects=(_PUMP, _HALL)),
        ),
        _loop(
            "pad", "strings", 2,
            Layer("pad", line(pads, _KEY, 4, gate=0.98), {"brightness_hz": 2200.0, "air": 0.2,
                  "motion": (0.5, 8.0), "detune_cents": 9.0}, effects=(_HALL,)),
        ),
    ]  # fmt: skip


def _lines() -> list[Recipe]:
    arp = "1:.25 3:.25 5:.25 7:.25 1':.25 7:.25 5:.25 3:.25 1:.25 5:.25 1':.25 3':.25 "
    arp += "2':.25 7:.25 5:.25 3:.25 | 6,:.25 1:.25 3:.25 5:.25 6:.25 5:.25 3:.25 1:.25 "
    arp += "7,:.25 2:.25 4:.25 6:.25 7:.25 6:.25 4:.25 2:.25"
    tune = (
        "5':.5 -:.25 5':.25 3':.5 1':.5 2':.5 3':.5 -:1 | 1':.5 -:.25 1':.25 6:.5 7:.5 1':1 -:1 | "
        "4':.5 -:.25 4':.25 3':.5 1':.5 6:.5 1':.5 -:1 | 2':.5 -:.25 3':.25 2':.5 7:.5 5:1.5 -:.5"
    )
    hook = "1':.5 -:.5 1':.25 -:.25 7:.5 -:.5 5:.5 -:1 | -:1 3':.5 2':.5 1':1 -:1"
    return [
        _loop(
            "melody", "pluck", 1,
            Layer("pluck", repeat(line(arp, _KEY, 4), 2, 8), {"decay_s": 0.5, "cutoff_hz": 500.0},
                  effects=(_ECHO, _PUMP)),
        ),
        _loop(
            "melody", "lead", 2,
            Layer("lead", line(tune, _KEY, 4), {"mix": (0.0, 0.5, 0.6)}, effects=(_ECHO, _ROOM)),
        ),
        _loop(
            "vocal", "vocal", 1,
            Layer("vocal", repeat(line(hook, _KEY, 3), 2, 8), {"vowels": "aeoa",
                  "attack_s": 0.02, "size": 1.08}, effects=(_ECHO, _ROOM)),
        ),
    ]  # fmt: skip


def _effects() -> list[Recipe]:
    rise = (Note(0.0, 57, 1.0, 16.0),)
    return [
        _loop("fx", "riser", 1, Layer("fx", rise, {"flutter": (0.6, 0.5)}, effects=(_ROOM,))),
        _loop(
            "fx", "sweep", 2,
            Layer("fx", (Note(0.0, 69, 1.0, 8.0), Note(8.0, 57, 0.8, 8.0)),
                  {"shape": "fall", "tone": 0.1, "high_hz": 5000.0, "width": 0.5},
                  effects=(_HALL,)),
        ),
    ]  # fmt: skip
