"""The engine's peer in a session of others."""

import json
import subprocess
import sys
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
    host, other = peer(120.0), peer(120.0)  # two: who is left alone begins a new session
    until(lambda: host.ask()["peers"] == other.ask()["peers"] == 1, "two in a session")
    host.ask("tempo 130")
    until(lambda: abs(other.ask()["bpm"] - 130.0) < 0.001, "both at its tempo")
    changes = host.ask()["changes"], other.ask()["changes"]
    script = str(Path(__file__).with_name("joiner.py"))
    tempos = [str(60.0 + 2.0 * n) for n in range(JOINS)]
    words = network.within(sys.executable, script, str(tmp_path), *tempos)
    done = subprocess.run(
        words, env=jack, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert len(told) == JOINS
    assert (host.ask()["changes"], other.ask()["changes"]) == changes
    assert abs(host.ask()["bpm"] - 130.0) < 0.001
    for stage, peers, bpm in told:
        assert stage == Stage.JOINED
        assert peers >= 2
        assert abs(bpm - 130.0) < 0.001
