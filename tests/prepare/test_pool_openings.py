import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loopmind_live.engine.arena import Arena
from loopmind_live.prepare.base import AHEAD, NEXT, URGENT, Failed, Opened
from loopmind_live.prepare.clip_audio import make_audio
from loopmind_live.prepare.job import make_clip
from loopmind_live.prepare.opening import opening_frames, steady_frames
from loopmind_live.prepare.pool import ClipPool
from loopmind_live.score.clip import Clip, ClipRecipe, body_frames
from loopmind_live.workers import WorkerPool

RATE_HZ = 8000
PATIENCE_S = 60.0
Write = Callable[..., Path]
Recipe = Callable[..., ClipRecipe]
Stem = Callable[..., ClipRecipe]


class HeldBack:
    """Workers that make openings at once, and what comes after them when they are told to."""

    def __init__(self, workers: WorkerPool) -> None:
        self._submit = workers.submit
        self._waiting: list[tuple[Future[Any], tuple[Any, ...], dict[str, Any]]] = []
        self.holds = True
        workers.submit = self.submit  # type: ignore[assignment, method-assign]

    def submit(self, function: Any, *args: Any, **how: Any) -> "Future[Any]":
        if function is not make_clip or not self.holds or not opening_frames(args[0]):
            return self._submit(function, *args, **how)
        future: Future[Any] = Future()
        self._waiting.append((future, (function, *args), how))
        return future

    def release(self) -> None:
        self.holds = False
        for future, job, how in self._waiting:

            def settle(done: "Future[Any]", future: "Future[Any]" = future) -> None:
                error = done.exception()
                if error is None:
                    future.set_result(done.result())
                else:
                    future.set_exception(error)

            self._submit(*job, **how).add_done_callback(settle)
        self._waiting = []


@pytest.fixture
def arena(tmp_path: Path) -> Iterator[Arena]:
    arena = Arena.create(1_000_000, parent=tmp_path)
    arena.view[:] = 0.25  # as if another clip had lain everywhere
    yield arena
    arena.close()


@pytest.fixture
def stem(write: Write, recipe: Recipe) -> Stem:
    """Return a function that makes recipes for one long file, which rings after its last beat."""
    random = np.random.default_rng(5)
    audio = random.uniform(-0.5, 0.5, (24 * RATE_HZ, 2)).astype(np.float32)
    audio[22 * RATE_HZ :] *= 0.01
    path = write(audio, RATE_HZ, "stem.wav")

    def make(bpm: float = 125.0) -> ClipRecipe:
        return recipe(path, start_s=0.5, beats=40, bpm=bpm, rate_hz=RATE_HZ, dry=False, semitones=1)

    return make


def next_results(pool: ClipPool, count: int = 1) -> list[Clip | Opened | Failed]:
    results: list[Clip | Opened | Failed] = []
    deadline = time.monotonic() + PATIENCE_S
    while len(results) < count:
        results += pool.poll()
        assert time.monotonic() < deadline, results
        time.sleep(0.002)
    return results


def opened_one(pool: ClipPool) -> Opened:
    (opened,) = next_results(pool)
    assert isinstance(opened, Opened), opened
    return opened


def lies(arena: Arena, clip: Clip) -> np.ndarray:
    return arena.view[clip.offset - clip.lead_frames :][: clip.frames]


def test_a_long_clip_opens_in_its_place_and_is_filled_in_later(
    pool: ClipPool, arena: Arena, stem: Stem
) -> None:
    one, held = stem(), HeldBack(pool._workers)
    whole = make_audio(one)
    pool.request(one, URGENT)
    opened = opened_one(pool)
    clip = opened.clip
    assert pool.clip(one) is None
    assert pool.opened(one) == opened
    assert (clip.lead_frames, clip.body_frames) == (len(whole.lead), len(whole.body))
    assert clip.tail_frames == len(whole.tail) > 0
    assert opened.frames == steady_frames(one, opening_frames(one)[0])
    there = clip.lead_frames + opened.frames
    samples = np.concatenate([whole.lead, whole.body, whole.tail])
    assert np.array_equal(lies(arena, clip)[:there], samples[:there])
    assert (lies(arena, clip)[there:] == 0.25).all()
    held.release()
    pool.wait()
    assert pool.poll() == [clip]
    assert pool.clip(one) == clip
    assert pool.opened(one) is None
    assert np.array_equal(lies(arena, clip), samples)
    assert pool.due(one) == ()


def test_the_first_bars_of_all_come_before_the_rest_of_any(pool: ClipPool, stem: Stem) -> None:
    wanted = [stem(bpm) for bpm in (121.0, 122.0, 123.0)]
    for one in wanted:
        pool.request(one, URGENT)
    results = next_results(pool, 6)
    assert [type(result) for result in results] == [Opened] * 3 + [Clip] * 3


