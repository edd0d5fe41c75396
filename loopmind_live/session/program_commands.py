"""The rows of the command table that are about the performance itself."""

from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.command import PREFIX, ROLES, CommandSpec

PROGRAM: tuple[CommandSpec, ...] = (
    CommandSpec("undo", (), None, "take the last change back", f"{PREFIX}/undo", ("undo",)),
    CommandSpec("redo", (), None, "do the change again", f"{PREFIX}/redo", ("redo",)),
    CommandSpec(
        "cancel",
        (Argument("change", "integer", True, 1, 1_000_000), Argument("all", "flag", True)), None,
        "drop what is pending: the newest, one by its number, or all",
        f"{PREFIX}/cancel", ("cancel", "cancel 3", "cancel all"),
    ),
    CommandSpec(
        "record",
        (Argument("file", "path", True), Argument("on", "flag", True),
         Argument("stems", "flag", True)),
        None, "record the master, and with stems every part, or stop recording",
        f"{PREFIX}/record", ("record", "record stems", "record take.wav", "record off"),
    ),
    CommandSpec(
        "record_bars", (Argument("bars", "integer", False, 1, 64, "bars"), ROLES), "bar",
        "record the live input to a part, and loop it from the bar after",
        f"{PREFIX}/track/record", ("record 4 bars to vocal", "record 8 bars to bass in 2 bars"),
        undoable=True,
    ),
    CommandSpec(
        "save", (Argument("file", "path", True),), None,
        "keep the set as it is; alone, where it was kept before",
        f"{PREFIX}/save", ("save my-set", "save", "save tonight.json"),
    ),
    CommandSpec(
        "load", (Argument("file", "path"),), "bar",
        "play a saved set, the last performance's, or a timeline",
        f"{PREFIX}/load", ("load my-set", "load last", "load tonight.json"), undoable=True,
    ),
    CommandSpec(
        "status", (), None, "tell what plays, what is pending and how the engine does",
        f"{PREFIX}/status", ("status",),
    ),
    CommandSpec(
        "help", (Argument("topic", "word", True),), None, "list commands, or explain one",
        f"{PREFIX}/help", ("help", "help goto"),
    ),
    CommandSpec("quit", (), None, "end the performance", f"{PREFIX}/quit", ("quit",)),
)  # fmt: skip
