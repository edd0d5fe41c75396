"""Names on the network, in a network namespace of their own: never on the machine's networks."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
OWN = "10.77.0.1"
PLACE = f"""ip link set lo up &&
ip link add va type veth peer name vb &&
ip addr add {OWN}/24 dev va && ip link set va up && ip link set vb up &&
ip route add 224.0.0.0/4 dev va"""


@pytest.fixture
def announce(require_program: Callable[[str], str]) -> Callable[[str], Any]:
    """Return a function that announces for those of a network, and returns what a browser saw."""
    unshare = [require_program("unshare"), "-rn", "sh", "-c"]
    require_program("ip")
    if subprocess.run([*unshare, PLACE], capture_output=True, check=False).returncode:
        pytest.skip("network namespaces cannot be made here")

    def run(lan: str) -> Any:
        program = f"{PLACE} && exec {sys.executable} -m tests.control.announcing {OWN} {lan}"
        done = subprocess.run(
            [*unshare, program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_a_browser_on_the_same_network_finds_both_names_and_loses_them_at_the_end(
    announce: Callable[[str], Any],
) -> None:
    seen = announce("10.77.0.2")
    assert seen["there"] == {
        "_osc._udp.local.": [[OWN], 9000], "_oscjson._tcp.local.": [[OWN], 9001]
    }  # fmt: skip
    assert seen["gone"] == ["_osc._udp.local.", "_oscjson._tcp.local."]
    assert seen["told"] == []


def test_where_nobody_who_may_send_is_near_nothing_is_announced(
    announce: Callable[[str], Any],
) -> None:
    seen = announce("192.168.9.0/24")
    assert seen["there"] == {}
    assert seen["told"] == [
        "no network here leads to 192.168.9.0/24: surfaces cannot find this machine by name"
    ]
