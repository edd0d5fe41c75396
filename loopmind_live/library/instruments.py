"""Kind, instrument and role of a file: from its name where that speaks, else from its sound."""

from loopmind_live.library.names import NameHints
from loopmind_live.library.sound import Sound
from loopmind_live.score.loop import LoopKind, Role

_PITCHED = 0.35
_SHORTEST_LOOP_S = 0.6


def judge_kind(sound: Sound, hints: NameHints) -> LoopKind:
    """Return "one_shot" for a single hit or note: one start that dies away, or too short to loop.

    A name that states a tempo speaks for a loop.
    """
    if hints.one_shot or sound.end_s - sound.start_s < _SHORTEST_LOOP_S:
        return "one_shot"
    if hints.bpm_marked:
        return "loop"
    starts = sound.onsets.times_s
    early = len(starts) == 0 or float(starts[-1]) - sound.start_s < 0.25 * sound.duration_s
    dies = sound.fall_db < -12.0
    return "one_shot" if len(starts) <= 2 and early and dies else "loop"


def judge_instrument(sound: Sound, hints: NameHints, kind: LoopKind) -> tuple[str, Role]:
    """Return (instrument, role); the role decides on which track a loop plays.

    The rules for sounds whose name says nothing were drawn from medians over labelled one-shots
    and loops: kicks keep nine tenths of their power below 150 Hz, hats three quarters above 4 kHz.
    """
    if hints.instrument is not None and hints.role is not None:
        return hints.instrument, hints.role
    if kind == "one_shot":
        return _hit(sound)
    return _phrase(sound)


def _hit(sound: Sound) -> tuple[str, Role]:
    short = sound.end_s - sound.start_s < 2.0
    if sound.low > 0.75 and sound.brightness_hz < 2000.0 and short:
        return "kick", "kick"
    if sound.chroma.tonalness > _PITCHED and sound.flatness < 0.02:
        if sound.low > 0.4:
            return "bass", "bass"
        return ("synth", "melody") if short else ("pad", "pad")
    if sound.high > 0.4:
        return "hat", "hats"
    if not short:
        return "fx", "fx"
    return ("snare", "snare") if sound.flatness > 0.03 else ("perc", "perc")


def _phrase(sound: Sound) -> tuple[str, Role]:
    pitched = sound.chroma.tonalness > _PITCHED and sound.flatness < 0.06 and sound.high < 0.3
    if pitched and (sound.low < 0.45 or sound.brightness_hz < 1700.0):
        return _pitched_phrase(sound)
    if sound.onsets_per_s < 0.5:
        return "fx", "fx"
    if sound.high > 0.6 and sound.low < 0.05:
        return "hat", "hats"
    if sound.low > 0.3:
        # A kick alone is dull; whatever plays with it is brighter.
        return ("drums", "drums") if sound.brightness_hz > 1100.0 else ("kick", "kick")
    if sound.flatness > 0.1 and sound.high > 0.05 and sound.onsets_per_s < 2.5:
        return "snare", "snare"
    if sound.flatness > 0.03 or sound.high > 0.05:
        return "drums", "drums"
    return "perc", "perc"


def _pitched_phrase(sound: Sound) -> tuple[str, Role]:
    if sound.low > 0.45:
        return "bass", "bass"
    if sound.onsets_per_s < 0.7:
        return "pad", "pad"
    # Few pitch classes at a time: a line; many: chords.
    return ("synth", "melody") if sound.chroma.classes.max() > 0.25 else ("synth", "chords")
