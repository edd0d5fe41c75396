"""Songs as MIDI with beats and keys, in the folders of POP909 as it was published.

Wang et al., "POP909: A Pop-song Dataset for Music Arrangement Generation", ISMIR 2020: a folder a
song with its MIDI file, `beat_midi.txt` (time, and in the third column 1 on a bar's first beat) and
`key_audio.txt` (from, to, key).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from loopmind_live.errors import ConfigError
from loopmind_live.training.midi import Note, read_notes
from loopmind_live.units import parse_key

TRACKS = ("MELODY", "BRIDGE", "PIANO")
_SETTLED_S = 2.0
"""Notes of the old key may still sound so long after a new one begins."""
_BEATS = 4


@dataclass(frozen=True, slots=True)
class Span:
    """A key, and the bars that lie in it: the time of each bar's first beat, and of the last end.

    Each bar has four beats.
    """

    key: str
    lines_s: Sequence[float]

    @property
    def bars(self) -> int:
        """Return how many bars there are."""
        return len(self.lines_s) - 1


@dataclass(frozen=True, slots=True)
class Song:
    """The notes of the tracks, and the spans of one key each."""

    name: str
    tracks: dict[str, list[Note]]
    spans: Sequence[Span]


def read_songs(folder: Path) -> list[Song]:
    """Return all songs in `folder`, or in its folder POP909, by name.

    Raises ConfigError where there is none.
    """
    inner = [path for path in folder.glob("*") if path.name.lower() == "pop909"]
    found = sorted(path.parent for at in (folder, *inner) for path in at.glob("*/key_audio.txt"))
    if not found:
        raise ConfigError(f"{folder}: no songs in it (folders with a .mid and a key_audio.txt)")
    return [read_song(path) for path in found]


def read_song(folder: Path) -> Song:
    """Return the song in a folder of its own. Raises ConfigError."""
    tracks = read_notes(folder / f"{folder.name}.mid")
    beats = [(float(row[0]), float(row[2]) > 0.5) for row in _rows(folder / "beat_midi.txt")]
    keys = [(float(row[0]), float(row[1]), row[2]) for row in _rows(folder / "key_audio.txt")]
    spans = []
    for start_s, end_s, name in keys:
        key = parse_key(name)
        if key is None:
            raise ConfigError(f"{folder / 'key_audio.txt'}: {name!r} is no key")
        edge_s = _SETTLED_S if len(keys) > 1 else 0.0
        spans += [Span(key, run) for run in _runs(beats, start_s + edge_s, end_s - edge_s)]
    wanted = {name: notes for name, notes in tracks.items() if name in TRACKS}
    return Song(folder.name, wanted, spans)


def notes_between(notes: Sequence[Note], start_s: float, end_s: float) -> list[Note]:
    """Return the notes that begin in a span of time, counted from its beginning.

    >>> notes_between([Note(1.0, 2.0, 60, 90), Note(3.0, 4.0, 60, 90)], 2.5, 5.0)
    [Note(start_s=0.5, end_s=1.5, pitch=60, velocity=90)]
    """
    # A note is often played a trifle before its line.
    return [
        replace(note, start_s=max(0.0, note.start_s - start_s), end_s=note.end_s - start_s)
        for note in notes
        if start_s - 0.03 <= note.start_s < end_s - 0.03
    ]


def _rows(path: Path) -> list[list[str]]:
    try:
        return [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line]
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error


def _runs(beats: list[tuple[float, bool]], start_s: float, end_s: float) -> list[list[float]]:
    """Return the bar lines within a span of time, in runs of bars of four beats."""
    firsts = [place for place, (_, first) in enumerate(beats) if first]
    runs: list[list[float]] = []
    run: list[float] = []
    for here, following in pairwise(firsts):
        inside = start_s <= beats[here][0] and beats[following][0] <= end_s
        if following - here != _BEATS or not inside:
            run = []
            continue
        if not run:
            run = [beats[here][0]]
            runs.append(run)
        run.append(beats[following][0])
    return runs
