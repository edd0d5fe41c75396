"""Read the forms of songs from data sets in the folders in which they were published.

Harmonix Set (Nieto et al., "The Harmonix Set: Beats, Downbeats, and Functional Segment Annotations
of Western Popular Music", ISMIR 2019): `metadata.csv`, `segments/*.txt` (time, label) and
`beats_and_downbeats/*.txt` (time, beat in its bar, bar).
POP909's phrases (Dai et al., "Automatic Analysis and Influence of Hierarchical Structure on Melody,
Rhythm and Harmony in Popular Music", 2020): a folder a song with `human_label1.txt`, as in
"i4A8A8B8x4o2".
"""

import csv
import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from loopmind_live.arranger.structure.tokens import Sections
from loopmind_live.errors import ConfigError
from loopmind_live.training.structure_corpus import Song
from loopmind_live.training.structure_phrases import phrase_sections

VALID_SHARE = 8
"""One artist of so many is kept for judging, by the hash of the name."""
_GENRES: Mapping[str, str] = {
    "pop": "pop", "pop-rock": "pop", "": "pop", "hip-hop": "hiphop", "dance/electronic": "edm",
    "country": "country", "metal": "metal", "r&b": "rnb", "reggaeton": "reggaeton",
    "funk/disco": "funk", "alternative": "rock", "rock": "rock", "classic rock": "rock",
    "prog": "rock", "grunge": "rock", "punk": "rock", "indie rock": "rock",
}  # fmt: skip
_NO_SECTIONS = frozenset({"end", "silence"})
_LABELS: tuple[tuple[str, str], ...] = (
    ("prechorus", "prechorus"), ("postchorus", "postchorus"), ("outro", "outro"),
    ("intro", "intro"), ("intchorus", "intro"), ("fadein", "intro"), ("opening", "intro"),
    ("instchorus", "inst"), ("instbridge", "inst"), ("chorus", "chorus"), ("refrain", "chorus"),
    ("gtrbreak", "breakdown"), ("solo", "solo"), ("gtr", "solo"), ("guitar", "solo"),
    ("inst", "inst"), ("transition", "inst"), ("synth", "inst"), ("saxobeat", "inst"),
    ("verse", "verse"), ("raps", "verse"), ("bridge", "bridge"), ("bre", "breakdown"),
    ("quiet", "breakdown"), ("slow", "breakdown"), ("stutter", "breakdown"), ("build", "build"),
    ("drumroll", "build"),
)  # fmt: skip
"""What is in a word of the Harmonix Set, the first that is found, and what it is called here."""
_NEARLY_S = 0.2
"""A boundary so close after a bar line, or before it, is on it."""


def read_published(folders: Iterable[Path]) -> list[Song]:
    """Return the songs of data sets as they were published. Raises ConfigError."""
    songs: list[Song] = []
    for folder in folders:
        inside = folder / "dataset" if (folder / "dataset").is_dir() else folder
        if (inside / "metadata.csv").is_file():
            songs += read_harmonix(inside)
        elif any(folder.glob("*/human_label1.txt")):
            songs += read_pop909(folder)
        else:
            raise ConfigError(
                f"{folder}: neither the Harmonix Set (metadata.csv, segments/) nor POP909 with its"
                " phrases (human_label1.txt in a folder a song)"
            )
    return songs


def read_harmonix(folder: Path) -> list[Song]:
    """Return the songs of the Harmonix Set, by name. Raises ConfigError."""
    lines = _lines(folder / "metadata.csv")
    rows = sorted(csv.DictReader(lines), key=lambda row: row["File"])
    songs = []
    for row in rows:
        name, artist = row["File"], row["Artist"]
        segments = [line.split(None, 1) for line in _lines(folder / "segments" / f"{name}.txt")]
        beats = [line.split() for line in _lines(folder / "beats_and_downbeats" / f"{name}.txt")]
        sections = _counted(
            [(float(time), label.strip()) for time, label in segments],
            [(float(time), int(beat)) for time, beat, *_ in beats],
        )
        genre = _GENRES.get(row["Genre"].lower(), "other")
        bpm = float(row["BPM"]) if row["BPM"] else None
        songs.append(Song(f"hx_{name}", "harmonix", artist, genre, bpm, sections, split_of(artist)))
    return songs


def read_pop909(folder: Path) -> list[Song]:
    """Return the songs of POP909 whose phrases are known, by name. Raises ConfigError."""
    songs = []
    for path in sorted(folder.glob("*/human_label1.txt")):
        phrases = "".join(_lines(path))
        name = f"pop909_{path.parent.name}"
        songs.append(Song(name, "pop909", "", "other", None, phrase_sections(phrases), "train"))
    return songs


def split_of(artist: str) -> str:
    """Return "train" or "valid": all songs of an artist are on one side."""
    number = hashlib.sha256(artist.casefold().encode()).digest()[0]
    return "valid" if number % VALID_SHARE == 0 else "train"


def harmonix_label(word: str) -> str:
    """Return what a label of the Harmonix Set is called here; "section" where it tells nothing.

    >>> harmonix_label("verse2"), harmonix_label("gtr"), harmonix_label("section7")
    ('verse', 'solo', 'section')
    """
    if word in ("introchorus", "introverse"):
        return "intro"
    return next((label for part, label in _LABELS if part in word), "section")


def _counted(segments: Sequence[tuple[float, str]], beats: Sequence[tuple[float, int]]) -> Sections:
    """Return the sections, from where each begins in seconds: a bar is where it begins."""
    lines = [time for time, beat in beats if beat == 1]
    ends = [*(lines_before(lines, start) for start, _ in segments[1:]), len(lines)]
    return tuple(
        (harmonix_label(word), max(1, end - lines_before(lines, start)))
        for (start, word), end in zip(segments, ends, strict=True)
        if word not in _NO_SECTIONS
    )


def lines_before(times: Sequence[float], at: float) -> int:
    """Return how many bar lines lie before a time that is not nearly the next one's.

    >>> lines_before([0.0, 2.0, 4.0], 3.98)
    2
    """
    return bisect_left(times, at - _NEARLY_S)


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})") from error
    return [line.strip() for line in text.splitlines() if line.strip()]
