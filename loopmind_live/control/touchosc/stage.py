"""The layout to play a set with: sections, parts, transport, macros, one finger on the filter."""

from loopmind_live.control.feedback import STATE
from loopmind_live.control.fixed_addresses import pad
from loopmind_live.control.macros import MACROS
from loopmind_live.control.osc_addresses import PROMPT
from loopmind_live.control.touchosc.controls import (
    Caption,
    Meter,
    Plane,
    Press,
    Readout,
)
from loopmind_live.control.touchosc.launch import Pad
from loopmind_live.control.touchosc.layout import Columns, Grid, Part, Rows, layout
from loopmind_live.control.touchosc.link import CONNECT, answers, connects
from loopmind_live.control.touchosc.look import (
    BLUE,
    GRAY,
    GREEN,
    LARGE,
    PINK,
    RED,
    SKY,
    SMALL,
    WHITE,
    YELLOW,
)
from loopmind_live.control.touchosc.nodes import Node
from loopmind_live.control.touchosc.pieces import SIZE, part_level, part_light, titled
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.command import PREFIX

NAME = "stage"
PADS = 16


def stage() -> Node:
    """Return the layout."""
    page = Rows(NAME, (
        Part(56, _header()),
        Part(50, _transport()),
        Part(26, answers(lines=False)),
        Part(0, Columns("middle", (
            Part(556, Grid("sections", 4, tuple(_pad(number) for number in range(1, PADS + 1)))),
            Part(0, _filter()),
            Part(232, Grid("macros", 2, tuple(_macro(*macro) for macro in MACROS))),
        ))),
        Part(306, Grid("tracks", len(ROLES), tuple(_strip(role) for role in ROLES))),
    ))  # fmt: skip
    return layout(NAME, SIZE, page, connects((NAME, "transport")))


def _header() -> Columns:
    return Columns("header", (
        Part(84, titled("BAR", Readout("number", f"{STATE}/bar", "%d", size=26))),
        Part(150, titled("BEAT", Meter("lamps", f"{STATE}/beat", YELLOW, 0, 4, True, 4))),
        Part(120, titled("TEMPO", Readout("bpm", f"{STATE}/bpm", "%.1f", size=26))),
        Part(110, titled("KEY", Readout("name", f"{STATE}/key", size=LARGE))),
        Part(170, titled("SECTION", Rows("where", (
            Part(0, Readout("name", f"{STATE}/section", size=21)),
            Part(6, Meter("progress", f"{STATE}/progress", YELLOW, across=True)),
        ), 0))),
        Part(84, titled("BARS LEFT", Readout("number", f"{STATE}/bars_left", "%.1f", size=24))),
        Part(0, titled("NEXT", Readout("words", f"{STATE}/queued", ink=YELLOW, size=18))),
    ))  # fmt: skip


def _transport() -> Grid:
    go = f"{PREFIX}/transport"
    return Grid("transport", 10, (
        Press("PLAY", f"{go}/play", color=GREEN, told=f"{go}/play"),
        Press("STOP", f"{go}/stop", color=GRAY, told=f"{go}/stop"),
        Press("slower", PROMPT, ("tempo -1",), "TEMPO -", SKY),
        Press("TAP", f"{go}/tap", color=SKY),
        Press("faster", PROMPT, ("tempo +1",), "TEMPO +", SKY),
        Press("again", f"{PREFIX}/current/regenerate", text="NEW NOW", color=PINK),
        Press("UNDO", f"{PREFIX}/undo", color=BLUE),
        Press("REDO", f"{PREFIX}/redo", color=BLUE),
        Press("PANIC", f"{PREFIX}/panic", color=RED, bright=True),
        CONNECT,
    ))  # fmt: skip


def _pad(number: int) -> Pad:
    own, shown = pad(number), f"{STATE}/pad/{number}"
    return Pad(f"pad {number}", own, f"{own}/regenerate", f"{shown}/name", f"{shown}/launch")


def _filter() -> Rows:
    sweep, room = f"{PREFIX}/master/filter", f"{PREFIX}/master/reverb"
    off = Press("off", sweep, (0.5,), "FILTER OFF", SKY)
    dry = Press("dry", room, (0.0,), "REVERB OFF", SKY)
    return Rows("filter", (
        Part(20, Caption("low-pass / high-pass, up: reverb", size=SMALL, ink=WHITE)),
        Part(0, Plane("plane", sweep, room)),
        Part(46, Columns("off", (Part(0, off), Part(0, dry)))),
    ))  # fmt: skip


def _macro(name: str, typed: str) -> Press:
    return Press(name, PROMPT, (typed,), color=PINK)


def _strip(role: Role) -> Rows:
    return Rows(role, (part_light(role), *part_level(role)), 4)
