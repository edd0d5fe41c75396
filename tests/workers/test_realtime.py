"""What is asked of the system: kept as long as the process lives, and no fault where refused."""

import subprocess
import sys
from pathlib import Path

from loopmind_live.workers.realtime import keep_awake

HOLDS = """
import os, sys
from pathlib import Path
from loopmind_live.workers.realtime import keep_awake
file = Path(sys.argv[1])
told = keep_awake(file)
held = [one for one in Path("/proc/self/fd").iterdir() if os.path.realpath(one) == str(file)]
print(told, len(held))
"""


def test_the_file_that_keeps_processors_awake_is_held_with_no_delay_allowed(tmp_path: Path) -> None:
    file = tmp_path / "latency"
    file.touch()
    words = [sys.executable, "-c", HOLDS, str(file)]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert told.split() == ["processors", "kept", "awake", "1"]
    assert file.read_bytes() == bytes(4)


def test_where_it_may_not_be_written_that_is_said_and_no_more(tmp_path: Path) -> None:
    told = keep_awake(tmp_path / "none")
    assert told == f"processors may sleep ({tmp_path / 'none'}: No such file or directory)"
