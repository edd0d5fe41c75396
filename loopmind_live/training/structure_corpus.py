"""Songs as rows of section labels and bars, as the model of structure learns from and is judged by.

A row: {"id", "source", "artist", "genre", "bpm", "sections": [{"label", "bars"}, …], "split"}; bars
are null where only seconds are known. POP909's rows have their phrases beside it ("raw"), which are
read anew.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopmind_live.arranger.structure.tokens import (
    CORPUS_GENRES,
    CORPUS_LABELS,
    Sections,
    body,
    conditions,
)
from loopmind_live.errors import ConfigError
from loopmind_live.training.structure_phrases import phrase_sections

MOST_SECTIONS = 40
"""Longer songs are left out."""
SONG_GENRES = frozenset({"pop", "rock", "live", "rnb", "edm", "metal", "hiphop", "country"})
"""Of songs without bars only these teach: the others have other forms."""


@dataclass(frozen=True, slots=True)
class Song:
    """The form of a song; `genre` is one of CORPUS_GENRES, `bpm` None where it is not known."""

    name: str
    source: str
    artist: str
    genre: str
    bpm: float | None
    sections: Sections
    split: str | None = None

    @property
    def counted(self) -> bool:
        """Return whether the bars of all sections are known."""
        return all(bars is not None and bars >= 1 for _, bars in self.sections)

    @property
    def bars(self) -> int | None:
        """Return the length, sections counted as long as they can be told; None if not known."""
        return sum(min(bars or 0, 32) for _, bars in self.sections) if self.counted else None

    @property
    def body_tokens(self) -> list[int]:
        """Return the tokens of the sections and of the end."""
        return body(self.sections)

    def tokens(self, with_length: bool = False) -> list[int]:
        """Return conditions and body as tokens; the length is a condition where asked for."""
        told = conditions(self.genre, self.bpm, self.bars if with_length else None)
        return told + self.body_tokens


def read_rows(path: Path) -> list[Song]:
    """Return the songs of a file of rows (JSON Lines). Raises ConfigError."""
    songs = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}): name a file of rows") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            songs.append(_song(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(
                f"{path}:{number}: not a row of sections ({error}): it needs id and sections, each"
                " with a label and bars"
            ) from error
    return songs


def read_corpus(folder: Path) -> list[Song]:
    """Return the songs of all files of structures in a folder, each name once. ConfigError."""
    paths = sorted(folder.glob("*structures*.jsonl"))
    if not paths:
        raise ConfigError(f"{folder}: no *structures*.jsonl in it: name the corpus's folder")
    return merged(song for path in paths for song in read_rows(path))


def merged(songs: Iterable[Song]) -> list[Song]:
    """Return each song once: of one name, the first."""
    found: dict[str, Song] = {}
    for song in songs:
        found.setdefault(song.name, song)
    return list(found.values())


def to_row(song: Song) -> dict[str, Any]:
    """Return a song as a row."""
    return {
        "id": song.name,
        "source": song.source,
        "artist": song.artist,
        "genre": song.genre,
        "bpm": song.bpm,
        "sections": [{"label": label, "bars": bars} for label, bars in song.sections],
        "split": song.split,
    }


def measurable(songs: Iterable[Song]) -> list[Song]:
    """Return the songs that figures are about: bars known, not too many sections."""
    return [song for song in songs if song.counted and 0 < len(song.sections) <= MOST_SECTIONS]


def lessons(songs: Iterable[Song]) -> list[Song]:
    """Return the songs to learn from; those without bars teach the order of labels."""
    return [
        song
        for song in songs
        if song.split == "train"
        and 0 < len(song.sections) <= MOST_SECTIONS
        and (song.counted or (not song.bars and song.genre in SONG_GENRES))
    ]


def held_out(songs: Sequence[Song]) -> list[Song]:
    """Return the songs to be judged by: of split "test", else of "valid", else all."""
    for split in ("test", "valid"):
        of_split = [song for song in songs if song.split == split]
        if of_split:
            return measurable(of_split)
    return measurable(songs)


def _song(row: dict[str, Any]) -> Song:
    sections = tuple(_section(section) for section in row["sections"])
    if row.get("source") == "pop909" and row.get("raw"):
        sections = phrase_sections(row["raw"])
    genre, bpm = row.get("genre"), row.get("bpm")
    return Song(
        str(row["id"]),
        str(row.get("source") or ""),
        str(row.get("artist") or ""),
        genre if genre in CORPUS_GENRES else "other",
        float(bpm) if bpm else None,
        sections,
        row.get("split"),
    )


def _section(section: dict[str, Any]) -> tuple[str, int | None]:
    label, bars = section["label"], section["bars"]
    if label not in CORPUS_LABELS:
        raise ValueError(f"label {label!r} is none of {', '.join(CORPUS_LABELS)}")
    return label, None if bars is None else int(bars)
