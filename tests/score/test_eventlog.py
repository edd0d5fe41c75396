import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.errors import ScoreError
from loopmind_live.score.eventlog import EventLog, read_events

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 2**40), st.floats(1.0, 1e5), values), max_size=8))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, float, Any]]
) -> None:
    path = tmp_path_factory.mktemp("events") / "events.jsonl"
    with EventLog(path, {"rate": 48000}) as log:
        for frame, bar, value in rows:
            log.write("param", frame, bar, value=value)
    header, events, truncated = read_events(path)
    assert header == {"format": 1, "rate": 48000}
    assert events == [
        {"frame": frame, "bar": round(bar, 6), "kind": "param", "value": value}
        for frame, bar, value in rows
    ]
    assert not truncated


def three_events(path: Path) -> bytes:
    with EventLog(path, {"rate": 48000}) as log:
        for number in range(3):
            log.write("command", number, 1.0 + number, text=f"tempo {number}")
    return path.read_bytes()


def test_a_file_cut_anywhere_in_its_last_line_loses_that_line_only(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    data = three_events(path)
    last = data.rstrip(b"\n").rfind(b"\n") + 1
    for end in range(last + 1, len(data) - 1):
        path.write_bytes(data[:end])
        events = read_events(path)
        assert [event["frame"] for event in events.events] == [0, 1]
        assert events.truncated
    path.write_bytes(data[:-1])  # only the line's end is missing
    assert [event["frame"] for event in read_events(path).events] == [0, 1, 2]


def test_damage_before_the_end_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    rows = three_events(path).split(b"\n")
    rows[2] = b"\xff{"
    path.write_bytes(b"\n".join(rows))
    with pytest.raises(ScoreError, match="line 3: not an event"):
        read_events(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no format"),
        ("{}\n", "names no format"),
        ('{"format": true}\n', "names no format"),
        ('{"form', "line 1: not an event"),
        ("[1]\n", "line 1: not an event"),
        ('{"format": 2}\n', "format 2 is newer than 1"),
        ('{"format": 1}\n{"frame": 1}\n', "event 1: frame, bar or kind is missing"),
    ],
)
def test_what_is_no_event_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(text)
    with pytest.raises(ScoreError, match=message) as caught:
        read_events(path)
    assert "\n" not in str(caught.value)


def test_every_line_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from loopmind_live.score.eventlog import EventLog\n"
        "log = EventLog(Path(sys.argv[1]), {})\n"
        "for number in range(100): log.write('command', number, 1.0)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        check=False,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert done.returncode == -signal.SIGKILL
    assert len(read_events(path).events) == 100


def test_bars_keep_six_digits_and_must_be_finite(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path, {}) as log:
        log.write("swap", 1, 1.0 + 1.0 / 3.0, loop=Path("pads/pad.wav"))
        with pytest.raises(ScoreError, match="not finite"):
            log.write("swap", 2, float("nan"))
        with pytest.raises(ScoreError, match="cannot be written"):
            log.write("swap", 2, 1.0, gain=float("inf"))
    assert json.loads(path.read_text().splitlines()[1]) == {
        "frame": 1, "bar": 1.333333, "kind": "swap", "loop": "pads/pad.wav",
    }  # fmt: skip
    assert len(read_events(path).events) == 1


def test_places_that_cannot_be_written_or_read_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match="cannot be written"):
        EventLog(tmp_path / "none" / "events.jsonl", {})
    with pytest.raises(ScoreError, match="no such event file"):
        read_events(tmp_path / "none.jsonl")
    with pytest.raises(ScoreError, match="cannot be read"):
        read_events(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="platform: no /dev/full")
def test_a_full_disk_is_one_line() -> None:
    with pytest.raises(ScoreError, match="No space left on device"):
        EventLog(Path("/dev/full"), {})


def test_a_line_cut_by_a_full_disk_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from loopmind_live.errors import ScoreError\n"
        "from loopmind_live.score.eventlog import EventLog\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200, 400))\n"
        "log, failed = EventLog(Path(sys.argv[1]), {}), 0\n"
        "for number in range(8):\n"
        "    try: log.write('command', number, 1.0)\n"
        "    except ScoreError: failed += 1\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400))\n"
        "log.write('command', 99, 1.0)\n"
        "sys.exit(failed)\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        check=False,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    frames = [event["frame"] for event in read_events(path).events]
    assert done.returncode > 0
    assert frames == [*range(8 - done.returncode), 99]
