"""Which phrases mean which command. Built on the command table; the synonyms are the additions.

A command needs no row here: it is known by its name and by the names it has without "set". A row
adds what people say besides. ``*`` stands for what the verb is about: "turn * off".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from loopmind_live.repl.words import Token, texts
from loopmind_live.session.commands import COMMANDS, CommandSpec, Value, When

Needs = Literal["", "said", "signed", "when", "amount"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to say a command: words before and after its objects, and what they imply.

    `direction` is +1 or -1 where the words say up or down. `needs` is what else must be said, so
    that the words mean this command: "said" (its noun or unit: "tempo", "bpm"), "signed" (a sign,
    unit or direction), "when", "amount".
    """

    command: str
    head: tuple[str, ...]
    tail: tuple[str, ...] = ()
    direction: int = 0
    arguments: Mapping[str, Value] = field(default_factory=dict)
    needs: Needs = ""
    when: When | None = None


def _ways(
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


def display_name(spec: CommandSpec) -> str:
    """Return the name that people type: "tempo" for set_tempo.

    >>> [display_name(spec) for spec in COMMANDS if spec.name.startswith("set")]
    ['tempo', 'key']
    """
    return spec.name.removeprefix("set_")


def _names(spec: CommandSpec) -> str:
    """Return the phrases by which a row is known without any synonym."""
    plain = spec.name.replace("_", " ")
    names = dict.fromkeys((display_name(spec), spec.name, plain))
    if plain.startswith("set "):
        names["change " + display_name(spec)] = None
    return ",".join(names)


_MOVES = "set, change, turn, put, bump, push, pull, bring, take, move, nudge, shift, switch"
_UP = "raise, lift, boost, increase, up, turn up, bring up, bring * up, turn * up, push * up"
_DOWN = (
    "lower, reduce, decrease, drop, down, turn down, bring down, bring * down, turn * down, "
    "take down, take * down, pull * down, cut"
)

SYNONYMS: tuple[Pattern, ...] = (
    *_ways("arrange", "compose"),
    *_ways("play", "start, go, resume, continue, hit it, unpause"),
    *_ways("stop", "halt, pause"),
    *_ways(
        "regenerate",
        "regen, reroll, re - roll, re - generate, redo, refresh, generate, remake, shuffle, "
        "change, new, a new, another, different, a different, other, fresh, a fresh, swap, "
        "change up",
    ),
    *_ways(
        "previous",
        "prev, old, back to previous, back to old, go back to previous, go back to old, restore, "
        "bring back previous, bring back old, bring back last, revert",
    ),
    *_ways(
        "goto",
        "go to, go back to, go into, jump to, jump back to, jump, skip to, cut to, move to, move on to, "
        "switch to, back to, take it to, take me to, take us to, bring back, bring in, launch, play, "
        "start, into, head to, drop into, return to, bring on",
    ),
    *_ways("goto", "* next", when=When("section")),
    *_ways("goto", "goto * next, go to * next", when=When("section")),
    *_ways("goto", "*", needs="when"),
    *_ways("loop", "repeat, keep looping, loop on, stay on, stay in, hold"),
    *_ways("loop", "stop looping, unloop, end loop, stop loop, loop off", arguments={"on": False}),
    *_ways(
        "mute",
        "kill, drop, drop out, cut, cut out, silence, remove, lose, no, no more, without, take out, "
        "take * out, turn off, turn * off, switch off, kick out, get rid of, stop, * off, * out, "
        "cut * out, drop * out, * away, ditch, pull out, pull * out",
    ),
    *_ways(
        "unmute",
        "bring back, bring * back, bring * back in, bring in, bring * in, put back, put * back, "
        "add, add back, add * back, add back in, turn on, turn * on, turn back on, restore, drop in, "
        "* on, * in, * back, * back in, * back on, bring back in, switch on, let * back in",
    ),
    *_ways(
        "solo",
        "only, just, isolate, play only, play just, * only, * alone, * solo, * by itself, nothing but",
    ),
    *_ways("unsolo", "solo off, end solo, stop solo, no solo, un - solo, cancel solo"),
    *_ways(
        "swap",
        "swap out, change, change up, switch, switch up, replace, new, a new, another, different, "
        "a different, other, fresh, a fresh, regenerate, regen, reroll, generate, try another, "
        "try different, try * again",
    ),
    *_ways("lock", "keep, freeze, hold on to, * locked"),
    *_ways("unlock", "free, unfreeze, release, let go of"),
    *_ways("level", "volume, gain, fader"),
    *_ways("level", _MOVES),
    *_ways("level", f"{_UP}, louder, more, * up, * louder, * more", direction=1),
    *_ways(
        "level", "lower, reduce, decrease, down, turn down, bring down, bring * down, turn * down, "
        "take down, take * down, pull * down, pull back, quieter, softer, less, * down, * quieter, "
        "* softer, * lower, * less", direction=-1,
    ),
    *_ways("level", "drop, cut", direction=-1, needs="amount"),
    *_ways("level", "*", needs="signed"),
    *_ways("set_tempo", "bpm, speed"),
    *_ways("set_tempo", "faster, speed up, speed * up, quicker, pick up pace, * faster", 1),
    *_ways("set_tempo", "slower, slow down, slow * down, slow, * slower", -1),
    *_ways("set_tempo", f"{_MOVES}, go to, goto, switch to, take it to, make, *", needs="said"),
    *_ways("set_tempo", _UP, 1, needs="said"),
    *_ways("set_tempo", _DOWN, -1, needs="said"),
    *_ways("set_key", "transpose, pitch, modulate, transposition"),
    *_ways("set_key", f"{_MOVES}, go to, goto, switch to, take it to, play in, make, *", needs="said"),
    *_ways("set_key", f"{_UP}, * higher, higher, pitch up", 1, needs="said"),
    *_ways("set_key", f"{_DOWN}, * lower, lower, pitch down", -1, needs="said"),
    *_ways("fade", "fade out, fade * out, fade to silence, fade to nothing"),
    *_ways("panic", "silence, panic stop, emergency stop"),
    *_ways("undo", "take back, take * back, revert, undo last"),
    *_ways("cancel", "never mind, nevermind, forget, drop change, drop pending, abort"),
    *_ways("record", "rec, start recording, record on, recording"),
    *_ways(
        "record", "stop recording, stop record, end recording, recording off, record off, rec off, "
        "stop rec", arguments={"on": False},
    ),
    *_ways("save", "save as, save to, write to, export"),
    *_ways("load", "open"),
    *_ways(
        "status", "info, state, what's playing, what is playing, what's next, what's queued, "
        "what's pending, where are we, what's going on, how's it going",
    ),
    *_ways("help", "?, h, commands, how do i, explain"),
    *_ways("quit", "exit, bye, goodbye, q, : q, leave, end performance"),
)  # fmt: skip

PATTERNS: tuple[Pattern, ...] = (
    *(pattern for spec in COMMANDS for pattern in _ways(spec.name, _names(spec))),
    *SYNONYMS,
)

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
        "swap": "loop loops up out",
        "record": "recording",
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

_BY_HEAD: Mapping[tuple[str, ...], tuple[Pattern, ...]] = {
    head: tuple(pattern for pattern in PATTERNS if pattern.head == head)
    for head in dict.fromkeys(pattern.head for pattern in PATTERNS)
}
_LONGEST = max(map(len, _BY_HEAD))
SOFT: frozenset[str] = frozenset(
    "play start go solo new another different a other fresh more less no only just drop loop "
    "up down add generate switch without make into slow faster slower hold record pitch".split()
)
"""First words with which a description may begin as well: "play dark trap 140 bpm"."""


def headed(tokens: Sequence[Token]) -> list[Pattern]:
    """Return the patterns whose first words open `tokens`, longest first."""
    words = texts(tokens, 0, _LONGEST)
    found: list[Pattern] = []
    for count in range(len(words), 0, -1):
        found.extend(_BY_HEAD.get(words[:count], ()))
    return found


def headless() -> tuple[Pattern, ...]:
    """Return the patterns that open with what they are about: "drums up"."""
    return _BY_HEAD[()]


def spoken_heads() -> tuple[str, ...]:
    """Return the openings that typing errors are compared with, the table's names first."""
    return tuple(dict.fromkeys(" ".join(pattern.head) for pattern in PATTERNS if pattern.head))


def also(name: str) -> tuple[str, ...]:
    """Return what people say besides the name, for help: "kill", "turn * off"."""
    said = dict.fromkeys(
        " ".join((*pattern.head, *(("...", *pattern.tail) if pattern.tail else ()))).strip()
        for pattern in SYNONYMS
        if pattern.command == name and not pattern.needs
    )
    return tuple(said)
