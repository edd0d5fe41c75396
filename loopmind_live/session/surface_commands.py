"""The rows of the command table that are about what else plays along: surfaces and other clocks."""

from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.command import PREFIX, CommandSpec

SURFACES: tuple[CommandSpec, ...] = (
    CommandSpec(
        "learn", (Argument("what", "text"),), None,
        "let the MIDI control that is moved next do this",
        f"{PREFIX}/midi/learn",
        ("learn mute bass", "learn pad 3", "learn level drums", "learn forget", "learn off"),
    ),
    CommandSpec(
        "clock_out", (Argument("what", "text", True),), None,
        "send MIDI clock, start and stop to what is plugged in, or to one port",
        f"{PREFIX}/clock/out", ("clock out", "clock out off", "clock out Drum Machine"),
    ),
    CommandSpec(
        "clock_in", (Argument("what", "text", True),), None,
        "play along with a MIDI clock that comes in, of any port or of one",
        f"{PREFIX}/clock/in", ("clock in", "clock in off", "clock in Drum Machine"),
    ),
    CommandSpec(
        "clock_offset",
        (Argument("ms", "number", minimum=-500.0, maximum=500.0, unit="ms"),), None,
        "send and hear MIDI clock so much later, or earlier",
        f"{PREFIX}/clock/offset", ("clock offset 12", "clock offset -5"),
    ),
    CommandSpec(
        "link", (Argument("on", "flag", True),), None,
        "share beat and tempo with an Ableton Link session, or leave it",
        f"{PREFIX}/link", ("link", "link off"),
    ),
    CommandSpec(
        "link_start_stop", (Argument("on", "flag", True),), None,
        "start and stop with the Link session, or by hand alone",
        f"{PREFIX}/link/start_stop", ("link start stop", "link start stop off"),
    ),
    CommandSpec(
        "link_offset", (Argument("ms", "number", minimum=-500.0, maximum=500.0, unit="ms"),), None,
        "sound so much earlier than the Link session, or later",
        f"{PREFIX}/link/offset", ("link offset 12", "link offset -5"),
    ),
)  # fmt: skip
