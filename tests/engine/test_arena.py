import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.engine import shared
from loopmind_live.engine.arena import Arena
from loopmind_live.errors import EngineError


def test_what_one_process_writes_another_reads(tmp_path: Path) -> None:
    arena = Arena.create(1000, tmp_path)
    place = arena.allocate(10)
    assert place is not None
    arena.write(place, np.full((10, 2), 0.25, np.float32))
    reader = "import sys; from loopmind_live.engine.arena import Arena; from pathlib import Path;"
    reader += "print(float(Arena(Path(sys.argv[1]), False).view[:11].sum()))"
    out = subprocess.run(
        [sys.executable, "-c", reader, str(arena.path)], capture_output=True, text=True, check=True
    )
    assert float(out.stdout) == 5.0
    arena.close()
    assert list(tmp_path.iterdir()) == []


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    arena = Arena.create(100, tmp_path)
    reader = Arena(arena.path, writable=False)
    with pytest.raises(ValueError, match="read-only"):
        reader.view[0] = 1.0
    reader.close()
    arena.close()


def test_an_arena_that_does_not_fit_is_refused_with_both_sizes() -> None:
    with pytest.raises(EngineError, match=r"no room for \d+ MB"):
        Arena.create(1 << 50)


@pytest.mark.skipif(sys.platform != "linux", reason="platform: /dev/full")
def test_a_full_disk_leaves_no_folder_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(EngineError, match="no room for"):
        Arena.create(1000, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_clip_that_is_not_finite_never_gets_in(tmp_path: Path, bad: float) -> None:
    arena = Arena.create(100, tmp_path)
    with pytest.raises(EngineError, match="not finite"):
        arena.write(0, np.full((10, 2), bad, np.float32))
    assert not arena.view.any()
    arena.close()


@pytest.mark.parametrize(("offset", "shape"), [(-1, (5, 2)), (96, (5, 2)), (0, (5, 1)), (0, (5,))])
def test_a_clip_stays_inside_the_arena(tmp_path: Path, offset: int, shape: tuple[int, ...]) -> None:
    arena = Arena.create(100, tmp_path)
    with pytest.raises(EngineError):
        arena.write(offset, np.zeros(shape, np.float32))
    arena.close()


def test_the_folder_of_a_killed_process_is_removed_at_the_next_start(tmp_path: Path) -> None:
    code = "import os, sys; from pathlib import Path; from loopmind_live.engine.arena import Arena;"
    code += "Arena.create(100, Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    living = Arena.create(100, tmp_path)
    assert not left.exists()
    assert shared.remove_orphans(tmp_path) == []
    assert living.path.exists()
    living.close()


def test_a_folder_without_our_lock_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / (shared.PREFIX + "new")
    folder.mkdir()
    assert shared.remove_orphans(tmp_path) == []
    assert folder.is_dir()


def test_closing_twice_is_allowed(tmp_path: Path) -> None:
    arena = Arena.create(100, tmp_path)
    arena.close()
    arena.close()
    assert not list(tmp_path.iterdir())
