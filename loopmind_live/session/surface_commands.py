"""The rows of the command table that are about what else plays along: surfaces and other clocks."""

from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.command import PREFIX, CommandSpec

SURFACES: tuple[CommandSpec, ...] = (
    CommandSpec(
        "learn", (Argument("what", "text"),), None,
        "let the next control that is moved on a MIDI device do this, or forget what it learned",
        f"{PREFIX}/midi/learn",
        ("learn mute bass", "learn pad 3", "learn level drums", "learn forget", "learn off"),
    ),
)  # fmt: skip
