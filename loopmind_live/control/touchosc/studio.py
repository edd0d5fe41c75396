"""The layout to make a set with: the mixer of all parts, and the library behind them."""

from loopmind_live.control.feedback import STATE
from loopmind_live.control.fixed_addresses import track
from loopmind_live.control.osc_addresses import PROMPT
from loopmind_live.control.touchosc.controls import (
    Caption,
    Knob,
    Meter,
    Press,
    Readout,
    Switch,
)
from loopmind_live.control.touchosc.launch import Light
from loopmind_live.control.touchosc.layout import Columns, Grid, Pages, Part, Rows, layout
from loopmind_live.control.touchosc.link import CONNECT, answers, connects
from loopmind_live.control.touchosc.look import (
    BLUE,
    GRAY,
    GREEN,
    LARGE,
    ORANGE,
    PINK,
    RED,
    SKY,
    SMALL,
    YELLOW,
)
from loopmind_live.control.touchosc.nodes import Node
from loopmind_live.control.touchosc.pieces import SIZE, part_level, part_light, titled
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.command import PREFIX

NAME = "studio"
TAKES = 5
"""So many alternatives are listed for one part."""


def studio() -> Node:
    """Return the layout."""
    pages = Pages("pages", (("MIXER", _mixer()), ("LIBRARY", _library())), BLUE)
    page = Rows(NAME, (Part(56, _header()), Part(0, pages)))
    return layout(NAME, SIZE, page, connects((NAME, "header")))


def _header() -> Columns:
    return Columns("header", (
        Part(80, titled("BAR", Readout("number", f"{STATE}/bar", "%d", size=24))),
        Part(110, titled("TEMPO", Readout("bpm", f"{STATE}/bpm", "%.1f", size=24))),
        Part(110, titled("KEY", Readout("name", f"{STATE}/key"))),
        Part(150, titled("SECTION", Readout("name", f"{STATE}/section"))),
        Part(150, titled("MASTER", Meter("meter", f"{STATE}/meter", GREEN, across=True))),
        Part(90, titled("PEAK", Readout("db", f"{STATE}/level_db", "%.1f dB", size=18))),
        Part(110, titled("LOAD", Meter("load", f"{STATE}/load", RED, across=True))),
        Part(70, titled("XRUNS", Readout("number", f"{STATE}/xruns", "%d"))),
        Part(0, CONNECT),
    ))  # fmt: skip


def _mixer() -> Grid:
    return Grid("mixer", len(ROLES), tuple(_strip(role) for role in ROLES))


def _strip(role: Role) -> Rows:
    return Rows(role, (
        part_light(role),
        Part(58, Knob("pan", track(role, "pan"), "PAN", YELLOW, 0.5, centered=True)),
        Part(58, Knob("filter", track(role, "filter"), "FILT", PINK, 0.5, centered=True)),
        Part(58, Knob("reverb", track(role, "reverb"), "REV")),
        Part(58, Knob("delay", track(role, "delay"), "DLY")),
        *part_level(role),
        Part(46, Switch("solo", track(role, "solo"), "SOLO", "SOLOED", YELLOW)),
    ), 4)  # fmt: skip


def _library() -> Columns:
    parts = Grid("parts", 1, tuple(_part(role) for role in ROLES))
    return Columns("library", (Part(0, parts), Part(300, _beside())))


def _part(role: Role) -> Columns:
    shown = f"{STATE}/track/{role}"
    names = f"{PREFIX}/track"
    return Columns(role, (
        Part(86, Light("state", role, f"{shown}/launch")),
        Part(0, Readout("loop", f"{shown}/loop", size=SMALL, align=1)),
        Part(86, Switch("lock", track(role, "lock"), "LOCK", "LOCKED", SKY)),
        Part(70, Press("new", track(role, "regenerate"), text="NEW", color=PINK)),
        Part(104, Press("favorite", f"{names}/favorite", (role,), "FAVORITE", ORANGE, SMALL)),
        Part(94, Press("others", f"{names}/alternatives", (role,), "OTHERS", BLUE, SMALL)),
    ))  # fmt: skip


def _beside() -> Rows:
    take = f"{PREFIX}/track/take"
    takes = [
        Part(0, Press(f"take {number}", take, (number,), str(number), ORANGE, LARGE))
        for number in range(1, TAKES + 1)
    ]
    actions = (
        Switch("record", f"{PREFIX}/record", "RECORD", "RECORDING", RED, SMALL),
        Press("stems", PROMPT, ("record stems",), "STEMS", RED),
        Press("SAVE", f"{PREFIX}/save", color=GREEN),
        Press("UNDO", f"{PREFIX}/undo"),
        Press("REDO", f"{PREFIX}/redo"),
        Press("CANCEL", f"{PREFIX}/cancel", color=GRAY),
        Press("LIKED", f"{PREFIX}/track/favorite", text="LIKE ALL", color=ORANGE),
        Press("WHY", f"{PREFIX}/section/why", color=GRAY),
        Press("STATUS", f"{PREFIX}/status", color=GRAY),
    )
    return Rows("beside", (
        Part(0, answers(lines=True)),
        Part(50, Columns("takes", (Part(46, Caption("TAKE", ink=GRAY)), *takes))),
        Part(150, Grid("actions", 3, actions)),
    ))  # fmt: skip
