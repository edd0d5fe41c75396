"""The layouts that are shipped: what they send is understood, what they show is told."""

import zlib
from collections import Counter
from pathlib import Path

import pytest

from loopmind_live.config import shipped_folder
from loopmind_live.control.feedback import told
from loopmind_live.control.fixed_addresses import CONTROLS, asked
from loopmind_live.control.osc_addresses import BY_ADDRESS, PROMPT, Typed, check_sent, meaning
from loopmind_live.control.osc_packet import Message, decode, encode
from loopmind_live.control.osc_server import ERROR, REPLY, REPLY_PORT
from loopmind_live.control.touchosc.example import moment
from loopmind_live.control.touchosc.file import packed, xml
from loopmind_live.control.touchosc.link import RECEIVE_PORT, START_LISTEN
from loopmind_live.control.touchosc.nodes import Node
from loopmind_live.control.touchosc.pieces import SIZE
from loopmind_live.control.touchosc.stage import PADS, stage
from loopmind_live.control.touchosc.studio import studio
from loopmind_live.engine.base import EngineStatus
from loopmind_live.repl.grammar import parse
from loopmind_live.score.loop import ROLES
from loopmind_live.session.commands import Command, check
from loopmind_live.session.panel import Pad, Panel, panel_of
from loopmind_live.session.state import State
from loopmind_live.timing.tempo_map import TempoMap
from tests.control.touchosc.reading import ReadMessage, ReadNode, messages, read

LAYOUTS = {"stage": stage, "studio": studio}
SMALLEST_TOUCH = 44
"""Pixels: Apple's and Google's guidelines ask for 44 and 48 points."""
SMALLEST_TEXT = 14
SERVER = {REPLY_PORT, START_LISTEN}
EMPTY = panel_of(State(TempoMap.constant(120.0, 48000)), EngineStatus(0), 0)


@pytest.fixture(params=sorted(LAYOUTS))
def shipped(request: pytest.FixtureRequest) -> Path:
    return shipped_folder("controllers") / f"{request.param}.tosc"


def full_panel() -> Panel:
    """A panel with a section on every pad."""
    pads = tuple(Pad(f"verse {one}", "verse", one, 8, "stopped") for one in range(1, PADS + 1))
    return Panel(**{name: getattr(EMPTY, name) for name in Panel.__slots__} | {"pads": pads})


def test_the_shipped_file_is_what_the_command_writes(shipped: Path) -> None:
    layout = LAYOUTS[shipped.stem]()
    written = shipped.read_bytes()
    assert zlib.decompress(written) == xml(layout), "write it again: make layouts"
    if "ng" not in zlib.ZLIB_RUNTIME_VERSION:  # another packer packs the same otherwise
        assert written == packed(layout)


def test_tosclib_reads_all_nodes(shipped: Path) -> None:
    layout = LAYOUTS[shipped.stem]()
    nodes = read(shipped)
    assert Counter(node.kind for node in nodes) == Counter(node.type for node in layout.all())
    assert nodes[0].frame == (0, 0, *SIZE)
    assert nodes[0].path == f"/{shipped.stem}"


def sent(path: Path) -> list[tuple[ReadMessage, Message]]:
    """Return what a hand on every control sends, as it comes out of a packet."""
    return [
        (message, decode(encode(message.address, *arguments))[0])
        for message in messages(path) if message.sent
        for arguments in message.examples()
    ]  # fmt: skip


def test_all_that_a_hand_sends_is_understood_as_the_surface_understands_it(shipped: Path) -> None:
    panel = full_panel()
    seen = set()
    for control, message in sent(shipped):
        seen.add(message.address)
        if message.address in SERVER:
            continue
        if message.address in CONTROLS:
            wanted = asked(message, panel)
        else:
            assert message.address in BY_ADDRESS, control.node.path
            wanted = meaning(message)
        assert wanted is not None, f"{control.node.path}: {message} asks for nothing"
        commands = parse(wanted.text) if isinstance(wanted, Typed) else [wanted]
        assert commands, control.node.path
        for command in commands:
            assert isinstance(command, Command)
            check(command)
            check_sent(command)
    assert len(seen) > 40


