"""Measure Link on a quiet machine: `python -m tests.link.measure [SECONDS]`, as root.

Prints one JSON object: how far our clicks are from LinkHut's, in milliseconds, in one network and
over a cable that takes 2 ms and loses a packet in twenty; how far either is from the beat as a
third peer has it; and how long a join took. Where JACK loses blocks, LinkHut is beside the beat for
some seconds, so look at our own.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tests.jack.harness import jack_server
from tests.link.network import Network, private_network
from tests.link.relay import cable
from tests.link.stage import (
    START_S,
    Peer,
    Show,
    Terminal,
    clicks,
    closing,
    record,
    steps,
    until,
)

SETTLE_S = 3.0


def onsets(
    seconds: float, here: Network, there: Network, env: Mapping[str, str], folder: Path
) -> dict[str, float]:
    """Return how far clicks are apart where LinkHut is in the network `there`."""
    hut = Terminal(there, env)
    show, third = Show(here, env, folder, 120.0), Peer(here, env, 120.0)
    with closing(hut, show, third):
        hut.press("Space", "a")
        show.says("loops,", limit_s=START_S)
        began_s = time.monotonic()
        show.type("link")
        show.says("Link: [12] other")
        join_s = time.monotonic() - began_s
        show.type("play")
        until(lambda: show.events("result"), "play")
        time.sleep(SETTLE_S)
        before = len(show.events("xrun"))
        heard = record(seconds, env)
        apart, told = heard.apart_ms(), third.ask()
        xruns = len(show.events("xrun")) - before
        ours = np.abs(heard.beside_ms(clicks(heard.ours), told))
        theirs = np.abs(heard.beside_ms(steps(heard.theirs), told))
    return {
        "ours_beside_max_ms": round(float(ours.max()), 3),
        "ours_beside_p90_ms": round(float(np.percentile(ours, 90)), 3),
        "linkhut_beside_max_ms": round(float(theirs.max()), 3),
        "clicks": len(apart), "median_ms": round(float(np.median(apart)), 3),
        "max_ms": round(float(np.abs(apart).max()), 3), "join_s": round(join_s, 2), "xruns": xruns,
    }  # fmt: skip


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    with tempfile.TemporaryDirectory() as name, private_network() as here:
        folder = Path(name)
        with jack_server(folder) as (server, _), private_network() as far:
            home = os.environ.get("LOOPMIND_HOME", str(folder / "home"))
            env = {**server, "LINK_TEST_FOLDER": name, "LOOPMIND_HOME": home}
            told = {"near": onsets(seconds, here, here, env, folder / "near")}
            with cable(here, far, "2", "1", "0.05"):
                told["lossy"] = onsets(seconds, here, far, env, folder / "lossy")
    print(json.dumps(told))


if __name__ == "__main__":
    main()
