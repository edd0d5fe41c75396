"""Which way words of mood point, in what can be measured: brightness, density, energy, parts. Pure.

| Word               | brightness | density | energy | parts |
| ------------------ | ---------- | ------- | ------ | ----- |
| dark, darker       | much less  |         |        |       |
| bright, brighter   | much more  |         |        |       |
| energetic          | a bit more | more    | much more | a bit more |
| busy               |            | much more |      | a bit more |
| minimal, stripped  |            | less    |        | much less |

and so on: `MOOD_DIRECTIONS` has all of them. Words that are refused ("less dark") point the other
way.
"""

from collections.abc import Collection, Mapping
from dataclasses import fields

from loopmind_live.arranger.base import Direction

MOOD_DIRECTIONS: Mapping[str, Direction] = {
    "dark": Direction(brightness=-1.0),
    "bright": Direction(brightness=1.0),
    "warm": Direction(brightness=-0.7, energy=-0.2),
    "cold": Direction(brightness=0.6, energy=-0.2),
    "chill": Direction(brightness=-0.3, density=-0.7, energy=-1.0, fullness=-0.3),
    "dreamy": Direction(density=-0.8, energy=-0.6),
    "aggressive": Direction(brightness=0.6, density=0.6, energy=1.0, fullness=0.3),
    "happy": Direction(brightness=0.7, density=0.4, energy=0.4),
    "sad": Direction(brightness=-0.6, density=-0.6, energy=-0.6),
    "energetic": Direction(brightness=0.3, density=0.7, energy=1.0, fullness=0.5),
    "epic": Direction(brightness=0.2, energy=0.6, fullness=1.0),
    "minimal": Direction(density=-0.6, energy=-0.3, fullness=-1.0),
    "hypnotic": Direction(brightness=-0.2, density=0.3, fullness=-0.4),
    "groovy": Direction(density=0.7, energy=0.3),
    "tense": Direction(brightness=0.2, density=0.4, energy=0.5),
    "romantic": Direction(brightness=-0.3, density=-0.4, energy=-0.5),
    "calm": Direction(brightness=-0.2, density=-0.7, energy=-1.0, fullness=-0.3),
    "busy": Direction(density=1.0, energy=0.3, fullness=0.3),
    "sparse": Direction(density=-1.0, energy=-0.3, fullness=-0.5),
    "stripped": Direction(density=-0.4, energy=-0.3, fullness=-1.0),
    "full": Direction(energy=0.3, fullness=1.0),
    "hard": Direction(density=0.3, energy=1.0),
    "soft": Direction(brightness=-0.4, density=-0.3, energy=-1.0),
}
"""Where each word points, from -1 to 1."""


_AS_THEY_ARE = ("chill", "minimal", "stripped")


def said_of_more(mood: str) -> str:
    """Return a mood's word as it is said of what gets more of it.

    >>> [said_of_more(mood) for mood in ("dark", "sad", "groovy", "sparse", "energetic", "chill")]
    ['darker', 'sadder', 'groovier', 'sparser', 'more energetic', 'more chill']
    """
    if mood.endswith("y"):
        return f"{mood[:-1]}ier"
    vowels = sum(letter in "aeiou" for letter in mood.removesuffix("e"))
    if mood in _AS_THEY_ARE or vowels > 2 or mood.endswith("c"):
        return f"more {mood}"
    if mood.endswith("e"):
        return f"{mood}r"
    return f"{mood}{'d' if mood == 'sad' else ''}er"


def direction_of(moods: Collection[str], moods_out: Collection[str] = ()) -> Direction:
    """Return where `moods` point together, those of `moods_out` turned round; words unknown add 0.

    >>> direction_of(["dark"])
    Direction(brightness=-1.0, density=0.0, energy=0.0, fullness=0.0)
    >>> direction_of([], ["dark", "purple"]).brightness
    1.0
    """
    signed = [(mood, 1.0) for mood in moods] + [(mood, -1.0) for mood in moods_out]
    pointed = [(MOOD_DIRECTIONS[mood], sign) for mood, sign in signed if mood in MOOD_DIRECTIONS]

    def along(name: str) -> float:
        total = sum(sign * float(getattr(direction, name)) for direction, sign in pointed)
        return max(-1.0, min(1.0, total))

    return Direction(**{field.name: along(field.name) for field in fields(Direction)})


def comparative(direction: Direction) -> str:
    """Return one word for where `direction` points most, as in "nothing darker fits".

    >>> comparative(Direction(brightness=-1.0)), comparative(Direction(energy=0.5, density=0.2))
    ('darker', 'more energetic')
    """
    words = {
        "brightness": ("darker", "brighter"),
        "density": ("sparser", "busier"),
        "energy": ("calmer", "more energetic"),
        "fullness": ("thinner", "fuller"),
    }
    most = max(words, key=lambda name: abs(float(getattr(direction, name))))
    return words[most][getattr(direction, most) > 0.0]


def parts_more(direction: Direction) -> int:
    """Return how many parts more (or fewer, where negative) `direction` asks for.

    >>> [parts_more(Direction(fullness=f)) for f in (-1.0, -0.3, 0.1, 0.5)]
    [-2, -1, 0, 1]
    """
    most = abs(direction.fullness)
    count = 2 if most >= 0.8 else 1 if most >= 0.25 else 0
    return count if direction.fullness > 0.0 else -count
