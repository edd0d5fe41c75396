"""Kind, instrument and role of a file: what is heard and what its name says, taken together."""

from collections.abc import Mapping
from dataclasses import dataclass

from loopmind_live.library.classes import CLASS_OF, CLASSES
from loopmind_live.library.instrument_model import shipped_model
from loopmind_live.library.names import NameHints
from loopmind_live.library.sound import Sound
from loopmind_live.library.timbre import Values, timbre
from loopmind_live.score.loop import LoopKind, Role

SURE = 0.5
"""Where the likeliest class is less likely, no role is told: no part is left to chance on stage."""
_SHORTEST_LOOP_S = 0.6
_NAMES_ARE_RIGHT = 0.97
_HEARD_WRONG = 0.01
"""How often a sound is like nothing that was learned, so that the model knows nothing."""
_ROLES: Mapping[str, Role] = {
    "kick": "kick", "snare": "snare", "hat": "hats", "perc": "perc", "drums": "drums",
    "bass": "bass", "pad": "pad", "vocal": "vocal", "fx": "fx",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InstrumentJudgment:
    """An instrument, how sure it is (0..1), and its role.

    `role` is what a loop of that instrument plays; `sure_role` is None where the instrument is not
    sure enough to put the loop on that part's track.
    """

    instrument: str
    confidence: float
    role: Role

    @property
    def sure_role(self) -> Role | None:
        """Return the role, None where it is not sure."""
        return self.role if self.confidence >= SURE else None


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


def judge_instrument(
    sound: Sound, hints: NameHints, vector: Values | None = None
) -> InstrumentJudgment:
    """Return the likeliest instrument of a sound with such a name. Raises LibraryError.

    `vector`: the sound's `features`, where they are known already.

    By Bayes: what the model hears is the prior, and a name that claims a class is nearly always
    right. So a name decides unless the sound is very unlike it.
    """
    heard = shipped_model().probabilities(timbre(sound, vector))
    heard = (1.0 - _HEARD_WRONG) * heard + _HEARD_WRONG / len(CLASSES)
    chances = {label: float(chance) for label, chance in zip(CLASSES, heard, strict=True)}
    claimed = CLASS_OF.get(hints.instrument or "")
    if claimed is not None:
        wrong = (1.0 - _NAMES_ARE_RIGHT) / (len(CLASSES) - 1)
        chances = {
            label: chance * (_NAMES_ARE_RIGHT if label == claimed else wrong)
            for label, chance in chances.items()
        }
    best = max(chances, key=lambda label: chances[label])
    confidence = chances[best] / sum(chances.values())
    if best == claimed and hints.instrument is not None and hints.role is not None:
        return InstrumentJudgment(hints.instrument, confidence, hints.role)
    return InstrumentJudgment(best, confidence, _ROLES.get(best) or _tones(sound))


def _tones(sound: Sound) -> Role:
    """Return the role of an instrument that may play lines or chords."""
    # Few pitch classes at a time: a line; many: chords.
    return "melody" if sound.chroma.classes.max() > 0.25 else "chords"