def test_the_rest_is_expected_later_the_more_is_to_be_made_before_it(
    pool: ClipPool, stem: Stem
) -> None:
    one, held = stem(), HeldBack(pool._workers)
    pool.request(one, NEXT)
    opened = opened_one(pool)
    (alone,) = pool.due(one)
    assert alone.frames == opened.clip.body_frames == body_frames(one.pass_frames)
    pool.request(stem(126.0), AHEAD)
    assert pool.due(one) == (alone,), "what comes after it does not count"
    opened_one(pool)
    for bpm in (127.0, 128.0, 129.0):
        pool.request(stem(bpm), URGENT)
    assert pool.due(one)[0].seconds > 3 * alone.seconds
    held.release()
    next_results(pool, 8)


def test_a_rest_that_cannot_be_made_leaves_the_first_bars_where_they_are(
    pool: ClipPool, arena: Arena, stem: Stem
) -> None:
    one, held = stem(), HeldBack(pool._workers)
    pool.request(one, URGENT)
    opened = opened_one(pool)
    away = one.path.rename(one.path.with_suffix(".away"))
    held.release()
    (failed,) = next_results(pool)
    assert isinstance(failed, Failed)
    assert "is gone since the scan" in failed.reason
    assert pool.opened(one) == opened
    assert pool.due(one) == ()
    away.rename(one.path)
    pool.request(one, URGENT)
    assert next_results(pool) == [opened.clip], "no opening is made again"
    whole = make_audio(one)
    assert np.array_equal(lies(arena, opened.clip)[-len(whole.tail) :], whole.tail)


def test_a_rest_that_does_not_fit_what_may_sound_is_refused(
    pool: ClipPool, arena: Arena, stem: Stem
) -> None:
    one, held = stem(), HeldBack(pool._workers)
    pool.request(one, URGENT)
    clip = opened_one(pool).clip
    arena.view[clip.offset + 10] += 0.125
    before = lies(arena, clip).copy()
    held.release()
    (failed,) = next_results(pool)
    assert isinstance(failed, Failed)
    assert "does not fit its first bars" in failed.reason
    assert np.array_equal(lies(arena, clip), before)


def test_first_bars_that_nothing_can_reach_give_way_and_the_clip_comes_elsewhere(
    tmp_path: Path, stem: Stem
) -> None:
    one, two = stem(), stem(126.0)
    most = len(np.concatenate([*(part for part in _parts(one))]))
    arena = Arena.create(most + 1000, parent=tmp_path)
    pool = ClipPool(tmp_path / "clips", arena, workers=1)
    held = HeldBack(pool._workers)
    try:
        pool.request(one, AHEAD)
        opened_one(pool)
        pool.keep(frozenset({two}))
        pool.request(two, URGENT)
        assert opened_one(pool).clip.recipe == two
        assert pool.opened(one) is None
        pool.keep(frozenset())
        held.release()
        results = next_results(pool, 2)
        assert [type(result) for result in results] == [Clip, Clip] or any(
            isinstance(result, Failed) and "no room" in result.reason for result in results
        )
        for recipe in (one, two):
            if (clip := pool.clip(recipe)) is not None:
                assert np.array_equal(lies(arena, clip), np.concatenate(_parts(recipe)))
    finally:
        pool.close()
        arena.close()


def _parts(one: ClipRecipe) -> list[np.ndarray]:
    made = make_audio(one)
    return [made.lead, made.body, made.tail]


def test_another_pool_fills_in_what_sounds(tmp_path: Path, stem: Stem) -> None:
    first = Arena.create(1_000_000, parent=tmp_path)
    pool = ClipPool(tmp_path / "clips", first, workers=1)
    HeldBack(pool._workers)
    sounding, silent = stem(), stem(126.0)
    opened = []
    for one in (sounding, silent):
        pool.request(one, URGENT)
        opened.append(opened_one(pool))
    pool.close()
    again = Arena.adopt(first.path.parent)
    later = ClipPool(tmp_path / "clips", again, workers=1)
    try:
        assert later.adopt([], {opened[0].clip.offset}, opened) == {sounding}
        assert later.opened(sounding) == opened[0]
        later.request(sounding, URGENT)
        assert next_results(later) == [opened[0].clip]
        assert np.array_equal(lies(again, opened[0].clip), np.concatenate(_parts(sounding)))
    finally:
        later.close()
        again.close()


def test_a_clock_that_waits_has_each_clip_made_in_one_go(
    tmp_path: Path, arena: Arena, stem: Stem
) -> None:
    pool = ClipPool(tmp_path / "clips", arena, workers=1, openings=False)
    pool.request(stem(), URGENT)
    pool.wait()
    (clip,) = pool.poll()
    assert isinstance(clip, Clip)
    assert np.array_equal(lies(arena, clip), np.concatenate(_parts(stem())))
    pool.close()
