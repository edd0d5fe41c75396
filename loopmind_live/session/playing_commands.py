"""The rows of the command table that start, stop and time the set."""

from loopmind_live.config import MAX_BARS_AHEAD, MAX_BPM, MIN_BPM, MIN_LEVEL_DB
from loopmind_live.session.argument_kinds import Argument
from loopmind_live.session.command import PREFIX, CommandSpec

MAX_COUNT_IN_BARS = 8
MAX_CLICK_DB = 6.0

PLAYING: tuple[CommandSpec, ...] = (
    CommandSpec(
        "arrange", (Argument("prompt", "text"),), "bar",
        "arrange loops from a description, and play them",
        f"{PREFIX}/prompt", ("dark trap 140 bpm", "chill lofi in F# minor"), undoable=True,
    ),
    CommandSpec(
        "play", (Argument("count_in", "flag", True),), "bar", "start the arrangement",
        f"{PREFIX}/transport/play", ("play", "play with count in"),
    ),
    CommandSpec(
        "count_in",
        (
            Argument("bars", "integer", True, 1, MAX_COUNT_IN_BARS, "bars"),
            Argument("on", "flag", True),
            Argument("bus", "choice", True, choices=("cue", "master")),
        ),
        None, "click for some bars before play, on the cue unless told otherwise",
        f"{PREFIX}/cue/count_in",
        ("count in", "count in 2 bars", "count in on master", "count in off"),
    ),
    CommandSpec(
        "click",
        (
            Argument("on", "flag", True),
            Argument("db", "number", True, MIN_LEVEL_DB, MAX_CLICK_DB, "dB"),
        ),
        None, "click on every beat of what plays, on the cue alone",
        f"{PREFIX}/cue/click", ("click", "click off", "click level -6"),
    ),
    CommandSpec(
        "listen", (Argument("what", "text"),), None,
        "hear a loop, a section or what is pending on the cue, in time",
        f"{PREFIX}/cue/listen",
        ("listen hook", "listen pending", "listen to 12", "listen to bass.wav", "listen off"),
    ),
    CommandSpec(
        "stop", (), "bar", "stop the arrangement",
        f"{PREFIX}/transport/stop", ("stop", "stop now"),
    ),
)  # fmt: skip

TIMING: tuple[CommandSpec, ...] = (
    CommandSpec(
        "set_tempo",
        (
            Argument("bpm", "number", True, MIN_BPM, MAX_BPM, "bpm"),
            Argument("delta", "number", True, -100.0, 100.0, "bpm"),
        ),
        "bar", "change the tempo, keeping pitch",
        f"{PREFIX}/transport/tempo", ("tempo 128", "faster", "tempo -4"), undoable=True,
    ),
    CommandSpec(
        "ramp",
        (
            Argument("bpm", "number", minimum=MIN_BPM, maximum=MAX_BPM, unit="bpm"),
            Argument("bars", "number", True, 0.25, MAX_BARS_AHEAD, "bars"),
        ),
        "bar", "glide to a tempo",
        f"{PREFIX}/transport/ramp", ("ramp 150", "ramp to 150 over 8 bars"), undoable=True,
    ),
    CommandSpec(
        "half_time", (), "bar", "count the bars half as fast, the sound left alone",
        f"{PREFIX}/transport/half_time", ("half time",), undoable=True,
    ),
    CommandSpec(
        "double_time", (), "bar", "count the bars twice as fast, the sound left alone",
        f"{PREFIX}/transport/double_time", ("double time",), undoable=True,
    ),
    CommandSpec(
        "nudge", (Argument("ms", "number", minimum=-500.0, maximum=500.0, unit="ms"),), "now",
        "bring the beat forward a little, or back",
        f"{PREFIX}/transport/nudge", ("nudge 10", "nudge -10"),
    ),
    CommandSpec(
        "tap", (), None, "tap the tempo: four times or more",
        f"{PREFIX}/transport/tap", ("tap",),
    ),
    CommandSpec(
        "set_key",
        (
            Argument("key", "key", optional=True),
            Argument("semitones", "integer", True, -12, 12, "semitones"),
            Argument("mode", "choice", True, choices=("relative_major", "relative_minor")),
        ),
        "bar", "change the key, keeping tempo",
        f"{PREFIX}/transport/key", ("key F# minor", "key +2", "key relative major"),
        undoable=True,
    ),
    CommandSpec(
        "fade", (Argument("bars", "number", True, 0.25, MAX_BARS_AHEAD, "bars"),), "bar",
        "fade everything out, then stop",
        f"{PREFIX}/transport/fade", ("fade out", "fade out over 8 bars"),
    ),
    CommandSpec(
        "panic", (), "now", "silence at once",
        f"{PREFIX}/panic", ("panic",),
    ),
)  # fmt: skip
