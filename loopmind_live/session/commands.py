"""The one table of commands: all that takes, shows or explains commands is derived from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from loopmind_live.config import (
    INSERTS,
    MAX_BARS_AHEAD,
    MAX_BPM,
    MAX_LEVEL_DB,
    MIN_BPM,
    MIN_LEVEL_DB,
)
from loopmind_live.errors import SessionError
from loopmind_live.session.argument_kinds import Argument, Value, check_value

Lands = Literal["now", "bar", "section"]


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One verb. `lands` is None where nothing sounds different; `osc` is its address.

    `phrases` are examples of what one would type, the first the shortest; "lands" may be
    overridden by a `When` only where it is not None.
    """

    name: str
    arguments: tuple[Argument, ...]
    lands: Lands | None
    help: str
    osc: str
    phrases: tuple[str, ...]
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """When a command is asked to land: now, on the n-th bar line, or at the n-th section's end."""

    unit: Lands
    n: int = 1


@dataclass(frozen=True, slots=True)
class Command:
    """A command with its arguments, as a surface sends it. `text` is what the performer typed."""

    name: str
    arguments: Mapping[str, Value] = field(default_factory=dict)
    when: When | None = None
    text: str = ""


_SECTION = Argument("section", "section")
_SECTION_OR_CURRENT = Argument("section", "section", optional=True)
_NUMBER = Argument("number", "integer", optional=True, minimum=1, maximum=64)
_ROLES = Argument("roles", "roles")
_ROLES_OR_ALL = Argument("roles", "roles", optional=True)
_PREFIX = "/loopmind"
MAX_COUNT_IN_BARS = 8
MAX_CLICK_DB = 6.0
MIN_DELAY_BEATS, MAX_DELAY_BEATS = 0.125, 4.0
MAX_FEEDBACK_PERCENT = 94.0

COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec(
        "arrange", (Argument("prompt", "text"),), "bar",
        "arrange loops from a description, and play them",
        f"{_PREFIX}/prompt", ("dark trap 140 bpm", "chill lofi in F# minor"), undoable=True,
    ),
    CommandSpec(
        "play", (Argument("count_in", "flag", True),), "bar", "start the arrangement",
        f"{_PREFIX}/transport/play", ("play", "play with count in"),
    ),
    CommandSpec(
        "count_in",
        (
            Argument("bars", "integer", True, 1, MAX_COUNT_IN_BARS, "bars"),
            Argument("on", "flag", True),
            Argument("bus", "choice", True, choices=("cue", "master")),
        ),
        None, "click for some bars before play, on the cue unless told otherwise",
        f"{_PREFIX}/cue/count_in",
        ("count in", "count in 2 bars", "count in on master", "count in off"),
    ),
    CommandSpec(
        "click",
        (
            Argument("on", "flag", True),
            Argument("db", "number", True, MIN_LEVEL_DB, MAX_CLICK_DB, "dB"),
        ),
        None, "click on every beat of what plays, on the cue alone",
        f"{_PREFIX}/cue/click", ("click", "click off", "click level -6"),
    ),
    CommandSpec(
        "listen", (Argument("what", "text"),), None,
        "hear a loop, a section or what is pending on the cue, in time",
        f"{_PREFIX}/cue/listen",
        ("listen hook", "listen pending", "listen to 12", "listen to bass.wav", "listen off"),
    ),
    CommandSpec(
        "stop", (), "bar", "stop the arrangement",
        f"{_PREFIX}/transport/stop", ("stop", "stop now"),
    ),
    CommandSpec(
        "regenerate", (_SECTION, _NUMBER), "bar",
        "choose other loops for a section",
        f"{_PREFIX}/section/regenerate", ("regenerate hook", "regenerate verse 2 in 4 bars"),
        undoable=True,
    ),
    CommandSpec(
        "previous", (_SECTION, _NUMBER), "bar",
        "bring back what a section played before",
        f"{_PREFIX}/section/previous", ("previous hook",), undoable=True,
    ),
    CommandSpec(
        "goto", (_SECTION, _NUMBER), "bar", "jump to a section",
        f"{_PREFIX}/section/goto", ("goto hook", "goto verse 2 after this section"),
    ),
    CommandSpec(
        "loop", (Argument("on", "flag", optional=True), _SECTION_OR_CURRENT, _NUMBER), "bar",
        "repeat a section until told otherwise",
        f"{_PREFIX}/section/loop", ("loop", "loop hook 2", "loop off"), undoable=True,
    ),
    CommandSpec(
        "mute", (_ROLES,), "bar", "silence parts",
        f"{_PREFIX}/track/mute", ("mute drums", "mute bass, pad in 2 bars", "mute hats now"),
        undoable=True,
    ),
    CommandSpec(
        "unmute", (_ROLES,), "bar", "bring muted parts back, in phase",
        f"{_PREFIX}/track/unmute", ("unmute drums", "unmute all"), undoable=True,
    ),
    CommandSpec(
        "solo", (_ROLES,), "bar", "play these parts alone",
        f"{_PREFIX}/track/solo", ("solo bass", "solo drums, bass now"), undoable=True,
    ),
    CommandSpec(
        "unsolo", (), "bar", "end solo",
        f"{_PREFIX}/track/unsolo", ("unsolo",), undoable=True,
    ),
    CommandSpec(
        "swap", (_ROLES, _SECTION_OR_CURRENT, _NUMBER), "bar",
        "choose another loop for a part",
        f"{_PREFIX}/track/swap", ("swap bass", "swap drums in verse"), undoable=True,
    ),
    CommandSpec(
        "lock", (_ROLES,), None, "keep parts through regenerations",
        f"{_PREFIX}/track/lock", ("lock bass",), undoable=True,
    ),
    CommandSpec(
        "unlock", (_ROLES,), None, "let parts change again",
        f"{_PREFIX}/track/unlock", ("unlock bass", "unlock all"), undoable=True,
    ),
    CommandSpec(
        "level",
        (
            _ROLES,
            Argument("db", "number", True, MIN_LEVEL_DB, MAX_LEVEL_DB, "dB"),
            Argument("delta_db", "number", True, -24.0, 24.0, "dB"),
        ),
        "now", "set or move the level of parts",
        f"{_PREFIX}/track/level", ("level drums -3", "bass up", "pad down 6"), undoable=True,
    ),
    CommandSpec(
        "filter", (_ROLES_OR_ALL, Argument("sweep", "number", False, -100.0, 100.0, "%")), "now",
        "sweep a low-pass (below 0) or high-pass (above 0) over parts",
        f"{_PREFIX}/track/filter", ("filter bass -40", "filter drums high", "filter off"),
        undoable=True,
    ),
    CommandSpec(
        "pan", (_ROLES_OR_ALL, Argument("place", "number", False, -100.0, 100.0, "%")), "now",
        "place parts between left (-100) and right (100)",
        f"{_PREFIX}/track/pan", ("pan hats left", "pan pad 30", "pan center"), undoable=True,
    ),
    CommandSpec(
        "send",
        (
            _ROLES_OR_ALL,
            Argument("to", "choice", choices=("reverb", "delay")),
            Argument("db", "number", True, MIN_LEVEL_DB, 0.0, "dB"),
            Argument("delta_db", "number", True, -24.0, 24.0, "dB"),
        ),
        "now", "send parts to the reverb or the delay",
        f"{_PREFIX}/track/send",
        ("send vocal to reverb -6", "more reverb on vocal", "delay off"), undoable=True,
    ),
    CommandSpec(
        "insert",
        (
            _ROLES_OR_ALL,
            Argument("effect", "choice", choices=(*INSERTS, "off")),
            Argument("amount", "number", True, 0.0, 100.0, "%"),
        ),
        "now", "put an effect into parts, two at most in each, or take it off",
        f"{_PREFIX}/track/insert",
        ("insert drums crush", "insert bass drive 60", "drums crush off", "insert drums off"),
        undoable=True,
    ),
    CommandSpec(
        "reverb_size", (Argument("size", "number", minimum=0.0, maximum=100.0, unit="%"),), "now",
        "set how large the reverb's room is",
        f"{_PREFIX}/reverb/size", ("reverb size 80", "reverb size 0.4"), undoable=True,
    ),
    CommandSpec(
        "reverb_damp", (Argument("damp", "number", minimum=0.0, maximum=100.0, unit="%"),), "now",
        "set how soon the reverb loses its highs",
        f"{_PREFIX}/reverb/damp", ("reverb damp 30",), undoable=True,
    ),
    CommandSpec(
        "delay_time",
        (
            Argument(
                "beats", "number", minimum=MIN_DELAY_BEATS, maximum=MAX_DELAY_BEATS, unit="beats"
            ),
        ),
        "now", "set the delay's time in beats; it follows the tempo",
        f"{_PREFIX}/delay/time", ("delay time 3/4 beat", "delay time 0.5"), undoable=True,
    ),
    CommandSpec(
        "delay_feedback",
        (Argument("feedback", "number", minimum=0.0, maximum=MAX_FEEDBACK_PERCENT, unit="%"),),
        "now", "set how much of the delay repeats",
        f"{_PREFIX}/delay/feedback", ("delay feedback 40 %",), undoable=True,
    ),
    CommandSpec(
        "set_tempo",
        (
            Argument("bpm", "number", True, MIN_BPM, MAX_BPM, "bpm"),
            Argument("delta", "number", True, -100.0, 100.0, "bpm"),
        ),
        "bar", "change the tempo, keeping pitch",
        f"{_PREFIX}/transport/tempo", ("tempo 128", "faster", "tempo -4"), undoable=True,
    ),
    CommandSpec(
        "ramp",
        (
            Argument("bpm", "number", minimum=MIN_BPM, maximum=MAX_BPM, unit="bpm"),
            Argument("bars", "number", True, 0.25, MAX_BARS_AHEAD, "bars"),
        ),
        "bar", "glide to a tempo",
        f"{_PREFIX}/transport/ramp", ("ramp 150", "ramp to 150 over 8 bars"), undoable=True,
    ),
    CommandSpec(
        "half_time", (), "bar", "count the bars half as fast, the sound left alone",
        f"{_PREFIX}/transport/half_time", ("half time",), undoable=True,
    ),
    CommandSpec(
        "double_time", (), "bar", "count the bars twice as fast, the sound left alone",
        f"{_PREFIX}/transport/double_time", ("double time",), undoable=True,
    ),
    CommandSpec(
        "nudge", (Argument("ms", "number", minimum=-500.0, maximum=500.0, unit="ms"),), "now",
        "bring the beat forward a little, or back",
        f"{_PREFIX}/transport/nudge", ("nudge 10", "nudge -10"),
    ),
    CommandSpec(
        "tap", (), None, "tap the tempo: four times or more",
        f"{_PREFIX}/transport/tap", ("tap",),
    ),
    CommandSpec(
        "set_key",
        (
            Argument("key", "key", optional=True),
            Argument("semitones", "integer", True, -12, 12, "semitones"),
        ),
        "bar", "change the key, keeping tempo",
        f"{_PREFIX}/transport/key", ("key F# minor", "key +2"), undoable=True,
    ),
    CommandSpec(
        "fade", (Argument("bars", "number", True, 0.25, MAX_BARS_AHEAD, "bars"),), "bar",
        "fade everything out, then stop",
        f"{_PREFIX}/transport/fade", ("fade out", "fade out over 8 bars"),
    ),
    CommandSpec(
        "panic", (), "now", "silence at once",
        f"{_PREFIX}/panic", ("panic",),
    ),
    CommandSpec("undo", (), None, "take the last change back", f"{_PREFIX}/undo", ("undo",)),
    CommandSpec("redo", (), None, "do the change again", f"{_PREFIX}/redo", ("redo",)),
    CommandSpec(
        "cancel",
        (Argument("change", "integer", True, 1, 1_000_000), Argument("all", "flag", True)), None,
        "drop what is pending: the newest, one by its number, or all",
        f"{_PREFIX}/cancel", ("cancel", "cancel 3", "cancel all"),
    ),
    CommandSpec(
        "record",
        (Argument("file", "path", True), Argument("on", "flag", True),
         Argument("stems", "flag", True)),
        None, "record the master, and with stems every part, or stop recording",
        f"{_PREFIX}/record", ("record", "record stems", "record take.wav", "record off"),
    ),
    CommandSpec(
        "record_bars", (Argument("bars", "integer", False, 1, 64, "bars"), _ROLES), "bar",
        "record the live input to a part, and loop it from the bar after",
        f"{_PREFIX}/track/record", ("record 4 bars to vocal", "record 8 bars to bass in 2 bars"),
        undoable=True,
    ),
    CommandSpec(
        "save", (Argument("file", "path", True),), None, "write the arrangement as a timeline",
        f"{_PREFIX}/save", ("save", "save tonight.json"),
    ),
    CommandSpec(
        "load", (Argument("file", "path"),), "bar", "play a saved timeline",
        f"{_PREFIX}/load", ("load tonight.json",), undoable=True,
    ),
    CommandSpec(
        "status", (), None, "tell what plays, what is pending and how the engine does",
        f"{_PREFIX}/status", ("status",),
    ),
    CommandSpec(
        "help", (Argument("topic", "word", True),), None, "list commands, or explain one",
        f"{_PREFIX}/help", ("help", "help goto"),
    ),
    CommandSpec("quit", (), None, "end the performance", f"{_PREFIX}/quit", ("quit",)),
)  # fmt: skip

