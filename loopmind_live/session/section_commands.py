"""The rows of the command table that are about sections and their order."""

from loopmind_live.config import MAX_SECTION_BARS
from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.command import (
    NUMBER,
    PREFIX,
    SECTION,
    SECTION_OR_CURRENT,
    CommandSpec,
)

SECTIONS: tuple[CommandSpec, ...] = (
    CommandSpec(
        "regenerate",
        (SECTION, NUMBER, Argument("moods", "moods", optional=True)), "bar",
        "choose other loops for a section, in a mood where one is said",
        f"{PREFIX}/section/regenerate",
        ("regenerate hook", "regenerate verse 2 in 4 bars", "regenerate hook darker"),
        undoable=True,
    ),
    CommandSpec(
        "previous", (SECTION, NUMBER), "bar",
        "bring back what a section played before",
        f"{PREFIX}/section/previous", ("previous hook",), undoable=True,
    ),
    CommandSpec(
        "goto", (SECTION, NUMBER), "bar", "jump to a section",
        f"{PREFIX}/section/goto", ("goto hook", "goto verse 2 after this section"),
    ),
    CommandSpec(
        "loop", (Argument("on", "flag", optional=True), SECTION_OR_CURRENT, NUMBER), "bar",
        "repeat a section until told otherwise",
        f"{PREFIX}/section/loop", ("loop", "loop hook 2", "loop off"), undoable=True,
    ),
    CommandSpec(
        "resize",
        (
            SECTION,
            Argument("bars", "integer", True, 1, MAX_SECTION_BARS, "bars"),
            Argument("delta", "integer", True, -MAX_SECTION_BARS, MAX_SECTION_BARS, "bars"),
            Argument("rel", "choice", True, choices=("longer", "shorter")),
            NUMBER,
        ),
        "bar", "make a section longer or shorter",
        f"{PREFIX}/section/resize",
        ("resize hook 16 bars", "longer outro", "resize verse by -4 bars"),
        undoable=True,
    ),
    CommandSpec(
        "insert_section",
        (
            SECTION,
            Argument("bars", "integer", True, 1, MAX_SECTION_BARS, "bars"),
            Argument("before", "section", optional=True),
            Argument("after", "section", optional=True),
            NUMBER,
        ),
        "bar", "put a section before or after another, or after the one that plays",
        f"{PREFIX}/section/insert",
        ("insert bridge", "insert 4 bar build before drop", "insert bridge after hook 2"),
        undoable=True,
    ),
    CommandSpec(
        "delete", (SECTION, NUMBER), "bar",
        "take a section out; the one that plays leaves at its end",
        f"{PREFIX}/section/delete", ("delete bridge", "delete verse 2"), undoable=True,
    ),
    CommandSpec(
        "constrain",
        (
            SECTION, NUMBER,
            Argument("roles_out", "roles", optional=True),
            Argument("roles_only", "roles", optional=True),
        ),
        "bar", "keep parts out of a section, or all others, for good",
        f"{PREFIX}/section/constrain",
        ("no bass in build", "no vocal in verse 2", "only drums in intro"), undoable=True,
    ),
    CommandSpec(
        "restyle",
        (
            Argument("moods", "moods", optional=True),
            Argument("moods_out", "moods", optional=True),
        ),
        "bar", "move all loops of the arrangement towards a mood, or away from it",
        f"{PREFIX}/arrangement/restyle",
        ("restyle darker", "less dark"), undoable=True,
    ),
    CommandSpec(
        "why", (SECTION_OR_CURRENT, NUMBER), None,
        "tell why a section plays these loops, in this place",
        f"{PREFIX}/section/why", ("why", "why hook 2"),
    ),
)  # fmt: skip
