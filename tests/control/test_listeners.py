"""Who is told what, and when."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.control.datagrams import Address
from loopmind_live.control.feedback import METERS, Told, told
from loopmind_live.control.listeners import (
    FRAMES_HZ,
    METERS_EACH,
    MOST_A_TURN,
    MOST_EACH,
    MOST_LISTENERS,
    REST_S,
    SILENT_S,
    Listeners,
)
from loopmind_live.control.osc_packet import Message
from loopmind_live.engine.base import EngineStatus
from loopmind_live.errors import ControlError
from loopmind_live.session.panel import Strip, panel_of
from loopmind_live.session.state import State
from loopmind_live.timing.tempo_map import TempoMap

PANEL = panel_of(State(TempoMap.constant(120.0, 48000)), EngineStatus(0), 0)
A, B = ("10.0.0.1", 9001), ("10.0.0.2", 9001)
FRAME_S = 1 / FRAMES_HZ
TICK_S = 0.004
BASS = "/loopmind/track/bass/level"
METER = "/loopmind/state/track/bass/meter"


def with_bass(**changes: object) -> Told:
    """Return what is told with the bass's strip changed."""
    strips: list[Strip] = [
        replace(strip, **changes) if strip.role == "bass" else strip  # type: ignore[arg-type]
        for strip in PANEL.strips
    ]
    return told(replace(PANEL, strips=tuple(strips)))


class Room:
    """Listeners, and what came to each, as time goes by in ticks."""

    def __init__(self) -> None:
        self.listeners = Listeners()
        self.told = told(PANEL)
        self.now_s = 100.0
        self.heard: dict[Address, list[Message]] = {}

    def wait(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds / TICK_S))):
            if self.listeners.due(self.now_s):
                self.listeners.update(self.told, self.now_s)
            for to, message in self.listeners.take(self.now_s):
                self.heard.setdefault(to, []).append(message)
            self.now_s += TICK_S

    def settled(self) -> "Room":
        """Wait until all are told everything, and forget it."""
        self.wait(1.0)
        self.heard.clear()
        return self

    def shown(self, to: Address) -> dict[str, object]:
        """Return what a surface shows that keeps the newest of each address."""
        return {message.address: message.arguments for message in self.heard.get(to, [])}


@pytest.fixture
def room() -> Room:
    return Room()


def test_whoever_starts_to_listen_is_told_everything_once_in_order(room: Room) -> None:
    room.listeners.start(A, None, room.now_s)
    room.wait(0.5)
    assert [(m.address, m.arguments) for m in room.heard[A]] == list(room.told.items())
    room.wait(2.0)
    assert len(room.heard[A]) == len(room.told), "nothing changed, so nothing more is told"


def test_starting_again_tells_everything_again(room: Room) -> None:
    room.listeners.start(A, None, room.now_s)
    room.settled()
    room.listeners.start(A, None, room.now_s)
    room.wait(0.5)
    assert room.shown(A) == dict(room.told)
    assert len(room.listeners) == 1


def test_an_id_comes_first(room: Room) -> None:
    room.listeners.start(A, 7, room.now_s)
    room.listeners.start(B, "left", room.now_s)
    room.wait(0.5)
    assert room.shown(A)[BASS] == (7, 0.75)
    assert room.shown(B)[BASS] == ("left", 0.75)


def test_two_surfaces_on_one_control_agree(room: Room) -> None:
    room.listeners.start(A, None, room.now_s)
    room.listeners.start(B, None, room.now_s)
    room.settled()
    room.told = with_bass(level_db=-10.0)
    room.wait(0.1)
    assert room.shown(A) == room.shown(B)
    assert room.shown(A)[BASS] == (0.5,)


def test_of_many_moves_a_surface_is_told_the_newest_at_most_thirty_times_a_second(
    room: Room,
) -> None:
    room.listeners.start(A, None, room.now_s)
    room.settled()
    for step in range(250):
        room.told = with_bass(level_db=-20.0 + step / 25)
        room.wait(TICK_S)
    room.wait(0.1)
    moves = [m for m in room.heard[A] if m.address == BASS]
    assert 20 <= len(moves) <= FRAMES_HZ + 1
    assert moves[-1].arguments == room.told[BASS]


def test_meters_are_told_less_often_than_the_rest(room: Room) -> None:
    room.listeners.start(A, None, room.now_s)
    room.settled()
    meter = "/loopmind/state/track/bass/meter"
    assert meter in METERS
    for step in range(250):
        room.told = with_bass(peak_db=-50.0 + step / 10)
        room.wait(TICK_S)
    meters = [m for m in room.heard[A] if m.address == meter]
    assert 5 <= len(meters) <= FRAMES_HZ / METERS_EACH + 1
    room.wait(METERS_EACH * FRAME_S + TICK_S)
    assert room.shown(A)[meter] == room.told[meter]


