"""The rows of the command table that are about patches."""

from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.command import PREFIX, ROLES, ROLES_OR_ALL, CommandSpec

MAX_KNOB = 1_000_000.0

PATCHES: tuple[CommandSpec, ...] = (
    CommandSpec(
        "patch", (ROLES_OR_ALL, Argument("name", "name")), "bar",
        "put a patch, an effect from a file, into parts",
        f"{PREFIX}/track/patch",
        ("patch drums dub_delay", "patch drums off", "patch bass dub_delay now", "patch off"),
        undoable=True,
    ),
    CommandSpec(
        "knob",
        (ROLES, Argument("name", "name"),
         Argument("value", "number", False, -MAX_KNOB, MAX_KNOB)),
        "now", "turn a knob of a part's patch",
        f"{PREFIX}/track/knob", ("knob drums feedback 0.7", "knob bass time 0.5"), undoable=True,
    ),
)  # fmt: skip