def test_it_asks_to_be_told_on_the_port_it_receives_on(shipped: Path) -> None:
    asked_for = [message for _, message in sent(shipped) if message.address in SERVER]
    assert [one.address for one in asked_for] == [REPLY_PORT, START_LISTEN]
    assert asked_for[0].arguments == (RECEIVE_PORT,)


def test_all_that_is_shown_is_told(shipped: Path) -> None:
    known = told(EMPTY)
    shown = {message.address for message in messages(shipped) if message.received}
    assert shown <= {*known, REPLY, ERROR}
    assert len(shown) > 40


def test_what_is_told_fits_what_shows_it(shipped: Path) -> None:
    known = {**told(EMPTY), REPLY: ("/a", "b"), ERROR: ("/a", "b")}
    for message in messages(shipped):
        if not message.received:
            continue
        assert len(message.arguments) == len(known[message.address]), message.address
        for argument, value in zip(message.arguments, known[message.address], strict=True):
            assert argument.kind == "VALUE"
            if argument.conversion != "STRING":
                assert isinstance(value, int | float)
                assert argument.low <= value <= argument.high, (message.address, value)


def test_a_fader_is_told_where_it_sends_to(shipped: Path) -> None:
    for message in messages(shipped):
        if message.node.kind in ("FADER", "RADIAL", "XY") and message.sent:
            assert message.received, message.node.path


def test_each_address_of_a_part_stands_for_each_part(shipped: Path) -> None:
    uses = Counter(message.address for message in messages(shipped))
    for address in [one for one in uses if "/bass" in one]:
        for role in ROLES:
            assert uses[address.replace("/bass", f"/{role}")] == uses[address]


def overlap(one: ReadNode, other: ReadNode) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = one.frame, other.frame
    return ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah


def test_everything_has_room_and_nothing_lies_upon_another_control(shipped: Path) -> None:
    nodes = read(shipped)
    for node in nodes:
        if node.parent is None:
            continue
        (x, y, w, h), (px, py, pw, ph) = node.frame, node.parent.frame
        assert px <= x and py <= y and x + w <= px + pw and y + h <= py + ph, node.path
    touched = [
        node for node in nodes
        if node.properties.get("interactive") == "1" and node.kind not in ("GROUP", "PAGER")
    ]  # fmt: skip
    for place, node in enumerate(touched):
        for other in touched[place + 1 :]:
            pages = {one.path.split("/pages/")[-1].split("/")[0] for one in (node, other)}
            if len(pages) == 2 and all("/pages/" in one.path for one in (node, other)):
                continue  # they are never seen together
            if node.parent is other.parent and other.path.endswith("/regenerate"):
                continue  # the corner of a pad
            assert not overlap(node, other), f"{node.path} and {other.path}"


def test_fingers_and_eyes_find_all_of_it(shipped: Path) -> None:
    for node in read(shipped):
        _, _, w, h = node.frame
        if node.properties.get("interactive") == "1" and node.kind != "PAGER":
            assert min(w, h) >= SMALLEST_TOUCH, node.path
        if node.kind in ("LABEL", "TEXT"):
            assert int(node.properties["textSize"]) >= SMALLEST_TEXT, node.path
            assert h >= int(node.properties["textSize"]) * 1.2, node.path


def test_the_example_tells_what_is_told_on_stage() -> None:
    assert set(moment()) == {*told(EMPTY), REPLY}


def test_a_prompt_macro_is_typed_as_it_stands(shipped: Path) -> None:
    prompts = [message for message in messages(shipped) if message.address == PROMPT]
    assert prompts
    for message in prompts:
        (text,) = message.arguments
        assert (text.kind, text.conversion) == ("CONSTANT", "STRING")


def of_type(layout: Node, kind: str) -> list[Node]:
    return [node for node in layout.all() if node.type == kind]


def test_the_stage_has_what_a_performer_needs() -> None:
    layout = stage()
    assert len([node for node in layout.all() if node.name.startswith("pad ")]) == PADS
    assert len(of_type(layout, "XY")) == 1
    names = {node.name for node in layout.all()}
    assert {"PLAY", "STOP", "TAP", "UNDO", "REDO", "PANIC", "CONNECT", *ROLES} <= names
