"""What both layouts have: their size, titles, and the level of a part. Pure."""

from loopmind_live.control.fader_law import position_of
from loopmind_live.control.feedback import STATE
from loopmind_live.control.fixed_addresses import track
from loopmind_live.control.touchosc.controls import (
    Caption,
    Control,
    Fader,
    Meter,
    Readout,
    Switch,
)
from loopmind_live.control.touchosc.launch import Light
from loopmind_live.control.touchosc.layout import Columns, Part, Rows
from loopmind_live.control.touchosc.look import GRAY, SMALL
from loopmind_live.score.loop import Role

SIZE = (1024, 768)
"""An iPad's width and height in points; the app fits a layout to any other screen."""


def titled(name: str, control: Control) -> Rows:
    """Return a control below its name."""
    return Rows(name.lower(), (Part(18, Caption(name, ink=GRAY)), Part(0, control)), 0, 3)


def part_light(role: Role) -> Part:
    """Return the name of a part upon the color of its launch state."""
    return Part(44, Light("state", role, f"{STATE}/track/{role}/launch"))


def part_level(role: Role) -> tuple[Part, ...]:
    """Return a part's fader, 0 dB marked, beside its meter; what it stands at; and its mute."""
    shown = f"{STATE}/track/{role}"
    unity = position_of(0.0)
    fader = Fader("fader", track(role, "level"), at_first=unity, mark=unity)
    meter = Meter("meter", f"{shown}/meter")
    return (
        Part(0, Columns("level", (Part(0, fader), Part(22, meter)), 4)),
        Part(20, Readout("db", f"{shown}/level_db", "%.1f dB", size=SMALL, ink=GRAY)),
        Part(46, Switch("mute", track(role, "mute"), "MUTE", "MUTED")),
    )
