"""What happens in the engine's audio callback: messages in, a block out, facts to shared memory.

Nothing here waits, allocates more than a few objects, or reads a file. Nor does it give away the
interpreter, which the other threads would take at once and hold on to: so no system call but what
PyDLL makes, and no work of numpy's on more than 500 numbers.
"""

import os
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from loopmind_live.engine.base import EngineEvent
from loopmind_live.engine.graph import Graph
from loopmind_live.engine.guard import Parameter, begins
from loopmind_live.engine.kernel import level
from loopmind_live.engine.player import Player, Tracks
from loopmind_live.engine.protocol import ANY_TIME, Kind, Message, answer, event
from loopmind_live.engine.rows import Rows, move
from loopmind_live.engine.status import StatusBlock, frame_on_device
from loopmind_live.engine.tap import MasterTap
from loopmind_live.engine.track_writer import TrackWriter

WHOLE_BLOCK_S = 0.005
"""While a block is computed, no thread waits less before it asks for the interpreter."""
_MESSAGES_A_BLOCK = 64
_MOST_CHANGES = 256


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to be installed, already checked."""

    sequence: int
    based_on: int
    frame: int
    latest: int
    rows: Rows


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter, already checked, that moves from `frame` on (see `guard.begins`).

    Where it has a `sequence`, the frame at which it begins is told.
    """

    frame: int
    parameter: Parameter
    sequence: int = 0


