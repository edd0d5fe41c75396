"""Dark trap, 140 bpm, F# minor: several loops a role, so that there is something to choose."""

from collections.abc import Mapping
from typing import Any

from loopmind_live.demo.notation import hits, line, repeat
from loopmind_live.demo.note import Note
from loopmind_live.demo.recipe import GLUE, Effect, Layer, Recipe
from loopmind_live.score.loop import UNPITCHED_ROLES, Role

_BPM, _KEY = 140.0, "F#:min"
_DARK = ("dark", "aggressive")
_ROOM = ("room", {"mix": 0.3, "size": 0.75})
_HALL = ("room", {"mix": 0.35, "size": 0.86, "damp": 0.35})
_ECHO = ("echo", {"beats": 0.75, "feedback": 0.45, "mix": 0.3})
_BOOM: Mapping[str, Any] = {"tone_hz": 46.0, "decay_s": 0.38, "click": 0.45, "drive": 2.2}
_CRACK: Mapping[str, Any] = {"tone_hz": 200.0, "noise_s": 0.2, "drive": 2.2}
_CLAP: Mapping[str, Any] = {"clap": 0.9, "noise_s": 0.35, "drive": 2.6}
_HATS: Mapping[str, Any] = {"closed_s": 0.08, "open_s": 0.35, "metal": 0.45}
_808: Mapping[str, Any] = {
    "mix": (1.0, 0.1, 0.15),
    "envelope": (0.002, 3.2, 0.25, 0.12),
    "cutoff_hz": 700.0,
    "drive": 2.8,
}

_KICKS = (
    "x.....x. ..x..... x..x.... ..x...x. x.....x. ..x....x x..x..x. ....x.x.",
    "x..x.... ..x.x... x......x ..x..... x..x.... ..x.x... x.....x. x.x...x.",
    "x....... ..x...x. x....x.. ..x..... x..x..x. ..x..... x....x.. ..x.x.xx",
)
_SNARES = (
    "........X......." * 4,
    ("........X......." * 3) + "........X..o..xo",
    ("........X.....o." * 2) + "........X......." + "........X...2.2x",
)
_RHYTHMS = (
    "x.x.x.x. x.x.x.3. x.x.x.x. x.2.x.4. x.x.x.x. x.x.6.x. x.x.x.x. 4.x.x.8.",
    "x.xxx.x. xxx.x.x3 x.xxx.x. x.x.44xx x.xxx.x. xxx.x.x3 x.xxx.6. x.x.p...",
    "xoxoxoxo xoxo2oxo xoxoxoxo 3oxoxo6. xoxoxoxo xoxo2oxo xoxo4oxo p...4448",
)


def recipes() -> list[Recipe]:
    """Return the loops."""
    return [*_drums(), *_low(), *_harmony(), *_lines(), *_voices(), *_effects()]


def _loop(role: Role, instrument: str, number: int, *layers: Layer, beats: int = 16) -> Recipe:
    pitched = role not in UNPITCHED_ROLES
    key_name = "Fsharpmin_" if pitched else ""
    return Recipe(
        name=f"trap_140_{key_name}{instrument}_{number:02d}",
        role=role,
        instrument=instrument,
        bpm=_BPM,
        beats=beats,
        key=_KEY if pitched else None,
        layers=layers,
        bus=GLUE if role == "drums" else (),
        moods=_DARK,
    )


def _kick(number: int) -> tuple[Note, ...]:
    return hits(_KICKS[number], 0.25)


def _drums() -> list[Recipe]:
    loops = []
    for number in range(3):
        kick, snare = _kick(number), hits(_SNARES[number])
        rhythm = hits(_RHYTHMS[number])
        crack = _CLAP if number == 1 else _CRACK
        loops += [
            _loop(
                "drums", "drums", number + 1,
                Layer("kick", kick, _BOOM),
                Layer("snare", snare, crack, -1.0, effects=(("room", {"mix": 0.15}),)),
                Layer("hats", rhythm, _HATS, -4.0, pan=0.1),
            ),
            _loop(
                "kick", "kick", number + 1,
                Layer("kick", kick, {**_BOOM, "drive": 1.6 + number}),
            ),
            _loop(
                "snare", ("snare", "clap", "snare")[number], number + 1,
                Layer("snare", snare, crack, effects=(("room", {"mix": 0.18}),)),
            ),
            _loop(
                "hats", "hat", number + 1,
                Layer("hats", rhythm, {**_HATS, "metal": (0.45, 0.2, 0.8)[number]}),
            ),
        ]  # fmt: skip
    return [*loops, *_percussion()]


