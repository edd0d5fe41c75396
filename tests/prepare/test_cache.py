import os
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.errors import PrepareError
from loopmind_live.prepare.cache import ClipCache
from loopmind_live.prepare.clip_audio import ClipAudio


def clip(frames: int = 1000, seed: int = 0) -> ClipAudio:
    audio = np.random.default_rng(seed).uniform(-1, 1, (frames, 2)).astype(np.float32)
    return ClipAudio(audio[:100], audio[100:-50], audio[-50:])


def same(one: ClipAudio | None, other: ClipAudio) -> bool:
    return one is not None and all(
        np.array_equal(getattr(one, part), getattr(other, part))
        for part in ("lead", "body", "tail")
    )


def test_a_clip_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path / "new" / "clips")
    assert cache.load("a") is None
    cache.store("a", clip())
    assert same(cache.load("a"), clip())
    assert [path.name for path in cache.folder.iterdir()] == ["a.npy"]


def test_any_numpy_reads_the_samples(tmp_path: Path) -> None:
    ClipCache(tmp_path).store("a", clip())
    assert np.load(tmp_path / "a.npy").shape == (1000, 2)


def test_keeping_again_replaces(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    cache.store("a", clip(seed=1))
    cache.store("a", clip(seed=2))
    assert same(cache.load("a"), clip(seed=2))


@pytest.mark.parametrize("size", [0, 1, 5, 100, 140, 4000, 8127, 8128, -1, -32, -33])
def test_a_file_cut_short_is_thrown_away(tmp_path: Path, size: int) -> None:
    cache = ClipCache(tmp_path)
    cache.store("a", clip())
    path = tmp_path / "a.npy"
    whole = path.read_bytes()
    path.write_bytes(whole[:size])
    assert cache.load("a") is None
    assert not path.exists()


@pytest.mark.parametrize("place", [0, 7, 9, 60, 128, 4000, 8130, -1, -6, -12, -16, -24, -28])
def test_a_flipped_byte_is_found_out(tmp_path: Path, place: int) -> None:
    cache = ClipCache(tmp_path)
    cache.store("a", clip())
    path = tmp_path / "a.npy"
    data = bytearray(path.read_bytes())
    data[place] ^= 0x55
    path.write_bytes(data)
    assert cache.load("a") is None


def test_the_clip_unused_longest_makes_room(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path, max_bytes=3 * 8200)
    for age, name in enumerate("abc"):
        cache.store(name, clip())
        os.utime(tmp_path / f"{name}.npy", (1000 + age, 1000 + age))
    assert cache.load("a") is not None, "using it makes it the newest"
    cache.store("d", clip())
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["a", "c", "d"]


def test_what_a_killed_writer_left_is_cleared_in_time(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path, max_bytes=2 * 8200)
    left = tmp_path / "half.tmp"
    left.write_bytes(bytes(9000))
    os.utime(left, (1000, 1000))
    cache.store("a", clip())
    assert not left.exists()


def test_a_clip_larger_than_the_cache_is_kept_alone(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path, max_bytes=10)
    cache.store("a", clip())
    cache.store("b", clip())
    assert [path.stem for path in tmp_path.iterdir()] == ["b"]


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PrepareError, match=r"a clip cannot be kept there.*LOOPMIND_HOME"):
        ClipCache(tmp_path / "file" / "clips").store("a", clip())
