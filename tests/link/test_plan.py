"""Ableton Link's own test plan, against LinkHut: what every program with Link must do.

Source: TEST-PLAN.md of Ableton's repository `link`.
"""

from collections.abc import Callable

import pytest

from loopmind_live.bench.click_set import write_click_set
from tests.link.judging import evenly, is_heard, together
from tests.link.stage import (
    HUT_PORT,
    OUR_PORT,
    RATE_HZ,
    Peer,
    Show,
    Terminal,
    clicks,
    record,
    until,
)

pytestmark = pytest.mark.live

Play = Callable[..., Show]


def joined(show: Show, hut: Terminal) -> None:
    show.type("link")
    show.says("Link: 1 other")
    hut.shows(lambda seen: seen["peers"] == "1", "LinkHut sees us")


def playing(show: Show) -> None:
    """Play, and wait until that has landed."""

    def landed() -> int:
        return sum(event["text"] == "play" for event in show.events("result"))

    before = landed()
    show.type("play")
    until(lambda: landed() > before, "play")


def plays_at(show: Show, bpm: float) -> None:
    """Wait until the set says that it plays at a tempo."""

    def look() -> bool:
        since = len(show.lines)
        show.type("status")
        return f" {bpm:g} bpm" in show.says("^bar |^nothing plays", since)

    until(look, f"we at {bpm:g} bpm")


def in_step(show: Show, bpm: float) -> None:
    """Wait until the set says that it is in step with others at their tempo."""

    def look() -> bool:
        since = len(show.lines)
        show.type("status")
        return f" {bpm:g} bpm, in step" in show.says("^Link: ", since)

    until(look, f"in step with others at {bpm:g} bpm")


def test_tempo_1_and_audioengine_1_changes_go_both_ways_and_all_are_heard_together(
    play: Play, hut: Terminal, jack: dict[str, str]
) -> None:
    hut.press("Space", "a")
    show = play(120.0)
    joined(show, hut)
    show.type("tempo 122")
    hut.has_bpm(122.0)
    playing(show)
    assert is_heard(together, show, 5.0, jack)
    show.type("tempo 121 now")
    hut.has_bpm(121.0)
    hut.tempo_by(2)
    hut.has_bpm(123.0)
    plays_at(show, 123)
    assert is_heard(together, show, 3.0, jack)


def test_tempo_2_3_and_4_we_play_at_their_tempo_and_at_a_multiple_of_it_where_that_is_far(
    play: Play, hut: Terminal, jack: dict[str, str], peer: Callable[[float], Peer]
) -> None:
    hut.press("Space", "a")
    hut.tempo_by(10)
    hut.has_bpm(130.0)
    show = play(40.0, "--link")
    show.says("Link: 1 other, 130 bpm")  # TEMPO-2: who opens leaves the session its tempo
    playing(show)
    plays_at(show, 130)
    assert hut.bpm == 130.0
    other = peer(100.0)  # a key a beat a minute would take minutes
    until(lambda: other.ask()["peers"] == 2, "all three")
    other.ask("tempo 20")  # TEMPO-4: the ends of the range
    hut.has_bpm(20.0)
    plays_at(show, 40)
    in_step(show, 20)
    fitted = "clips for 130 bpm, and for ours again"
    until(lambda: sum("fitted" in e["text"] for e in show.events("result")) == 2, fitted)
    assert is_heard(together, show, 7.0, jack)
    other.ask("tempo 999")
    hut.has_bpm(999.0)
    plays_at(show, 124.875)
    folder = show.folder / "another"
    folder.mkdir()
    show.type(f"load {write_click_set(folder, 100.0, RATE_HZ)}")
    until(lambda: any("load" in str(e["text"]) for e in show.events("result")), "it is loaded")
    plays_at(show, 124.875)  # TEMPO-3: another set is played at the tempo of the session
    show.type(f"load {write_click_set(folder, 124.875, RATE_HZ)}")
    until(lambda: sum("load" in str(e["text"]) for e in show.events("result")) == 2, "and another")
    in_step(show, 999)
    assert hut.bpm == 999.0
    assert is_heard(together, show, 3.0, jack)


def test_tempo_5_and_beattime_1_and_2_alone_nothing_changes_nor_when_others_join(
    play: Play, hut: Terminal, jack: dict[str, str]
) -> None:
    show = play(120.0)
    playing(show)
    show.type("link")
    show.says("nobody else is there yet")
    assert is_heard(evenly(120.0, most_ms=0.0), show, 2.0, jack, hut=False)
    show.type("tempo 122 now")
    plays_at(show, 122)
    assert [event["text"] for event in show.events("result")] == ["play", "tempo 122 now"]
    hut.press("Space", "a")
    show.says("Link: 1 other, 122 bpm")
    hut.has_bpm(122.0)
    even = evenly(122.0)
    assert is_heard(lambda heard: together(heard) and even(heard), show, 3.0, jack)
    plays_at(show, 122)
    show.type("link off")
    show.says("Link off")
    assert is_heard(even, show, 2.0, jack, hut=False)
    plays_at(show, 122)


def test_startstopstate_1_and_2_we_start_and_stop_with_others_and_they_with_us(
    play: Play, hut: Terminal, jack: dict[str, str]
) -> None:
    hut.press("s", "Space", "a")
    show = play(120.0)
    show.type("link start stop")
    joined(show, hut)
    seen = hut.look()
    assert (seen["sync"], seen["playing"]) == ("yes", "playing")
    assert not show.events("result")
    playing(show)
    assert is_heard(together, show, 2.0, jack)
    assert hut.look()["playing"] == "playing"
    show.type("stop")
    hut.shows(lambda seen: seen["playing"] == "stopped", "stopped")
    playing(show)
    hut.shows(lambda seen: seen["playing"] == "playing", "playing")
    assert is_heard(together, show, 3.0, jack)
    since = len(show.lines)
    hut.press("Space")
    show.says("Link: stop", since)
    until(lambda: not len(clicks(record(0.5, jack, (OUR_PORT, HUT_PORT)).ours)), "silence")
    hut.press("Space")
    show.says("Link: play", since)
    until(lambda: len(clicks(record(1.0, jack, (OUR_PORT, HUT_PORT)).ours)) > 1, "clicks")
    assert is_heard(together, show, 2.0, jack)
