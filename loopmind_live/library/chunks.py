"""What a file says of its own tempo beside its sound: hints only, and from anybody.

Read are the "acid" and "smpl" chunks of WAVE files, the "basc" chunk of Apple Loops in AIFF, the
strings and Apple's loop chunk of CAF, the tempo in ID3 tags, and in iXML, which has no field for
one: elements named TEMPO or BPM, and Steinberg's lists of names and values. Nothing in a file is
trusted: sizes are bounded, and what cannot be is left out.

The transients of Apple Loops ("trns") are not read: no description of them is complete, and where
notes begin is heard anyway. Nor is the field of "basc" that tells loops from single hits: those who
have described it take its values for opposites.
"""

import math
import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from loopmind_live.config import MAX_BPM, MIN_BPM

_MAX_CHUNKS = 128
_MAX_BYTES = 1 << 16
_MAX_BEATS = 1024
_ONE_SHOT_FLAG = 1
_CAF_LOOPS = bytes.fromhex("29819273b5bf4aefb78d62d1ef90bb2c")
_WANTED = frozenset((b"acid", b"smpl", b"id3 ", b"ID3 ", b"basc", b"info", b"uuid", b"iXML"))
_XML_TEMPO = re.compile(r"<(tempo|bpm)>([^<]{1,20})</\1>", re.IGNORECASE)
_XML_PAIR = re.compile(r"<attr>(.{1,500}?)</attr>", re.IGNORECASE | re.DOTALL)
_XML_NAME = re.compile(r"<name>\s*\w{0,40}?(?:tempo|bpm)\s*</name>", re.IGNORECASE)
_XML_VALUE = re.compile(r"<value>([^<]{1,20})</value>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chunks:
    """What is said of a file; `beats` fill it, or its loop from frame to frame, where one is set.

    `one_shot`: it is said to be no loop. `beats_per_bar`: 3 or 4.
    """

    bpm: float | None = None
    beats: int | None = None
    one_shot: bool = False
    loop_frames: tuple[int, int] | None = None
    beats_per_bar: int | None = None

    def bpms(self, frames: int, rate_hz: int) -> list[float]:
        """Return the tempos that are told, or follow, for a sound of so many frames.

        >>> Chunks(bpm=120.0, beats=8).bpms(4 * 44100, 44100)
        [120.0]
        >>> Chunks(beats=8).bpms(2 * 44100, 44100)
        [240.0]
        """
        if self.one_shot:
            return []
        told = [self.bpm] if self.bpm is not None else []
        first, last = self.loop_frames or (0, frames)
        length = min(last, frames) - first
        if self.beats is not None and length > 0:
            told.append(60.0 * self.beats * rate_hz / length)
        kept: list[float] = []
        for bpm in told:
            if MIN_BPM <= bpm <= MAX_BPM and all(abs(bpm / other - 1.0) > 0.002 for other in kept):
                kept.append(bpm)
        return kept


NOTHING = Chunks()


def read_chunks(path: Path) -> Chunks:
    """Return what a file says of itself; nothing where it cannot be read as what it should be."""
    try:
        with path.open("rb") as file:
            return _read(file)
    except (OSError, struct.error, ValueError, OverflowError):
        return NOTHING  # a hint less; whether the file is sound shows where it is decoded


def _read(file: BinaryIO) -> Chunks:
    head = file.read(12)
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return _joined(_chunks(file, "<4sI", even=True))
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return _joined(_chunks(file, ">4sI", even=True))
    if head[:4] == b"caff":
        file.seek(8)
        return _joined(_chunks(file, ">4sq", even=False))
    if head[:3] == b"ID3":
        file.seek(0)
        return _of_id3(file.read(_MAX_BYTES))
    return NOTHING


def _chunks(file: BinaryIO, form: str, even: bool) -> Iterator[tuple[bytes, bytes]]:
    """Yield the wanted chunks and their first bytes."""
    header = struct.calcsize(form)
    for _ in range(_MAX_CHUNKS):
        head = file.read(header)
        if len(head) < header:
            return
        name, size = struct.unpack(form, head)
        if size < 0:
            return
        begin = file.tell()
        if name in _WANTED:
            yield name, file.read(min(size, _MAX_BYTES))
        file.seek(begin + size + (size & 1 if even else 0))


def _joined(chunks: Iterator[tuple[bytes, bytes]]) -> Chunks:
    found: dict[str, Chunks] = {}
    for name, data in chunks:
        key = name.strip().lower().decode("ascii")
        with suppress(struct.error, ValueError):  # what is too short or odd says nothing
            found[key] = _READERS[key](data)
    parts = list(found.values())
    return Chunks(
        bpm=next((part.bpm for part in parts if part.bpm is not None), None),
        beats=next((part.beats for part in parts if part.beats is not None), None),
        one_shot=any(part.one_shot for part in parts),
        loop_frames=next((part.loop_frames for part in parts if part.loop_frames), None),
        beats_per_bar=next((part.beats_per_bar for part in parts if part.beats_per_bar), None),
    )


def _of_acid(data: bytes) -> Chunks:
    (flags,) = struct.unpack_from("<I", data)
    beats, unit, per_bar, tempo = struct.unpack_from("<IHHf", data, 12)
    if flags & _ONE_SHOT_FLAG:
        return Chunks(one_shot=True)
    return Chunks(_bpm(tempo), _beats(beats), beats_per_bar=_per_bar(per_bar, unit))


def _of_smpl(data: bytes) -> Chunks:
    count, _, _, kind, first, last = struct.unpack_from("<IIIIII", data, 28)
    if count < 1 or kind != 0 or last <= first:
        return NOTHING
    return Chunks(loop_frames=(first, last + 1))


def _of_basc(data: bytes) -> Chunks:
    _, beats, per_bar, unit = struct.unpack_from(">II4xHH", data)
    return Chunks(beats=_beats(beats), beats_per_bar=_per_bar(per_bar, unit))


def _of_info(data: bytes) -> Chunks:
    """Read CAF's strings: a count, then key and value in turns, each ended by a zero."""
    words = [word.decode("utf-8", "replace") for word in data[4:].split(b"\0")]
    return _of_pairs(dict(zip(words[::2], words[1::2], strict=False)))


def _of_uuid(data: bytes) -> Chunks:
    return _of_info(data[16:]) if data[:16] == _CAF_LOOPS else NOTHING


def _of_pairs(pairs: dict[str, str]) -> Chunks:
    told = {key.strip().lower(): value.strip() for key, value in pairs.items()}
    beats = told.get("beat count", "")
    return Chunks(
        bpm=_bpm_of_text(told.get("tempo", "")),
        beats=_beats(int(beats)) if beats.isascii() and beats.isdigit() else None,
        beats_per_bar={"3/4": 3, "4/4": 4}.get(told.get("time signature", "")),
    )


def _of_ixml(data: bytes) -> Chunks:
    """Read what looks like a tempo; by patterns, for a parser would follow whatever it is told."""
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    told = [match.group(2) for match in _XML_TEMPO.finditer(text)]
    for pair in _XML_PAIR.finditer(text):
        value = _XML_VALUE.search(pair.group(1))
        if value is not None and _XML_NAME.search(pair.group(1)):
            told.append(value.group(1))
    return Chunks(bpm=next((bpm for bpm in map(_bpm_of_text, told) if bpm is not None), None))


def _of_id3(data: bytes) -> Chunks:
    """Read the frame TBPM of an ID3v2 tag (TBP in version 2.2)."""
    if data[:3] != b"ID3" or len(data) < 10:
        return NOTHING
    short = data[3] <= 2
    at, end = 10, min(len(data), 10 + _syncsafe(data[6:10]))
    head = 6 if short else 10
    while at + head <= end and data[at] != 0:
        name = data[at : at + (3 if short else 4)]
        if short:
            size = int.from_bytes(data[at + 3 : at + 6], "big")
        elif data[3] >= 4:
            size = _syncsafe(data[at + 4 : at + 8])
        else:
            size = int.from_bytes(data[at + 4 : at + 8], "big")
        if name in (b"TBPM", b"TBP") and 1 < size <= 64:
            body = data[at + head : at + head + size]
            coding = {1: "utf-16", 2: "utf-16-be", 3: "utf-8"}.get(body[0], "latin-1")
            return Chunks(bpm=_bpm_of_text(body[1:].decode(coding, "replace")))
        at += head + max(1, size)
    return NOTHING


_READERS = {
    "acid": _of_acid, "smpl": _of_smpl, "basc": _of_basc, "info": _of_info, "uuid": _of_uuid,
    "id3": _of_id3, "ixml": _of_ixml,
}  # fmt: skip


def _syncsafe(data: bytes) -> int:
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
    return value


def _bpm(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) and MIN_BPM <= value <= MAX_BPM else None


def _bpm_of_text(text: str) -> float | None:
    match = re.match(r"\s*(\d{2,3}(?:\.\d{1,4})?)", text)
    return _bpm(float(match.group(1))) if match else None


def _per_bar(beats: int, unit: int) -> int | None:
    return beats if unit == 4 and beats in (3, 4) else None


def _beats(value: int) -> int | None:
    return value if 1 <= value <= _MAX_BEATS else None
