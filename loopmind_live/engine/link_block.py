"""What the engine's Link peer is asked for, and what it says, in shared memory.

Two halves, each with one writer, which never waits: the performer asks, the engine says. The file
outlives both, so that whoever plays or performs next goes on with it.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from loopmind_live.engine import shared

FILE_NAME = "link"
SIZE = 4096
_SEQUENCE = struct.Struct("=Q")
_ASKED_AT, _SAID_AT = 0, SIZE // 2
_ASKED = struct.Struct("=qqdddqqddqqq")
_SAID = struct.Struct("=qqqddqqqq")
_READS = 100


class Stage(IntEnum):
    """How far a peer is: nothing is committed before it has JOINED."""

    OFF = 0
    LOOKING = 1
    JOINED = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class Tempo:
    """The tempo `bpm` from frame `frame` on, asked for under a number that counts up.

    `beat` is the beat there, in which the session is founded where nobody else is in it; NaN to
    leave the beat as it is.
    """

    number: int = 0
    frame: int = 0
    bpm: float = 120.0
    beat: float = float("nan")


@dataclass(frozen=True, slots=True)
class Playing:
    """Whether to play from frame `frame` on, asked for under a number that counts up."""

    number: int = 0
    frame: int = 0
    on: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the performer wants. `quantum` is in beats.

    `early_s` is by how much everything is to sound earlier than the device's latency calls for.
    """

    on: bool = False
    start_stop: bool = False
    quantum: float = 4.0
    early_s: float = 0.0
    bpm: float = 120.0
    tempo: Tempo = Tempo()
    playing: Playing = Playing()


@dataclass(frozen=True, slots=True)
class Said:
    """The session as it was captured for the block at `frame`: its beat as that block is heard.

    `playing` holds from `playing_frame` on. `tempo_number` and `playing_number` are the newest of
    what was asked for that have been committed.
    """

    stage: Stage = Stage.OFF
    frame: int = 0
    peers: int = 0
    beat: float = 0.0
    bpm: float = 0.0
    playing: bool = False
    playing_frame: int = 0
    tempo_number: int = 0
    playing_number: int = 0


class LinkBlock:
    """The mapped block: the performer calls `ask` and `said`, the engine `asked` and `say`."""

    def __init__(self, path: Path) -> None:
        self._map = shared.map_file(path, writable=True)
        self._asked, self._said = Asked(), Said()
        self._taken = -1

    @classmethod
    def create(cls, folder: Path) -> "LinkBlock":
        """Make the block's file in `folder` and map it."""
        shared.make_file(folder / FILE_NAME, SIZE)
        block = cls(folder / FILE_NAME)
        block.ask(Asked())
        return block

    def ask(self, asked: Asked) -> None:
        """Write all that is wanted, at once."""
        tempo, playing = asked.tempo, asked.playing
        self._write(
            _ASKED_AT, _ASKED, asked.on, asked.start_stop, asked.quantum, asked.early_s, asked.bpm,
            tempo.number, tempo.frame, tempo.bpm, tempo.beat,
            playing.number, playing.frame, playing.on,
        )  # fmt: skip

    def asked(self) -> Asked:
        """Return what is wanted; what was wanted before where the writer died within a write.

        Costs next to nothing where nothing was asked since: for the audio callback, too.
        """
        (sequence,) = _SEQUENCE.unpack_from(self._map, _ASKED_AT)
        if sequence == self._taken:
            return self._asked
        found = self._read(_ASKED_AT, _ASKED)
        if found is not None:
            on, start_stop, quantum, early_s, bpm, *rest = found
            tempo, playing = Tempo(*rest[:4]), Playing(rest[4], rest[5], bool(rest[6]))
            self._asked = Asked(
                bool(on), bool(start_stop), quantum, early_s, bpm, tempo, playing
            )  # fmt: skip
            self._taken = sequence
        return self._asked

    def say(
        self,
        stage: Stage,
        frame: int,
        peers: int = 0,
        beat: float = 0.0,
        bpm: float = 0.0,
        playing: bool = False,
        playing_frame: int = 0,
        tempo_number: int = 0,
        playing_number: int = 0,
    ) -> None:
        """Write what was captured, all at once. Never waits: for the audio callback."""
        self._write(
            _SAID_AT, _SAID, stage, frame, peers, beat, bpm, playing, playing_frame, tempo_number,
            playing_number,
        )  # fmt: skip

    def said(self) -> Said:
        """Return what was captured last; what before it where the writer died within a write."""
        found = self._read(_SAID_AT, _SAID)
        if found is not None:
            stage, frame, peers, beat, bpm, playing, since, *numbers = found
            self._said = Said(
                Stage(stage), frame, peers, beat, bpm, bool(playing), since, *numbers
            )  # fmt: skip
        return self._said

    def close(self) -> None:
        """Unmap the block."""
        self._map.close()

    def _write(self, at: int, layout: struct.Struct, *values: float) -> None:
        # Odd while it is being written; counted on from there where a writer died within a write.
        sequence = int(_SEQUENCE.unpack_from(self._map, at)[0]) | 1
        _SEQUENCE.pack_into(self._map, at, sequence)
        layout.pack_into(self._map, at + _SEQUENCE.size, *values)
        _SEQUENCE.pack_into(self._map, at, sequence + 1)

    def _read(self, at: int, layout: struct.Struct) -> tuple[Any, ...] | None:
        for _ in range(_READS):
            (before,) = _SEQUENCE.unpack_from(self._map, at)
            if before % 2:
                continue
            values = layout.unpack_from(self._map, at + _SEQUENCE.size)
            if _SEQUENCE.unpack_from(self._map, at)[0] == before:
                return values
        return None
