"""Analyse one audio file: everything a Loop says, from bytes to moods."""

from pathlib import Path

import numpy as np

from loopmind_live.dsp.loudness import lufs, true_peak_dbtp
from loopmind_live.errors import LibraryError
from loopmind_live.library.chunks import NOTHING, Chunks, read_chunks
from loopmind_live.library.decode import Audio, decode
from loopmind_live.library.embedding import pack
from loopmind_live.library.embedding.dsp import NAME, features, vector_of
from loopmind_live.library.heard import Heard
from loopmind_live.library.instruments import judge_instrument, judge_kind
from loopmind_live.library.key import judge_key
from loopmind_live.library.moods import figures, judge_moods
from loopmind_live.library.names import NameHints, read_name
from loopmind_live.library.profile import pack_profile
from loopmind_live.library.sound import SILENCE, Sound, measure
from loopmind_live.library.tempo import (
    BARE_TRUST,
    CHUNK_TRUST,
    MARKED_TRUST,
    Hint,
    Tempo,
    estimate_tempo,
)
from loopmind_live.library.version import ANALYSIS_VERSION
from loopmind_live.score.loop import Loop, LoopKind
from loopmind_live.workers.hashing import sha256_of

VERSION = ANALYSIS_VERSION
MIN_BPM_CONFIDENCE = 0.4
"""Below it a tempo is not told at all: a wrong one would be heard."""


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal. Raises LibraryError."""
    try:
        return sha256_of(path)
    except OSError as error:
        raise LibraryError(f"{path.name}: cannot be read ({error.strerror})") from error


def analyse(path: Path, content_hash: str) -> Loop:
    """Return what is known of the file at `path`; its `error` says why where nothing is."""
    return hear(path, content_hash).loop


def hear(path: Path, content_hash: str) -> Heard:
    """Return what is known of the file at `path`, with its embedding."""
    try:
        return hear_sound(path, content_hash, decode(path), read_name(path), read_chunks(path))
    except LibraryError as error:
        return Heard(Loop(path, content_hash, error=str(error)))


def hear_sound(
    path: Path, content_hash: str, audio: Audio, hints: NameHints, chunks: Chunks = NOTHING
) -> Heard:
    """Return what is known of a decoded file, given what its name and it say of it.

    Raises LibraryError.
    """
    if float(np.abs(audio.samples).max()) < SILENCE:
        raise LibraryError(f"{path.name}: silent, nothing in it is louder than -80 dBFS")
    sound = measure(audio)
    kind = judge_kind(sound, hints)
    tempo = judge_tempo(sound, kind, hints, chunks)
    numbers = features(sound)
    judged = judge_instrument(sound, hints, numbers)
    key = judge_key(sound, judged.role, hints)
    stereo = audio.samples if audio.samples.shape[1] <= 2 else audio.mono()[:, None]
    loudness = lufs(stereo, audio.rate_hz)
    bpm = tempo.bpm if tempo is not None else None
    loop = Loop(
        path=path,
        content_hash=content_hash,
        kind=kind,
        duration_s=audio.duration_s,
        rate_hz=audio.rate_hz,
        channels=audio.samples.shape[1],
        bpm=round(bpm, 4) if bpm is not None else None,
        bpm_confidence=tempo.confidence if tempo is not None else 0.0,
        beats=tempo.beats if tempo is not None else None,
        beats_per_bar=tempo.beats_per_bar if tempo is not None else 4,
        start_s=_start_s(sound, kind, tempo),
        key=key.key,
        key_confidence=key.confidence,
        instrument=judged.instrument,
        role=judged.sure_role,
        moods=judge_moods(hints.words, figures(sound), key.key, bpm, loudness),
        lufs=round(loudness, 2) if loudness is not None else None,
        true_peak_dbtp=round(true_peak_dbtp(stereo, audio.rate_hz), 2),
        brightness_hz=round(sound.brightness_hz, 1),
        onsets_per_s=round(sound.onsets_per_s, 3),
        tuning_cents=key.tuning_cents,
        profile=pack_profile(sound, tempo),
    )
    return Heard(loop, pack(vector_of(numbers)), NAME)


def judge_tempo(
    sound: Sound, kind: LoopKind, hints: NameHints, chunks: Chunks = NOTHING
) -> Tempo | None:
    """Return the tempo of a loop, None where none is sure enough to be told."""
    if kind != "loop":
        return None
    told = chunks.bpms(round(sound.duration_s * sound.rate_hz), sound.rate_hz)
    claims = [Hint(bpm, CHUNK_TRUST) for bpm in told]
    if hints.bpm is not None:
        claims.append(Hint(hints.bpm, MARKED_TRUST if hints.bpm_marked else BARE_TRUST))
    meters = [beats for beats in (hints.beats_per_bar, chunks.beats_per_bar) if beats is not None]
    tempo = estimate_tempo(sound.onsets, sound.extent, claims, meters)
    return tempo if tempo is not None and tempo.confidence >= MIN_BPM_CONFIDENCE else None


def _start_s(sound: Sound, kind: LoopKind, tempo: Tempo | None) -> float:
    if tempo is not None:
        return tempo.start_s
    return sound.start_s if kind == "one_shot" else 0.0
