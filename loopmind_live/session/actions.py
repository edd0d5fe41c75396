"""What a command does to the set: small reversible actions on one frozen document."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from loopmind_live.config import MAX_BPM, MIN_BPM, MIN_LEVEL_DB
from loopmind_live.score.arrangement import Arrangement, Part
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.cue import CountIn

Refit = Callable[[Arrangement, float, str | None], Arrangement]
"""Fits an arrangement's loops to a tempo and key (see `arranger.base.Arranger.refit`)."""
RoleSet = Literal["muted", "soloed", "locked"]
Control = Literal[
    "filter", "pan", "reverb", "delay", "insert1", "insert2", "amount1", "amount2"
]  # fmt: skip
"""A strip's controls beside its fader: a sweep and a place in percent, two sends in decibels.

And its two insert shells': the number of the insert (0 is none), its amount in percent.
"""
INSERT_CONTROLS: tuple[Control, ...] = ("insert1", "insert2")
AMOUNT_CONTROLS: tuple[Control, ...] = ("amount1", "amount2")
DEFAULT_AMOUNT = 50.0
Mixer = tuple[tuple[tuple[Role, Control], float], ...]
EffectControl = Literal["reverb/size", "reverb/damp", "delay/beats", "delay/feedback"]
"""A control of the shared effects: in percent, the delay's time in beats."""
EFFECTS_AT_FIRST: dict[EffectControl, float] = {
    "reverb/size": 70.0, "reverb/damp": 50.0, "delay/beats": 0.75, "delay/feedback": 40.0
}  # fmt: skip
"""Where the engine has them before any is moved."""
SEND_OFF_DB = MIN_LEVEL_DB
"""A send this low is off."""
_NEUTRAL: dict[Control, float] = {
    "reverb": SEND_OFF_DB, "delay": SEND_OFF_DB, **dict.fromkeys(AMOUNT_CONTROLS, DEFAULT_AMOUNT)
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """All of a set that undo can bring back. `looping` is the place that repeats, or None.

    `time` counts bars in half (0.5) or double (2) time against what loops are prepared for; `pace`
    plays all of it faster or slower at varispeed.
    """

    arrangement: Arrangement | None = None
    muted: frozenset[Role] = frozenset()
    soloed: frozenset[Role] = frozenset()
    locked: frozenset[Role] = frozenset()
    levels_db: tuple[tuple[Role, float], ...] = ()
    mixer: Mixer = ()
    effects: tuple[tuple[EffectControl, float], ...] = ()
    looping: int | None = None
    time: float = 1.0
    pace: float = 1.0

    @property
    def bpm(self) -> float | None:
        """Return the tempo as it is counted, None where nothing is arranged."""
        if self.arrangement is None:
            return None
        return self.arrangement.bpm * self.time * self.pace

    def level_db(self, role: Role) -> float:
        """Return the fader of `role`, 0 dB unless it was moved."""
        return dict(self.levels_db).get(role, 0.0)

    def control(self, role: Role, control: Control) -> float:
        """Return where a control of `role` stands: neutral unless it was moved."""
        neutral = _NEUTRAL.get(control, 0.0)
        return dict(self.mixer).get((role, control), neutral)

    def effect(self, control: EffectControl) -> float:
        """Return where a control of the shared effects stands."""
        return dict(self.effects).get(control, EFFECTS_AT_FIRST[control])

    def audible(self, role: Role) -> bool:
        """Tell whether `role` is heard: not muted, and soloed where anything is."""
        return role not in self.muted and (not self.soloed or role in self.soloed)


@dataclass(frozen=True, slots=True)
class SetParts:
    """Give sections, by place, other parts: all of them, or only those of `roles`.

    `fit` is the tempo and key that the parts were chosen for.
    """

    parts: tuple[tuple[int, tuple[Part, ...]], ...]
    fit: tuple[float, str | None]
    roles: frozenset[Role] | None = None


@dataclass(frozen=True, slots=True)
class SetArrangement:
    """Play another arrangement, from the section at `place`."""

    arrangement: Arrangement | None
    place: int = 0


@dataclass(frozen=True, slots=True)
class SetFit:
    """Fit all loops to a tempo (as it is counted) and a key, gliding there over `ramp_bars`."""

    bpm: float
    key: str | None
    ramp_bars: float = 0.0


@dataclass(frozen=True, slots=True)
class SetPace:
    """Play at `bpm` by varispeed, without new clips."""

    bpm: float


@dataclass(frozen=True, slots=True)
class SetTime:
    """Count the bars `factor` times as fast, the sound left alone."""

    factor: float


@dataclass(frozen=True, slots=True)
class SetRoles:
    """Add roles to, and remove roles from, one of the document's sets of roles."""

    name: RoleSet
    add: frozenset[Role] = frozenset()
    remove: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class SetLevels:
    """Set faders, in decibels."""

    levels_db: tuple[tuple[Role, float], ...]


@dataclass(frozen=True, slots=True)
class SetMixer:
    """Set filters, places and sends."""

    settings: Mixer


@dataclass(frozen=True, slots=True)
class SetEffects:
    """Set the reverb and the delay that all parts share."""

    settings: tuple[tuple[EffectControl, float], ...]


@dataclass(frozen=True, slots=True)
class SetLooping:
    """Repeat the section at `place`, or none."""

    place: int | None


@dataclass(frozen=True, slots=True)
class PlayTake:
    """Play what the input gives from `start_bar` on, `bars` long, as the part of `role`.

    Its part comes once it is recorded; where it plays is decided as it lands (`takes.placed`).
    """

    role: Role
    start_bar: float
    bars: int
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Enter:
    """Play the section at `place` from its start, counted in or not. It has no inverse."""

    place: int
    count_in: CountIn | None = None


@dataclass(frozen=True, slots=True)
class Nudge:
    """Bring the grid `ahead_s` forward (back where negative), gently. Transport."""

    ahead_s: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop the arrangement, fading out over `fade_bars`. Transport: it has no inverse."""

    fade_bars: float = 0.0


Faders = SetLevels | SetMixer | SetEffects
Edit = (
    SetParts | SetArrangement | SetFit | SetPace | SetTime | SetRoles | Faders | SetLooping
    | PlayTake
)  # fmt: skip
Transport = Enter | Stop | Nudge
Action = Edit | Transport


def apply(document: Document, action: Edit, refit: Refit) -> Document:
    """Return the document after `action`. Parts are always fitted to the tempo and key in force."""
    arrangement = document.arrangement
    match action:
        case SetRoles():
            return _with_roles(document, action)
        case SetArrangement():
            return replace(
                document, arrangement=action.arrangement, looping=None, time=1.0, pace=1.0
            )
        case SetParts() if arrangement is not None:
            for place, parts in action.parts:
                if place < len(arrangement.sections):
                    old = arrangement.sections[place].parts
                    merged = _merged(old, parts, action.roles)
                    arrangement = arrangement.with_parts((place,), merged)
            if action.fit != (arrangement.bpm, arrangement.key):
                arrangement = refit(arrangement, arrangement.bpm, arrangement.key)
            return replace(document, arrangement=arrangement)
        case SetFit() if arrangement is not None:
            time = _time_within(action.bpm, document.time)
            fitted = refit(arrangement, action.bpm / time, action.key)
            return replace(document, arrangement=fitted, time=time, pace=1.0)
        case SetPace() if arrangement is not None:
            return replace(document, pace=action.bpm / (arrangement.bpm * document.time))
        case SetTime():
            return replace(document, time=document.time * action.factor)
        case SetLevels() | SetMixer() | SetEffects():
            return _with_faders(document, action)
        case SetLooping():
            return replace(document, looping=action.place)
    return document


def _time_within(bpm: float, time: float) -> float:
    """Return the time to count `bpm` in, so that loops are played at a tempo that there is.

    >>> _time_within(128.0, 0.5), _time_within(70.0, 2.0), _time_within(100.0, 0.5)
    (1.0, 1.0, 0.5)
    """
    while bpm / time > MAX_BPM:
        time *= 2.0
    while bpm / time < MIN_BPM:
        time /= 2.0
    return time


def inverse(document: Document, action: Edit) -> Edit:
    """Return the action that takes `action` back, given the document before it.

    >>> inverse(Document(muted=frozenset({"bass"})), SetRoles("muted", frozenset({"bass", "pad"})))
    SetRoles(name='muted', add=frozenset(), remove=frozenset({'pad'}))
    """
    arrangement = document.arrangement
    match action:
        case SetParts():
            sections = arrangement.sections if arrangement is not None else ()
            fit = (arrangement.bpm, arrangement.key) if arrangement is not None else action.fit
            return SetParts(
                tuple((i, sections[i].parts) for i, _ in action.parts if i < len(sections)),
                fit,
                action.roles,
            )
        case SetArrangement():
            return SetArrangement(arrangement)
        case SetFit() if arrangement is not None:
            bpm = arrangement.bpm * document.time
            return SetFit(bpm, arrangement.key, action.ramp_bars)
        case SetPace() if document.bpm is not None:
            return SetPace(document.bpm)
        case SetTime():
            return SetTime(1.0 / action.factor)
        case SetRoles():
            before = _roles(document, action.name)
            return SetRoles(action.name, before & (action.remove - action.add), action.add - before)
        case SetLevels() | SetMixer() | SetEffects():
            return _faders_before(document, action)
        case SetLooping():
            return SetLooping(document.looping)
    return action  # nothing is there to go back to; a take is undone as the parts it became


def _with_faders(document: Document, action: Faders) -> Document:
    match action:
        case SetLevels():
            levels = dict(document.levels_db) | dict(action.levels_db)
            return replace(document, levels_db=tuple(sorted(levels.items())))
        case SetMixer():
            mixer = dict(document.mixer) | dict(action.settings)
            return replace(document, mixer=tuple(sorted(mixer.items())))
        case SetEffects():
            effects = dict(document.effects) | dict(action.settings)
            return replace(document, effects=tuple(sorted(effects.items())))


def _faders_before(document: Document, action: Faders) -> Faders:
    match action:
        case SetLevels():
            return SetLevels(tuple((role, document.level_db(role)) for role, _ in action.levels_db))
        case SetMixer():
            return SetMixer(tuple((key, document.control(*key)) for key, _ in action.settings))
        case SetEffects():
            return SetEffects(tuple((key, document.effect(key)) for key, _ in action.settings))


def _with_roles(document: Document, action: SetRoles) -> Document:
    after = (_roles(document, action.name) - action.remove) | action.add
    match action.name:
        case "muted":
            return replace(document, muted=after)
        case "soloed":
            return replace(document, soloed=after)
        case "locked":
            return replace(document, locked=after)


def _merged(
    old: tuple[Part, ...], new: tuple[Part, ...], roles: frozenset[Role] | None
) -> tuple[Part, ...]:
    """Return `old` with the parts of `roles` (all where None) as they are in `new`."""
    if roles is None:
        return new
    parts = [part for part in old if part.role not in roles]
    parts += [part for part in new if part.role in roles]
    return tuple(sorted(parts, key=lambda part: ROLES.index(part.role)))


def _roles(document: Document, name: RoleSet) -> frozenset[Role]:
    return {"muted": document.muted, "soloed": document.soloed, "locked": document.locked}[name]