class LivePlayer:
    """Plays on `graph` what `inbox` brings; `outbox` holds the answers.

    `wake` is called after a block that put something into the outbox. The first frame follows what
    the status block says of the engine before this one, so that the beat is kept over a restart.
    `device_frame` returns what the device counts as the block begins; `hear` takes its input.
    Once another engine has claimed the status block this one is `deposed`: it falls silent and
    writes nothing more.
    """

    def __init__(
        self,
        graph: Graph,
        player: Player,
        status: StatusBlock,
        tap: MasterTap,
        tracks: TrackWriter,
        wake: Callable[[], None],
        xruns: Callable[[], int],
        device_frame: Callable[[], int],
        hear: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.inbox: deque[Table | Change] = deque()
        self.outbox: deque[Message] = deque()
        self._changes: deque[Change] = deque(maxlen=_MOST_CHANGES)
        self.blocks = 0
        self._graph, self._player, self._status, self._tap = graph, player, status, tap
        self._wake, self._xruns, self._device_frame = wake, xruns, device_frame
        self._hear = hear
        self._tracks = tracks
        self.deposed = False
        self._warm_up = graph.warm_up_blocks
        self._in_force = 0
        self._xruns_before = status.read().xruns
        self._xruns_seen = 0
        self._xruns_at_start = 0
        self._peak = 0.0
        self._load = 0.0
        self._thread_ns = 0
        self._block_ns = graph.block * 1_000_000_000 // graph.rate_hz
        self._pid = os.getpid()
        self._broken = False
        level(graph.output)  # compiles, for just this array: never inside the callback

    @property
    def load(self) -> float:
        """Return the share of a block's time that the audio thread computes."""
        return self._load

    @property
    def frame(self) -> int:
        """Return the first frame that has not been computed yet."""
        return self._player.frame

    def before_block(self) -> None:
        """Prepare the next block. pyo prints what this raises, forever: so it never does."""
        interval_s = sys.getswitchinterval()
        sys.setswitchinterval(WHOLE_BLOCK_S)
        try:
            now_ns = time.monotonic_ns()
            share = None
            if self._warm_up or self.deposed:
                self._warm_up -= 1
                self._player.silence()
            elif self._status.owner() != self._pid:
                self.deposed = True
                self._player.silence()
            else:
                if not self.blocks:
                    self._begin(now_ns)
                self._play(now_ns)
                share = self._keep if self._tracks.asked() else None
            self._graph.feed(self._player.out, self._player.frame - self._graph.block, share)
            self._graph.feed_cue(self._player.cue)
        except Exception as error:  # noqa: BLE001 - reported, once; the sound goes on
            if not self._broken:
                self._broken = True
                self._say(event(EngineEvent("error", self._player.frame, f"engine: {error!r}")))
        finally:
            if self.outbox:
                self._wake()
            if not self._graph.holds(interval_s):
                sys.setswitchinterval(interval_s)

    def _keep(self, shares: Tracks) -> None:
        """Take what each track adds to the master in the block that was begun last."""
        self._tracks.write(self._player.frame - self._graph.block, shares)

    def _begin(self, now_ns: int) -> None:
        """Go on where the engine before this one would be by now."""
        self._player.frame = frame_on_device(
            self._status.read(), now_ns, self._device_frame(), self._graph.block,
            self._graph.rate_hz,
        )  # fmt: skip
        self._tap.begin(self._player.frame)
        self._xruns_at_start = self._xruns()

    def _play(self, now_ns: int) -> None:
        self._hear(self._player.frame)
        output = self._graph.output
        if self.blocks:
            self._tap.write(self._player.frame - self._graph.block, output)
            self._peak = max(level(output), self._peak * self._player.fall)
        for _ in range(min(len(self.inbox), _MESSAGES_A_BLOCK)):
            self._take(self.inbox.popleft())
        frame, block = self._player.frame, self._graph.block
        for _ in range(len(self._changes)):
            change = self._changes.popleft()
            at = begins(change.parameter, change.frame, frame, block)
            if at < frame + block:
                self._graph.apply(change.parameter, at - frame)
                if change.sequence:
                    self._say(answer(Kind.MOVED, change.sequence, at))
            else:
                self._changes.append(change)
        for happened in self._player.render():
            self._say(event(happened))
        for trouble in self._graph.troubles():
            self._say(event(EngineEvent("muted", self._player.frame, trouble)))
        self.blocks += 1
        self._measure()
        xruns = self._xruns() - self._xruns_at_start
        if xruns != self._xruns_seen:
            text = f"{xruns - self._xruns_seen} xrun"
            self._xruns_seen = xruns
            self._say(event(EngineEvent("xrun", self._player.frame, text)))
        self._status.write(
            self._player.frame, now_ns, self.blocks, self._xruns_before + xruns, self._pid,
            self._load, self._peak, self._player.peaks.tolist(), self._device_frame(),
        )  # fmt: skip

    def _take(self, item: Table | Change) -> None:
        if isinstance(item, Change):
            self._changes.append(item)
            return
        now = self._player.frame
        if item.frame == ANY_TIME:
            kind = Kind.ACK
        elif item.based_on != self._in_force:
            kind = Kind.STALE
        else:
            kind = Kind.ACK if max(item.frame, item.latest) >= now else Kind.LATE
        told = now
        if kind is Kind.ACK:
            if item.latest > item.frame:
                told = max(item.frame, now)
                move(item.rows, item.frame, told)
            self._player.install(item.rows)
            self._in_force = item.sequence
        self._say(answer(kind, item.sequence, told))

    def _measure(self) -> None:
        """Follow the share of a block's time that this thread computes (pyo's graph included)."""
        thread_ns = time.thread_time_ns()
        if self._thread_ns:
            newest = (thread_ns - self._thread_ns) / self._block_ns
            self._load += 0.05 * (newest - self._load)
        self._thread_ns = thread_ns

    def _say(self, message: Message) -> None:
        self.outbox.append(message)


class GapCount:
    """Counts late blocks by the clock, where the back-end reports no xruns.

    A block counts when it comes more than `blocks_late` blocks after its due time; then the due
    time starts again from there.
    """

    def __init__(self, rate_hz: int, block: int, blocks_late: float = 2.0) -> None:
        self.count = 0
        self._step_ns = block * 1e9 / rate_hz
        self._allowed_ns = blocks_late * self._step_ns
        self._due_ns = 0.0

    def block_at(self, now_ns: int) -> int:
        """Note that a block began at `now_ns`; return the count.

        >>> gaps = GapCount(48000, 480)
        >>> [gaps.block_at(t * 10_000_000) for t in (1, 2, 3, 9, 10)]
        [0, 0, 0, 1, 1]
        """
        if self._due_ns and now_ns - self._due_ns > self._allowed_ns:
            self.count += 1
            self._due_ns = float(now_ns)
        # A device that runs a little slow or fast moves the due time with it.
        early = np.clip(now_ns - self._due_ns, -self._step_ns, self._step_ns) if self._due_ns else 0
        self._due_ns = (self._due_ns or float(now_ns)) + self._step_ns + 0.05 * float(early)
        return self.count
