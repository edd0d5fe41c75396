"""The engine sheds work while its load, which the tests make up, is near the limit."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.engine.base import EngineEvent
from loopmind_live.engine.graph import Graph
from loopmind_live.engine.live import LivePlayer
from loopmind_live.engine.overload import Relief
from loopmind_live.engine.player import Player
from loopmind_live.engine.shedding import Shedder
from loopmind_live.engine.status import UNKNOWN, StatusBlock
from loopmind_live.engine.tap import MasterTap
from loopmind_live.engine.track_tap import TrackTap
from tests.engine.processes import BLOCK, RATE


class Loaded(LivePlayer):
    """A live engine that is as busy as a test says."""

    busy = 0.0

    @property
    def load(self) -> float:
        return self.busy


class Stage:
    """An engine that is driven by hand, and all that it told."""

    def __init__(self, folder: Path) -> None:
        self.status = StatusBlock.create(folder)
        self.status.claim(1)
        self.tracks = TrackTap.create(folder, 1 << 12)
        self.tap = MasterTap.create(folder, 1 << 14)
        self.graph = Graph("manual", RATE, BLOCK, dry=False)
        player = Player(np.zeros((RATE, 2), np.float32), RATE, BLOCK)
        self.live = self.made(player)
        self.device = 0.0
        self.told: list[EngineEvent] = []
        self.shedder = Shedder(self.live, self.status, lambda: self.device, self.told.append)
        self.status.claim(self.live._pid)
        self.graph.start(self.live.before_block)
        self.play(20)

    def made(self, player: Player) -> Loaded:
        return Loaded(
            self.graph, player, self.status, self.tap, self.tracks, wake=lambda: None,
            xruns=lambda: 0, device_frame=lambda: UNKNOWN, hear=lambda _: None,
        )  # fmt: skip

    def play(self, blocks: int) -> None:
        for _ in range(blocks):
            self.graph.process()

    def relief(self) -> Relief:
        assert self.graph._effects is not None
        return self.graph._effects._relief


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.graph.close()


def test_a_load_near_the_limit_is_shed_in_the_next_block_and_told_once(stage: Stage) -> None:
    stage.live.busy = 0.84
    for now_s in (0.0, 0.1, 0.2):
        stage.shedder.look(now_s)
    assert stage.relief() is Relief.NORMAL
    stage.play(1)
    assert stage.relief() is Relief.REDUCED
    assert stage.status.relief() == (Relief.REDUCED, 0.84)
    (event,) = stage.told
    assert (event.kind, event.text) == (
        "load", "at 84 % of its time: the reverb is simpler now"
    )  # fmt: skip


def test_all_comes_back_by_itself(stage: Stage) -> None:
    stage.live.busy = 0.99
    stage.shedder.look(0.0)
    stage.play(2)
    assert stage.relief() is Relief.FULL
    stage.live.busy = 0.2
    for tenth in range(1, 120):
        stage.shedder.look(tenth / 10)
        stage.play(1)
    assert stage.relief() is Relief.NORMAL
    assert [event.text.partition(": ")[2] for event in stage.told[1:]] == [
        "new work is taken again", "the sends are back", "the reverb is whole again"
    ]  # fmt: skip


def test_a_busy_device_counts_only_where_the_engine_has_something_to_shed(stage: Stage) -> None:
    stage.device, stage.live.busy = 1.0, 0.05
    stage.shedder.look(0.0)
    assert not stage.told
    stage.live.busy = 0.5
    stage.shedder.look(0.1)
    assert stage.status.relief() == (Relief.FULL, 1.0)


def test_an_engine_that_takes_over_begins_with_nothing_shed(stage: Stage) -> None:
    stage.live.busy = 0.99
    stage.shedder.look(0.0)
    stage.status.claim(7)
    assert stage.status.relief() == (Relief.NORMAL, 0.0)
