"""All of a set that is kept beside its arrangement, with names in place of numbers. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from loopmind_live.config import FIRST_PATCH, INSERTS
from loopmind_live.errors import ScoreError, SessionError
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.loop import Role
from loopmind_live.session.document import (
    AMOUNT_CONTROLS,
    DEFAULT_AMOUNT,
    INSERT_CONTROLS,
    Control,
    Document,
    EffectControl,
    Refit,
    Strip,
)
from loopmind_live.session.patch_rules import OFF, STRIPS, knob_control
from loopmind_live.session.patches import KnownPatch, insert_name, newest, numbered
from loopmind_live.session.sections import opened

_NEAR = 1e-9
Shell = tuple[Strip, int]
"""A part or a bus, and which of its shells, from 0."""


@dataclass(frozen=True, slots=True)
class KeptSet:
    """What `set.toml` says; empty, or None, where it says nothing.

    `tempo` is as it is counted; `section` is the one that plays, `loop` the one that repeats, by
    name. `mixer` holds all controls but what stands in the shells: that is `shells`, by name.
    """

    name: str = ""
    prompt: str = ""
    seed: int | None = None
    music: str | None = None
    library: str | None = None
    tempo: float | None = None
    key: str | None = None
    time: float = 1.0
    pace: float = 1.0
    section: str | None = None
    loop: str | None = None
    muted: frozenset[Role] = frozenset()
    soloed: frozenset[Role] = frozenset()
    locked: frozenset[Role] = frozenset()
    soloed_in: frozenset[tuple[str, Role]] = frozenset()
    levels_db: tuple[tuple[Role, float], ...] = ()
    mixer: tuple[tuple[tuple[Strip, Control], float], ...] = ()
    shells: tuple[tuple[Shell, str], ...] = ()
    effects: tuple[tuple[EffectControl, float], ...] = ()
    tries: tuple[tuple[str, int], ...] = ()
    masks: tuple[tuple[Role, str], ...] = ()
    patterns: tuple[tuple[Role, str], ...] = ()

    @property
    def patches(self) -> tuple[str, ...]:
        """Return the names of the patches that it plays through, each once.

        >>> KeptSet(shells=((("bass", 0), "crush"), (("pad", 1), "gate"))).patches
        ('gate',)
        """
        names = (name for _, name in self.shells if name not in (*INSERTS, OFF))
        return tuple(dict.fromkeys(names))


def kept_of(
    document: Document,
    known: Sequence[KnownPatch],
    section: int | None = None,
    tries: tuple[tuple[str, int], ...] = (),
    seed: int = 0,
) -> KeptSet:
    """Return what is kept of `document`; `section` is the place of the one that plays."""
    arrangement = document.arrangement
    names = _names(document)
    shells: dict[Shell, str] = {}
    mixer: dict[tuple[Strip, Control], float] = {}
    for (role, control), value in document.mixer:
        if control in INSERT_CONTROLS:
            name = insert_name(known, value) or OFF
            shells[role, INSERT_CONTROLS.index(control)] = name
        elif _counts(document, known, role, control):
            mixer[role, control] = value
    loop = document.place_of(document.looping)
    return KeptSet(
        prompt="" if arrangement is None else arrangement.prompt,
        seed=seed,
        tempo=document.bpm,
        key=None if arrangement is None else arrangement.key,
        time=document.time,
        pace=document.pace,
        section=None if arrangement is None or section is None else arrangement.name(section),
        loop=None if arrangement is None or loop is None else arrangement.name(loop),
        muted=document.muted,
        soloed=document.soloed,
        locked=document.locked,
        soloed_in=frozenset((names[i], role) for i, role in document.soloed_in if i in names),
        levels_db=document.levels_db,
        mixer=tuple(sorted(mixer.items())),
        shells=tuple(sorted(shells.items())),
        effects=document.effects,
        tries=tries,
        masks=document.masks,
        patterns=document.patterns,
    )


def _counts(document: Document, known: Sequence[KnownPatch], role: Strip, control: Control) -> bool:
    """Tell whether a control says anything: not the knobs of what stands there no more."""
    if not control.startswith("knob"):
        return True
    shell, _, name = control.removeprefix("knob").partition("/")
    patch = numbered(known, document.control(role, f"insert{shell}"))
    return patch is not None and name in patch.knobs


def _names(document: Document) -> dict[int, str]:
    """Return the sections' names, by id."""
    if document.arrangement is None:
        return {}
    named = document.arrangement.name
    return {section: named(place) for place, section in enumerate(document.section_ids)}


def place_named(arrangement: Arrangement, name: str) -> int:
    """Return the place of the section of that name; SessionError where there is none.

    >>> from loopmind_live.score.arrangement import Section
    >>> two = Arrangement(120.0, None, (Section("hook", 4), Section("hook", 4)))
    >>> place_named(two, "hook 2"), place_named(two, "hook")
    (1, 0)
    """
    label, _, number = name.strip().rpartition(" ")
    try:
        if label and number.isdigit():
            return arrangement.find(label, int(number))[0]
        return arrangement.find(name.strip())[0]
    except ScoreError as error:
        raise SessionError(str(error)) from error


