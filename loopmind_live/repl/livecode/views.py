"""`live`, as code at the prompt has it: what is seen, to read, and the command table as methods.

`live.tracks.bass.muted` is seen, `live.tracks.bass.mute()` asked for; so are
`live.sections.hook.bars`, `live.sections.hook[2].goto()`, `live.bpm`, `live.set_tempo(128)`.
`live("any phrase")` asks for what one would type.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from loopmind_live.config import MAX_BARS_AHEAD
from loopmind_live.errors import SessionError
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import ROLES
from loopmind_live.score.rhythm import steps_of, turns
from loopmind_live.session.commands import BY_NAME, Command, CommandSpec, check

KEPT_BACK = frozenset({"quit"})
"""What code may not ask for: it stands at the prompt alone."""
_OTHERWISE = {"filter_percent": "filter", "pan_percent": "pan", "rhythm": "mask"}
"""What is seen by another name than its command's."""
_STRIP = (
    "loop", "launch", "muted", "soloed", "locked", "level_db", "peak_db", "reverb_db", "delay_db",
)  # fmt: skip
_PAD = ("bars", "launch")
_TRANSPORT = (
    "playing", "bpm", "key", "section", "bars_left", "queued", "recording", "level_db", "xruns",
    "beats_per_bar",
)  # fmt: skip


class Stage(Protocol):
    """Where code runs: what it sees, what time it is there, and whom it asks."""

    @property
    def seen(self) -> Mapping[str, Any]:
        """Return the panel, as a mapping."""
        ...

    @property
    def bar(self) -> float | None:
        """Return the bar that code runs for, from the set's start; None before the clock runs."""
        ...

    def ask(
        self,
        command: str,
        arguments: Mapping[str, Any],
        phrase: str = "",
        after_bars: float = 0.0,
        grid: float | None = None,
    ) -> None:
        """Ask for a command, or a phrase, so many bars after the bar that code runs for."""
        ...


class _View:
    """Something that is read, and asked for commands; nothing in it can be set."""

    __slots__ = ("_stage",)
    _stage: Stage

    def __init__(self, stage: Stage) -> None:
        object.__setattr__(self, "_stage", stage)

    def __setattr__(self, name: str, value: object) -> None:
        raise SessionError(f"{self!r}.{name} is only seen: ask for a command that changes it")


class Live(_View):
    """The performance."""

    __slots__ = ()

    def __call__(self, phrase: str) -> None:
        """Ask for what one would type."""
        if not isinstance(phrase, str) or not phrase.strip() or len(phrase) > 4096:
            raise SessionError('live(...) takes a phrase, as in: live("mute bass in 2 bars")')
        self._stage.ask("", {}, phrase)

    def __getattr__(self, name: str) -> Any:
        if name in _TRANSPORT:
            return self._stage.seen.get(name)
        return _method(self._stage, name, {}, "live")

    @property
    def bar(self) -> float:
        """Return the bar that the code runs for, counted from 1."""
        return (self._stage.bar or 0.0) + 1.0

    @property
    def beat(self) -> float:
        """Return the beat that the code runs for, counted from 1."""
        return (self._stage.bar or 0.0) % 1.0 * int(self._stage.seen["beats_per_bar"]) + 1.0

    @property
    def tracks(self) -> "Tracks":
        """Return the tracks, by role."""
        return Tracks(self._stage)

    @property
    def sections(self) -> "Sections":
        """Return the sections, by label."""
        return Sections(self._stage)

    @property
    def loops(self) -> Mapping[str, str]:
        """Return the loop that each role plays in this section: a file's name."""
        return {one["role"]: one["loop"] for one in self._stage.seen["strips"] if one["loop"]}

    def __dir__(self) -> list[str]:
        own = ("bar", "beat", "tracks", "sections", "loops")
        return sorted({*own, *_TRANSPORT, *BY_NAME} - KEPT_BACK)

    def __repr__(self) -> str:
        return "live"


class Tracks(_View):
    """The tracks, by role: `live.tracks.bass`, `live.tracks["bass"]`."""

    __slots__ = ()

    def __getattr__(self, role: str) -> "Track":
        if role not in ROLES:
            raise AttributeError(f"no track {role!r:.40}: tracks are {', '.join(ROLES)}")
        return Track(self._stage, role)

    __getitem__ = __getattr__

    def __iter__(self) -> Iterator["Track"]:
        return (Track(self._stage, role) for role in ROLES)

    def __dir__(self) -> list[str]:
        return list(ROLES)

    def __repr__(self) -> str:
        return "live.tracks"


