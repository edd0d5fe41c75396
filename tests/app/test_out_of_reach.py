"""A surface whose network breaks: one clear line, and it is told on when it is back."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.out_of_reach import HERE, THERE

ROOT = Path(__file__).parents[2]
PLACE = f"""
unshare -n sleep 120 & far=$!
sleep 0.2
ip link set lo up &&
ip link add va type veth peer name vb netns $far &&
ip addr add {HERE}/24 dev va && ip link set va up &&
nsenter --target=$far --net ip addr add {THERE}/24 dev vb &&
nsenter --target=$far --net ip link set vb up || exit 9
"""
LEAVE = """
status=$?; kill $far; exit $status
"""


@pytest.mark.slow
def test_a_tablet_out_of_reach_costs_one_line_and_is_told_on_when_it_is_back(
    require_program: Callable[[str], str],
) -> None:
    unshare = [require_program("unshare"), "-rn", "sh", "-c"]
    for name in ("ip", "nsenter"):
        require_program(name)
    if subprocess.run(
        [*unshare, f"{PLACE}true{LEAVE}"], capture_output=True, check=False
    ).returncode:
        pytest.skip("network namespaces cannot be made here")
    program = f"{PLACE}{sys.executable} -m tests.app.out_of_reach $far{LEAVE}"
    done = subprocess.run(
        [*unshare, program], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen == {
        "back": True, "listened": 1, "told": [f"OSC: {THERE} cannot be reached: the music plays on"]
    }  # fmt: skip