def _percussion() -> list[Recipe]:
    rim = hits("...x..x. ..x...x. ...x..x. x..x.2..", 0.25, pitch=79)
    block = line("-:.75 1:.25 -:.5 5:.5 -:1 3:.5 -:.5 | -:.5 1':.25 -:.5 5:.25 -:2.5", _KEY, 5)
    bell = line("1:.5 -:1 1:.25 -:.25 b2:.5 -:1.5 | 1:.5 -:1 5,:.5 -:2", _KEY, 5)
    return [
        _loop(
            "perc", "perc", 1,
            Layer("perc", repeat(rim, 2, 8), {"ratio": 1.6, "index": 1.4, "decay_s": 0.09,
                  "noise": 0.5, "noise_hz": 2200.0}, effects=(_ROOM,)),
        ),
        _loop(
            "perc", "perc", 2,
            Layer("perc", repeat(block, 2, 8), {"ratio": 2.76, "index": 1.2, "decay_s": 0.14,
                  "drop": 0.05}, effects=(_ROOM, _ECHO)),
        ),
        _loop(
            "perc", "perc", 3,
            Layer("perc", repeat(bell, 2, 8), {"ratio": 1.48, "index": 1.8, "decay_s": 0.5,
                  "drop": 0.0, "noise": 0.02}, effects=(_HALL,)),
        ),
    ]  # fmt: skip


def _low() -> list[Recipe]:
    lines = (
        "1:2.5 1:1 ~1':.5 | 6,:2.5 6,:1 7,:.5 | 1:1.5 1:1.5 3:1 | 4:1.5 ~3:1 7,:1.5",
        "1:.75 -:.75 1:1 -:.5 5,:.5 6,:.5 | 1:.75 -:.75 3:1 ~4:1.5 | "
        "6,:.75 -:.75 6,:1 -:.5 7,:1 | 5,:1.5 ~5:1 ~4:.5 ~3:1",
        "1:3 ~b2:.5 ~1:.5 | 1:1.5 -:.5 1':.5 -:.5 7,:1 | 4:3 ~5:1 | 6,:1.5 -:.5 7,:.5 -:.5 ~1:1",
    )
    settings: tuple[Mapping[str, Any], ...] = (
        _808,
        {**_808, "envelope": (0.002, 1.4, 0.1, 0.08), "drive": 4.0, "mix": (1.0, 0.2, 0.2)},
        {"mix": (0.6, 1.0, 0.0), "envelope": (0.01, 3.0, 0.7, 0.15), "cutoff_hz": 320.0,
         "sweep": (1.2, 0.5), "wobble": (1.2, 4.0), "detune_cents": 22.0, "drive": 1.8},
    )  # fmt: skip
    return [
        _loop("bass", "bass", number + 1, Layer("bass", line(text, _KEY, 1), settings[number]))
        for number, text in enumerate(lines)
    ]


def _harmony() -> list[Recipe]:
    chords = (
        "1+3+5:4 | 6,+1+3:4 | 4,+6,+1:4 | 5,+7,+#7,:2 5,+#7,+2:2",
        "1+3+5+7:4 | 1+3+5+6:4 | 6,+1+3+5:4 | 7,+2+4+6:4",
        "1,+5,+1+b3:4 | 1,+5,+b2+4:4 | 6,,+3,+6,+1:4 | 7,,+4,+7,+2:4",
    )
    stabs = (
        "1+3+5:1.5 1+3+5:.5? -:2 | 6,+1+3:1.5 6,+1+3:.5? -:2 | "
        "4,+6,+1:1.5 4,+6,+1:.5? -:2 | 5,+7,+2:1.5 5,+7,+2:1? -:1.5",
        "1+3+5+7:2.5 -:1.5 | 6,+1+3+5:2.5 -:1.5 | 4,+6,+1+3:2.5 -:1.5 | 5,+7,+2+4:1.5 1+3+5:2.5",
        "1+5+1'+3':4 | 1+5+b2'+4':4 | 6,+3+6+1':4 | 7,+4+7+2':4",
    )
    pads: tuple[Mapping[str, Any], ...] = (
        {"brightness_hz": 700.0, "motion": (1.2, 16.0)},
        {"brightness_hz": 500.0, "motion": (2.0, 8.0), "attack_s": 0.9, "detune_cents": 22.0},
        {"brightness_hz": 1400.0, "soft": 0.7, "air": 0.25, "attack_s": 0.3},
    )
    keys: tuple[Layer, ...] = (
        Layer("keys", line(stabs[0], _KEY, 3), {"index": 1.8}, effects=(_HALL,)),
        Layer("pluck", line(stabs[1], _KEY, 3), {"sweep": (3.0, 0.5), "decay_s": 2.0},
              effects=(_ECHO, _ROOM)),
        Layer("keys", line(stabs[2], _KEY, 3), {"ratio": 3.5, "index": 1.2, "decay_s": 3.0},
              effects=(_HALL,)),
    )  # fmt: skip
    names = ("keys", "synth", "bells")
    return [
        *(
            _loop("pad", "pad", number + 1,
                  Layer("pad", line(text, _KEY, 3, gate=0.98), pads[number], effects=(_HALL,)))
            for number, text in enumerate(chords)
        ),
        *(_loop("chords", names[number], number + 1, layer) for number, layer in enumerate(keys)),
    ]  # fmt: skip