class Track(_View):
    """One track: how its strip stands, and the commands that take roles."""

    __slots__ = ("role",)
    role: str

    def __init__(self, stage: Stage, role: str) -> None:
        super().__init__(stage)
        object.__setattr__(self, "role", role)

    def gate(self, rhythm: str, bars: float = 1.0) -> None:
        """Mute and unmute the track in a rhythm over so many bars, from here on, and leave it on.

        Each lands on the frame of its step; the loop runs on beneath them. A rhythm that stays is
        a mask.
        """
        steps = steps_of(rhythm)
        if not isinstance(bars, int | float) or not 0.0 < bars <= MAX_BARS_AHEAD:
            raise SessionError(f"gate over {bars!r:.20} bars: choose more than 0")
        for number, sounds in turns(steps):
            name = "unmute" if sounds else "mute"
            step = bars / len(steps)
            self._stage.ask(
                name, {"roles": (self.role,)}, after_bars=number * bars / len(steps), grid=step
            )

    def play(self, notes: str) -> None:
        """Let the instrument play a pattern from the next bar line on: "x..x", "0 . 3 5"."""
        _method(self._stage, "pattern", {"roles": (self.role,)}, repr(self))(notes)

    def __getattr__(self, name: str) -> Any:
        if name in _STRIP or name in _OTHERWISE:
            return self._strip()[_OTHERWISE.get(name, name)]
        return _method(self._stage, name, {"roles": (self.role,)}, repr(self))

    def _strip(self) -> Mapping[str, Any]:
        strips: list[Mapping[str, Any]] = self._stage.seen["strips"]
        return next(one for one in strips if one["role"] == self.role)

    def __dir__(self) -> list[str]:
        return sorted({"gate", "play", "role", *_STRIP, *_OTHERWISE, *_taking("roles")})

    def __repr__(self) -> str:
        return f"live.tracks.{self.role}"


class Sections(_View):
    """The sections of the arrangement, by label: `live.sections.hook`."""

    __slots__ = ()

    def __getattr__(self, label: str) -> "Section":
        if label not in LABELS:
            raise AttributeError(f"no section {label!r:.40}: labels are {', '.join(LABELS)}")
        return Section(self._stage, label, None)

    __getitem__ = __getattr__

    def __iter__(self) -> Iterator["Section"]:
        pads = self._stage.seen["pads"]
        return (Section(self._stage, pad["label"], pad["number"]) for pad in pads)

    def __dir__(self) -> list[str]:
        return sorted({pad["label"] for pad in self._stage.seen["pads"]})

    def __repr__(self) -> str:
        return "live.sections"


class Section(_View):
    """The sections of a label, or one of them: `live.sections.hook`, `live.sections.hook[2]`."""

    __slots__ = ("label", "number")
    label: str
    number: int | None

    def __init__(self, stage: Stage, label: str, number: int | None) -> None:
        super().__init__(stage)
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "number", number)

    def __getitem__(self, number: int) -> "Section":
        return Section(self._stage, self.label, number)

    @property
    def playing(self) -> bool:
        """Tell whether one of them plays."""
        return any(pad["launch"] in ("playing", "stop_queued") for pad in self._pads())

    def _pads(self) -> list[Mapping[str, Any]]:
        return [
            pad
            for pad in self._stage.seen["pads"]
            if pad["label"] == self.label and self.number in (None, pad["number"])
        ]

    def __getattr__(self, name: str) -> Any:
        if name in _PAD:
            pads = self._pads()
            if not pads:
                raise SessionError(f"{self!r}: the arrangement has none")
            return pads[0][name]
        given: dict[str, Any] = {"section": self.label}
        if self.number is not None:
            given["number"] = self.number
        return _method(self._stage, name, given, repr(self))

    def __dir__(self) -> list[str]:
        return sorted({"label", "number", "playing", *_PAD, *_taking("section")})

    def __repr__(self) -> str:
        which = "" if self.number is None else f"[{self.number}]"
        return f"live.sections.{self.label}{which}"

    def __str__(self) -> str:
        return self.label if self.number is None else f"{self.label} {self.number}"


def _taking(argument: str) -> list[str]:
    """Return the names of the commands that take an argument of that name."""
    return [
        name
        for name, spec in BY_NAME.items()
        if any(one.name == argument for one in spec.arguments)
    ]


def _method(stage: Stage, name: str, given: Mapping[str, Any], where: str) -> Callable[..., None]:
    """Return what asks for a command of the table, some of its arguments `given`."""
    spec = BY_NAME.get(name)
    taken = () if spec is None else tuple(one.name for one in spec.arguments)
    if spec is None or name in KEPT_BACK or not set(given) - {"number"} <= set(taken):
        raise AttributeError(f"{where} has no {name!r:.40}: see dir({where})")

    def ask(*values: Any, **named: Any) -> None:
        stage.ask(name, arguments(spec, given, values, named))

    ask.__name__, ask.__doc__ = name, spec.help
    return ask


def arguments(
    spec: CommandSpec, given: Mapping[str, Any], values: tuple[Any, ...], named: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a command's checked arguments; SessionError where they are not its own.

    >>> arguments(BY_NAME["level"], {"roles": ("bass",)}, (-3,), {})
    {'roles': ('bass',), 'db': -3}
    """
    free = [one for one in spec.arguments if one.name not in given]
    if len(values) > len(free):
        raise SessionError(f"{spec.name}: {len(values)} values: {len(free)} at most")
    placed = {one.name: value for one, value in zip(free, values, strict=False)}
    if twice := set(placed).intersection(named) | set(given).intersection(named):
        raise SessionError(f"{spec.name}: {', '.join(sorted(twice))} is given twice")
    kinds = {one.name: one.kind for one in spec.arguments}
    found = {
        name: _several(value) if kinds.get(name) in ("roles", "moods") else value
        for name, value in {**given, **placed, **named}.items()
    }
    check(Command(spec.name, found))
    return found


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value))
