"""Clips made by worker processes and laid into the arena, ready when they are asked for."""

import itertools
import queue
import threading
from collections.abc import Collection, Iterable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from pathlib import Path

from loopmind_live.dsp.seams import Audio
from loopmind_live.errors import LoopMindError, PrepareError
from loopmind_live.prepare.backlog import Pace, Work, expected
from loopmind_live.prepare.base import LATER, NEXT, URGENT, Due, Failed, Opened
from loopmind_live.prepare.cache import DEFAULT_BYTES, ClipCache
from loopmind_live.prepare.clip_audio import ClipAudio
from loopmind_live.prepare.job import Made, kept_opening, make_clip, make_first, warm_up
from loopmind_live.prepare.laid import Arena, LaidClips, Sizes, lies_there
from loopmind_live.prepare.opening import opening_frames, steady_frames
from loopmind_live.prepare.retime import silence
from loopmind_live.score.clip import Clip, ClipRecipe, body_frames
from loopmind_live.workers import WorkerPool

JOB_TIMEOUT_S = 120.0
"""A decoder that takes longer hangs: its worker is killed."""


RANKS = 8
"""Each priority has so many ranks: more than there are steps in which a clip is made."""


@dataclass(slots=True)
class _Order:
    """A clip to be made; `step` openings are made, of those that it has: then comes the whole."""

    priority: int
    openings: tuple[int, ...] = ()
    step: int = 0
    future: "Future[Made] | None" = None

    @property
    def rank(self) -> int:
        """Return where its next job stands: first bars come before the rest of any other."""
        return self.priority * RANKS + self.step


_Task = tuple[int, int, ClipRecipe | None, "Future[Made] | None"]


