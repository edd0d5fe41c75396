import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.engine.arena import Arena
from loopmind_live.errors import PrepareError
from loopmind_live.prepare.base import AHEAD, NEXT, URGENT, Failed
from loopmind_live.prepare.clip_audio import make_audio
from loopmind_live.prepare.pool import ClipPool
from loopmind_live.score.clip import Clip, ClipRecipe

Clicks = Callable[..., np.ndarray]
Write = Callable[..., Path]
Recipe = Callable[..., ClipRecipe]
PATIENCE_S = 60.0


@pytest.fixture
def arena(tmp_path: Path) -> Iterator[Arena]:
    arena = Arena.create(3_000_000, parent=tmp_path)
    yield arena
    arena.close()


def await_results(pool: ClipPool, count: int) -> list[Clip | Failed]:
    results: list[Clip | Failed] = []
    deadline = time.monotonic() + PATIENCE_S
    while len(results) < count:
        results += pool.poll()
        assert time.monotonic() < deadline, results
        time.sleep(0.005)
    return results


def test_a_clip_lies_in_the_arena_as_it_was_made(
    pool: ClipPool, arena: Arena, clicks: Clicks, write: Write, recipe: Recipe
) -> None:
    audio = np.concatenate([clicks(120.0, 4, 48000), clicks(120.0, 1, 48000) * np.float32(0.1)])
    one = recipe(write(audio), start_s=0.5, beats=3, bpm=130.0, dry=False)
    assert pool.clip(one) is None
    pool.request(one, URGENT)
    pool.wait()
    clip = pool.clip(one)
    assert clip is not None
    assert pool.poll() == [clip]
    assert pool.poll() == []
    made = make_audio(one)
    assert (clip.lead_frames, clip.body_frames) == (len(made.lead), len(made.body))
    assert clip.tail_frames == len(made.tail) > 0
    whole = arena.view[clip.offset - clip.lead_frames :][: clip.frames]
    assert np.array_equal(whole, np.concatenate([made.lead, made.body, made.tail]))


def test_asking_twice_makes_one_clip(pool: ClipPool, write: Write, recipe: Recipe) -> None:
    one = recipe(write(np.zeros((96000, 2), np.float32)))
    for priority in (AHEAD, NEXT, URGENT, URGENT):
        pool.request(one, priority)
    pool.wait()
    pool.request(one, URGENT)
    pool.wait()
    assert len(pool.poll()) == 1


def test_what_was_kept_on_disk_needs_neither_file_nor_worker(
    tmp_path: Path, arena: Arena, clicks: Clicks, write: Write, recipe: Recipe
) -> None:
    one = recipe(write(clicks(120.0, 4, 48000)), bpm=140.0)
    found = []
    for _ in range(2):
        pool = ClipPool(tmp_path / "clips", arena, workers=1)
        pool.request(one, URGENT)
        pool.wait()
        clip = pool.clip(one)
        assert clip is not None, pool.poll()
        found.append(arena.view[clip.offset :][: clip.body_frames].copy())
        pool.close()
        one.path.unlink(missing_ok=True)
    assert np.array_equal(*found)


def test_a_damaged_cache_file_is_made_again(
    tmp_path: Path, arena: Arena, clicks: Clicks, write: Write, recipe: Recipe
) -> None:
    one = recipe(write(clicks(120.0, 4, 48000)), bpm=140.0)
    (tmp_path / "clips").mkdir()
    kept = tmp_path / "clips" / f"{one.key}.npy"
    kept.write_bytes(b"\x93NUMPY but then nothing of use")
    pool = ClipPool(tmp_path / "clips", arena, workers=1)
    pool.request(one, URGENT)
    pool.wait()
    clip = pool.clip(one)
    pool.close()
    assert clip is not None
    made = make_audio(one)
    assert np.array_equal(arena.view[clip.offset :][: clip.body_frames], made.body)
    assert kept.stat().st_size > made.body.nbytes


def test_a_file_that_vanished_fails_once_and_can_be_asked_for_again(
    pool: ClipPool, tmp_path: Path, clicks: Clicks, write: Write, recipe: Recipe
) -> None:
    path = write(clicks(120.0, 4, 48000))
    one = recipe(path)
    path.rename(tmp_path / "away.wav")
    pool.request(one, URGENT)
    pool.wait()
    (failed,) = pool.poll()
    assert isinstance(failed, Failed)
    assert failed.recipe == one
    assert "loop.wav: is gone since the scan" in failed.reason
    assert "loopmind scan" in failed.reason
    assert "\n" not in failed.reason
    (tmp_path / "away.wav").rename(path)
    pool.request(one, URGENT)
    pool.wait()
    assert pool.clip(one) is not None


