"""What is judged of a recording: clicks heard together, clicks that come evenly.

On a busy machine JACK loses blocks, and with them time: nobody is in step in that moment, and
LinkHut, which counts blocks, is beside the beat for seconds. A recording is judged by what is heard
with no block lost; one that fails beside lost blocks is made again.
"""

from collections.abc import Callable, Mapping

import numpy as np

from tests.link.stage import HUT_PORT, OUR_PORT, RATE_HZ, Heard, Show, clicks, record, until

ONSET_MS, PLAN_MS = 1.0, 3.0
TAKES = 8
HUT_S = 3.0
"""LinkHut lays a line through 512 blocks: so long a lost one moves it."""


def together(heard: Heard) -> bool:
    """Tell whether our clicks and LinkHut's are heard as one."""
    apart = heard.apart_ms()
    return bool(abs(np.median(apart)) <= ONSET_MS and np.abs(apart).max() <= PLAN_MS)


def evenly(bpm: float, most_ms: float = 0.5) -> Callable[[Heard], bool]:
    """Return what tells whether our clicks come a beat apart, each within so much."""
    beat = RATE_HZ * 60.0 / bpm

    def judge(heard: Heard) -> bool:
        apart = np.diff(clicks(heard.ours))
        return bool(len(apart) and np.abs(apart - beat).max() <= most_ms / 1000.0 * RATE_HZ)

    return judge


def is_heard(
    right: Callable[[Heard], bool],
    show: Show,
    seconds: float,
    env: Mapping[str, str],
    hut: bool = True,
) -> Heard:
    """Record until what is heard is `right`; where no block was lost it must be so at once.

    `hut`: with LinkHut's output, else with our own twice.
    """
    for _ in range(TAKES):
        heard = record(seconds, env, (OUR_PORT, HUT_PORT if hut else OUR_PORT))
        if right(heard):
            return heard
        ours, theirs = clicks(heard.ours), heard.apart_ms() if hut else None
        assert lost_blocks(show, seconds + HUT_S), (ours, np.diff(ours), theirs)
    raise AssertionError(
        f"JACK lost blocks in {TAKES} recordings of {seconds:g} s: too busy to tell"
    )


def lost_blocks(show: Show, seconds: float) -> int:
    """Return how often JACK has lost blocks in the last `seconds`, as the set counts them."""
    before = len(show.events("command"))
    show.type("status")
    now = until(lambda: show.events("command")[before:], "what frame it is")[-1]["frame"]
    return sum(event["frame"] > now - seconds * RATE_HZ for event in show.events("xrun"))
