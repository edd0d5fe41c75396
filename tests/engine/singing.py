"""Somebody who answers the music through JACK: clicks at the server's frames that he is told."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from loopmind_live.engine.client import ProcessEngine
from tests.engine.processes import jack

CLICKS = """
import sys, jack
client = jack.Client("clicks")
port = client.outports.register("out")
due = []

@client.set_process_callback
def process(frames):
    block = port.get_array()
    block[:] = 0.0
    for frame in list(due):
        at = (frame - client.last_frame_time) % 2**32
        if at < frames:
            block[at] = 0.5

with client:
    for name in sys.argv[1:]:
        client.connect(port, name)
    print("ready", flush=True)
    for line in sys.stdin:
        due.append(int(line))
"""


@contextmanager
def clicks(server: str, *targets: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the client of CLICKS, linked to `targets`."""
    process = subprocess.Popen(
        [sys.executable, "-c", CLICKS, *targets], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env={**os.environ, "JACK_DEFAULT_SERVER": server},
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


def reported(server: str, client: str = "loopmind") -> int:
    """Return the way from a client's output to the ear and back, as JACK's own program tells it."""
    way = 0
    for port, direction in ((f"{client}:output_1", "playback"), (f"{client}:input_1", "capture")):
        lines = jack(server, "jack_lsp", "-l", port).stdout.splitlines()
        told = next(line for line in lines if f"port {direction} latency" in line)
        way += int(told.split("[")[1].split("]")[0].split()[1])
    return way


def sing(engine: ProcessEngine, singer: "subprocess.Popen[str]", frame: int, way: int) -> None:
    """Have a click come in as the answer of somebody who hears the music's `frame` at once.

    way: frames from the engine's output to the ear and from the mouth to its input.
    """
    facts = engine._status.read()
    heard = frame + engine.latency_frames - (facts.frame - engine.block)
    assert singer.stdin is not None
    singer.stdin.write(f"{(facts.device_frame + heard + way) % 2**32}\n")
    singer.stdin.flush()
