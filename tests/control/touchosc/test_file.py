"""Nodes as a packed file, read back by tosclib."""

import os
import subprocess
import sys
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest
import tosclib
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.touchosc.file import DECLARATION, packed, xml
from loopmind_live.control.touchosc.nodes import (
    PROPERTIES,
    Color,
    Frame,
    Node,
    Osc,
    Property,
    Value,
    color,
    properties_of,
)
from loopmind_live.control.touchosc.stage import stage
from loopmind_live.control.touchosc.studio import studio
from loopmind_live.errors import ControlError
from tests.control.touchosc.reading import read

FRAME = Frame(0, 0, 100, 50)
LETTERS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=40
)


@given(name=LETTERS, text=LETTERS, prompt=LETTERS)
def test_any_words_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, name: str, text: str, prompt: str
) -> None:
    label = Node("LABEL", name, FRAME, values={"text": text})
    button = Node("BUTTON", name + "!", FRAME, messages=(Osc("/a", (prompt,), (("x", "RISE"),)),))
    root = Node("GROUP", "layout", FRAME, children=(label, button))
    path = tmp_path_factory.mktemp("words") / "words.tosc"
    path.write_bytes(packed(root))
    _, read_label, read_button = read(path)
    assert read_label.path == f"/layout/{name}"
    assert read_label.values["text"] == text
    (message,) = read_button.messages()
    assert message.examples() == [(prompt,)]


@pytest.mark.parametrize("words", ["a < b & c", '"it\'s" <![CDATA[', "🎛️ émoji ♯", "]]>", "&amp;"])
def test_words_with_a_meaning_in_xml_come_back(tmp_path: Path, words: str) -> None:
    path = tmp_path / "words.tosc"
    path.write_bytes(packed(Node("LABEL", words, FRAME, values={"text": words})))
    (node,) = read(path)
    assert (node.path, node.values["text"]) == (f"/{words}", words)


@pytest.mark.parametrize("words", ["a\x00b", "bell\x07", "\x1b[31m", "half \ud83c", "\ufffe"])
def test_words_that_xml_cannot_hold_are_refused(words: str) -> None:
    with pytest.raises(ControlError, match="no control characters"):
        packed(Node("LABEL", words, FRAME))
    with pytest.raises(ControlError, match="no control characters"):
        packed(Node("LABEL", "a", FRAME, values={"text": words}))
    with pytest.raises(ControlError, match="no control characters"):
        packed(Node("LABEL", "a", FRAME, messages=(Osc("/a", (words,)),)))


NUMBERS = st.floats(0.0, 1.0).map(lambda one: round(one, 3))
VALUES: dict[type, st.SearchStrategy[Property]] = {
    bool: st.booleans(),
    int: st.integers(0, 100),
    float: NUMBERS,
    str: LETTERS,
    Color: st.builds(Color, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
}


@given(st.data())
def test_every_property_of_every_type_comes_back_as_it_was_set(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    kind = data.draw(st.sampled_from(sorted(PROPERTIES)))
    name = data.draw(st.sampled_from(sorted(PROPERTIES[kind])))
    value = data.draw(VALUES[type(PROPERTIES[kind][name])])
    frame = data.draw(st.builds(Frame, *[st.integers(1, 4000)] * 4))
    path = tmp_path_factory.mktemp("one") / "one.tosc"
    path.write_bytes(packed(Node(kind, "one", frame, {name: value})))
    node = tosclib.ElementTOSC.fromFile(str(path))
    assert node.isControlType(tosclib.ControlType[kind])
    assert node.getFrame() == (frame.x, frame.y, frame.w, frame.h)
    if isinstance(value, Color):
        parts = [float(node.getPropertyParam(name, part).text) for part in "rgba"]
        assert parts == [value.r, value.g, value.b, value.a]
    else:
        written = node.getPropertyValue(name).text or ""
        assert type(value)(float(written) if not isinstance(value, str) else written) == value


def test_a_message_comes_back_with_its_ranges_and_triggers(tmp_path: Path) -> None:
    message = Osc("/a/b", ("to", 3, 0.5, Value("y", "FLOAT", -60.0, 12.0)), (("y", "ANY"),), True)
    path = tmp_path / "one.tosc"
    path.write_bytes(packed(Node("XY", "one", FRAME, messages=(message,))))
    (back,) = read(path)[0].messages()
    assert (back.address, back.sent, back.received) == ("/a/b", True, True)
    assert back.triggers == (("y", "ANY"),)
    assert [one.at(1.0) for one in back.arguments] == ["to", 3, 0.5, 12.0]
    assert back.arguments[3].at(0.0) == -60.0
    unsent = Node("LABEL", "one", FRAME, messages=(Osc("/a", received=True),))
    path.write_bytes(packed(unsent))
    (back,) = read(path)[0].messages()
    assert (back.sent, back.received, back.triggers) == (False, True, ())


@pytest.mark.parametrize("make", [stage, studio])
def test_a_layout_is_the_same_bytes_in_every_process(make: object) -> None:
    name = make.__name__
    code = (
        f"import sys; from loopmind_live.control.touchosc.{name} import {name}; "
        "from loopmind_live.control.touchosc.file import packed; "
        f"sys.stdout.buffer.write(packed({name}()))"
    )
    written = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert written[0] == written[1]
    layout = {"stage": stage, "studio": studio}[name]()
    assert zlib.decompress(written[0]) == xml(layout)


def test_each_node_of_a_layout_has_an_identity_of_its_own() -> None:
    for layout in (stage(), studio()):
        root = ElementTree.fromstring(xml(layout).removeprefix(DECLARATION))
        ids = [node.attrib["ID"] for node in root.iter("node")]
        assert len(set(ids)) == len(ids) == len(list(layout.all()))


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (Node("BOX", "a", FRAME, {"colour": color("#fff000")}), "no property 'colour'"),
        (Node("BOX", "a", FRAME, {"color": "#fff000"}), "color is no str"),
        (Node("BUTTON", "a", FRAME, {"press": 1}), "press is no int"),
        (Node("BOX", "a", Frame(0, 0, 0, 5)), "has no room"),
        (Node("BOX", "a", Frame(0, 0, 5, -5)), "has no room"),
        (Node("FADER", "a", FRAME, values={"y": 0.5}), "no value 'y'"),
        (Node("BUTTON", "a", FRAME, messages=(Osc("mute"),)), "'mute' is no OSC address"),
        (
            Node("GROUP", "g", FRAME, children=(Node("BOX", "a", FRAME), Node("BOX", "a", FRAME))),
            "/g: two nodes are named 'a'",
        ),
    ],
)
def test_a_node_that_is_not_as_it_must_be_is_refused_in_one_line(node: Node, words: str) -> None:
    with pytest.raises(ControlError, match=words) as caught:
        packed(node)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("code", ["red", "#12", "#1234567", "112233", "#gg0000", "", "#"])
def test_what_is_no_color_is_refused(code: str) -> None:
    with pytest.raises(ControlError, match="is no color"):
        color(code)


def test_a_node_has_all_that_its_type_has_in_order() -> None:
    told = properties_of(Node("FADER", "a", FRAME, {"bar": False}))
    assert list(told) == sorted(told)
    assert told["bar"] is False and told["cursor"] is True
    assert (told["name"], told["frame"]) == ("a", FRAME)
