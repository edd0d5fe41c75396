"""Standard MIDI files: the notes of each track, and files to be rendered."""

import struct
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.errors import ConfigError

_TICKS_PER_S = 1000
_DEFAULT_BEAT_US = 500_000
_TEMPO, _NAME = 0x51, 0x03


@dataclass(frozen=True, slots=True)
class Note:
    """A note; `velocity` 1..127."""

    start_s: float
    end_s: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Message:
    """A channel message at a time."""

    time_s: float
    data: bytes


@dataclass(frozen=True, slots=True)
class _Event:
    """An event of a track: a status of 0xFF00 + type is a meta event."""

    tick: int
    status: int
    data: bytes


def read_notes(path: Path) -> dict[str, list[Note]]:
    """Return the notes of each named track, in order. Raises ConfigError."""
    try:
        data = path.read_bytes()
        division, tracks = _tracks(data)
    except (OSError, IndexError, struct.error, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read as MIDI ({error})") from error
    seconds = _clock(division, (event for track in tracks for event in track))
    notes: dict[str, list[Note]] = {}
    for track in tracks:
        names = [event.data for event in track if event.status == 0xFF00 + _NAME]
        name = names[0].decode("latin-1").strip() if names else ""
        notes.setdefault(name, []).extend(_notes(track, seconds))
    return {name: sorted(found, key=lambda note: note.start_s) for name, found in notes.items()}


def midi_file(messages: Iterable[Message]) -> bytes:
    """Return a MIDI file of one track that plays `messages`, to the millisecond."""
    beat = bytes((0, 0xFF, _TEMPO, 3)) + (1_000_000).to_bytes(3, "big")
    track = bytearray(beat)
    last = 0
    for message in sorted(messages, key=lambda each: each.time_s):
        tick = max(last, round(message.time_s * _TICKS_PER_S))
        track += _length(tick - last) + message.data
        last = tick
    track += bytes((0, 0xFF, 0x2F, 0))
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, _TICKS_PER_S)
    return head + b"MTrk" + struct.pack(">I", len(track)) + bytes(track)


def _tracks(data: bytes) -> tuple[int, list[list[_Event]]]:
    if data[:4] != b"MThd":
        raise ValueError("no MThd at its beginning")
    size, _, count, division = struct.unpack(">IHHH", data[4:14])
    if division >= 0x8000 or division == 0:
        raise ValueError("its times are no beats")
    at = 8 + size
    tracks: list[list[_Event]] = []
    while at + 8 <= len(data) and len(tracks) < count:
        kind, size = struct.unpack(">4sI", data[at : at + 8])
        if kind == b"MTrk":
            tracks.append(list(_events(data[at + 8 : at + 8 + size])))
        at += 8 + size
    if len(tracks) < count or at > len(data):
        raise ValueError("it ends too early")
    return division, tracks


def _events(data: bytes) -> Iterator[_Event]:
    at, tick, status = 0, 0, 0
    while at < len(data):
        delta, at = _read_length(data, at)
        tick += delta
        if data[at] >= 0x80:
            status = data[at]
            at += 1
        if status == 0xFF:
            kind = data[at]
            size, at = _read_length(data, at + 1)
            yield _Event(tick, 0xFF00 + kind, data[at : at + size])
        elif status in (0xF0, 0xF7):
            size, at = _read_length(data, at)
        elif status >= 0x80:
            size = 1 if status & 0xF0 in (0xC0, 0xD0) else 2
            yield _Event(tick, status, data[at : at + size])
        else:
            raise ValueError("data without a status")
        at += size


def _clock(division: int, events: Iterable[_Event]) -> "_Clock":
    tempi = sorted(
        (event.tick, int.from_bytes(event.data, "big"))
        for event in events
        if event.status == 0xFF00 + _TEMPO
    )
    return _Clock(division, tempi)


class _Clock:
    """Ticks to seconds, by the tempi of a file."""

    def __init__(self, division: int, tempi: list[tuple[int, int]]) -> None:
        self._ticks, self._starts_s, self._tick_s = [0], [0.0], [_DEFAULT_BEAT_US / 1e6 / division]
        for tick, beat_us in tempi:
            self._starts_s.append(self(tick))
            self._ticks.append(tick)
            self._tick_s.append(beat_us / 1e6 / division)

    def __call__(self, tick: int) -> float:
        place = bisect_right(self._ticks, tick) - 1
        return self._starts_s[place] + (tick - self._ticks[place]) * self._tick_s[place]


def _notes(track: list[_Event], seconds: _Clock) -> Iterator[Note]:
    sounding: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for event in track:
        kind, channel = event.status & 0xF0, event.status & 0x0F
        if event.status >= 0xF0 or kind not in (0x80, 0x90):
            continue
        pitch, velocity = event.data[0], event.data[1]
        if kind == 0x90 and velocity:
            sounding[channel, pitch].append((event.tick, velocity))
        elif sounding[channel, pitch]:
            start, loud = sounding[channel, pitch].pop(0)
            yield Note(seconds(start), seconds(event.tick), pitch, loud)


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def _length(value: int) -> bytes:
    r"""Return a number in groups of seven bits.

    >>> _length(0), _length(128)
    (b'\x00', b'\x81\x00')
    """
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))
