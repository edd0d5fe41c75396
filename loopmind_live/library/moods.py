"""Moods of a loop, in a few plain words, from its name and its sound.

By ear each word is a rule over figures (nobody has told us the moods of sounds; the rules say what
the words are taken to mean):

- dark: brightness below 1200 Hz, in minor or no key
- bright: brightness above 4000 Hz, or above 2500 Hz in major
- warm: tones (tonalness above 0.3) with brightness below 1800 Hz and flatness below 0.02, not in
  minor, not loud
- aggressive: loud, dense (its loudest 6 ms are less than 12 dB over its mean), and with brightness
  above 2200 Hz or flatness above 0.1
- dreamy: tones (tonalness above 0.4), fewer than 2 onsets a second, that come up in more than 0.2 s
  or of which fewer than 0.6 begin a second
- energetic: more than 4 onsets a second, loud, at more than 115 bpm where it has a tempo
- calm: fewer than 2 onsets a second, soft
- sad: minor, below 100 bpm where it has a tempo, fewer than 4 onsets a second, not loud
- happy: major, above 100 bpm, 2 onsets a second or more
- minimal: a loop with a tempo, fewer than 2.5 onsets a second, and less than a quarter of time and
  bands within 30 dB of the loudest
- sparse, busy: below 1, above 7 onsets a second

Loud is above -14 LUFS, soft below -16 LUFS.
"""

from dataclasses import dataclass

import numpy as np

from loopmind_live.library.sound import CONTOUR_HZ, Sound

_NAMED = frozenset(
    ("dark", "bright", "warm", "cold", "happy", "sad", "angry", "chill", "calm", "dreamy", "epic",
     "aggressive", "energetic", "melancholic", "mellow", "uplifting", "tense", "deep", "dirty",
     "soft", "hard", "smooth", "emotional", "haunted", "spooky", "romantic", "lofi", "minimal")
)  # fmt: skip
MOOD_WORDS = tuple(sorted(_NAMED | {"sparse", "busy"}))
"""Every mood that a loop may have."""
_LOUD_LUFS, _SOFT_LUFS = -14.0, -16.0
_FULL_DB = -30.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What moods are judged by.

    `tonal`: 0..1, how much lies in tones. `crest_db`: the loudest moment over the mean.
    `attack_s`: how long the loudest sound takes to come up from 20 dB below. `fullness`: the share
    (0..1) of time and bands within 30 dB of the loudest.
    """

    brightness_hz: float
    onsets_per_s: float
    tonal: float
    flatness: float
    crest_db: float
    attack_s: float
    fullness: float


def figures(sound: Sound) -> Figures:
    """Return what moods are judged by of a measured sound."""
    contour = sound.contour_db
    top = int(np.argmax(contour))
    quiet = np.flatnonzero(contour[: top + 1] < -20.0)
    rise = top - (int(quiet[-1]) if len(quiet) else 0)
    mean = float((10.0 ** (contour.astype(np.float64) / 10.0)).mean())
    return Figures(
        sound.brightness_hz,
        sound.onsets_per_s,
        sound.chroma.tonalness,
        sound.flatness,
        -10.0 * float(np.log10(mean)),
        rise / CONTOUR_HZ,
        float((sound.levels_db > _FULL_DB).mean()),
    )


def judge_moods(
    words: frozenset[str],
    heard: Figures,
    key: str | None = None,
    bpm: float | None = None,
    lufs: float | None = None,
) -> tuple[str, ...]:
    """Return the moods, sorted; what the name says, and what the figures make plain.

    >>> hum = Figures(700.0, 0.5, 0.8, 0.001, 4.0, 0.9, 0.2)
    >>> judge_moods(frozenset({"night"}), hum, "A:min", 90.0, -22.0)
    ('calm', 'dark', 'dreamy', 'minimal', 'sad', 'sparse')
    >>> saws = Figures(5200.0, 9.0, 0.4, 0.2, 7.0, 0.01, 0.7)
    >>> judge_moods(frozenset({"haunted"}), saws, "C:maj", 140.0, -8.0)
    ('aggressive', 'bright', 'busy', 'energetic', 'happy', 'haunted')
    """
    loudness = lufs if lufs is not None else -70.0
    minor, major = _mode(key, "min"), _mode(key, "maj")
    return tuple(
        sorted(
            (words & _NAMED)
            | _of_color(heard, loudness, minor=minor, major=major)
            | _of_motion(heard, loudness, bpm)
            | _of_mode(heard, loudness, bpm, minor=minor, major=major)
        )
    )


def _mode(key: str | None, mode: str) -> bool:
    return key is not None and key.endswith(f":{mode}")


def _of_color(heard: Figures, loudness: float, *, minor: bool, major: bool) -> set[str]:
    moods = set()
    if heard.brightness_hz < 1200.0 and not major:
        moods.add("dark")
    if heard.brightness_hz > 4000.0 or (major and heard.brightness_hz > 2500.0):
        moods.add("bright")
    mellow = heard.brightness_hz < 1800.0 and heard.tonal > 0.3 and heard.flatness < 0.02
    if mellow and not minor and loudness < _LOUD_LUFS:
        moods.add("warm")
    harsh = heard.brightness_hz > 2200.0 or heard.flatness > 0.1
    if harsh and heard.crest_db < 12.0 and loudness > _LOUD_LUFS:
        moods.add("aggressive")
    return moods


def _of_motion(heard: Figures, loudness: float, bpm: float | None) -> set[str]:
    moods = set()
    onsets = heard.onsets_per_s
    if onsets < 1.0:
        moods.add("sparse")
    elif onsets > 7.0:
        moods.add("busy")
    if onsets < 2.5 and heard.fullness < 0.25 and bpm is not None:
        moods.add("minimal")
    if onsets > 4.0 and loudness > _LOUD_LUFS and (bpm is None or bpm > 115.0):
        moods.add("energetic")
    if onsets < 2.0 and loudness < _SOFT_LUFS:
        moods.add("calm")
    if heard.tonal > 0.4 and onsets < 2.0 and (heard.attack_s > 0.2 or onsets < 0.6):
        moods.add("dreamy")
    return moods


def _of_mode(
    heard: Figures, loudness: float, bpm: float | None, *, minor: bool, major: bool
) -> set[str]:
    slow = bpm is None or bpm < 100.0
    if minor and slow and heard.onsets_per_s < 4.0 and loudness < _LOUD_LUFS:
        return {"sad"}
    if major and bpm is not None and bpm > 100.0 and heard.onsets_per_s >= 2.0:
        return {"happy"}
    return set()
