"""What a performer shares with its engine: a folder of mapped files, and the seat there."""

import os
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.engine.arena import Arena
from loopmind_live.engine.capture import FILE_NAME as INPUT_NAME
from loopmind_live.engine.capture import InputRing
from loopmind_live.engine.link_block import FILE_NAME as LINK_NAME
from loopmind_live.engine.link_block import LinkBlock
from loopmind_live.engine.newest import FILE_NAME as NEWEST_NAME
from loopmind_live.engine.newest import PATCHES_NAME, PATCHES_ROOM, Newest
from loopmind_live.engine.seat import take_seat
from loopmind_live.engine.status import FILE_NAME as STATUS_NAME
from loopmind_live.engine.status import StatusBlock
from loopmind_live.engine.tap import FILE_NAME as TAP_NAME
from loopmind_live.engine.tap import MasterTap
from loopmind_live.engine.track_tap import FILE_NAME as TRACKS_NAME
from loopmind_live.engine.track_tap import TrackTap


@dataclass(frozen=True, slots=True)
class EngineFiles:
    """The performer's side of the files. `seat` is the lock of the one who may write there."""

    folder: Path
    seat: int
    arena: Arena
    status: StatusBlock
    tap: MasterTap
    tracks: TrackTap
    input: InputRing
    newest: Newest
    patches: Newest
    link: LinkBlock

    @classmethod
    def create(cls, arena_frames: int) -> "EngineFiles":
        """Make the files in a folder of their own; EngineError where there is no room."""
        arena = Arena.create(arena_frames)
        folder = arena.path.parent
        return cls(
            folder, take_seat(folder), arena, StatusBlock.create(folder), MasterTap.create(folder),
            TrackTap.create(folder), InputRing.create(folder),
            Newest.create(folder / NEWEST_NAME),
            Newest.create(folder / PATCHES_NAME, PATCHES_ROOM), LinkBlock.create(folder),
        )  # fmt: skip

    @classmethod
    def adopt(cls, folder: Path) -> "EngineFiles":
        """Take up what a performer left in `folder`; EngineError where another one sits there."""
        seat = take_seat(folder)
        return cls(
            folder, seat, Arena.adopt(folder), StatusBlock(folder / STATUS_NAME, writable=False),
            MasterTap(folder / TAP_NAME, writable=False), TrackTap(folder / TRACKS_NAME),
            InputRing(folder / INPUT_NAME, writable=False),
            Newest(folder / NEWEST_NAME, writable=True),
            Newest(folder / PATCHES_NAME, writable=True, room=PATCHES_ROOM),
            LinkBlock(folder / LINK_NAME),
        )  # fmt: skip

    def close(self) -> None:
        """Let go of all files, and remove those that this process made or adopted."""
        for shared in (
            self.status, self.tap, self.tracks, self.input, self.newest, self.patches, self.link
        ):  # fmt: skip
            shared.close()
        os.close(self.seat)
        self.arena.close()
