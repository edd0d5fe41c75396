"""Genres as data: order of sections, bars, usual tempo, which roles count, what the peak is called.

To add a genre, add a row to `GENRES` and its names to `words.GENRE_WORDS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from loopmind_live.score.loop import Role

Form = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Genre:
    """A genre's habits. `slowest` and `fastest` bound its `bpm`; `roles` come by importance.

    `parts` is how many roles its fullest section has; `minor` how much more often it is in minor
    than in major (0..1).
    """

    name: str
    bpm: float
    slowest: float
    fastest: float
    form: Form
    roles: tuple[Role, ...]
    parts: int = 6
    minor: float = 0.6

    @property
    def labels(self) -> frozenset[str]:
        """Return the labels of the form."""
        return frozenset(label for label, _ in self.form)

    @property
    def longest(self) -> int:
        """Return the bars of the longest sections that are usual here, 16 at least."""
        return max(16, *(bars for _, bars in self.form))

    def bars_of(self, label: str) -> int:
        """Return how long a section of `label` usually is here."""
        return dict(self.form).get(label, USUAL_BARS[label])

    def spoken(self, label: str) -> str:
        """Return what this genre calls `label`: dance genres drop where songs have a hook.

        >>> GENRES["house"].spoken("hook"), GENRES["trap"].spoken("drop")
        ('drop', 'hook')
        """
        for peak, other in (("hook", "drop"), ("drop", "hook")):
            if label == peak and label not in self.labels and other in self.labels:
                return other
        return label


USUAL_BARS: Mapping[str, int] = {
    "intro": 4, "verse": 16, "prechorus": 4, "hook": 8, "postchorus": 4, "bridge": 8, "build": 8,
    "drop": 16, "breakdown": 16, "inst": 8, "solo": 8, "outro": 4,
}  # fmt: skip

_BEAT: Form = (
    ("intro", 4), ("hook", 8), ("verse", 16), ("hook", 8), ("verse", 16), ("bridge", 8),
    ("hook", 8), ("outro", 4),
)  # fmt: skip
_RAP: Form = (
    ("intro", 4), ("verse", 16), ("hook", 8), ("verse", 16), ("hook", 8), ("verse", 16),
    ("hook", 8), ("outro", 4),
)  # fmt: skip
_SONG: Form = (
    ("intro", 4), ("verse", 8), ("prechorus", 4), ("hook", 8), ("verse", 8), ("prechorus", 4),
    ("hook", 8), ("bridge", 8), ("hook", 8), ("outro", 4),
)  # fmt: skip
_ROCK: Form = (
    ("intro", 8), ("verse", 16), ("hook", 8), ("verse", 16), ("hook", 8), ("solo", 8),
    ("hook", 8), ("outro", 8),
)  # fmt: skip
_CLUB: Form = (
    ("intro", 16), ("build", 8), ("drop", 32), ("breakdown", 16), ("build", 8), ("drop", 32),
    ("outro", 16),
)  # fmt: skip
_TECHNO: Form = (
    ("intro", 32), ("drop", 32), ("breakdown", 16), ("build", 8), ("drop", 32),
    ("breakdown", 16), ("drop", 32), ("outro", 32),
)  # fmt: skip
_TRANCE: Form = (
    ("intro", 32), ("drop", 32), ("breakdown", 32), ("build", 16), ("drop", 32), ("outro", 32),
)  # fmt: skip
_BASS_MUSIC: Form = (
    ("intro", 16), ("build", 16), ("drop", 32), ("breakdown", 16), ("build", 16), ("drop", 32),
    ("outro", 16),
)  # fmt: skip
_DUB: Form = (
    ("intro", 8), ("build", 8), ("drop", 16), ("breakdown", 8), ("build", 8), ("drop", 16),
    ("outro", 8),
)  # fmt: skip
_DISCO: Form = (
    ("intro", 8), ("verse", 16), ("hook", 16), ("verse", 16), ("hook", 16), ("breakdown", 8),
    ("hook", 16), ("outro", 8),
)  # fmt: skip
_JAZZ: Form = (
    ("intro", 4), ("hook", 16), ("solo", 16), ("solo", 16), ("bridge", 8), ("hook", 16),
    ("outro", 4),
)  # fmt: skip
_AMBIENT: Form = (
    ("intro", 8), ("verse", 16), ("hook", 16), ("breakdown", 16), ("hook", 16), ("outro", 8),
)  # fmt: skip

_BEAT_ROLES: tuple[Role, ...] = (
    "drums", "bass", "melody", "chords", "vocal", "pad", "hats", "fx", "perc",
)  # fmt: skip
_CLUB_ROLES: tuple[Role, ...] = (
    "drums", "bass", "chords", "melody", "perc", "hats", "pad", "vocal", "fx",
)  # fmt: skip
_SONG_ROLES: tuple[Role, ...] = (
    "drums", "bass", "chords", "vocal", "melody", "pad", "perc", "fx", "hats",
)  # fmt: skip
_HARD_ROLES: tuple[Role, ...] = (
    "drums", "bass", "melody", "pad", "fx", "chords", "vocal", "hats", "perc",
)  # fmt: skip
_SOFT_ROLES: tuple[Role, ...] = (
    "pad", "melody", "chords", "fx", "vocal", "bass", "perc", "drums", "hats",
)  # fmt: skip

_ROWS = (
    Genre("trap", 140, 120, 160, _BEAT, _BEAT_ROLES, minor=0.9),
    Genre("hiphop", 92, 80, 105, _RAP, _BEAT_ROLES, 5, 0.7),
    Genre("boombap", 90, 82, 98, _RAP, _BEAT_ROLES, 5, 0.7),
    Genre("lofi", 80, 68, 92, _BEAT, _SONG_ROLES, 5, 0.5),
    Genre("drill", 142, 136, 150, _BEAT, _BEAT_ROLES, minor=0.9),
    Genre("phonk", 130, 110, 165, _BEAT, _BEAT_ROLES, minor=0.9),
    Genre("house", 124, 118, 130, _CLUB, _CLUB_ROLES, 7),
    Genre("deephouse", 122, 116, 126, _CLUB, _CLUB_ROLES, minor=0.8),
    Genre("techhouse", 126, 122, 130, _CLUB, _CLUB_ROLES, minor=0.8),
    Genre("techno", 130, 122, 145, _TECHNO, _CLUB_ROLES, minor=0.9),
    Genre("trance", 136, 128, 145, _TRANCE, _CLUB_ROLES, 7, 0.7),
    Genre("dnb", 174, 168, 180, _BASS_MUSIC, _HARD_ROLES, minor=0.8),
    Genre("jungle", 168, 158, 176, _BASS_MUSIC, _HARD_ROLES, minor=0.8),
    Genre("dubstep", 140, 136, 150, _DUB, _HARD_ROLES, minor=0.9),
    Genre("garage", 132, 126, 138, _CLUB, _CLUB_ROLES, minor=0.7),
    Genre("breakbeat", 132, 120, 145, _CLUB, _CLUB_ROLES),
    Genre("edm", 128, 124, 132, _CLUB, _CLUB_ROLES, 7, 0.5),
    Genre("ambient", 80, 60, 110, _AMBIENT, _SOFT_ROLES, 4, 0.5),
    Genre("synthwave", 100, 84, 118, _SONG, _SONG_ROLES, minor=0.7),
    Genre("pop", 112, 90, 130, _SONG, _SONG_ROLES, minor=0.4),
    Genre("rnb", 88, 66, 105, _SONG, _SONG_ROLES, minor=0.6),
    Genre("rock", 120, 95, 150, _ROCK, _SONG_ROLES, minor=0.4),
    Genre("funk", 108, 95, 122, _DISCO, _SONG_ROLES, minor=0.6),
    Genre("disco", 118, 110, 126, _DISCO, _SONG_ROLES, 7, 0.5),
    Genre("jazz", 120, 80, 170, _JAZZ, _SONG_ROLES, 5, 0.5),
    Genre("reggaeton", 94, 86, 104, _BEAT, _BEAT_ROLES, minor=0.8),
    Genre("afrobeat", 108, 98, 118, _SONG, _CLUB_ROLES, minor=0.6),
)

GENRES: Mapping[str, Genre] = {genre.name: genre for genre in _ROWS}
ANY_GENRE = Genre("", 120, 60, 180, _BEAT, _BEAT_ROLES)
"""What is done where a prompt names no genre: the tempo is the library's own."""


def genre_of(name: str | None) -> Genre:
    """Return the genre called `name`, the plain one for None or an unknown name."""
    return ANY_GENRE if name is None else GENRES.get(name, ANY_GENRE)
