"""The engine's peer in a session of others."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from loopmind_live.engine.link_block import Stage
from tests.link.network import Network
from tests.link.stage import LIMIT_S, Peer, until

JOINS, AT_ONCE = 50, 10


def test_of_fifty_joins_none_changes_the_tempo_of_the_session(
    network: Network, jack: dict[str, str], peer: Callable[[float], Peer], tmp_path: Path
) -> None:
    host = peer(130.0)
    script = str(Path(__file__).with_name("joiner.py"))
    for first in range(0, JOINS, AT_ONCE):
        folder = tmp_path / str(first)
        folder.mkdir()
        tempos = [str(60.0 + first + n) for n in range(AT_ONCE)]
        words = network.within(sys.executable, script, str(folder), "130", *tempos)
        done = subprocess.run(
            words, env=jack, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        assert done.returncode == 0, done.stderr
        for stage, peers, bpm in json.loads(done.stdout.splitlines()[-1]):
            assert stage == Stage.JOINED
            assert peers >= 1
            assert abs(bpm - 130.0) < 0.001
        assert host.ask("changes")["changes"] == 0
        until(lambda: host.ask()["peers"] == 0, "they have left")
    assert host.ask()["bpm"] == 130.0
