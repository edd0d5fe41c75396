"""Ableton Link's own test plan, against LinkHut: what every program with Link must do.

Source: TEST-PLAN.md of Ableton's repository `link`.
"""

from collections.abc import Callable

import numpy as np
import pytest

from tests.link.stage import HUT_PORT, OUR_PORT, Heard, Peer, Show, Terminal, clicks, record, until

Play = Callable[..., Show]
ONSET_MS = 1.0
PLAN_MS = 3.0


def in_sync(heard: Heard) -> None:
    apart = heard.apart_ms()
    assert abs(np.median(apart)) <= ONSET_MS, apart
    assert np.abs(apart).max() <= PLAN_MS, apart


def joined(show: Show, hut: Terminal) -> None:
    show.type("link")
    show.says("Link: 1 other")
    hut.shows(lambda seen: seen["peers"] == "1", "LinkHut sees us")


def playing(show: Show) -> None:
    show.type("play")
    until(lambda: any(event["text"] == "play" for event in show.events("result")), "play")


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


def test_tempo_1_changes_go_both_ways_and_all_stay_in_sync(
    play: Play, hut: Terminal, jack: dict[str, str]
) -> None:
    hut.press("Space", "a")
    show = play(120.0)
    joined(show, hut)
    show.type("tempo 122")
    hut.has_bpm(122.0)
    playing(show)
    in_sync(record(2.0, jack))
    show.type("tempo 121 now")
    hut.has_bpm(121.0)
    hut.tempo_by(2)
    hut.has_bpm(123.0)
    plays_at(show, 123)
    in_sync(record(3.0, jack))


def test_tempo_2_a_program_that_opens_leaves_the_session_its_tempo(
    play: Play, hut: Terminal
) -> None:
    hut.press("Space", "a")
    hut.tempo_by(10)
    hut.has_bpm(130.0)
    show = play(100.0, "--link")
    show.says("Link: 1 other, 130 bpm")
    playing(show)
    plays_at(show, 130)
    assert hut.bpm == 130.0


def test_tempo_3_another_set_is_played_at_the_tempo_of_the_session(
    play: Play, hut: Terminal
) -> None:
    hut.press("Space", "a")
    hut.tempo_by(10)
    show = play(130.0)
    joined(show, hut)
    playing(show)
    other = show.folder / "clicks.json"
    slower = other.with_name("slower.json")
    slower.write_text(other.read_text().replace('"bpm": 130.0, "key"', '"bpm": 100.0, "key"'))
    show.type(f"load {slower}")
    until(lambda: any("load" in str(e["text"]) for e in show.events("result")), "it is loaded")
    plays_at(show, 130)
    assert hut.bpm == 130.0


@pytest.mark.parametrize(("edge_bpm", "own_bpm"), [(20.0, 40.0), (999.0, 124.875)])
def test_tempo_4_the_ends_of_the_range_are_played_at_a_multiple(
    play: Play,
    hut: Terminal,
    jack: dict[str, str],
    peer: Callable[[float], Peer],
    edge_bpm: float,
    own_bpm: float,
) -> None:
    hut.press("Space", "a")
    show = play(own_bpm)
    joined(show, hut)
    playing(show)
    other = peer(100.0)  # a key a beat a minute would take minutes
    until(lambda: other.ask()["peers"] == 2, "all three")
    other.ask(f"tempo {edge_bpm}")
    hut.has_bpm(edge_bpm)
    plays_at(show, own_bpm)
    # By a change of pace, where a bar of theirs is near by chance; else our next begins with one
    # of theirs, and at 20 bpm those are twelve seconds apart.
    in_step(show, edge_bpm)
    fitted = "clips for 120 bpm, and for ours again"
    until(lambda: sum("fitted" in e["text"] for e in show.events("result")) == 2, fitted)
    in_sync(record(3.0 + 80.0 / edge_bpm, jack))


def test_tempo_5_and_beattime_1_alone_nothing_changes_with_link_on_or_off(
    play: Play, jack: dict[str, str]
) -> None:
    show = play(120.0)
    playing(show)
    show.type("link")
    show.says("nobody else is there yet")
    heard = record(2.0, jack, (OUR_PORT, OUR_PORT))
    assert set(np.diff(clicks(heard.ours))) == {24000}
    show.type("tempo 122 now")
    plays_at(show, 122)
    show.type("link off")
    show.says("Link off")
    heard = record(2.0, jack, (OUR_PORT, OUR_PORT))
    assert np.abs(np.diff(clicks(heard.ours)) - 24000 * 120 / 122).max() <= 1.0
    plays_at(show, 122)
    assert [event["text"] for event in show.events("result")] == ["play", "tempo 122 now"]


def test_beattime_2_who_joins_us_moves_nothing(
    play: Play, hut: Terminal, jack: dict[str, str]
) -> None:
    show = play(123.0, "--link")
    show.says("nobody else is there yet")
    playing(show)
    hut.press("Space", "a")
    show.says("Link: 1 other, 123 bpm")
    hut.has_bpm(123.0)
    heard = record(3.0, jack)
    in_sync(heard)
    assert np.abs(np.diff(clicks(heard.ours)) - 24000 * 120 / 123).max() <= 0.0005 * 48000
    plays_at(show, 123)


def test_startstopstate_1_we_start_and_stop_with_others(
    play: Play, hut: Terminal, jack: dict[str, str]
) -> None:
    hut.press("a", "s")
    show = play(120.0)
    joined(show, hut)
    show.type("link start stop")
    hut.shows(lambda seen: seen["sync"] == "yes", "sync")
    hut.press("Space")
    show.says("Link: play")
    until(lambda: any("play" in str(e["text"]) for e in show.events("result")), "play")
    in_sync(record(2.0, jack))
    hut.press("Space")
    show.says("Link: stop")
    until(lambda: not len(clicks(record(0.5, jack, (OUR_PORT, HUT_PORT)).ours)), "silence")


def test_startstopstate_2_others_start_and_stop_with_us(
    play: Play, hut: Terminal, jack: dict[str, str]
) -> None:
    hut.press("s", "Space", "a")
    show = play(120.0)
    show.type("link start stop")
    joined(show, hut)
    assert hut.look()["playing"] == "playing"
    assert not show.events("result")
    playing(show)
    in_sync(record(2.0, jack))
    assert hut.look()["playing"] == "playing"
    show.type("stop")
    hut.shows(lambda seen: seen["playing"] == "stopped", "stopped")
    playing(show)
    hut.shows(lambda seen: seen["playing"] == "playing", "playing")
    in_sync(record(3.0, jack))


def test_audioengine_1_our_clicks_are_heard_with_theirs(
    play: Play, hut: Terminal, jack: dict[str, str]
) -> None:
    hut.press("Space", "a")
    show = play(120.0, "--link")
    show.says("Link: 1 other")
    playing(show)
    in_sync(record(5.0, jack))
