"""The rows of the command table that are about levels, filters and effects."""

from loopmind_live.config import INSERTS, MAX_LEVEL_DB, MIN_LEVEL_DB
from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.command import PREFIX, ROLES, ROLES_OR_ALL, CommandSpec

MIN_DELAY_BEATS, MAX_DELAY_BEATS = 0.125, 4.0
MAX_FEEDBACK_PERCENT = 94.0

MIXING: tuple[CommandSpec, ...] = (
    CommandSpec(
        "level",
        (
            ROLES,
            Argument("db", "number", True, MIN_LEVEL_DB, MAX_LEVEL_DB, "dB"),
            Argument("delta_db", "number", True, -24.0, 24.0, "dB"),
        ),
        "now", "set or move the level of parts",
        f"{PREFIX}/track/level", ("level drums -3", "bass up", "pad down 6"), undoable=True,
    ),
    CommandSpec(
        "filter", (ROLES_OR_ALL, Argument("sweep", "number", False, -100.0, 100.0, "%")), "now",
        "sweep a low-pass (below 0) or high-pass (above 0) over parts",
        f"{PREFIX}/track/filter", ("filter bass -40", "filter drums high", "filter off"),
        undoable=True,
    ),
    CommandSpec(
        "pan", (ROLES_OR_ALL, Argument("place", "number", False, -100.0, 100.0, "%")), "now",
        "place parts between left (-100) and right (100)",
        f"{PREFIX}/track/pan", ("pan hats left", "pan pad 30", "pan center"), undoable=True,
    ),
    CommandSpec(
        "send",
        (
            ROLES_OR_ALL,
            Argument("to", "choice", choices=("reverb", "delay")),
            Argument("db", "number", True, MIN_LEVEL_DB, 0.0, "dB"),
            Argument("delta_db", "number", True, -24.0, 24.0, "dB"),
        ),
        "now", "send parts to the reverb or the delay",
        f"{PREFIX}/track/send",
        ("send vocal to reverb -6", "more reverb on vocal", "delay off"), undoable=True,
    ),
    CommandSpec(
        "insert",
        (
            ROLES_OR_ALL,
            Argument("effect", "choice", choices=(*INSERTS, "off")),
            Argument("amount", "number", True, 0.0, 100.0, "%"),
        ),
        "now", "put an effect into parts, two at most in each, or take it off",
        f"{PREFIX}/track/insert",
        ("insert drums crush", "insert bass drive 60", "drums crush off", "insert drums off"),
        undoable=True,
    ),
    CommandSpec(
        "reverb_size", (Argument("size", "number", minimum=0.0, maximum=100.0, unit="%"),), "now",
        "set how large the reverb's room is",
        f"{PREFIX}/reverb/size", ("reverb size 80", "reverb size 0.4"), undoable=True,
    ),
    CommandSpec(
        "reverb_damp", (Argument("damp", "number", minimum=0.0, maximum=100.0, unit="%"),), "now",
        "set how soon the reverb loses its highs",
        f"{PREFIX}/reverb/damp", ("reverb damp 30",), undoable=True,
    ),
    CommandSpec(
        "delay_time",
        (
            Argument(
                "beats", "number", minimum=MIN_DELAY_BEATS, maximum=MAX_DELAY_BEATS, unit="beats"
            ),
        ),
        "now", "set the delay's time in beats; it follows the tempo",
        f"{PREFIX}/delay/time", ("delay time 3/4 beat", "delay time 0.5"), undoable=True,
    ),
    CommandSpec(
        "delay_feedback",
        (Argument("feedback", "number", minimum=0.0, maximum=MAX_FEEDBACK_PERCENT, unit="%"),),
        "now", "set how much of the delay repeats",
        f"{PREFIX}/delay/feedback", ("delay feedback 40 %",), undoable=True,
    ),
)  # fmt: skip
