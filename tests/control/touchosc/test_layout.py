"""How controls share the room of a layout, and what each draws."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.control.touchosc.controls import (
    Answers,
    Caption,
    Control,
    Fader,
    Knob,
    Meter,
    Plane,
    Press,
    Readout,
    Switch,
)
from loopmind_live.control.touchosc.file import packed
from loopmind_live.control.touchosc.launch import Light, Pad
from loopmind_live.control.touchosc.layout import Columns, Grid, Pages, Part, Rows, layout, shared
from loopmind_live.control.touchosc.look import BLUE
from loopmind_live.control.touchosc.nodes import Frame, Node
from loopmind_live.control.touchosc.picture import png
from loopmind_live.control.touchosc.received import pages, received
from loopmind_live.errors import ControlError
from tests.control.touchosc.reading import read

CONTROLS: tuple[Control, ...] = (
    Caption("caption"), Readout("readout", "/r", "%.1f"), Answers("answers", ("/a", "/b")),
    Press("press", "/p"), Press("bright", "/p", bright=True, told="/p"),
    Switch("switch", "/s", "OFF", "ON"), Fader("fader", "/f"), Fader("marked", "/f", mark=0.75),
    Knob("knob", "/k", "PAN", centered=True), Meter("meter", "/m", steps=4, high=4.0),
    Plane("plane", "/x", "/y"), Pad("pad", "/g", "/n", "/t", "/l"), Light("light", "bass", "/l"),
)  # fmt: skip


@given(
    sizes=st.lists(st.integers(0, 90), min_size=1, max_size=12),
    room=st.integers(1, 1024),
    gap=st.integers(0, 12),
)
def test_room_is_shared_without_overlap_and_nothing_is_left_over(
    sizes: list[int], room: int, gap: int
) -> None:
    sharing = sizes.count(0)
    needed = sum(sizes) + gap * (len(sizes) - 1) + sharing
    if needed > room:
        with pytest.raises(ControlError, match="have no room"):
            shared("row", sizes, room, gap)
        return
    spans = shared("row", sizes, room, gap)
    for (start, size), wanted in zip(spans, sizes, strict=True):
        assert start >= 0 and start + size <= room
        assert size == wanted if wanted else size >= 1
    for (start, size), (after, _) in pairwise(spans):
        assert after == start + size + gap
    if sharing:
        assert sum(spans[-1]) == room, "who shares takes all that is left"
        shares = [size for (_, size), wanted in zip(spans, sizes, strict=True) if not wanted]
        assert max(shares) - min(shares) <= 1


def inside(node: Node) -> None:
    for child in node.children:
        frame = child.frame
        assert frame.x >= 0 and frame.y >= 0
        assert frame.x + frame.w <= node.frame.w and frame.y + frame.h <= node.frame.h
        inside(child)


@pytest.mark.parametrize("control", CONTROLS, ids=lambda one: one.name)
@given(w=st.integers(60, 400), h=st.integers(60, 400))
def test_a_control_stays_in_its_frame_whatever_its_size(control: Control, w: int, h: int) -> None:
    node = control.node(Frame(3, 5, w, h))
    assert (node.name, node.frame) == (control.name, Frame(3, 5, w, h))
    inside(node)


def test_all_controls_are_packed_read_and_drawn(tmp_path: Path) -> None:
    made = layout("all", (600, 600), Grid("grid", 4, CONTROLS), None)
    path = tmp_path / "all.tosc"
    path.write_bytes(packed(made))
    assert [node.path for node in read(path)] == [
        f"/{'/'.join(names)}" for names in names_of(made)
    ]  # fmt: skip
    assert png(made).startswith(b"\x89PNG")


def names_of(node: Node, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    here = (*above, node.name)
    return [here, *(name for child in node.children for name in names_of(child, here))]


def test_what_is_told_changes_the_picture() -> None:
    made = layout("one", (200, 200), Grid("grid", 2, CONTROLS[:4] + CONTROLS[5:9]), None)
    plain = png(made)
    for told in ({"/f": (0.9,)}, {"/s": (1,)}, {"/r": (120.5,)}, {"/k": (0.1,)}):
        assert png(received(made, told)) != plain, told
    assert png(received(made, {"/elsewhere": (1,)})) == plain


def test_a_grid_fills_row_by_row_and_may_end_early() -> None:
    five = tuple(Caption(str(number)) for number in range(5))
    grid = Grid("grid", 3, five, gap=10).node(Frame(0, 0, 110, 50))
    assert [child.frame for child in grid.children] == [
        Frame(0, 0, 30, 20), Frame(40, 0, 30, 20), Frame(80, 0, 30, 20),
        Frame(0, 30, 30, 20), Frame(40, 30, 30, 20),
    ]  # fmt: skip


def test_rows_and_columns_on_a_panel_keep_away_from_its_edge() -> None:
    parts = (Part(20, Caption("a")), Part(0, Caption("b")))
    down = Rows("rows", parts, gap=4, panel=8).node(Frame(0, 0, 100, 60))
    assert [child.frame for child in down.children] == [Frame(8, 8, 84, 20), Frame(8, 32, 84, 20)]
    across = Columns("columns", parts, gap=4, panel=8).node(Frame(0, 0, 100, 60))
    assert [child.frame for child in across.children] == [Frame(8, 8, 20, 44), Frame(32, 8, 60, 44)]


def test_a_row_without_room_says_which() -> None:
    row = Columns("tools", (Part(80, Caption("a")), Part(80, Caption("b"))))
    with pytest.raises(ControlError, match=re.escape("tools: 2 controls have no room in 100")):
        row.node(Frame(0, 0, 100, 20))


def test_each_page_of_a_pager_is_seen_by_itself() -> None:
    two = Pages("pages", (("ONE", Caption("a")), ("TWO", Caption("b"))), BLUE)
    made = layout("both", (200, 200), two, None)
    shown = pages(made)
    assert [title for title, _ in shown] == ["ONE", "TWO"]
    assert png(shown[0][1]) == png(made) != png(shown[1][1])
    assert [title for title, _ in pages(layout("one", (200, 200), Caption("a"), None))] == ["one"]
