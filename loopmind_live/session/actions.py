"""What a command does to the set: small reversible actions. Data only."""

from dataclasses import dataclass

from loopmind_live.score.arrangement import Arrangement, Part, Section
from loopmind_live.score.loop import Role
from loopmind_live.session.cue import CountIn
from loopmind_live.session.document import Document, EffectControl, Mixer, RoleSet, RolesIn


@dataclass(frozen=True, slots=True)
class SetParts:
    """Give sections, by id, other parts: all of them, or only those of `roles`.

    `fit` is the tempo and key that the parts were chosen for.
    """

    parts: tuple[tuple[int, tuple[Part, ...]], ...]
    fit: tuple[float, str | None]
    roles: frozenset[Role] | None = None


@dataclass(frozen=True, slots=True)
class Chances:
    """What a set's choices follow from: its seed, and how often was chosen for each name."""

    seed: int
    tries: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SetArrangement:
    """Play another arrangement, from the section at `place`; `ids` are those of its sections.

    With a `document`, which holds both, all else of the set becomes as it has it: a set is loaded.
    Its choices follow from its own `chances` then.
    """

    arrangement: Arrangement | None
    place: int = 0
    ids: tuple[int, ...] = ()
    document: Document | None = None
    chances: Chances | None = None


@dataclass(frozen=True, slots=True)
class Inserted:
    """A section that comes in after another one, or before one; at the end where both are None."""

    id: int
    section: Section
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class InsertSections:
    """Put sections in, one after the other. `fit` is the tempo and key of their parts."""

    items: tuple[Inserted, ...]
    fit: tuple[float, str | None]


@dataclass(frozen=True, slots=True)
class DeleteSections:
    """Take sections out, by id."""

    sections: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SetBars:
    """Make sections, by id, so many bars long."""

    bars: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class SetWishes:
    """Set what sections, by id, never play, and all that they may play."""

    wishes: tuple[tuple[int, tuple[Role, ...], tuple[Role, ...]], ...]


@dataclass(frozen=True, slots=True)
class SetMoods:
    """Set what all later choices lie towards, and what they lie away from."""

    moods: tuple[str, ...] = ()
    moods_out: tuple[str, ...] = ()


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
    """Add roles to, and remove roles from, one of the document's sets of roles.

    `add_in` and `remove_in` count in one section alone.
    """

    name: RoleSet
    add: frozenset[Role] = frozenset()
    remove: frozenset[Role] = frozenset()
    add_in: RolesIn = frozenset()
    remove_in: RolesIn = frozenset()


@dataclass(frozen=True, slots=True)
class SetMasks:
    """Let parts sound in rhythms, "" throughout."""

    masks: tuple[tuple[Role, str], ...]


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
    """Repeat a section, by id, or none."""

    section: int | None


@dataclass(frozen=True, slots=True)
class SetPatterns:
    """Let the instruments of parts play patterns, their own for ""."""

    patterns: tuple[tuple[Role, str], ...]


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
    """Play a section, by id, from its start, counted in or not. It has no inverse."""

    section: int
    count_in: CountIn | None = None


@dataclass(frozen=True, slots=True)
class Nudge:
    """Bring the grid `ahead_s` forward (back where negative), gently. Transport."""

    ahead_s: float


@dataclass(frozen=True, slots=True)
class Follow:
    """Play at `bpm` by varispeed from here on, as a clock outside does. Transport.

    The grid is brought `ahead_s` forward, gently; or `from_line`: the next bar begins here.
    """

    bpm: float
    ahead_s: float = 0.0
    from_line: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop the arrangement, fading out over `fade_bars`. Transport: it has no inverse."""

    fade_bars: float = 0.0


@dataclass(frozen=True, slots=True)
class Together:
    """Do several things as one, in this order."""

    actions: tuple["Edit", ...]


Faders = SetLevels | SetMixer | SetEffects
Edit = (
    SetParts | SetArrangement | SetFit | SetPace | SetTime | SetRoles | Faders | SetLooping
    | SetMasks | SetPatterns | PlayTake | InsertSections | DeleteSections | SetBars | SetWishes
    | SetMoods
    | Together
)  # fmt: skip
Transport = Enter | Stop | Nudge | Follow
Action = Edit | Transport


def parts_set(action: Action) -> tuple[SetParts, ...]:
    """Return what an action does to the sections' parts.

    >>> parts_set(Together((SetLooping(1), SetParts((), (120.0, None))))), parts_set(Stop())
    ((SetParts(parts=(), fit=(120.0, None), roles=None),), ())
    """
    if isinstance(action, Together):
        return tuple(one for each in action.actions for one in parts_set(each))
    return (action,) if isinstance(action, SetParts) else ()
