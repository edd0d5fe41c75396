"""Audio files damaged in every way that the tests can think of, the same for the same seed."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from made_loops import chord_loop, drum_loop

RATE_HZ = 44100
FORMATS = (
    ("wav", "WAV", "PCM_16"), ("wav", "WAV", "PCM_24"), ("wav", "WAV", "FLOAT"),
    ("wav", "WAV", "IMA_ADPCM"), ("wav", "WAV", "MS_ADPCM"), ("wav", "WAVEX", "PCM_16"),
    ("aiff", "AIFF", "PCM_16"), ("aiff", "AIFF", "FLOAT"), ("caf", "CAF", "PCM_16"),
    ("au", "AU", "PCM_16"), ("w64", "W64", "PCM_16"), ("flac", "FLAC", "PCM_16"),
    ("ogg", "OGG", "VORBIS"), ("opus", "OGG", "OPUS"), ("mp3", "MP3", "MPEG_LAYER_III"),
)  # fmt: skip
"""Ending, container and coding of what is damaged."""
ODD_NUMBERS = (0, 1, 2, 3, 0x7F, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_HEADER = 64

Content = bytes
Mutation = Callable[[Content, random.Random], Content]


def sound_files(folder: Path) -> list[Path]:
    """Write a sound, each time another, in all FORMATS."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, (ending, container, coding) in enumerate(FORMATS):
        if number % 2:
            sound = np.repeat(drum_loop(100 + number, 3, number), 1 + number % 4 // 2, axis=1)
        else:
            sound = chord_loop(110 + number, [[57 + number, 61 + number, 64 + number]])[: 2 * 44100]
        rate_hz = 48000 if coding == "OPUS" else RATE_HZ
        path = folder / f"{coding} {container}.{ending}".lower()
        soundfile.write(path, sound, rate_hz, format=container, subtype=coding)
        paths.append(path)
    return paths


def damaged(count: int, seed: int, sources: list[Path], folder: Path) -> list[Path]:
    """Write `count` damaged files, each by one of MUTATIONS, or by several one after another."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        source = sources[number % len(sources)]
        names = chance.choices(sorted(MUTATIONS), k=chance.choice((1, 1, 1, 2, 4)))
        content = source.read_bytes()
        for name in names:
            content = MUTATIONS[name](content, chance)
        path = folder / f"{number:04} {source.stem} {' '.join(names)}{source.suffix}"
        path.write_bytes(content)
        paths.append(path)
    return paths


def flip_bits(content: Content, chance: random.Random) -> Content:
    """Flip one bit to a hundred, anywhere."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 3, 20, 100))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def flip_header(content: Content, chance: random.Random) -> Content:
    """Write other bytes into the header."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        if changed:
            changed[chance.randrange(min(_HEADER, len(changed)))] = chance.randrange(256)
    return bytes(changed)


def odd_field(content: Content, chance: random.Random) -> Content:
    """Write a number that means trouble over a field of the header."""
    size = chance.choice((2, 4))
    at = 2 * chance.randrange(_HEADER // 2)
    number = chance.choice(ODD_NUMBERS) & (256**size - 1)
    return _overwritten(content, at, number.to_bytes(size, chance.choice(("little", "big"))))


def odd_chunk_size(content: Content, chance: random.Random) -> Content:
    """Let a chunk say that it has another size."""
    chunks = _chunks(content)
    if not chunks:
        return odd_field(content, chance)
    at, size, order = chance.choice(chunks)
    odd = chance.choice((*ODD_NUMBERS, size + 1, size - 1, size * 2, size // 2, len(content)))
    return _overwritten(content, at + 4, (odd & 0xFFFFFFFF).to_bytes(4, order))


def double_chunk(content: Content, chance: random.Random) -> Content:
    """Put a chunk in once more, before another or at the end."""
    chunks = _chunks(content)
    if not chunks:
        return double_span(content, chance)
    at, size, _ = chance.choice(chunks)
    to = chance.choice([place for place, _, _ in chunks] + [len(content)])
    return content[:to] + content[at : at + 8 + size] + content[to:]


def drop_chunk(content: Content, chance: random.Random) -> Content:
    """Leave a chunk out."""
    chunks = _chunks(content)
    if not chunks:
        return drop_span(content, chance)
    at, size, _ = chance.choice(chunks)
    return content[:at] + content[at + 8 + size :]


def double_span(content: Content, chance: random.Random) -> Content:
    """Repeat some of the bytes."""
    begin, end = _span(content, chance)
    return content[:end] + content[begin:]


def drop_span(content: Content, chance: random.Random) -> Content:
    """Leave some of the bytes out."""
    begin, end = _span(content, chance)
    return content[:begin] + content[end:]


def blank_span(content: Content, chance: random.Random) -> Content:
    """Write zeros, or ones, over some of the bytes."""
    begin, end = _span(content, chance)
    return content[:begin] + chance.choice((b"\0", b"\xff")) * (end - begin) + content[end:]


def noise_span(content: Content, chance: random.Random) -> Content:
    """Write noise over some of the bytes."""
    begin, end = _span(content, chance)
    return content[:begin] + chance.randbytes(end - begin) + content[end:]


def truncate(content: Content, chance: random.Random) -> Content:
    """Cut the file off: within its header, or anywhere."""
    most = chance.choice((_HEADER, len(content)))
    return content[: chance.randint(0, most)]


def append_noise(content: Content, chance: random.Random) -> Content:
    """Write noise behind the end."""
    return content + chance.randbytes(chance.choice((1, 100, 10_000)))


MUTATIONS: dict[str, Mutation] = {
    each.__name__: each
    for each in (
        flip_bits, flip_header, odd_field, odd_chunk_size, double_chunk, drop_chunk, double_span,
        drop_span, blank_span, noise_span, truncate, append_noise,
    )
}  # fmt: skip


def _span(content: Content, chance: random.Random) -> tuple[int, int]:
    begin = chance.randint(0, len(content))
    return begin, min(len(content), begin + chance.choice((1, 16, 500, 20_000)))


def _overwritten(content: Content, at: int, field: bytes) -> Content:
    return (content[:at] + field + content[at + len(field) :])[: max(len(content), 0)]


def _chunks(content: Content) -> list[tuple[int, int, str]]:
    """Return (place, size, byte order) of the chunks of a RIFF or AIFF file; else none."""
    order = {b"RIFF": "little", b"FORM": "big"}.get(content[:4])
    if order is None:
        return []
    found: list[tuple[int, int, str]] = []
    at = 12
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], order)
        found.append((at, size, order))
        at += 8 + size + size % 2
    return found
