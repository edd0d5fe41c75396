"""Follow the tutorial word for word, in real time, as a user does; say what differs.

Usage: python -m tests.tutorial.follow [--folder DIR] [--document FILE] [--block N]

Types every key into a terminal (tmux) and plays through a JACK server of its own (the dummy
driver), with a fresh home; the document's ten minutes take ten minutes. Ends with status 1 where
anything differs, went wrong, is not at its bar line, or sounds otherwise in the replay.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

import soundfile

from loopmind_live.bench.jack_server import jack_server
from tests.tutorial.document import steps
from tests.tutorial.heard import events_of, faults, gaps, levels, same
from tests.tutorial.live import Live
from tests.tutorial.quick import shell_environment
from tests.tutorial.walk import walk

DOCUMENT = Path(__file__).parents[2] / "examples" / "tutorial.md"
RATE_HZ = 48000


def main() -> int:
    """Follow, and judge what was recorded."""
    options = _options()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="tutorial-"))
    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started here ends, too

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:7.1f} {text}", flush=True)

    document = steps(options.document.read_text(encoding="utf-8"))
    with jack_server(folder, RATE_HZ, options.block) as jack:
        os.environ.update(jack)
        environment = shell_environment(folder)
        live = Live(f"tutorial{os.getpid()}", work, environment, say)
        try:
            wrong = walk(document, live, say)
        finally:
            live.close()
    plan = [line.text for step in document for line in step.plan]
    say(f"{len(live.short)} lines told that the machine was short of time: {live.short[:20]}")
    wrong += _judged(work, plan)
    for text in wrong:
        say(f"WRONG: {text}")
    say(f"{len(wrong)} wrong; all files are in {folder}")
    return 1 if wrong else 0


def _judged(work: Path, typed: Collection[str]) -> list[str]:
    """Return what is wrong in the files of the performances; print what they are like."""
    wrong = []
    logs = sorted(work.glob("*.jsonl"))
    if not logs:
        return ["no performance wrote its events"]
    for log in logs:
        events = events_of(log)
        wrong += [f"{log.name}: {fault}" for fault in faults(events, typed)]
        kinds = [str(one["kind"]) for one in events]
        print(f"{log.name}:", {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)})
        recording = log.with_suffix(".wav")
        if recording.exists():
            audio, rate_hz = soundfile.read(recording)
            print(f"{recording.name}:", levels(recording))
            again = work / "again.wav"
            if not again.exists() or not same(recording, again):
                wrong.append(f"{again.name}: not the same as {recording.name}")
            wrong += [f"{recording.name}: nothing at {at:.3f} s" for at in gaps(audio, rate_hz)]
    return wrong


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where all files go (default: a new one)")
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    parser.add_argument("--block", type=int, default=1024, help="JACK's frames a block")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
