"""The engine's peer in a session of others."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from loopmind_live.engine.link_block import Stage
from tests.link.network import Network
from tests.link.stage import Peer, until

pytestmark = pytest.mark.live

JOINS = 50
LIMIT_S = 300.0


def test_of_fifty_joins_none_changes_the_tempo_of_the_session(
    network: Network, jack: dict[str, str], peer: Callable[[float], Peer], tmp_path: Path
) -> None:
    host = peer(130.0)
    host.ask()
    time.sleep(1.5)  # of two sessions Link takes the older one, by half a second or more;
    other = peer(100.0)  # and who is left alone begins a new one
    until(
        lambda: other.ask()["peers"] == 1 and abs(other.ask()["bpm"] - 130.0) < 0.001,
        "two in a session",
    )
    script = str(Path(__file__).with_name("joiner.py"))
    tempos = [str(60.0 + 2.0 * n) for n in range(JOINS)]
    words = network.within(sys.executable, script, str(tmp_path), *tempos)
    done = subprocess.run(
        words, env=jack, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert len(told) == JOINS
    assert host.ask()["changes"] == 0
    assert host.ask()["bpm"] == 130.0
    for stage, peers, bpm in told:
        assert stage == Stage.JOINED
        assert peers == 2
        assert abs(bpm - 130.0) < 0.001
