"""Moods of a loop, in a few plain words, from its name and its sound."""

_NAMED = frozenset(
    ("dark", "bright", "warm", "cold", "happy", "sad", "angry", "chill", "calm", "dreamy", "epic",
     "aggressive", "energetic", "melancholic", "mellow", "uplifting", "tense", "deep", "dirty",
     "soft", "hard", "smooth", "emotional", "haunted", "spooky", "romantic", "lofi")
)  # fmt: skip
MOOD_WORDS = tuple(sorted(_NAMED | {"sparse", "busy"}))
"""Every mood that a loop may have."""


def judge_moods(
    words: frozenset[str],
    key: str | None,
    bpm: float | None,
    brightness_hz: float,
    onsets_per_s: float,
    lufs: float | None,
) -> tuple[str, ...]:
    """Return the moods, sorted; what the name says, and what the figures make plain.

    >>> judge_moods(frozenset({"night"}), "A:min", 90.0, 700.0, 0.5, -22.0)
    ('calm', 'dark', 'sparse')
    >>> judge_moods(frozenset({"haunted"}), "C:maj", 140.0, 5200.0, 9.0, -8.0)
    ('bright', 'busy', 'energetic', 'haunted')
    """
    moods = set(words & _NAMED)
    minor = key is not None and key.endswith(":min")
    loudness = lufs if lufs is not None else -70.0
    if brightness_hz < 1200.0 and (minor or key is None):
        moods.add("dark")
    elif brightness_hz < 1800.0 and not minor and loudness < -14.0:
        moods.add("warm")
    if brightness_hz > 4000.0 or (key is not None and not minor and brightness_hz > 2500.0):
        moods.add("bright")
    if onsets_per_s < 1.0:
        moods.add("sparse")
    elif onsets_per_s > 7.0:
        moods.add("busy")
    if onsets_per_s > 4.0 and loudness > -14.0 and (bpm is None or bpm > 115.0):
        moods.add("energetic")
    if onsets_per_s < 2.0 and loudness < -16.0:
        moods.add("calm")
    return tuple(sorted(moods))
