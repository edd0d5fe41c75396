"""The rows of the command table that are about patches."""

from loopmind_live.config import BUSES
from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.command import PREFIX, ROLES, ROLES_OR_ALL, CommandSpec

MAX_KNOB = 1_000_000.0
BUS = Argument("bus", "choice", True, choices=BUSES)

PATCHES: tuple[CommandSpec, ...] = (
    CommandSpec(
        "patch", (ROLES_OR_ALL, Argument("name", "name"), BUS), "bar",
        "put an effect from a file into parts, master, reverb or delay",
        f"{PREFIX}/track/patch",
        ("patch drums dub_delay", "patch drums off", "patch master vinyl", "patch reverb off",
         "patch bass dub_delay now", "patch off"),
        undoable=True,
    ),
    CommandSpec(
        "knob",
        (ROLES_OR_ALL, Argument("name", "name"),
         Argument("value", "number", False, -MAX_KNOB, MAX_KNOB), BUS),
        "now", "turn a knob of a patch",
        f"{PREFIX}/track/knob",
        ("knob drums feedback 0.7", "knob bass time 0.5", "knob master age 0.8"), undoable=True,
    ),
    CommandSpec(
        "pattern", (ROLES, Argument("notes", "notes")), "bar",
        "let the instrument of a part play: steps, or degrees of the key",
        f"{PREFIX}/track/pattern",
        ("pattern bass x(3,8)", "pattern bass x..x..xx", "pattern bass 0 . 3 5",
         "pattern bass off"),
        undoable=True,
    ),
)  # fmt: skip
