"""Clips made by worker processes and laid into the arena, ready when they are asked for."""

import itertools
import queue
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from loopmind_live.dsp.seams import Audio
from loopmind_live.errors import LoopMindError, PrepareError
from loopmind_live.prepare.base import LATER, NEXT, URGENT, Failed
from loopmind_live.prepare.cache import DEFAULT_BYTES, ClipCache
from loopmind_live.prepare.clip_audio import ClipAudio
from loopmind_live.prepare.job import make_clip, warm_up
from loopmind_live.score.clip import Clip, ClipRecipe, body_frames
from loopmind_live.workers import WorkerPool

JOB_TIMEOUT_S = 120.0
"""A decoder that takes longer hangs: its worker is killed."""


class Arena(Protocol):
    """The memory that voices read; only one pool allocates from it."""

    def allocate(self, frames: int) -> int | None:
        """Return the first frame of a free place of `frames`, now taken; None where it is full."""
        ...

    def free(self, offset: int) -> None:
        """Give the place that begins at `offset` back."""
        ...

    def hold(self, offset: int, frames: int, sounding: bool) -> bool:
        """Take a place where another process laid a clip; return whether it could be taken."""
        ...

    def read(self, offset: int, frames: int) -> Audio:
        """Return what lies at `offset`: stereo, the memory itself."""
        ...

    def write(self, offset: int, audio: Audio) -> None:
        """Copy stereo `audio` to `offset`."""
        ...


@dataclass(slots=True)
class _Order:
    priority: int
    future: "Future[str] | None" = None


_Task = tuple[int, int, ClipRecipe | None, "Future[str] | None"]


