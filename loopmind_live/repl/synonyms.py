"""What people say beside the names of the commands. Data: a new phrase goes here.

``*`` stands for what the verb is about: "turn * off".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from loopmind_live.config import MIN_LEVEL_DB
from loopmind_live.session.argument_kinds import Value
from loopmind_live.session.commands import When

Needs = Literal["", "loose", "plain", "said", "signed", "when", "amount", "bars"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to say a command: words before and after its objects, and what they imply.

    `direction` is +1 or -1 where the words say up or down. `needs` is what else must be said, so
    that the words mean this command: "said" (its noun or unit: "tempo", "bpm"), "signed" (a sign,
    unit or direction), "plain" (a number without either), "when", "amount", "bars" (how many, just
    after the verb); "loose" where the verb fits so much that its complaints would mislead.
    """

    command: str
    head: tuple[str, ...]
    tail: tuple[str, ...] = ()
    direction: int = 0
    arguments: Mapping[str, Value] = field(default_factory=dict)
    needs: Needs = ""
    when: When | None = None


def ways(
    command: str,
    phrases: str,
    direction: int = 0,
    needs: Needs = "",
    arguments: Mapping[str, Value] | None = None,
    when: When | None = None,
) -> tuple[Pattern, ...]:
    """Return a pattern for each of the comma-separated `phrases`."""
    patterns = []
    for phrase in phrases.split(","):
        head, _, tail = phrase.partition("*")
        patterns.append(
            Pattern(
                command, tuple(head.split()), tuple(tail.split()), direction, arguments or {},
                needs, when,
            )
        )  # fmt: skip
    return tuple(patterns)


def _sends(effect: str, called: tuple[str, ...]) -> tuple[Pattern, ...]:
    """Return the ways to send to an effect by any of its names."""
    to: dict[str, Value] = {"to": effect}
    patterns: tuple[Pattern, ...] = ()
    for name in called:
        patterns += ways("send", f"{name}, {name} on, send * to {name}, * {name}", arguments=to)
        patterns += ways(
            "send", f"more {name}, add {name}, add {name} to, add some {name} to, * more {name}", 1,
            arguments=to,
        )  # fmt: skip
        patterns += ways("send", f"less {name}, * less {name}", -1, arguments=to)
        patterns += ways(
            "send", f"{name} off, {name} * off, no {name}, no more {name}, "
            f"send * to {name} off",
            arguments=to | {"db": MIN_LEVEL_DB},
        )  # fmt: skip
    return patterns


def _inserts(effect: str, called: tuple[str, ...]) -> tuple[Pattern, ...]:
    """Return the ways to put an effect into parts by any of its names, and to take it off."""
    chosen: dict[str, Value] = {"effect": effect}
    patterns: tuple[Pattern, ...] = ()
    for name in called:
        patterns += ways("insert", f"{name}, {name} on, add {name} to, * {name}", arguments=chosen)
        patterns += ways(
            "insert", f"{name} off, {name} * off, * {name} off, no {name}, no more {name}, "
            f"insert * {name} off",
            arguments=chosen | {"amount": 0.0},
        )  # fmt: skip
    return patterns


_MOVES = "set, change, turn, put, bump, push, pull, bring, take, move, nudge, shift, switch"
_UP = "raise, lift, boost, increase, up, turn up, bring up, bring * up, turn * up, push * up"
_DOWN = (
    "lower, reduce, decrease, drop, down, turn down, bring down, bring * down, turn * down, "
    "take down, take * down, pull * down, cut"
)

