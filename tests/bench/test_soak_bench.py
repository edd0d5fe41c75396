"""The bench of long sets checks every bar, and measures growth as growth."""

import subprocess
import sys

import pytest

from loopmind_live.bench import memory, soak
from loopmind_live.bench.memory import Watched
from loopmind_live.errors import ConfigError

GROWS = """
import time
kept = []
for _ in range(30):
    kept.append(bytearray(b"x" * 1_000_000))
    time.sleep(0.02)
"""


@pytest.mark.slow
def test_a_short_set_has_no_wrong_sample(home):
    rows = {row.figure: row for row in soak.run_soak_bench(lambda _what, _done: None, minutes=0.12)}
    wrong = rows["bars with a wrong sample in 0.12 minutes"]
    assert wrong.met and wrong.value == 0
    assert rows["changes at their frame"].met


def test_a_slope_is_what_was_gained_in_the_time_after_settling():
    one = Watched("process 1", [0.0, 1.0, 2.0, 3.0, 4.0], [90.0, 10.0, 12.0, 14.0, 16.0])
    assert one.slope(1.0) == pytest.approx(2.0)
    assert one.slope(3.5) is None


def test_a_process_that_grows_is_seen_to_grow():
    if not sys.platform.startswith("linux"):
        pytest.skip("platform: private memory is told by Linux only")
    process = subprocess.Popen([sys.executable, "-c", GROWS], text=True)
    watched = memory.watch(process, timeout_s=60.0, every_s=0.02)
    assert max(watched[0].private_mb) - min(watched[0].private_mb) > 10


def test_a_length_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv(soak.VARIABLE, "long")
    with pytest.raises(ConfigError, match="long"):
        soak.run_soak_bench(lambda _what, _done: None)