class ClipPool:
    """Makes clips in worker processes; one thread of its own lays them into the arena.

    What was handed out (by `poll` or `clip`) stays in its place until the next `keep` that does not
    name it; then it may give way, the one unused longest first, when there is no room.
    """

    def __init__(
        self, folder: Path, arena: Arena, workers: int = 2, max_bytes: int = DEFAULT_BYTES
    ) -> None:
        """Start the workers. `folder` is the disk cache, of at most `max_bytes`."""
        self._cache = ClipCache(folder, max_bytes)
        self._arena = arena
        self._changed = threading.Condition()
        self._orders: dict[ClipRecipe, _Order] = {}
        self._clips: OrderedDict[ClipRecipe, Clip] = OrderedDict()
        self._kept: frozenset[ClipRecipe] = frozenset()
        self._lent: set[ClipRecipe] = set()
        self._laid: set[ClipRecipe] = set()
        self._placing = threading.Lock()
        self._finished: list[Clip | Failed] = []
        self._closed = False
        self._numbers = itertools.count()
        self._tasks: queue.PriorityQueue[_Task] = queue.PriorityQueue()
        self._workers = WorkerPool(workers, initializer=warm_up, eager=True, spare=LATER)
        self._thread = threading.Thread(target=self._work, name="clips", daemon=True)
        self._thread.start()

    def request(self, recipe: ClipRecipe, priority: int) -> None:
        """Ask for a clip; asking again raises its priority. Returns at once."""
        with self._changed:
            if self._closed or recipe in self._clips:
                return
            order = self._orders.get(recipe)
            if order is None:
                self._orders[recipe] = _Order(priority)
                self._put(priority, recipe, None)
            elif priority < order.priority:
                order.priority = priority
                if order.future is not None:
                    self._workers.reprioritize(order.future, priority)
                else:
                    self._put(priority, recipe, None)

    def clip(self, recipe: ClipRecipe) -> Clip | None:
        """Return the clip where it is ready, else None."""
        with self._changed:
            clip = self._clips.get(recipe)
            if clip is not None:
                self._clips.move_to_end(recipe)
                self._lent.add(recipe)
            return clip

    def lay(self, recipe: ClipRecipe) -> Clip | None:
        """Return a place for a clip that is filled while it plays already; None without room.

        What lies there is whatever lay there before. It stays until `let_go`.
        """
        frames = body_frames(recipe.pass_frames)
        offset = self._room(frames)
        if offset is None:
            return None
        clip = Clip(recipe, offset, frames)
        with self._changed:
            self._clips[recipe] = clip
            self._laid.add(recipe)
            self._finished.append(clip)
        return clip

    def let_go(self, recipe: ClipRecipe) -> None:
        """Say that a clip which was laid is filled, or will not be."""
        with self._changed:
            self._laid.discard(recipe)

    def remake(self, recipe: ClipRecipe) -> "Future[Audio]":
        """Return the body of a clip as its file makes it, kept in the cache too."""
        made: Future[Audio] = Future()

        def load(done: "Future[str]") -> None:
            try:
                audio = self._cache.load(done.result())
                if audio is None:
                    raise PrepareError(f"{recipe.path}: its clip did not stay in the cache")
                made.set_result(audio.body)
            except (LoopMindError, OSError, CancelledError) as error:
                made.set_exception(error)

        self._workers.submit(
            make_clip, recipe, self._cache.folder, self._cache.max_bytes,
            priority=URGENT, timeout_s=JOB_TIMEOUT_S,
        ).add_done_callback(load)  # fmt: skip
        return made

    def poll(self) -> list[Clip | Failed]:
        """Return what has been finished since the last call."""
        with self._changed:
            finished, self._finished = self._finished, []
            return finished

    def wait(self) -> None:
        """Wait until nothing of priority URGENT or NEXT is outstanding."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._outstanding())

    def keep(self, recipes: frozenset[ClipRecipe]) -> None:
        """Say which clips the engine may still reach: all others may be thrown out for room."""
        with self._changed:
            self._kept = recipes
            unseen = (one.recipe for one in self._finished if isinstance(one, Clip))
            self._lent = set(unseen)

    def adopt(self, clips: Iterable[Clip], sounding: Collection[int]) -> frozenset[ClipRecipe]:
        """Take clips over that another process laid into the arena; return the recipes of those.

        What lies at an offset of `sounding` is taken as it is; any other clip must be, to the
        sample, what the cache holds, as its place may have been given to another one meanwhile.
        """
        ordered = sorted(clips, key=lambda clip: clip.offset not in sounding)
        for clip in ordered:
            sure = clip.offset in sounding
            begin = clip.offset - clip.lead_frames
            if not sure and not self._lies_there(clip):
                continue
            with self._changed:
                known = clip.recipe in self._clips or clip.recipe in self._orders
                if not known and self._arena.hold(begin, clip.frames, sure):
                    self._clips[clip.recipe] = clip
                    self._lent.add(clip.recipe)
        with self._changed:
            return frozenset(self._clips)

    def _lies_there(self, clip: Clip) -> bool:
        """Tell whether the arena holds a clip's samples where it says."""
        audio = self._cache.load(clip.recipe.key) if clip.recipe.content_hash else None
        sizes = (clip.lead_frames, clip.body_frames, clip.tail_frames)
        if audio is None or (len(audio.lead), len(audio.body), len(audio.tail)) != sizes:
            return False
        begin = clip.offset - clip.lead_frames
        for part in (audio.lead, audio.body, audio.tail):
            there = self._arena.read(begin, len(part))
            if not np.array_equal(there, part):
                return False
            begin += len(part)
        return True

    def close(self) -> None:
        """End the workers; nothing more is finished. The arena is left as it is."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._workers.close()
        self._put(-1, None, None)
        self._thread.join()

    def worker_pids(self) -> tuple[int, ...]:
        """Return the process ids of the workers."""
        return self._workers.worker_pids()

    def _put(self, priority: int, recipe: ClipRecipe | None, future: "Future[str] | None") -> None:
        self._tasks.put((priority, next(self._numbers), recipe, future))

    def _outstanding(self) -> bool:
        return any(order.priority <= NEXT for order in self._orders.values())

    def _work(self) -> None:
        while True:
            _, _, recipe, future = self._tasks.get()
            if recipe is None:
                return
            try:
                self._advance(recipe, future)
            except (LoopMindError, OSError) as error:
                self._fail(recipe, str(error))
            except Exception as error:  # noqa: BLE001 - a fault of ours costs this clip alone
                self._fail(recipe, f"{recipe.path}: {type(error).__name__}: {error}")

    def _advance(self, recipe: ClipRecipe, future: "Future[str] | None") -> None:
        """Take a clip one step further: from the cache to the arena, or to a worker."""
        if future is not None:
            try:
                key = future.result()
            except CancelledError:
                return  # by close
            audio = self._cache.load(key)
            if audio is None:
                raise PrepareError(
                    f"{recipe.path}: its clip did not stay in {self._cache.folder}: "
                    "free some disk space"
                )
            self._place(recipe, audio)
            return
        with self._changed:
            order = self._orders.get(recipe)
            if order is None or order.future is not None:
                return  # a request whose priority was raised stands in the queue twice
        audio = self._cache.load(recipe.key) if recipe.content_hash else None
        if audio is not None:
            self._place(recipe, audio)
            return
        with self._changed:
            if self._closed:
                return
            order.future = self._workers.submit(
                make_clip, recipe, self._cache.folder, self._cache.max_bytes,
                priority=order.priority, timeout_s=JOB_TIMEOUT_S,
            )  # fmt: skip
        order.future.add_done_callback(lambda done: self._put(order.priority, recipe, done))

    def _place(self, recipe: ClipRecipe, audio: ClipAudio) -> None:
        lead, body, tail = len(audio.lead), len(audio.body), len(audio.tail)
        offset = self._room(lead + body + tail)
        if offset is None:
            raise PrepareError(
                f"{recipe.path}: no room for {(lead + body + tail) / recipe.rate_hz:.1f} s in the "
                "clip memory: use fewer or shorter loops at a time"
            )
        try:
            self._arena.write(offset, np.concatenate([audio.lead, audio.body, audio.tail]))
        except BaseException:
            self._arena.free(offset)
            raise
        clip = Clip(recipe, offset + lead, body, lead, tail)
        with self._changed:
            self._clips[recipe] = clip
            self._lent.add(recipe)
            self._settle(recipe, clip)

    def _room(self, frames: int) -> int | None:
        """Return a place in the arena, for which the clips unused longest give way."""
        with self._placing:
            while (offset := self._arena.allocate(frames)) is None:
                with self._changed:
                    taken = self._kept | self._lent | self._laid
                    victim = next((one for one in self._clips if one not in taken), None)
                    if victim is None:
                        return None
                    clip = self._clips.pop(victim)
                self._arena.free(clip.offset - clip.lead_frames)
        return offset

    def _fail(self, recipe: ClipRecipe, reason: str) -> None:
        with self._changed:
            self._settle(recipe, Failed(recipe, reason))

    def _settle(self, recipe: ClipRecipe, result: Clip | Failed) -> None:
        """End an order; the lock is held."""
        self._orders.pop(recipe, None)
        if not self._closed:
            self._finished.append(result)
        self._changed.notify_all()
