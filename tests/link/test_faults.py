"""Networks that delay, lose and fail: the music plays on, in step as well as can be."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.link.judging import PLAN_MS, evenly, is_heard
from tests.link.network import Network, private_network
from tests.link.relay import cable
from tests.link.stage import Peer, Show, Terminal, until

pytestmark = pytest.mark.live

LOSSY = ("2", "1", "0.05")
"""Milliseconds each packet takes, about so many more by chance, and the share that is lost."""


@pytest.fixture
def far(network: Network) -> Iterator[Network]:
    """Give another network, at the other end of a lossy cable."""
    with private_network() as far, cable(network, far, *LOSSY):
        yield far


def test_over_a_lossy_network_we_are_heard_with_others(
    play: Callable[..., Show], far: Network, jack: dict[str, str]
) -> None:
    hut = Terminal(far, jack)
    try:
        hut.press("Space", "a")
        show = play(120.0, "--link")
        show.says("Link: 1 other, 120 bpm")
        show.type("play")
        until(lambda: show.events("result"), "play")
        assert is_heard(
            lambda heard: bool(np.abs(heard.apart_ms()).max() <= PLAN_MS), show, 5.0, jack
        )
        hut.tempo_by(1)
        until(
            lambda: any("follow 121 bpm" in e["text"] for e in show.events("result")), "our tempo"
        )
    finally:
        hut.close()


def test_when_the_others_go_or_the_network_does_the_music_plays_on(
    play: Callable[..., Show],
    network: Network,
    jack: dict[str, str],
    peer: Callable[[float], Peer],
) -> None:
    other = peer(120.0)
    show = play(120.0, "--link")
    show.says("Link: 1 other, 120 bpm")
    show.type("play")
    until(lambda: show.events("result"), "play")
    other.ask("leave")
    show.says("Link: nobody else is there: the music plays on")
    since = len(show.lines)
    other.ask("join")
    show.says("Link: 1 other", since)
    since = len(show.lines)
    network.ip("link", "set", "lo", "down")
    try:
        show.says("Link: nobody else is there: the music plays on", since)
        assert is_heard(evenly(120.0), show, 2.0, jack, hut=False)
    finally:
        network.ip("link", "set", "lo", "up")
        network.ip("route", "replace", "224.0.0.0/4", "dev", "lo")
    assert sum("nobody else" in line for line in show.lines[since:]) == 1
    assert not any("fault" in line for line in show.lines)
