"""The engine without a sound card: the same voices and graph, driven block by block."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine.arena import Arena
from loopmind_live.engine.base import EngineEvent, EngineStatus, Row
from loopmind_live.engine.graph import Graph
from loopmind_live.engine.guard import Parameter, begins, check_parameter, check_rows
from loopmind_live.engine.outputs import STEREO, Outputs
from loopmind_live.engine.player import Player, Tracks
from loopmind_live.engine.rows import pack
from loopmind_live.engine.schedule import last_frame, splice
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import Patch


class OfflineEngine:
    """An engine whose clock is `render`. The same calls give the same samples, always.

    What `render` returns is late by `latency_frames` (0 when dry): the first music frame is at that
    place of the concatenated blocks. With `sharing` set, `shares` are each block's, not late.
    """

    def __init__(
        self,
        rate_hz: int,
        block: int,
        arena: Arena,
        dry: bool = False,
        outputs: Outputs = STEREO,
    ) -> None:
        self.arena = arena
        self.sharing = False
        self._shares: npt.NDArray[np.float32] = np.zeros((MAX_TRACKS, block, 2), np.float32)
        self._graph = Graph("manual", rate_hz, block, dry, outputs=outputs)
        self._player = Player(arena.view, rate_hz, block)
        self._rows: tuple[Row, ...] = ()
        self._events: list[EngineEvent] = []
        self._later: list[tuple[int, Parameter]] = []
        self._peak = 0.0
        self._failure: Exception | None = None
        self._warm = False
        self._graph.start(self._before_block)
        for _ in range(self._graph.warm_up_blocks):
            self._graph.process()
        self._warm = True

    @property
    def rate_hz(self) -> int:
        """Return the sample rate."""
        return self._graph.rate_hz

    @property
    def block(self) -> int:
        """Return the block size in frames."""
        return self._graph.block

    @property
    def latency_frames(self) -> int:
        """Return by how much the rendered audio is behind `frame`."""
        return self._graph.latency_frames

    def frame(self) -> int:
        """Return the first frame that has not been computed yet."""
        return self._player.frame

    def splice(self, frame: int, rows: Sequence[Row], latest: int | None = None) -> None:
        """Replace all that plays from `frame` on by `rows`; a passed frame gives a "late" event."""
        now = self._player.frame
        if frame < now:
            text = f"frame {frame} had passed by {now - frame} frames"
            self._events.append(EngineEvent("late", frame, text))
            return
        spliced = splice(self._rows, frame, rows, now)
        table = pack(spliced)
        check_rows(table, self.arena.frames)
        if latest is not None:
            self._events.append(EngineEvent("landed", frame))
        self._rows = spliced
        self._player.install(table)

    def set_parameter(
        self, name: str, value: float, ramp_s: float = 0.02, frame: int | None = None
    ) -> int:
        """Move a live parameter over `ramp_s`, from the next block, or `frame`, on.

        Returns where it begins. A dry engine checks it and leaves its sound alone.
        """
        change = check_parameter(name, value, ramp_s)
        self._graph.prepare(change)
        at = begins(change, frame, self._player.frame, self.block)
        self._later.append((at, change))  # what was told first counts first, as in a live engine
        return at

    def learn(self, number: int, patch: Patch, instead_of: int | None = None) -> None:
        """Let a patch be mounted by its number: see engine.base.Engine."""
        self._graph.learn(number, patch, instead_of)

    def render(self) -> npt.NDArray[np.float32]:
        """Compute the next block and return the master, float32 [block, 2]."""
        self._graph.process()
        if self._failure is not None:
            raise EngineError(f"the engine failed: {self._failure}") from self._failure
        for trouble in self._graph.troubles():
            self._events.append(EngineEvent("muted", self._player.frame - self.block, trouble))
        master = self._graph.output[:, :2].copy()
        self._peak = float(np.abs(master).max())
        return master

    def cue(self) -> npt.NDArray[np.float32]:
        """Return the newest block of the cue bus, float32 [block, 2]; EngineError without one."""
        if self._graph.cue is None:
            raise EngineError("this engine was opened without a cue bus")
        return self._graph.cue.copy()

    def shares(self) -> npt.NDArray[np.float32]:
        """Return the newest block of each track after its strip, float32 [tracks, block, 2].

        Their sum is the master before its effects, gain and limiter.
        """
        return self._shares

    def places_in_use(self) -> frozenset[int]:
        """Return the arena offsets (of bodies) that a row can still reach."""
        now = self._player.frame
        return frozenset(row.offset for row in self._rows if last_frame(row) > now)

    def status(self) -> EngineStatus:
        """Return the newest status."""
        peaks = tuple(float(peak) for peak in self._player.peaks)
        return EngineStatus(self._player.frame, peak=self._peak, track_peaks=peaks)

    def events(self) -> list[EngineEvent]:
        """Return what happened since the last call, oldest first."""
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        """Let the server and the arena go."""
        self._graph.close()
        self.arena.close()

    def _apply_due(self, frame: int) -> None:
        """Apply what begins in the block of `frame`, in the order in which it was asked for."""
        due = [(at, change) for at, change in self._later if at < frame + self.block]
        self._later = [one for one in self._later if one not in due]
        for at, change in due:
            self._graph.apply(change, at - frame)

    def _share(self, shares: Tracks) -> None:
        with np.errstate(over="ignore"):  # as the compiled copy of a live engine does it
            self._shares = shares.astype(np.float32)

    def _before_block(self) -> None:
        # pyo prints what a callback raises and goes on: keep it for `render` to raise.
        try:
            frame = self._player.frame
            if self._warm:
                self._apply_due(frame)
                self._events += self._player.render()
            else:
                self._player.silence()
            self._graph.feed(self._player.out, frame, self._share if self.sharing else None)
            self._graph.feed_cue(self._player.cue)
        except Exception as error:  # noqa: BLE001 - raised again by `render`
            self._failure = error