class ClipPool:
    """Makes clips in worker processes; one thread of its own lays them into the arena.

    What was handed out (by `poll` or `clip`) stays in its place until the next `keep` that does not
    name it; then it may give way, the one unused longest first, when there is no room.

    A long clip is laid at its full size as soon as its first opening is made, and filled in as more
    of it is. What was told of (by `poll` or `opened`) stays as it is.
    """

    def __init__(
        self,
        folder: Path,
        arena: Arena,
        workers: int = 2,
        max_bytes: int = DEFAULT_BYTES,
        openings: bool = True,
    ) -> None:
        """Start the workers. `folder` is the disk cache, of at most `max_bytes`.

        Without `openings` each clip is made in one go, for a clock that waits for it anyway.
        """
        self._cache = ClipCache(folder, max_bytes)
        self._arena = arena
        self._changed = threading.Condition()
        self._orders: dict[ClipRecipe, _Order] = {}
        self._clips = LaidClips(arena, self._changed)
        self._count, self._openings, self._pace = workers, openings, Pace()
        self._finished: list[Clip | Opened | Failed] = []
        self._closed = False
        self._numbers = itertools.count()
        self._tasks: queue.PriorityQueue[_Task] = queue.PriorityQueue()
        self._workers = WorkerPool(workers, initializer=warm_up, eager=True, spare=LATER * RANKS)
        self._thread = threading.Thread(target=self._work, name="clips", daemon=True)
        self._thread.start()

    def request(self, recipe: ClipRecipe, priority: int) -> None:
        """Ask for a clip; asking again raises its priority. Returns at once."""
        with self._changed:
            if self._closed or self._clips.has(recipe):
                return
            order = self._orders.get(recipe)
            if order is None:
                self._orders[recipe] = self._ordered(recipe, priority)
                self._put(priority, recipe, None)
            elif priority < order.priority:
                order.priority = priority
                if order.future is not None:
                    self._workers.reprioritize(order.future, order.rank)
                else:
                    self._put(priority, recipe, None)

    def clip(self, recipe: ClipRecipe) -> Clip | None:
        """Return the clip where it is ready, else None."""
        return self._clips.clip(recipe)

    def opened(self, recipe: ClipRecipe) -> Opened | None:
        """Return the beginning of a long clip that is not ready, where that is there."""
        return self._clips.opened(recipe)

    def due(self, recipe: ClipRecipe) -> tuple[Due, ...]:
        """Return when the rest of an opened clip will be there, step by step, by what it took.

        Empty where nobody makes it.
        """
        with self._changed:
            own = self._orders.get(recipe)
            if own is None:
                return ()
            others = [
                work
                for other, order in self._orders.items()
                if order is not own
                for work in _work_left(other, order)
            ]
            return expected(_work_left(recipe, own), others, self._count, self._pace)

    def lay(self, recipe: ClipRecipe) -> Clip | None:
        """Return a place for a clip that is filled while it plays already; None without room.

        What lies there is whatever lay there before. It stays until `let_go`.
        """
        clip = self._clips.lay_out(recipe, body_frames(recipe.pass_frames))
        if clip is not None:
            with self._changed:
                self._finished.append(clip)
        return clip

    def let_go(self, recipe: ClipRecipe) -> None:
        """Say that a clip which was laid is filled, or will not be."""
        self._clips.let_go(recipe)

    def remake(self, recipe: ClipRecipe) -> "Future[Audio]":
        """Return the body of a clip as its file makes it, kept in the cache too."""
        made: Future[Audio] = Future()

        def load(done: "Future[Made]") -> None:
            try:
                audio = self._cache.load(done.result().key)
                if audio is None:
                    raise PrepareError(f"{recipe.path}: its clip did not stay in the cache")
                made.set_result(audio.body)
            except (LoopMindError, OSError, CancelledError) as error:
                made.set_exception(error)

        self._workers.submit(
            make_clip, recipe, self._cache.folder, self._cache.max_bytes,
            priority=URGENT * RANKS, timeout_s=JOB_TIMEOUT_S,
        ).add_done_callback(load)  # fmt: skip
        return made

    def poll(self) -> list[Clip | Opened | Failed]:
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
            told = (one for one in self._finished if not isinstance(one, Failed))
            unseen = [one.clip.recipe if isinstance(one, Opened) else one.recipe for one in told]
            self._clips.keep(recipes, unseen)

    def adopt(
        self, clips: Iterable[Clip], sounding: Collection[int], opened: Iterable[Opened] = ()
    ) -> frozenset[ClipRecipe]:
        """Take clips over that another process laid into the arena; return the recipes of those.

        What lies at an offset of `sounding` is taken as it is; any other clip must be, to the
        sample, what the cache holds, as its place may have been given to another one meanwhile.
        What was only `opened`, and sounds, is filled in once it is asked for.
        """
        for clip in sorted(clips, key=lambda clip: clip.offset not in sounding):
            sure = clip.offset in sounding
            if not sure and not lies_there(self._arena, self._cache, clip):
                continue
            with self._changed:
                if clip.recipe not in self._orders:
                    self._clips.hold(clip, sure)
        for one in opened:
            with self._changed:
                if one.clip.offset in sounding and one.clip.recipe not in self._orders:
                    self._clips.hold_opened(one)
        return self._clips.recipes()

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

    def _put(self, priority: int, recipe: ClipRecipe | None, future: "Future[Made] | None") -> None:
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

    def _ordered(self, recipe: ClipRecipe, priority: int) -> _Order:
        """Return an order for a clip, some of which may be there already."""
        openings = opening_frames(recipe) if self._openings else ()
        there = self._clips.steady(recipe)
        return _Order(priority, openings, sum(steady_frames(recipe, n) <= there for n in openings))

    def _advance(self, recipe: ClipRecipe, future: "Future[Made] | None") -> None:
        """Take a clip one step further: from the cache to the arena, or to a worker."""
        with self._changed:
            order = self._orders.get(recipe)
            if order is None or order.future is not future:
                return  # a request whose priority was raised stands in the queue twice
        if future is not None:
            self._take(recipe, order, future)
            return
        audio = self._cache.load(recipe.key) if recipe.content_hash else None
        if audio is not None:
            self._place(recipe, audio)
            return
        with self._changed:
            if self._closed:
                return
            kept = self._cache.folder, self._cache.max_bytes
            if order.step < len(order.openings):
                order.future = self._workers.submit(
                    make_first, recipe, order.step, *kept,
                    priority=order.rank, timeout_s=JOB_TIMEOUT_S,
                )  # fmt: skip
            else:
                order.future = self._workers.submit(
                    make_clip, recipe, *kept, priority=order.rank, timeout_s=JOB_TIMEOUT_S
                )
        order.future.add_done_callback(lambda done: self._put(order.priority, recipe, done))

    def _take(self, recipe: ClipRecipe, order: _Order, future: "Future[Made]") -> None:
        """Lay what a worker has made into the arena, and have the rest made."""
        try:
            made = future.result()
        except CancelledError:
            return  # by close
        audio = self._cache.load(made.key)
        if audio is None:
            raise PrepareError(
                f"{recipe.path}: its clip did not stay in {self._cache.folder}: "
                "free some disk space"
            )
        if order.openings and made.make_s:
            self._pace.learn(_work_left(recipe, order)[0], made.read_s, made.make_s)
        if order.step == len(order.openings):
            self._place(recipe, audio)
            return
        opening = kept_opening(audio)
        frames = steady_frames(recipe, len(opening.body))
        first = ClipAudio(opening.lead, opening.body[:frames], silence(0))
        sizes = Sizes(len(opening.lead), body_frames(recipe.pass_frames), made.tail_frames)
        opened = self._clips.open(recipe, first, sizes)
        with self._changed:
            order.step, order.future = order.step + 1, None
            if not self._closed:
                self._finished.append(opened)
        self._put(order.priority, recipe, None)

    def _place(self, recipe: ClipRecipe, audio: ClipAudio) -> None:
        clip = self._clips.lay(recipe, audio)
        with self._changed:
            self._settle(recipe, clip)

    def _fail(self, recipe: ClipRecipe, reason: str) -> None:
        with self._changed:
            self._settle(recipe, Failed(recipe, reason))

    def _settle(self, recipe: ClipRecipe, result: Clip | Failed) -> None:
        """End an order; the lock is held."""
        self._orders.pop(recipe, None)
        if not self._closed:
            self._finished.append(result)
        self._changed.notify_all()


def _work_left(recipe: ClipRecipe, order: _Order) -> list[Work]:
    """Return the jobs that a clip takes still, in their order."""
    rate_hz, pass_s = recipe.rate_hz, recipe.pass_frames / recipe.rate_hz
    runs = order.future is not None and order.future.running()
    left = []
    for step in range(order.step, len(order.openings) + 1):
        whole = step == len(order.openings)
        frames = body_frames(recipe.pass_frames) if whole else order.openings[step]
        rank = order.priority * RANKS + step
        steady = frames if whole else steady_frames(recipe, frames)
        left.append(Work(rank, pass_s, frames / rate_hz, steady, runs and step == order.step))
    return left
