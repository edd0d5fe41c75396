"""AbletonOSC's namespace: what it stands for here, and how it is answered."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopmind_live.control.fader_law import level_db, position_of
from loopmind_live.control.live_addresses import (
    ADDRESSES,
    METHODS,
    VOLUME,
    Watch,
    live,
    value,
)
from loopmind_live.control.live_listeners import MOST, LiveListeners
from loopmind_live.control.osc_packet import Argument, Message
from loopmind_live.engine.base import EngineStatus
from loopmind_live.errors import ControlError, LoopMindError
from loopmind_live.score.loop import ROLES
from loopmind_live.session.commands import Command, When
from loopmind_live.session.panel import Pad, panel_of
from loopmind_live.session.state import State
from loopmind_live.timing.tempo_map import TempoMap

BLANK = panel_of(State(TempoMap.constant(120.0, 48000)), EngineStatus(0), 0)
PADS = (Pad("intro", "intro", 1, 4, "playing"), Pad("hook", "hook", 1, 8, "stopped"))
PANEL = replace(BLANK, pads=PADS, playing=True, bar=2.5)
BASS = ROLES.index("bass")


def said(address: str, *sent: Argument) -> Command | Message | Watch:
    return live(Message(address, sent), PANEL)


def test_the_test_is_ok() -> None:
    assert said("/live/test") == Message("/live/test", ("ok",))


def test_getters_answer_with_what_they_were_asked_first() -> None:
    assert said("/live/song/get/tempo") == Message("/live/song/get/tempo", (120.0,))
    assert said("/live/song/get/is_playing") == Message("/live/song/get/is_playing", (True,))
    assert said("/live/song/get/beat") == Message("/live/song/get/beat", (6,))
    assert said("/live/song/get/num_scenes") == Message("/live/song/get/num_scenes", (2,))
    assert said("/live/scene/get/name", 1) == Message("/live/scene/get/name", (1, "hook"))
    volume = said("/live/track/get/volume", BASS)
    assert volume == Message("/live/track/get/volume", (BASS, 0.85))
    send = said("/live/track/get/send", BASS, 1)
    assert send == Message("/live/track/get/send", (BASS, 1, 0.0))


@pytest.mark.parametrize(
    ("sent", "command"),
    [
        (("/live/scene/fire", 1), Command("goto", {"section": "hook", "number": 1})),
        (("/live/track/set/mute", BASS, 1), Command("mute", {"roles": ("bass",)}, When("now"))),
        (("/live/track/set/mute", BASS, 0), Command("unmute", {"roles": ("bass",)}, When("now"))),
        (("/live/track/set/mute", BASS, True), Command("mute", {"roles": ("bass",)}, When("now"))),
        (("/live/track/set/solo", BASS, 1), Command("solo", {"roles": ("bass",)}, When("now"))),
        (("/live/track/set/solo", BASS, 0), Command("unsolo", {}, When("now"))),
        (
            ("/live/track/set/volume", BASS, 0.85),
            Command("level", {"roles": ("bass",), "db": 0.0}),
        ),
        (
            ("/live/track/set/panning", BASS, -0.5),
            Command("pan", {"roles": ("bass",), "place": -50.0}),
        ),
        (
            ("/live/track/set/send", BASS, 0, 1.0),
            Command("send", {"roles": ("bass",), "to": "reverb", "db": 0.0}),
        ),
        (("/live/song/set/tempo", 128), Command("set_tempo", {"bpm": 128.0})),
        (("/live/song/start_playing",), Command("play")),
        (("/live/song/stop_playing",), Command("stop")),
        (("/live/song/undo",), Command("undo")),
    ],
)
def test_methods_and_setters_are_commands_of_the_table(
    sent: tuple[str, *tuple[Argument, ...]], command: Command
) -> None:
    asked = said(*sent)
    assert isinstance(asked, Command)
    assert replace(asked, text="") == command


def test_start_listen_watches_the_getter() -> None:
    assert said("/live/song/start_listen/beat") == Watch("/live/song/get/beat", ())
    assert said("/live/track/stop_listen/mute", 3) == Watch("/live/track/get/mute", (3,), False)


@pytest.mark.parametrize(
    "sent",
    [
        ("/live/scene/fire", 2),
        ("/live/scene/fire", -1),
        ("/live/scene/fire",),
        ("/live/scene/fire", 0.5),
        ("/live/scene/fire", "hook"),
        ("/live/track/get/mute", len(ROLES)),
        ("/live/track/get/send", 0, 2),
        ("/live/track/set/volume", 0),
        ("/live/track/set/volume", 0, "loud"),
        ("/live/track/set/volume", 0, float("nan")),
        ("/live/song/set/tempo", 9999),
        ("/live/song/set/is_playing", 1),
        ("/live/clip/fire", 0, 0),
        ("/live/song/get/__class__",),
    ],
)
def test_what_is_not_there_is_refused(sent: tuple[str, *tuple[Argument, ...]]) -> None:
    with pytest.raises(LoopMindError):
        said(*sent)


@pytest.mark.parametrize("address", ADDRESSES)
@settings(max_examples=20)
@given(st.lists(st.one_of(st.integers(), st.floats(), st.text(), st.none()), max_size=4))
def test_whatever_is_sent_there_is_an_answer_or_one_error(
    address: str, sent: list[Argument]
) -> None:
    try:
        asked = live(Message(address, tuple(sent)), PANEL)
    except LoopMindError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(asked, Command | Message | Watch)


@given(st.floats(0, 1))
def test_live_s_volume_is_told_back_where_it_was_set(position: float) -> None:
    assert position_of(level_db(position, VOLUME), VOLUME) == pytest.approx(position, abs=1e-3)


def test_only_changes_of_what_is_watched_are_told() -> None:
    to = ("127.0.0.1", 9)
    listeners = LiveListeners()
    beat, mute = Watch("/live/song/get/beat", ()), Watch("/live/track/get/mute", (BASS,))
    assert listeners.take(to, beat, PANEL) == Message("/live/song/get/beat", (6,))
    listeners.take(to, mute, PANEL)
    assert list(listeners.changed(PANEL)) == []
    later = replace(PANEL, bar=2.75)
    assert list(listeners.changed(later)) == [(to, Message("/live/song/get/beat", (7,)))]
    assert listeners.take(to, replace(beat, on=False), PANEL) is None
    assert list(listeners.changed(PANEL)) == []
    assert listeners.drop(to) and not listeners.drop(to)


def test_a_scene_that_is_gone_is_watched_no_more() -> None:
    listeners = LiveListeners()
    listeners.take(("127.0.0.1", 9), Watch("/live/scene/get/name", (1,)), PANEL)
    assert list(listeners.changed(replace(PANEL, pads=PADS[:1]))) == []
    assert len(listeners) == 0


def test_what_is_watched_is_bounded() -> None:
    listeners = LiveListeners()
    for number in range(MOST):
        listeners.take(("127.0.0.1", number), Watch("/live/song/get/beat", ()), PANEL)
    with pytest.raises(ControlError, match="no more are told"):
        listeners.take(("127.0.0.1", MOST), Watch("/live/song/get/beat", ()), PANEL)


def test_no_method_hides_a_property() -> None:
    assert len(set(ADDRESSES)) == len(ADDRESSES)
    assert set(METHODS) < set(ADDRESSES)
    assert value(Watch("/live/song/get/track_names", ()), PANEL).arguments == ROLES
