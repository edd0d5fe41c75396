"""Catching what is printed to descriptors 1 and 2: each time in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BEFORE = """
import ctypes, os, subprocess, sys
from loopmind_live.repl.capture import TerminalCapture
lines = []
print("before")
"""
AFTER = """
print("after")
print(lines)
"""


def run(body: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", BEFORE + body + AFTER], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("    print('python')", ["python"]),
        ("    ctypes.CDLL(None).puts(b'c'); ctypes.CDLL(None).fflush(None)", ["c"]),
        ("    os.write(2, b'error\\r\\n')", ["error"]),
        ("    subprocess.run(['echo', 'child'])", ["child"]),
        ("    os.write(1, b'a\\n\\n b\\nno end')", ["a", " b", "no end"]),
        ("    os.write(1, b'\\xff\\n')", ["\ufffd"]),
        ("    os.write(1, b'x' * 10000 + b'\\ny\\n')", ["x" * 4096, "y"]),
    ],
)
def test_all_that_is_printed_is_handed_over_as_lines(body, lines):
    output = run(f"with TerminalCapture(lines.append):\n{body}")
    assert output[:2] == ["before", "after"]
    handed_over = eval(output[2])
    if len(lines[0]) < 4096:
        assert handed_over == lines
    else:  # a line without an end is cut where it gets too long
        assert handed_over[0] == lines[0]
        assert handed_over[-1] == lines[-1]
        assert max(map(len, handed_over)) <= 4096


def test_the_terminal_stays_reachable_while_the_rest_is_caught():
    output = run(
        "with TerminalCapture(lines.append) as capture:\n    print('shown', file=capture.tty)"
    )
    assert output == ["before", "shown", "after", "[]"]


def test_a_child_that_outlives_the_capture_does_not_hold_it_up():
    output = run(
        "with TerminalCapture(lines.append):\n"
        "    child = subprocess.Popen(['sleep', '600'])\n"
        "    print('caught')\n"
        "child.kill(); child.wait()"
    )
    assert output == ["before", "after", "['caught']"]


def test_an_error_inside_gives_the_terminal_back():
    output = run(
        "try:\n    with TerminalCapture(lines.append):\n        print('caught'); 1 / 0\n"
        "except ZeroDivisionError:\n    print('told')"
    )
    assert output == ["before", "told", "after", "['caught']"]


def test_a_flood_is_taken_whole():
    output = run(
        "with TerminalCapture(lines.append):\n    os.write(1, b'line\\n' * 50000)\n"
        "lines = [len(lines), set(lines)]"
    )
    assert output == ["before", "after", "[50000, {'line'}]"]
