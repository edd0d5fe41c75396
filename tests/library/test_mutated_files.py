"""Damaged files by the hundred: each ends as a result or an error, and the scan goes on.

LOOPMIND_MUTATIONS says how many are scanned (default 200), LOOPMIND_MUTATION_SEED which.
"""

import json
import math
import os
from dataclasses import fields
from pathlib import Path

import pytest
from mutations import FORMATS, MUTATIONS, damaged, sound_files

from loopmind_live.library.ingest import scan
from loopmind_live.library.store import Library
from loopmind_live.score.loop import Loop

COUNT = int(os.environ.get("LOOPMIND_MUTATIONS", "200"))
SEED = int(os.environ.get("LOOPMIND_MUTATION_SEED", "1"))
TIMEOUT_S = 60.0


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return sound_files(tmp_path_factory.mktemp("whole"))


def assert_usable_or_told(loop: Loop) -> None:
    """Hold that a row is either an error in one line or a loop whose figures are figures."""
    if loop.error is not None:
        assert "\n" not in loop.error and loop.path.name in loop.error, loop.error
        assert "Traceback" not in loop.error and "ended by" not in loop.error, loop.error
        return
    assert loop.duration_s > 0.0 and loop.content_hash
    for field in fields(loop):
        value = getattr(loop, field.name)
        assert not isinstance(value, float) or math.isfinite(value), (loop.path.name, field.name)
    json.dumps(loop.to_json(), allow_nan=False)


def test_the_same_seed_damages_the_same_way(sources: list[Path], tmp_path: Path) -> None:
    one, other = (damaged(40, 3, sources, tmp_path / name) for name in ("one", "other"))
    assert [path.name for path in one] == [path.name for path in other]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]
    whole = {path.read_bytes() for path in sources}
    assert sum(path.read_bytes() in whole for path in one) < 4
    used = {name for path in one for name in MUTATIONS if name in path.stem.split()}
    assert len(used) > len(MUTATIONS) // 2


def test_what_is_not_damaged_is_heard_in_every_format(sources: list[Path], tmp_path: Path) -> None:
    with Library(tmp_path / "library.sqlite") as library:
        report = scan(sources[0].parent, library, 1)
        assert report.errors == []
        assert len(library.loops()) == len(FORMATS)


def test_damaged_files_each_end_as_a_result_or_an_error(
    sources: list[Path], tmp_path: Path
) -> None:
    paths = damaged(COUNT, SEED, sources, tmp_path.resolve() / "damaged")
    with Library(tmp_path / "library.sqlite") as library:
        report = scan(tmp_path / "damaged", library, 2, timeout_s=TIMEOUT_S)
        loops = library.loops()
        again = scan(tmp_path / "damaged", library, 2)
    assert [loop.path for loop in loops] == sorted(paths)
    assert report.added == again.unchanged == len(paths)
    for loop in loops:
        assert_usable_or_told(loop)
    heard = [loop for loop in loops if loop.error is None]
    # Both happen: else nothing was damaged, or nothing could be read to begin with.
    assert len(paths) // 10 < len(heard) < len(paths)
