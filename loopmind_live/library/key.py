"""The key of a file, from its pitches and its name; none where nothing is pitched."""

from dataclasses import dataclass

from loopmind_live.dsp.chroma import fit_key
from loopmind_live.library.sound import Sound
from loopmind_live.score.loop import UNPITCHED_ROLES, Role

MIN_TONALNESS = 0.2
_KEY_AGREES = 0.4


@dataclass(frozen=True, slots=True)
class KeyJudgment:
    """A key with a confidence of 0..1, and how far from A 440; None where nothing is pitched."""

    key: str | None = None
    confidence: float = 0.0
    tuning_cents: float | None = None


def judge_key(sound: Sound, role: Role, named: tuple[str, ...]) -> KeyJudgment:
    """Return the key of a sound; none for what has no pitch, by its sound or its role.

    Of the keys that the name allows the best is taken, where the pitches do not speak against it.
    """
    fit = fit_key(sound.chroma.classes)
    if role in UNPITCHED_ROLES or fit is None or sound.chroma.tonalness < MIN_TONALNESS:
        return KeyJudgment()
    clear = min(1.0, sound.chroma.tonalness / 0.6)
    confidence = clear * max(0.0, fit.correlation) * min(1.0, 0.3 + 4.0 * fit.margin)
    cents = round(sound.chroma.tuning.cents, 1)
    key = max(named, key=lambda name: fit.correlations[name], default=fit.key)
    if named and fit.correlations[key] > _KEY_AGREES:
        return KeyJudgment(key, max(confidence if key == fit.key else 0.0, 0.8 * clear), cents)
    return KeyJudgment(fit.key, confidence, cents)
