"""The scripts of the shipped layouts, run in Lua 5.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lupa.lua51 import LuaRuntime

from loopmind_live.config import shipped_folder
from loopmind_live.control.touchosc.example import moment
from loopmind_live.control.touchosc.launch import LAUNCH
from loopmind_live.control.touchosc.link import AGAIN_MS, RECEIVE_PORT
from loopmind_live.control.touchosc.nodes import Color, Node
from loopmind_live.control.touchosc.received import received
from loopmind_live.control.touchosc.scripts import quoted
from loopmind_live.control.touchosc.stage import stage
from loopmind_live.control.touchosc.studio import studio
from tests.control.touchosc.surface import Surface

LAYOUTS = {"stage": stage, "studio": studio}


def opened(name: str) -> Surface:
    return Surface(shipped_folder("controllers") / f"{name}.tosc")


def paths(node: Node, above: str = "") -> dict[str, Node]:
    here = f"{above}/{node.name}"
    found = {here: node}
    for child in node.children:
        found |= paths(child, here)
    return found


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_lua_shows_what_the_picture_shows(name: str) -> None:
    surface = opened(name)
    for address, arguments in moment().items():
        surface.receive(address, arguments)
    drawn = paths(received(LAYOUTS[name](), moment()))
    compared = 0
    for path, node in drawn.items():
        for value, at in node.values.items():
            assert surface.value(path, value) == pytest.approx(at), (path, value)
        for key in ("color", "textColor"):
            color = surface.color(path, key)
            assert color in (None, node.properties.get(key)), (path, key)
            compared += color is not None
        visible = surface.nodes[path]["visible"]
        assert visible in (None, node.properties.get("visible")), path
    assert compared > 20


def test_a_pad_says_in_words_and_color_how_it_stands() -> None:
    surface = opened("stage")
    pad = "/stage/stage/middle/sections/pad 3"
    surface.receive("/loopmind/state/pad/3/name", ("hook 2",))
    seen = []
    for state in ("stopped", "play_queued", "playing", "stop_queued", "stopped", "empty"):
        surface.receive("/loopmind/state/pad/3/launch", (state,))
        text = surface.value(f"{pad}/state", "text")
        seen.append(text)
        assert text == LAUNCH[state].words
        assert surface.color(f"{pad}/light") == LAUNCH[state].light
        assert surface.nodes[f"{pad}/regenerate"]["visible"] == (state != "empty")
    assert seen == ["ready", "NEXT", "PLAYING", "ENDING", "ready", ""]
    assert surface.value(f"{pad}/title", "text") == "hook 2"
    assert surface.sent == []


def test_a_state_that_is_not_known_changes_no_color() -> None:
    surface = opened("stage")
    surface.receive("/loopmind/state/pad/1/launch", ("playing",))
    surface.receive("/loopmind/state/pad/1/launch", ("exploded",))
    light = "/stage/stage/middle/sections/pad 1/light"
    assert surface.color(light) == LAUNCH["playing"].light


def test_states_are_told_apart_by_words_and_by_brightness() -> None:
    words = [look.words for look in LAUNCH.values()]
    assert len(set(words)) == len(words)

    def bright(color: Color) -> float:
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in (color.r, color.g, color.b)
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    for state, look in LAUNCH.items():
        low, high = sorted((bright(look.light), bright(look.text)))
        # WCAG 2.1 asks for a contrast of 4.5.
        assert (high + 0.05) / (low + 0.05) >= 4.5, state


@pytest.mark.parametrize(
    ("name", "button"),
    [
        ("stage", "/stage/stage/transport/CONNECT/press"),
        ("studio", "/studio/studio/header/CONNECT/press"),
    ],
)
def test_a_layout_asks_to_be_told_as_it_is_opened_by_hand_and_from_time_to_time(
    name: str, button: str
) -> None:
    surface = opened(name)
    surface.open()
    asked = [("/loopmind/reply_port", (RECEIVE_PORT,)), ("/loopmind/start_listen", ())]
    assert surface.sent == asked
    surface.touch(button, "x", 1.0)
    surface.touch(button, "x", 0.0)
    assert surface.sent == asked * 2
    surface.frame(AGAIN_MS / 2)
    surface.frame()
    assert surface.sent == asked * 2
    surface.frame(AGAIN_MS / 2)
    surface.frame()
    surface.frame()
    assert surface.sent == asked * 3
    assert surface.value(button, "x") == 0.0


def test_what_is_answered_to_a_layout_that_asks_by_itself_hides_no_other_answer() -> None:
    surface = opened("stage")
    line = "/stage/stage/answer"
    assert surface.value(line, "text") == "not connected yet"
    listening = ("/loopmind/start_listen", "1 listen")
    surface.receive("/loopmind/reply", listening)
    assert surface.value(line, "text") == "connected"
    surface.receive("/loopmind/reply", ("/loopmind/undo", "undone: mute bass"))
    surface.receive("/loopmind/reply", listening)
    surface.receive("/loopmind/reply", listening)
    assert surface.value(line, "text") == "undone: mute bass"
    surface.receive("/loopmind/reply", ("/loopmind/redo", "done: mute bass"))
    assert surface.value(line, "text") == "done: mute bass"
    surface.receive("/loopmind/reply", ("/loopmind/redo", "done: mute bass"))
    assert surface.value(line, "text") == "done: mute bass"


def test_a_finger_on_a_switch_sends_and_what_comes_back_is_not_sent_again() -> None:
    surface = opened("stage")
    mute = "/stage/stage/tracks/bass/mute"
    surface.touch(f"{mute}/switch", "x", 1.0)
    assert surface.sent == [("/loopmind/track/bass/mute", (1,))]
    assert surface.value(f"{mute}/words", "text") == "MUTED"
    surface.receive("/loopmind/track/bass/mute", (0,))
    assert surface.value(f"{mute}/words", "text") == "MUTE"
    assert len(surface.sent) == 1


@pytest.mark.parametrize(
    ("address", "sent", "shown"),
    [
        ("/loopmind/state/bpm", (139.5,), "139.5"),
        ("/loopmind/state/bpm", (140,), "140.0"),
        ("/loopmind/state/bar", (17,), "17"),
        ("/loopmind/state/bar", (17.0,), "17"),
        ("/loopmind/state/bars_left", (3.25,), "3.2"),
    ],
)
def test_numbers_are_written_for_eyes(address: str, sent: tuple[float, ...], shown: str) -> None:
    surface = opened("stage")
    assert surface.receive(address, sent)
    texts = [surface.value(path, "text") for path in surface.nodes if "/header/" in path]
    assert shown in texts


def test_an_answer_shows_its_text_not_its_address() -> None:
    surface = opened("stage")
    line = "/stage/stage/answer"
    surface.receive("/loopmind/reply", ("/loopmind/undo", "undone: mute bass"))
    assert surface.value(line, "text") == "undone: mute bass"
    surface.receive("/loopmind/error", ("/loopmind/undo", "nothing to undo"))
    assert surface.value(line, "text") == "nothing to undo"


@given(st.text(max_size=40))
def test_any_text_is_the_same_in_lua(text: str) -> None:
    utf8 = text.encode("utf-8", "surrogatepass")
    lua = LuaRuntime(encoding=None)
    code = b"return " + quoted(text).encode("utf-8", "surrogatepass")
    assert lua.execute(code) == utf8
