"""A folder watched from the command line, as a program of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(os.name == "nt", reason="platform: Ctrl-C is sent otherwise")
def test_a_watched_folder_is_scanned_again_as_files_come_until_ctrl_c(
    tmp_path: Path, home: Path
) -> None:
    folder = tmp_path / "loops"
    folder.mkdir()
    (folder / "a.wav").write_text("no audio")  # a file that cannot be used is quick to look at
    program = [sys.executable, "-m", "loopmind_live.cli", "scan", str(folder)]
    library = tmp_path / "library.sqlite"
    process = subprocess.Popen(
        [*program, "--library", str(library), "--workers", "1", "--watch", "--json"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        first = json.loads(process.stdout.readline())
        (folder / "b.wav").write_text("nor this")
        second = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (first["added"], second["added"], second["unchanged"]) == (1, 1, 1)
    assert rest == ""
    assert process.returncode == 0, said
    assert [line.split(": ")[-1].split()[0] for line in said.splitlines()] == ["watched;", "no"]
