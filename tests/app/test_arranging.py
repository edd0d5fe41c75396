"""Arranging into files, and regenerating sections of them again and again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from loopmind_live.app.arranging import arrange_to_file, regenerate_in_file
from loopmind_live.errors import ArrangerError
from loopmind_live.library.store import Library, Stamp
from loopmind_live.score.loop import Loop
from loopmind_live.score.timeline import read_timeline, read_tried
from tests.arranger.synthetic_loops import make_loop

pytestmark = pytest.mark.usefixtures("home")
ROLES = ("drums", "bass", "melody", "pad")
SHADES = (500.0, 1000.0, 2000.0, 4000.0)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    loops: list[Loop] = []
    for number, hz in enumerate(SHADES):
        for role in ROLES:
            loop = make_loop(role, number, brightness_hz=hz)
            loop = replace(loop, path=tmp_path / f"{role}_{number}.wav")
            loop.path.touch()
            loops.append(replace(loop, content_hash=f"{role}{number}" * 8))
    with Library(tmp_path / "library.sqlite") as opened:
        opened.put([(loop, Stamp(1, 1, 1, loop.content_hash)) for loop in loops])
    return tmp_path / "library.sqlite"


def hook(path: Path) -> frozenset[str]:
    arrangement = read_timeline(path, check_files=False)
    return frozenset(
        part.loop.content_hash
        for place in arrangement.find("hook")
        for part in arrangement.sections[place].parts
    )


def test_from_file_to_file_no_set_of_loops_comes_twice(library: Path, tmp_path: Path) -> None:
    path = tmp_path / "timeline.json"
    arrange_to_file("trap 140 bpm", library, 1, path)
    sets = [hook(path)]
    for _ in range(20):
        words = regenerate_in_file(path, "hook", library, 7, path)
        assert words.startswith("hook: ")
        sets.append(hook(path))
    assert len(set(sets)) == 21
    assert len(read_tried(path)["hook"]) == 21


def test_a_direction_counts_in_a_file_too(library: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "timeline.json", tmp_path / "darker.json"
    arrange_to_file("trap 140 bpm", library, 1, path)
    with pytest.raises(ArrangerError, match="nothing darker fits it"):
        for _ in range(9):
            regenerate_in_file(path, "hook darker", library, 0, path)
    arrangement = read_timeline(path, check_files=False)
    for part in arrangement.sections[arrangement.find("hook")[0]].parts:
        assert part.loop.brightness_hz == SHADES[0]
    regenerate_in_file(path, "hook brighter", library, 0, out)
    assert hook(out) != hook(path)


def test_a_file_without_a_memory_and_one_with_a_strange_one(library: Path, tmp_path: Path) -> None:
    path = tmp_path / "timeline.json"
    arrange_to_file("trap 140 bpm", library, 1, path)
    assert read_tried(path) == {}
    data = json.loads(path.read_text()) | {"tried": {"gavotte": [["ab"]], "hook": []}}
    path.write_text(json.dumps(data))
    regenerate_in_file(path, "hook", library, 0, path)
    assert len(read_tried(path)["hook"]) == 2
    assert "gavotte" in read_tried(path)