def test_a_file_that_changed_since_the_scan_is_refused(
    pool: ClipPool, clicks: Clicks, write: Write, recipe: Recipe
) -> None:
    one = recipe(write(clicks(120.0, 4, 48000)))
    write(clicks(120.0, 8, 48000))
    pool.request(one, URGENT)
    pool.wait()
    (failed,) = pool.poll()
    assert isinstance(failed, Failed)
    assert "has changed since the scan" in failed.reason


def test_files_without_a_hash_do_not_share_their_clips(
    pool: ClipPool, arena: Arena, write: Write, recipe: Recipe
) -> None:
    heard = []
    for level in (0.25, 0.5):
        path = write(np.full((96000, 2), level, np.float32), name=f"{level}.wav")
        one = recipe(path, content_hash="")
        pool.request(one, URGENT)
        pool.wait()
        clip = pool.clip(one)
        assert clip is not None
        heard.append(float(arena.view[clip.offset, 0]))
    assert heard == [0.25, 0.5]


def test_the_urgent_overtake_those_that_wait(
    pool: ClipPool, clicks: Clicks, write: Write, recipe: Recipe
) -> None:
    path = write(clicks(120.0, 16, 48000))
    ahead = [recipe(path, beats=16, bpm=110.0 + i) for i in range(6)]
    for one in ahead:
        pool.request(one, AHEAD)
    urgent = recipe(path, beats=2, bpm=150.0)
    pool.request(urgent, URGENT)
    pool.request(ahead[5], NEXT)
    order = [result.recipe for result in await_results(pool, 7)]
    # One may be in the works already, and one more be handed on when the urgent one comes.
    assert order.index(urgent) <= 2
    assert order.index(ahead[5]) <= order.index(urgent) + 2
    assert order.index(ahead[5]) < order.index(ahead[4])


def test_waiting_does_not_wait_for_what_is_only_ahead(
    pool: ClipPool, clicks: Clicks, write: Write, recipe: Recipe
) -> None:
    path = write(clicks(120.0, 16, 48000))
    for i in range(4):
        pool.request(recipe(path, beats=16, bpm=100.0 + i), AHEAD)
    near = recipe(path, beats=1)
    pool.request(near, NEXT)
    pool.wait()
    assert pool.clip(near) is not None
    assert len(pool.poll()) < 5


def test_clips_that_nothing_can_reach_give_way_oldest_first(
    tmp_path: Path, write: Write, recipe: Recipe
) -> None:
    arena = Arena.create(2 * 96010, parent=tmp_path)
    pool = ClipPool(tmp_path / "clips", arena, workers=1)
    audio = np.random.default_rng(0).uniform(-1, 1, (4 * 96000, 2)).astype(np.float32)
    path = write(audio)
    one, two, three, four = (recipe(path, start_s=2.0 * i) for i in range(4))
    for wanted in (one, two):
        pool.request(wanted, URGENT)
        pool.wait()
    assert len(pool.poll()) == 2
    pool.keep(frozenset({two}))
    pool.request(three, URGENT)
    pool.wait()
    assert pool.clip(one) is None
    assert pool.clip(two) is not None
    clip = pool.clip(three)
    assert clip is not None
    assert np.array_equal(arena.view[clip.offset :][:96000], audio[192000:288000])
    pool.poll()
    pool.keep(frozenset({two, three}))
    pool.request(four, URGENT)
    pool.wait()
    (failed,) = pool.poll()
    assert isinstance(failed, Failed)
    assert "no room for 2.0 s in the clip memory" in failed.reason
    pool.keep(frozenset())
    pool.request(four, URGENT)
    pool.wait()
    assert pool.clip(four) is not None
    pool.close()
    arena.close()


def test_a_clip_handed_out_stays_until_it_is_let_go(
    tmp_path: Path, write: Write, recipe: Recipe
) -> None:
    arena = Arena.create(96010, parent=tmp_path)
    pool = ClipPool(tmp_path / "clips", arena, workers=1)
    path = write(np.zeros((2 * 96000, 2), np.float32))
    one, two = recipe(path), recipe(path, start_s=2.0)
    pool.request(one, URGENT)
    pool.wait()
    pool.poll()
    pool.keep(frozenset())
    assert pool.clip(one) is not None, "handed out after keep"
    pool.request(two, URGENT)
    pool.wait()
    assert isinstance(pool.poll()[0], Failed)
    assert pool.clip(one) is not None
    pool.close()
    arena.close()


@pytest.fixture
def long_job(clicks: Clicks, write: Write, recipe: Recipe) -> ClipRecipe:
    """Return a recipe that keeps a worker busy for long enough to be killed."""
    audio = np.tile(clicks(120.0, 16, 48000), (2, 1))
    return recipe(write(audio, name="long.wav"), beats=32, bpm=87.0, semitones=5)


