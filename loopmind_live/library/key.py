"""The key of a file, from its harmony and its name; none where nothing has a pitch."""

from dataclasses import dataclass

from loopmind_live.library.key_model import shipped_model
from loopmind_live.library.names import NameHints
from loopmind_live.library.sound import Sound
from loopmind_live.score.loop import UNPITCHED_ROLES, Role

NAMED_KEY = 200.0
"""How much likelier a key is that the name tells; what the sound speaks against stays unlikely."""
NAMED_TONES, NAMED_DRUMS = 8.0, 0.05
"""How much likelier tones are where the name tells of tones, or of drums."""
HEARD_TONES, HEARD_EFFECTS, HEARD_DRUMS = 2.5, 0.4, 0.15
"""The same by the role that is heard: less, for both judgments hear the same sound."""


@dataclass(frozen=True, slots=True)
class KeyJudgment:
    """A key with the probability that it is right, and how far from A 440 it is, -50..50 cents.

    None where nothing has a pitch.
    """

    key: str | None = None
    confidence: float = 0.0
    tuning_cents: float | None = None


def judge_key(sound: Sound, role: Role, hints: NameHints) -> KeyJudgment:
    """Return the key of a sound with a role, given what its name says. Raises ConfigError.

    That where the trained model cannot be read.
    """
    model = shipped_model()
    tonal = _likelier(model.tonal(sound.chroma.tonality), _tones(role, hints))
    if tonal < 0.5 or not sound.chroma.harmony.any():
        return KeyJudgment()
    shares = model.probabilities(sound.chroma.harmony)
    for key in hints.keys:
        shares[key] *= NAMED_KEY
    best = max(shares, key=lambda key: shares[key])
    share = shares[best] / sum(shares.values())
    return KeyJudgment(best, tonal * share, round(sound.chroma.tuning.cents, 1))


def _tones(role: Role, hints: NameHints) -> float:
    """Return how much likelier tones are than they sound."""
    if hints.role is not None:
        return NAMED_DRUMS if hints.role in UNPITCHED_ROLES else NAMED_TONES
    if hints.keys:
        return NAMED_TONES
    if role == "fx":
        return HEARD_EFFECTS
    return HEARD_DRUMS if role in UNPITCHED_ROLES else HEARD_TONES


def _likelier(share: float, times: float) -> float:
    """Return a probability whose odds are so many times higher.

    >>> _likelier(0.5, 3.0)
    0.75
    """
    return share * times / (share * times + 1.0 - share)
