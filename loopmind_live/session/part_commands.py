"""The rows of the command table that are about parts and their loops."""

from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.command import (
    FOR_BARS,
    NUMBER,
    PREFIX,
    ROLES,
    ROLES_OR_ALL,
    SECTION_OR_CURRENT,
    UNTIL,
    CommandSpec,
)

MAX_ALTERNATIVES = 9

PARTS: tuple[CommandSpec, ...] = (
    CommandSpec(
        "mute", (ROLES, SECTION_OR_CURRENT, NUMBER, FOR_BARS, UNTIL), "bar", "silence parts",
        f"{PREFIX}/track/mute",
        ("mute drums", "mute bass, pad in 2 bars", "mute hats now", "mute drums for 4 bars",
         "mute drums until hook"),
        undoable=True,
    ),
    CommandSpec(
        "unmute", (ROLES, SECTION_OR_CURRENT, NUMBER, FOR_BARS, UNTIL), "bar",
        "bring muted parts back, in phase",
        f"{PREFIX}/track/unmute",
        ("unmute drums", "unmute all", "unmute pad for 8 bars"), undoable=True,
    ),
    CommandSpec(
        "solo", (ROLES, SECTION_OR_CURRENT, NUMBER, FOR_BARS, UNTIL), "bar",
        "play these parts alone",
        f"{PREFIX}/track/solo",
        ("solo bass", "solo drums, bass now", "solo drums for 2 bars"), undoable=True,
    ),
    CommandSpec(
        "unsolo", (), "bar", "end solo",
        f"{PREFIX}/track/unsolo", ("unsolo",), undoable=True,
    ),
    CommandSpec(
        "mask", (ROLES, Argument("rhythm", "rhythm")), "bar",
        "play parts in a rhythm: heard in its steps alone",
        f"{PREFIX}/track/mask",
        ("mask hats x(3,8)", "mask bass x..x..x. now", "mask drums, perc x(5,8)/2",
         "mask hats off"),
        undoable=True,
    ),
    CommandSpec(
        "add", (ROLES, SECTION_OR_CURRENT, NUMBER, FOR_BARS, UNTIL), "bar",
        "bring parts in: muted ones back, or a new loop",
        f"{PREFIX}/track/add",
        ("add vocal", "add pad to hook 2", "add perc for 8 bars"), undoable=True,
    ),
    CommandSpec(
        "swap", (ROLES, SECTION_OR_CURRENT, NUMBER), "bar",
        "choose another loop for a part",
        f"{PREFIX}/track/swap", ("swap bass", "swap drums in verse"), undoable=True,
    ),
    CommandSpec(
        "alternatives", (ROLES, SECTION_OR_CURRENT, NUMBER), None,
        "list the loops that a part could play instead, the best first",
        f"{PREFIX}/track/alternatives", ("alternatives bass", "alternatives bass in verse 2"),
    ),
    CommandSpec(
        "take", (Argument("number", "integer", minimum=1, maximum=MAX_ALTERNATIVES),), "bar",
        "play the alternative of this number, from the list shown last",
        f"{PREFIX}/track/take", ("take 2",), undoable=True,
    ),
    CommandSpec(
        "lock", (ROLES,), None, "keep parts through regenerations",
        f"{PREFIX}/track/lock", ("lock bass",), undoable=True,
    ),
    CommandSpec(
        "unlock", (ROLES,), None, "let parts change again",
        f"{PREFIX}/track/unlock", ("unlock bass", "unlock all"), undoable=True,
    ),
    CommandSpec(
        "favorite", (ROLES_OR_ALL, Argument("on", "flag", True)), None,
        "remember the loops that parts play now as favorites",
        f"{PREFIX}/track/favorite", ("favorite bass", "favorite", "favorite bass off"),
    ),
    CommandSpec(
        "forget", (Argument("what", "choice", choices=("taste", "favorites")),), None,
        "erase what was learned of your taste, or your favorites",
        f"{PREFIX}/taste/forget", ("forget taste", "forget favorites"),
    ),
)  # fmt: skip