def test_a_worker_killed_at_work_costs_only_time(pool: ClipPool, long_job: ClipRecipe) -> None:
    pool.request(long_job, URGENT)
    deadline = time.monotonic() + PATIENCE_S
    while not pool.worker_pids():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(pool.worker_pids()[0], signal.SIGKILL)
    pool.wait()
    assert isinstance(pool.poll()[-1], Clip)


def test_a_job_whose_worker_is_killed_each_time_fails_in_one_line(
    pool: ClipPool, long_job: ClipRecipe
) -> None:
    pool.request(long_job, URGENT)
    deadline, results = time.monotonic() + PATIENCE_S, pool.poll()
    while not results:
        for pid in pool.worker_pids():
            os.kill(pid, signal.SIGKILL)
        assert time.monotonic() < deadline
        time.sleep(0.02)
        results = pool.poll()
    (failed,) = results
    assert isinstance(failed, Failed)
    assert "SIGKILL" in failed.reason
    assert "\n" not in failed.reason
    pool.request(long_job, URGENT)
    pool.wait()
    assert pool.clip(long_job) is not None


def test_closing_in_the_middle_ends_the_workers(
    tmp_path: Path, arena: Arena, long_job: ClipRecipe
) -> None:
    pool = ClipPool(tmp_path / "clips", arena, workers=2)
    pool.request(long_job, URGENT)
    pool.close()
    pool.close()
    pool.wait()
    assert pool.worker_pids() == ()
    pool.request(long_job, URGENT)
    assert pool.poll() == []


def test_another_pool_takes_over_clips_that_lie_there_still_and_no_others(
    tmp_path: Path, clicks: Clicks, write: Write, recipe: Recipe
) -> None:
    first = Arena.create(3_000_000, parent=tmp_path)
    path = write(clicks(120.0, 4, 48000))
    one, two, three, four = (recipe(path, bpm=bpm) for bpm in (120.0, 125.0, 130.0, 135.0))
    pool = ClipPool(tmp_path / "clips", first, workers=1)
    for each in (one, two, three):
        pool.request(each, URGENT)
    pool.wait()
    clips = [clip for clip in (pool.clip(one), pool.clip(two), pool.clip(three)) if clip]
    pool.close()
    first.view[clips[0].offset + 100] += 0.25  # a row plays it: it is what it is
    first.view[clips[1].offset + 100] += 0.25  # another clip was laid here meanwhile
    moved = Clip(four, clips[2].offset, clips[2].body_frames)
    again = Arena.adopt(first.path.parent)
    later = ClipPool(tmp_path / "clips", again, workers=1)
    try:
        again.places.reserve(clips[0].offset + 10, 500)  # as rows do that reach part of it
        taken = later.adopt([moved, *clips], {clips[0].offset})
        assert taken == {one, three}
        assert later.clip(one) == clips[0]
        later.request(two, URGENT)
        later.wait()
        new = later.clip(two)
        assert new is not None
        for other in (clips[0], clips[2]):
            assert new.offset >= other.offset + other.frames or (
                new.offset + new.frames <= other.offset
            )
        assert later.poll() == [new]
    finally:
        later.close()
        again.close()


def test_a_clip_that_is_filled_while_it_plays_keeps_its_place_until_it_is_let_go(
    pool: ClipPool, arena: Arena, write: Write, recipe: Recipe
) -> None:
    path = write(np.random.default_rng(1).uniform(-0.5, 0.5, (96000, 2)).astype(np.float32))
    one = recipe(path)
    clip = pool.lay(one)
    assert clip is not None
    assert pool.poll() == [clip]
    pool.keep(frozenset())
    pool.request(one, URGENT)
    pool.wait()
    assert pool.poll() == [], "it is there: nothing is made"
    body = pool.remake(one).result(PATIENCE_S)
    assert np.array_equal(body, make_audio(one).body)
    tempos = iter(range(100, 240))
    while pool.lay(recipe(path, beats=2, bpm=float(next(tempos)))) is not None:
        pool.poll()
        pool.keep(frozenset())
    assert pool.clip(one) == clip, "nothing gives way while it is laid"
    pool.keep(frozenset())
    pool.let_go(one)
    assert pool.lay(recipe(path, beats=2, bpm=float(next(tempos)))) is not None
    assert pool.clip(one) is None


def test_remaking_a_clip_whose_file_is_gone_is_an_error(
    pool: ClipPool, write: Write, recipe: Recipe
) -> None:
    one = recipe(write(np.zeros((96000, 2), np.float32)))
    one.path.unlink()
    with pytest.raises(PrepareError, match="gone"):
        pool.remake(one).result(PATIENCE_S)
