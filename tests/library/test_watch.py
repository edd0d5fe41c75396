"""Watching a folder: what wants a scan, and when."""

from pathlib import Path

import pytest
from made_loops import one_hit, write

from loopmind_live.errors import LibraryError
from loopmind_live.library.watch import MOST_OF_TIME, REST_LOOKS, Watch, look, watch

A, B, C = (frozenset({(Path(f"/loops/{name}.wav"), 1, 2)}) for name in "abc")
LOST = "/loops: no such folder"


def scans(looks: list) -> list[int]:
    """Return at which of the looks a scan was wanted."""
    watching = Watch(scanned=A)
    return [place for place, now in enumerate(looks) if watching.wants_scan(now)]


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ([A, A, A], []),
        ([B, B, B], [1]),
        ([A, B, A, A], []),
        ([B, C, C, C], [2]),
        ([LOST, LOST, A], []),
        ([LOST, B, LOST, B, B], [4]),
        ([B, B, A, A], [1, 3]),
    ],
)
def test_a_change_is_scanned_once_when_it_has_come_to_rest(looks: list, expected: list) -> None:
    assert scans(looks) == expected


def test_what_never_rests_is_scanned_all_the_same_now_and_then() -> None:
    looks = [frozenset({(Path("/loops/a.wav"), n, n)}) for n in range(3 * REST_LOOKS)]
    assert scans(looks) == [REST_LOOKS - 1, 2 * REST_LOOKS - 1, 3 * REST_LOOKS - 1]


class Desk:
    """A folder that changes as the watch sleeps: one of `steps` before each look."""

    def __init__(self, folder: Path, steps: list) -> None:
        self.folder, self.slept, self.said, self.scanned = folder, [], [], []
        self._steps = iter(steps)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        next(self._steps)()

    def scan(self) -> None:
        self.scanned.append(len(look(self.folder)))

    def watch(self, looks: int, **others: object) -> None:
        watch(
            self.folder, others.pop("scan", self.scan), self.said.append, looks, period_s=2.0,
            sleep=self.sleep, **others,
        )  # fmt: skip


def rest() -> None:
    pass


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "loops" / "a.wav", one_hit(0.1)).parent


def test_files_that_come_change_and_go_are_scanned_when_they_rest(folder: Path) -> None:
    def come() -> None:
        write(folder / "b.wav", one_hit(0.1))

    def change() -> None:
        write(folder / "b.wav", one_hit(0.2))

    def go() -> None:
        (folder / "b.wav").unlink()

    desk = Desk(folder, [rest, rest, come, change, rest, rest, go, rest, rest])
    desk.watch(9)
    assert desk.scanned == [1, 2, 1]
    assert desk.said == []


def test_a_folder_that_is_gone_is_told_once_and_watched_on(folder: Path) -> None:
    away = folder.with_name("away")

    def go() -> None:
        folder.rename(away)

    def come() -> None:
        away.rename(folder)

    desk = Desk(folder, [rest, rest, go, rest, rest, come, rest, rest])
    desk.watch(8)
    assert desk.scanned == [1]
    assert len(desk.said) == 2
    assert "no such folder" in desk.said[0]
    assert desk.said[1].endswith("is there again")


def test_a_scan_that_fails_is_told_and_tried_again(folder: Path) -> None:
    tries = []

    def scan() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise LibraryError("library.sqlite: another program keeps it locked")

    desk = Desk(folder, [rest] * 5)
    desk.watch(5, scan=scan)
    assert len(tries) == 2
    assert ["locked" in line for line in desk.said] == [True]


def test_a_folder_that_takes_long_to_look_at_is_looked_at_less_often(folder: Path) -> None:
    ticks = iter(range(0, 1000, 3))  # each look takes three seconds
    desk = Desk(folder, [rest] * 3)
    desk.watch(3, clock=lambda: float(next(ticks)))
    assert desk.slept == [2.0, 3.0 / MOST_OF_TIME, 3.0 / MOST_OF_TIME]
