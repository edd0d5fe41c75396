"""The listener through JACK hears a stand-in that plays by the rules, and hears a lost block."""

import json
from pathlib import Path

import numpy as np
import pytest

from loopmind_live.bench.codes import CodeSet
from loopmind_live.bench.jack_clients import Clients
from loopmind_live.bench.live_run import Live, Piece, check_live
from loopmind_live.bench.performing import Order
from loopmind_live.bench.random_script import Script
from tests.bench.reference import Performer
from tests.jack.harness import CLIENT, PLAYER, compile_client, compile_clients, missing

pytestmark = pytest.mark.live

if reason := missing():
    pytest.skip(reason, allow_module_level=True)


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Clients:
    return compile_clients(tmp_path_factory.mktemp("clients"))


def listen_to(folder: Path, clients: Clients, skip_bar: float | None) -> Live:
    stand_in = compile_client(PLAYER, folder)

    def player(made: CodeSet, script: Script, order: Order) -> list[str]:
        performer = Performer(made, script.typed, order.until_bar - 1, seed=order.seed)
        raw = folder / "set.raw"
        performer.play().astype(np.float32).tofile(raw)
        with order.events.open("w") as events:
            for swap in performer.swaps:
                bar = 1 + round(swap.frame / made.meter.bar_frames)
                event = {"kind": "swap", "bar": bar, "section": swap.label, **swap.__dict__}
                events.write(json.dumps(event) + "\n")
        skip = [] if skip_bar is None else [str(int(skip_bar * made.meter.bar_frames))]
        return [str(stand_in), str(raw), CLIENT, *skip]

    return check_live(folder, Piece(8, 4.0, busy=0, bpm=240.0), player, clients, every_s=0.3)


def test_a_stand_in_that_plays_by_the_rules_is_heard_to_the_sample(tmp_path, clients):
    live = listen_to(tmp_path, clients, None)
    assert live.report is not None, str(live)
    assert live.heard.capture["connected"]
    if live.heard.capture["gaps"] == 0:  # a machine that stalls loses cycles that nobody played
        assert live.report.passed, str(live)
        assert live.report.commands == 8


def test_a_lost_block_is_heard_as_late_from_there_on(tmp_path, clients):
    for attempt in range(3):  # a machine that stalls loses blocks of its own
        folder = tmp_path / str(attempt)
        folder.mkdir()
        live = listen_to(folder, clients, 4.5)
        assert live.report is not None, str(live)
        assert not live.passed
        if live.report.mismatches[0].bar == 5:
            break
    assert live.report.mismatches[0].bar == 5
    assert {heard.late_frames for heard in live.report.mismatches[1].heard} >= {256}
