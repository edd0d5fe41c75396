"""Standard MIDI files, through mido: the notes of each track, and files to be rendered."""

import io
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import mido

from loopmind_live.errors import ConfigError

_TICKS_PER_S = 1000
_DEFAULT_BEAT_US = 500_000
_META = 0xFF


@dataclass(frozen=True, slots=True)
class Note:
    """A note; `velocity` 1..127."""

    start_s: float
    end_s: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Message:
    """A channel message, or a file's own (such as a track's name), at a time."""

    time_s: float
    data: bytes


def read_notes(path: Path) -> dict[str, list[Note]]:
    """Return the notes of each named track, in order. Raises ConfigError."""
    try:
        file = mido.MidiFile(file=io.BytesIO(_own_chunks(path.read_bytes())), clip=True)
    except (OSError, EOFError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read as MIDI ({error!r:.100})") from error
    if not 0 < file.ticks_per_beat < 0x8000:
        raise ConfigError(f"{path}: cannot be read as MIDI (its times are no beats)")
    seconds = _Clock(file)
    notes: dict[str, list[Note]] = {}
    for track in file.tracks:
        notes.setdefault(track.name.strip(), []).extend(_notes(track, seconds))
    return {name: sorted(found, key=lambda note: note.start_s) for name, found in notes.items()}


def midi_file(messages: Iterable[Message]) -> bytes:
    """Return a MIDI file of one track that plays `messages`, to the millisecond."""
    file = mido.MidiFile(type=0, ticks_per_beat=_TICKS_PER_S)
    track = file.add_track()
    track.append(mido.MetaMessage("set_tempo", tempo=1_000_000))
    last = 0
    for message in sorted(messages, key=lambda each: each.time_s):
        tick = max(last, round(message.time_s * _TICKS_PER_S))
        kind = mido.MetaMessage if message.data[0] == _META else mido.Message
        track.append(kind.from_bytes(message.data).copy(time=tick - last))
        last = tick
    made = io.BytesIO()
    file.save(file=made)
    return made.getvalue()


def _own_chunks(data: bytes) -> bytes:
    """Return a file without chunks of other kinds, which a reader is to skip."""
    at, kept = 0, bytearray()
    while at + 8 <= len(data):
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        if data[at : at + 4] in (b"MThd", b"MTrk") or not kept:
            kept += data[at:end]
        at = end
    return bytes(kept)


def _timed(track: mido.MidiTrack) -> Iterator[tuple[int, mido.Message]]:
    """Yield each message of a track with its tick."""
    return zip(accumulate(message.time for message in track), track, strict=True)


class _Clock:
    """Ticks to seconds, by the tempi of a file."""

    def __init__(self, file: mido.MidiFile) -> None:
        division = file.ticks_per_beat
        self._ticks: list[int] = [0]
        self._starts_s: list[float] = [0.0]
        self._tick_s: list[float] = [_DEFAULT_BEAT_US / 1e6 / division]
        tempi = (
            (tick, message.tempo)
            for track in file.tracks
            for tick, message in _timed(track)
            if message.type == "set_tempo"
        )
        for tick, beat_us in sorted(tempi):
            self._starts_s.append(self(tick))
            self._ticks.append(tick)
            self._tick_s.append(beat_us / 1e6 / division)

    def __call__(self, tick: int) -> float:
        place = bisect_right(self._ticks, tick) - 1
        return self._starts_s[place] + (tick - self._ticks[place]) * self._tick_s[place]


def _notes(track: mido.MidiTrack, seconds: _Clock) -> Iterator[Note]:
    sounding: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for tick, message in _timed(track):
        if message.type not in ("note_on", "note_off"):
            continue
        key = message.channel, message.note
        if message.type == "note_on" and message.velocity:
            sounding[key].append((tick, message.velocity))
        elif sounding[key]:
            start, loud = sounding[key].pop(0)
            yield Note(seconds(start), seconds(tick), message.note, loud)