BY_NAME: Mapping[str, CommandSpec] = {spec.name: spec for spec in COMMANDS}


def check(command: Command) -> CommandSpec:
    """Return the command's row, or raise SessionError naming the value that is out of place.

    >>> check(Command("set_tempo", {"bpm": 999.0}))
    Traceback (most recent call last):
        ...
    loopmind_live.errors.SessionError: set_tempo: bpm 999 is out of range: choose 40 to 240 bpm
    """
    spec = BY_NAME.get(command.name)
    if spec is None:
        raise SessionError(f"no command {command.name!r}: type help for the list")
    known = {argument.name: argument for argument in spec.arguments}
    for name, value in command.arguments.items():
        if name not in known:
            raise SessionError(f"{spec.name}: no argument {name!r}: see help {spec.name}")
        check_value(spec.name, known[name], value)
    for argument in spec.arguments:
        if not argument.optional and argument.name not in command.arguments:
            raise SessionError(f"{spec.name} needs a {argument.name}, as in: {spec.phrases[0]}")
    if command.when is not None:
        if spec.lands is None:
            raise SessionError(f"{spec.name} takes effect at once: leave out when")
        n: object = command.when.n
        if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= MAX_BARS_AHEAD:
            raise SessionError(f"{spec.name}: {n!r:.20} bars ahead: choose 1 to {MAX_BARS_AHEAD}")
    return spec