SYNONYMS: tuple[Pattern, ...] = (
    *ways("arrange", "compose"),
    *ways("play", "start, go, resume, continue, hit it, kick it off"),
    *ways(
        "play", "play with count in, play with a count in, play counted in",
        arguments={"count_in": True},
    ),
    *ways("count_in", "count me in, count us in, count it in"),
    *ways("click", "click level, click at, click volume, metronome, metronome level"),
    *ways(
        "listen", "listen to, listen in to, preview, pre listen, pre listen to, prelisten, "
        "prelisten to, audition",
    ),
    *ways("stop", "pause"),
    *ways(
        "regenerate",
        "regen, reroll, redo, refresh, generate, remake, shuffle, "
        "change, new, a new, another, different, a different, other, fresh, a fresh, swap, "
        "change up",
    ),
    *ways(
        "previous",
        "prev, old, back to previous, back to old, go back to previous, go back to old, restore, "
        "bring back previous, bring back old, bring back last, revert",
    ),
    *ways(
        "goto",
        "go to, go back to, go into, jump to, jump back to, jump, skip to, cut to, move to, "
        "move on to, switch to, back to, take it to, take me to, take us to, bring back, bring in, "
        "launch, play, start, into, head to, drop into, return to, bring on",
    ),
    *ways("goto", "* next", when=When("section")),
    *ways("goto", "goto * next, go to * next", when=When("section")),
    *ways("goto", "*", needs="when"),
    *ways("loop", "repeat, keep looping, loop on, stay on, stay in, hold"),
    *ways("loop", "stop looping, unloop, end loop, stop loop, loop off", arguments={"on": False}),
    *ways("resize", "make, set", needs="amount"),
    *ways("resize", "longer, extend, lengthen, stretch out, * longer", arguments={"rel": "longer"}),
    *ways("resize", "shorter, shorten, * shorter", arguments={"rel": "shorter"}),
    *ways("insert_section", "insert, add, put, put in, place"),
    *ways("delete", "remove, get rid of, take out, scrap, erase, throw out"),
    *ways("constrain", "no, without, only, just, nothing but, only play", needs="loose"),
    *ways("restyle", "*", needs="said"),
    *ways("restyle", "make, make everything, turn", needs="loose"),
    *ways(
        "mute",
        "kill, drop, drop out, cut, cut out, silence, remove, lose, no, no more, without, "
        "take out, take * out, turn off, turn * off, switch off, kick out, get rid of, stop, "
        "* off, * out, cut * out, drop * out, * away, ditch, pull out, pull * out",
    ),
    *ways(
        "unmute",
        "bring back, bring * back, bring * back in, put back, put * back, "
        "add back, add * back, add back in, turn on, turn * on, turn back on, restore, "
        "switch * on, * on, * back, * back in, * back on, bring back in, switch on, "
        "let * back in",
    ),
    *ways("add", "bring in, bring * in, drop in, throw in, add in"),
    *ways(
        "solo",
        "only, just, isolate, play only, play just, nothing but, * only, * alone, * solo, "
        "* by itself",
    ),
    *ways("mask", "unmask", arguments={"rhythm": "off"}),
    *ways("unsolo", "solo off, end solo, stop solo, no solo, cancel solo"),
    *ways(
        "swap",
        "swap out, change, change up, switch, switch up, replace, new, a new, another, different, "
        "a different, other, fresh, a fresh, regenerate, regen, reroll, generate, try another, "
        "try different, try * again",
    ),
    *ways("alternatives", "alternatives for, options, options for, list alternatives"),
    *ways("take", "pick, choose, use, take number, pick number, take option"),
    *ways("favorite", "favourite, like, i like, star"),
    *ways("lock", "keep, freeze, hold on to, * locked"),
    *ways("unlock", "free, unfreeze, release, let go of"),
    *ways("level", "volume, gain, fader"),
    *ways("level", f"{_MOVES}, make", needs="loose"),
    *ways("level", f"{_UP}, louder, more, * up, * louder, * more", direction=1),
    *ways(
        "level", "lower, reduce, decrease, down, turn down, bring down, bring * down, turn * down, "
        "take down, take * down, pull * down, pull back, quieter, softer, less, * down, * quieter, "
        "* softer, * lower, * less", direction=-1,
    ),
    *ways("level", "drop, cut", direction=-1, needs="amount"),
    *ways("level", "*", needs="signed"),
    *ways(
        "filter", "filter off, filter * off, no filter, open filter, open up filter, * unfiltered",
        arguments={"sweep": 0.0},
    ),
    *ways(
        "filter", "low pass, lowpass, lpf, filter * low, filter low, close filter, muffle, "
        "filter down", -1, arguments={"sweep": -60.0},
    ),
    *ways(
        "filter", "high pass, highpass, hpf, filter * high, filter high, thin out, filter up",
        1, arguments={"sweep": 60.0},
    ),
    *ways("filter", "* filter", needs="signed"),
    *ways("pan", "pan * left, pan left, * left", -1, arguments={"place": -100.0}),
    *ways("pan", "pan * right, pan right, * right", 1, arguments={"place": 100.0}),
    *ways(
        "pan", "pan * center, pan center, pan * middle, pan off, * center, pan * centre",
        arguments={"place": 0.0},
    ),
    *_sends("reverb", ("reverb", "verb")),
    *_sends("delay", ("delay", "echo")),
    *ways("reverb_size", "set reverb size, verb size, room size, reverb room"),
    *ways("reverb_damp", "set reverb damp, reverb damping, verb damp, verb damping"),
    *ways("delay_time", "set delay time, echo time, delay length, delay beats"),
    *ways("delay_feedback", "set delay feedback, echo feedback, feedback"),
    *_inserts("crush", ("crush", "bitcrush")),
    *_inserts("drive", ("drive", "overdrive", "distortion")),
    *_inserts("fold", ("fold", "wavefold")),
    *ways("insert", "no inserts, inserts off, * inserts off", arguments={"effect": "off"}),
    *ways("set_tempo", "bpm, speed"),
    *ways("set_tempo", "*", needs="plain"),
    *ways("ramp", "glide, glide tempo, ramp tempo, accelerate, ritardando"),
    *ways("half_time", "half time feel, halftime, half tempo"),
    *ways("double_time", "double time feel, doubletime, double tempo"),
    *ways("set_tempo", "faster, speed up, speed * up, quicker, pick up pace, * faster", 1),
    *ways("set_tempo", "slower, slow down, slow * down, slow, * slower", -1),
    *ways("set_tempo", f"{_MOVES}, go to, goto, switch to, take it to, make, *", needs="said"),
    *ways("set_tempo", _UP, 1, needs="said"),
    *ways("set_tempo", _DOWN, -1, needs="said"),
    *ways("set_key", "transpose, pitch, modulate, transposition"),
    *ways(
        "set_key",
        f"{_MOVES}, go to, goto, switch to, take it to, play in, make, *",
        needs="said",
    ),
    *ways("set_key", f"{_UP}, * higher, higher, pitch up", 1, needs="said"),
    *ways("set_key", f"{_DOWN}, * lower, lower, pitch down", -1, needs="said"),
    *ways("fade", "fade out, fade * out, fade to silence, fade to nothing"),
    *ways("panic", "silence, panic stop, emergency stop"),
    *ways("undo", "take back, take * back, revert, undo last"),
    *ways("cancel", "never mind, nevermind, forget, drop change, drop pending, abort"),
    *ways("record_bars", "record, rec, capture, sample, overdub", needs="bars"),
    *ways("record", "rec, start recording, record on, recording"),
    *ways(
        "record", "stop recording, stop record, end recording, recording off, record off, rec off, "
        "stop rec", arguments={"on": False},
    ),
    *ways("save", "save as, save to, write to, export"),
    *ways("load", "open"),
    *ways(
        "status", "info, state, what's playing, what is playing, what's next, what's queued, "
        "what's pending, where are we, what's going on, how's it going",
    ),
    *ways("help", "?, h, commands, explain"),
    *ways("quit", "exit, bye, q, : q, leave, end performance"),
)  # fmt: skip

NOUNS: Mapping[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "play": "music song set arrangement show playing now up everything",
        "stop": "music song set arrangement playing playback everything all now",
        "level": "level levels volume gain fader",
        "set_tempo": "tempo bpm speed pace track song everything",
        "set_key": "key pitch track song everything",
        "fade": "out everything all music song over down",
        "undo": "last change one everything",
        "redo": "last change one",
        "cancel": "change changes number # last one pending newest",
        "loop": "loop looping",
        "unlock": "parts",
        "regenerate": "loops",
        "resize": "long",
        "constrain": "only just no without",
        "restyle": "sound more it everything all",
        "swap": "loop loops up out",
        "record": "recording",
        "record_bars": "onto live input",
        "status": "now",
        "help": "me about with commands command",
        "quit": "now",
        "panic": "now everything",
    }.items()
}
"""Words that may stand beside a verb: they say what it is about anyway."""

SAYING: Mapping[str, frozenset[str]] = {
    "set_tempo": frozenset({"tempo", "bpm", "speed", "pace"}),
    "set_key": frozenset({"key", "pitch"}),
}
"""Nouns that settle which command is meant, where a verb fits several ("drop the tempo")."""
