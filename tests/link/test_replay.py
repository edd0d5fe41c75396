"""A set that followed others is played again as it was heard, sample for sample."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
import soundfile

from tests.link.stage import LIMIT_S, Peer, Show, until

pytestmark = pytest.mark.live


def landed(show: Show, words: str) -> None:
    until(lambda: any(words in str(event["text"]) for event in show.events("result")), words)


def test_what_was_followed_is_replayed_to_the_sample(
    play: Callable[..., Show], jack: dict[str, str], peer: Callable[[float], Peer]
) -> None:
    other = peer(120.0)
    show = play(120.0)
    recorded = show.folder / "heard.wav"
    show.type("play")
    landed(show, "play")
    show.type(f"record {recorded}")
    show.says("recording to")
    show.type("link")
    show.says("Link: 1 other")
    landed(show, "follow 120 bpm")
    other.ask("tempo 121.5")
    landed(show, "follow 121.5 bpm")
    other.ask("tempo 150")
    landed(show, "follow 150 bpm")
    landed(show, "fitted")
    show.type("link off")
    show.type("record off")
    show.says("recorded")
    show.close()
    again = show.folder / "again.wav"
    words = ["-m", "loopmind_live.cli", "replay", str(show.events_path), "-o", str(again)]
    subprocess.run([sys.executable, *words], env=jack, check=True, timeout=3 * LIMIT_S)
    live, _ = soundfile.read(recorded, dtype="float32")
    played, _ = soundfile.read(again, dtype="float32")
    begin = begins_in(played, live)
    assert len(live) > 48000
    assert np.array_equal(played[begin : begin + len(live)], live)


def begins_in(played: np.ndarray, live: np.ndarray) -> int:
    """Return where in `played` the recording `live` begins, by its first clicks."""
    first = np.flatnonzero(live[:, 0])[0]
    sounds = np.flatnonzero(played[:, 0])
    for onset in sounds[np.r_[True, np.diff(sounds) > 1]]:
        begin = int(onset - first)
        same = played[max(0, begin) : begin + 96000, 0]
        if begin >= 0 and np.array_equal(same, live[: len(same), 0]):
            return begin
    raise AssertionError("what was recorded is not in the replay")