def test_a_turn_is_bounded_and_shared(room: Room) -> None:
    for number in range(10):
        room.listeners.start(("10.0.0.1", 9000 + number), None, room.now_s)
    room.listeners.update(room.told, room.now_s)
    sent = room.listeners.take(room.now_s)
    assert len(sent) <= MOST_A_TURN
    assert len({to for to, _ in sent}) == 10


def test_one_surface_is_told_no_more_in_a_turn_than_it_can_read(room: Room) -> None:
    room.listeners.start(A, None, room.now_s)
    room.listeners.update(room.told, room.now_s)
    assert len(room.listeners.take(room.now_s)) == MOST_EACH


def test_a_hand_on_a_fader_is_not_pushed_and_then_told_where_it_stands(room: Room) -> None:
    room.listeners.start(A, None, room.now_s)
    room.listeners.start(B, None, room.now_s)
    room.settled()
    room.listeners.touch(A, BASS, room.now_s)
    room.told = with_bass(level_db=-10.0)
    room.wait(REST_S - 0.02)
    assert BASS not in room.shown(A)
    assert room.shown(B)[BASS] == (0.5,)
    room.wait(0.1)
    assert room.shown(A)[BASS] == (0.5,)


def test_a_hand_on_a_fader_is_not_pushed_by_a_surface_that_asks_anew(room: Room) -> None:
    room.listeners.start(A, None, room.now_s)
    room.settled()
    room.listeners.touch(A, BASS, room.now_s)
    room.told = with_bass(level_db=-10.0)
    room.listeners.start(A, None, room.now_s)
    room.wait(REST_S - 0.02)
    assert room.heard[A] and BASS not in room.shown(A)
    room.wait(0.1)
    assert room.shown(A)[BASS] == (0.5,)


def test_a_button_whose_command_was_refused_is_set_back(room: Room) -> None:
    room.listeners.start(A, None, room.now_s)
    room.settled()
    room.listeners.touch(A, "/loopmind/track/bass/mute", room.now_s)
    room.wait(REST_S + 0.1)
    assert room.shown(A) == {"/loopmind/track/bass/mute": (0,)}


def test_who_stops_is_told_nothing_more(room: Room) -> None:
    room.listeners.start(A, 1, room.now_s)
    room.listeners.start(A, 2, room.now_s)
    room.settled()
    assert [one.id for one in room.listeners.stop(A, 1)] == [1]
    room.told = with_bass(muted=True)
    room.wait(0.1)
    assert [m.arguments for m in room.heard[A]] == [(2, 1)]
    assert len(room.listeners.stop(A)) == 1
    assert room.listeners.stop(A) == []
    assert not room.listeners.due(room.now_s + 9)


def test_places_are_bounded_and_only_the_silent_give_way(room: Room) -> None:
    for number in range(MOST_LISTENERS):
        room.listeners.start(("10.0.0.9", 10000 + number), None, room.now_s + number / 100)
    with pytest.raises(ControlError, match="64 surfaces listen"):
        room.listeners.start(A, None, room.now_s + 1)
    room.listeners.heard(("10.0.0.9", 10000), room.now_s + SILENT_S)
    gone = room.listeners.start(A, None, room.now_s + SILENT_S + 1)
    assert gone is not None and gone.to == ("10.0.0.9", 10001)
    assert len(room.listeners) == MOST_LISTENERS


steps = st.lists(
    st.one_of(
        st.tuples(st.just("start"), st.sampled_from([A, B]), st.sampled_from([None, 1])),
        st.tuples(st.just("stop"), st.sampled_from([A, B]), st.sampled_from([None, 1])),
        st.tuples(st.just("touch"), st.sampled_from([A, B]), st.sampled_from([BASS, METER])),
        st.tuples(st.just("level"), st.floats(-60, 12), st.none()),
        st.tuples(st.just("peak"), st.floats(-60, 0), st.none()),
        st.tuples(st.just("wait"), st.floats(0.0, 0.5), st.none()),
    ),
    max_size=30,
)


@given(steps)
@settings(max_examples=60, deadline=None)
def test_whatever_happens_all_who_listen_agree_once_it_is_quiet(
    happens: list[tuple[str, Any, Any]],
) -> None:
    room = Room()
    level, peak = 0.0, -60.0
    for kind, what, more in happens:
        match kind:
            case "start":
                room.listeners.start(what, more, room.now_s)
            case "stop":
                room.listeners.stop(what, more)
            case "touch":
                room.listeners.touch(what, more, room.now_s)
            case "level":
                level = what
            case "peak":
                peak = what
            case "wait":
                room.wait(what)
        room.told = with_bass(level_db=level, peak_db=peak)
    room.wait(REST_S + 1.5)
    for listener in room.listeners:
        own = () if listener.id is None else (listener.id,)
        shown = {
            message.address: message.arguments
            for message in room.heard[listener.to]
            if len(message.arguments) == len(own) + 1
        }
        assert shown == {address: (*own, *values) for address, values in room.told.items()}