def _lines() -> list[Recipe]:
    melodies = (
        "1':.5 3':.5 5':1 4':.5 3':.5 2':.5 3':.5 | 1':1.5 7:.5 1':1 5:1 | "
        "6:.5 1':.5 3':1 4':.5 3':.5 1':.5 6:.5 | 7:1.5 2':.5 #7:2",
        "5':.75 4':.75 3':.5 1':2 | 5':.75 6':.75 5':.5 3':2 | "
        "4':.75 3':.75 1':.5 6:2 | 2':.75 1':.75 7:.5 5:2",
        "1:1.5 ~5:.5 ~3':1.5 ~2':.5 | 1':3 ~7:1 | 6:1.5 ~1':.5 ~4':1.5 ~3':.5 | 2':2 ~#7:1 ~1':1",
    )
    layers = (
        Layer("keys", line(melodies[0], _KEY, 4), {"ratio": 3.5, "index": 1.6, "decay_s": 1.6,
              "tine": 0.0}, effects=(_ECHO, _HALL)),
        Layer("pluck", line(melodies[1], _KEY, 4), {"decay_s": 1.2, "hollow": 0.6},
              effects=(_ECHO, _HALL)),
        Layer("lead", line(melodies[2], _KEY, 4), {"mix": (0.8, 0.15, 0.1), "glide_s": 0.12,
              "vibrato_cents": 30.0}, effects=(_ECHO, _HALL)),
    )  # fmt: skip
    names = ("bells", "pluck", "lead")
    return [
        _loop("melody", names[number], number + 1, layer) for number, layer in enumerate(layers)
    ]


def _voices() -> list[Recipe]:
    lines: tuple[tuple[str, Mapping[str, Any], tuple[Effect, ...]], ...] = (
        ("1:1.5 -:.5 3:.5 2:.5 -:1 | 1:1 7,:.5 -:2.5 | 1:1.5 -:.5 5:.5 4:.5 -:1 | 3:1 2:.5 -:2.5",
         {"vowels": "aoe"}, (_ECHO, _HALL)),
        ("1+3+5:4 | 6,+1+3:4 | 4,+6,+1:4 | 5,+7,+2:4",
         {"vowels": "ou", "attack_s": 0.3, "morph_s": 0.3, "breath": 0.2}, (_HALL,)),
        ("5:.25! -:.5 5:.25 -:1 4:.25 3:.25 -:1.5 | 1':.25! -:.5 1':.25 -:3",
         {"vowels": "aea", "attack_s": 0.01, "release_s": 0.12, "size": 1.1}, (_ECHO, _ROOM)),
    )  # fmt: skip
    loops = []
    for number, (text, settings, effects) in enumerate(lines):
        notes = line(text, _KEY, 3 if number == 1 else 4)
        if number == 2:
            notes = repeat(notes, 2, 8)
        layer = Layer("vocal", notes, settings, effects=effects)
        loops.append(_loop("vocal", "vocal", number + 1, layer))
    return loops


def _effects() -> list[Recipe]:
    whole = (Note(0.0, 54, 1.0, 16.0),)
    fall = (Note(0.0, 66, 1.0, 12.0),)
    swells = (Note(0.0, 54, 0.9, 6.0), Note(8.0, 54, 0.9, 8.0))
    return [
        _loop("fx", "riser", 1, Layer("fx", whole, {"flutter": (0.5, 0.5)}, effects=(_ROOM,))),
        _loop("fx", "downlifter", 2, Layer("fx", fall, {"shape": "fall"}, effects=(_HALL,))),
        _loop(
            "fx", "swell", 3,
            Layer("fx", swells, {"high_hz": 5000.0, "tone": 0.4, "flutter": (0.8, 0.25)},
                  effects=(_HALL,)),
        ),
    ]  # fmt: skip