def document_of(
    kept: KeptSet,
    arrangement: Arrangement | None,
    ids: tuple[int, ...],
    known: Sequence[KnownPatch],
    refit: Refit,
) -> Document:
    """Return the document that was kept, its sections known by `ids`.

    All its patches must be `known`. SessionError, naming key and value, where it cannot be.
    """
    arrangement, time, pace = _in_tempo(kept, arrangement, refit)
    document = opened(Document(), arrangement, ids)
    soloed_in, looping = frozenset[tuple[int, Role]](), None
    if arrangement is not None:
        ids = document.section_ids
        soloed_in = frozenset(
            (ids[place_named(arrangement, name)], role) for name, role in kept.soloed_in
        )
        looping = None if kept.loop is None else ids[place_named(arrangement, kept.loop)]
    return replace(
        document,
        muted=kept.muted,
        soloed=kept.soloed,
        locked=kept.locked,
        soloed_in=soloed_in,
        levels_db=tuple(sorted(kept.levels_db)),
        mixer=tuple(sorted(_mixer(kept, known).items())),
        effects=tuple(sorted(kept.effects)),
        looping=looping,
        time=time,
        pace=pace,
        masks=tuple(sorted(kept.masks)),
        patterns=tuple(sorted(kept.patterns)),
    )


def _in_tempo(
    kept: KeptSet, arrangement: Arrangement | None, refit: Refit
) -> tuple[Arrangement | None, float, float]:
    """Return the arrangement at the tempo and in the key that were kept, its time and pace.

    Where tempo and key are those that it has already, nothing is fitted anew.
    """
    if arrangement is None:
        return None, 1.0, 1.0
    time, pace = kept.time, kept.pace
    bpm, key = arrangement.bpm, arrangement.key if kept.key is None else kept.key
    if kept.tempo is not None and abs(kept.tempo / (bpm * time * pace) - 1.0) > _NEAR:
        bpm, pace = kept.tempo / time, 1.0
    if (bpm, key) != (arrangement.bpm, arrangement.key):
        arrangement = refit(arrangement, bpm, key)
    return arrangement, time, pace


def _mixer(kept: KeptSet, known: Sequence[KnownPatch]) -> dict[tuple[Strip, Control], float]:
    """Return all controls, with the numbers of what stands in the shells, and all its knobs."""
    mixer = dict(kept.mixer)
    for (role, shell), name in kept.shells:
        control = INSERT_CONTROLS[shell]
        if name == OFF:
            mixer[role, control] = 0.0
        elif name in INSERTS:
            mixer[role, control] = float(INSERTS.index(name) + 1)
            mixer.setdefault((role, AMOUNT_CONTROLS[shell]), DEFAULT_AMOUNT)
        else:
            mixer |= _patch(mixer, role, shell, name, known)
    for role, control in mixer:
        if control.startswith("knob"):
            _check_knob(mixer, role, control, known)
    return mixer


def _patch(
    mixer: dict[tuple[Strip, Control], float],
    role: Strip,
    shell: int,
    name: str,
    known: Sequence[KnownPatch],
) -> dict[tuple[Strip, Control], float]:
    """Return what mounts a patch in a shell: knobs that nothing is said of stand as it has them."""
    patch = newest(known, name)
    if patch is None:
        raise SessionError(f"parts.{role}: insert{shell + 1} {name!r:.40}: no such patch is known")
    found = {(role, INSERT_CONTROLS[shell]): float(patch.number)}
    for knob, parameter in patch.knobs.items():
        control = knob_control(shell, knob)
        value = mixer.get((role, control), parameter.default)
        if not parameter.low <= value <= parameter.high:
            raise SessionError(
                f"parts.{role}.knobs{shell + 1}: {knob} {value:g}: choose {parameter.low:g} to "
                f"{parameter.high:g} {parameter.unit}".rstrip()
            )
        found[role, control] = value
    return found


def _check_knob(
    mixer: dict[tuple[Strip, Control], float],
    role: Strip,
    control: Control,
    known: Sequence[KnownPatch],
) -> None:
    """Raise SessionError where a knob is not one of the patch in its shell."""
    shell, _, name = control.removeprefix("knob").partition("/")
    number = mixer.get((role, f"insert{shell}"), 0.0)
    patch = numbered(known, number) if number >= FIRST_PATCH else None
    there = () if patch is None else tuple(patch.knobs)
    if name not in there:
        what = f"there are {', '.join(there)}" if there else f"no patch is in insert{shell}"
        raise SessionError(f"parts.{role}.knobs{shell}: no knob {name!r:.40}: {what}")


def without_patches(kept: KeptSet, names: Collection[str]) -> KeptSet:
    """Return what is kept with some patches, and their knobs, left out.

    >>> one = KeptSet(shells=((("bass", 0), "gate"),), mixer=((("bass", "knob1/depth"), 0.5),))
    >>> without_patches(one, ["gate"]) == KeptSet()
    True
    """
    gone = {(role, f"knob{shell + 1}") for (role, shell), name in kept.shells if name in names}
    mixer = (one for one in kept.mixer if (one[0][0], one[0][1].partition("/")[0]) not in gone)
    shells = tuple(one for one in kept.shells if one[1] not in names)
    return replace(kept, shells=shells, mixer=tuple(mixer))


def strips_in(kept: KeptSet) -> tuple[Strip, ...]:
    """Return the parts and buses that something is said of, in their order."""
    named = {role for (role, _), _ in (*kept.mixer, *kept.shells)} | dict(kept.levels_db).keys()
    return tuple(strip for strip in STRIPS if strip in named)
