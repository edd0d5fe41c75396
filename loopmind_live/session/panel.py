"""The one snapshot from which every surface is drawn: what a person sees of a performance. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from loopmind_live.config import DEFAULT_RATE_HZ
from loopmind_live.engine.base import EngineStatus
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.actions import Enter, SetArrangement, SetRoles, Stop
from loopmind_live.session.document import Document
from loopmind_live.session.editing import apply
from loopmind_live.session.patch_rules import standing_knobs
from loopmind_live.session.state import State
from loopmind_live.timing.tempo_map import TempoMap
from loopmind_live.units import gain_to_db

_MOMENT_S = 0.05
"""What is asked for now takes a block or two; what lands sooner than this counts as done."""
Launch = Literal["empty", "stopped", "play_queued", "playing", "stop_queued"]


@dataclass(frozen=True, slots=True)
class Pad:
    """A section as a pad: its name and occurrence (from 1), its length, whether it plays."""

    name: str
    label: str
    number: int
    bars: int
    launch: Launch


@dataclass(frozen=True, slots=True)
class PanelKnob:
    """A knob of a patch that stands in a part: where it stands and may go, in its own unit."""

    name: str
    value: float
    low: float = 0.0
    high: float = 1.0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """A role's strip. `loop` is the file that it plays in this section, empty where none.

    Levels and sends in decibels; `filter` and `pan` in percent, -100..100; `mask` is the rhythm
    that it sounds in, "" throughout. `knobs` are those of the patches that stand there, no name
    twice.
    """

    role: Role
    loop: str
    launch: Launch
    muted: bool
    soloed: bool
    locked: bool
    level_db: float
    peak_db: float
    filter: float
    pan: float
    reverb_db: float
    delay_db: float
    mask: str = ""
    knobs: tuple[PanelKnob, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """A performance at one moment. `bar` and `beat` count from 1, with their fraction.

    `queued` is what is pending, next first, save what code asks for again and again; `bars_left`
    what the section has left, None where nothing plays; `level_db` the master's peak; a `load` of 1
    is all the time there is.
    """

    playing: bool
    bar: float
    beat: float
    beats_per_bar: int
    bpm: float
    key: str | None
    section: str
    bars_left: float | None
    queued: tuple[str, ...]
    recording: bool
    level_db: float
    load: float
    xruns: int
    pads: tuple[Pad, ...]
    strips: tuple[Strip, ...]


def panel_of(state: State, status: EngineStatus, frame: int, recording: bool = False) -> Panel:
    """Return what is seen of `state` at `frame`.

    >>> from loopmind_live.timing.tempo_map import TempoMap
    >>> panel = panel_of(State(TempoMap.constant(120.0, 48000)), EngineStatus(0), 0)
    >>> panel.playing, panel.bar, panel.beat, panel.pads, len(panel.strips) == len(ROLES)
    (False, 1.0, 1.0, (), True)
    """
    tempo = state.tempo
    bars = max(0.0, tempo.bar(frame)) if state.started else 0.0
    arrangement, end_bar = state.arrangement, state.end_bar
    pending = sorted(state.pending, key=lambda change: (change.bar, change.number))
    return Panel(
        playing=state.playing,
        bar=bars + 1.0,
        beat=bars % 1.0 * tempo.beats_per_bar + 1.0,
        beats_per_bar=tempo.beats_per_bar,
        bpm=tempo.bpm_at(bars),
        key=arrangement.key if arrangement is not None else None,
        section=_section_name(state),
        bars_left=None if end_bar is None else max(0.0, end_bar - bars),
        queued=tuple(
            f"{change.text} at {int(change.bar) + 1}" for change in pending if not change.by_routine
        ),
        recording=recording,
        level_db=gain_to_db(status.peak),
        load=status.load,
        xruns=status.xruns,
        pads=() if arrangement is None else _pads(state, arrangement),
        strips=_strips(state, status, frame),
    )


def blank_panel() -> Panel:
    """Return what is seen before anything is loaded."""
    return panel_of(State(TempoMap.constant(120.0, DEFAULT_RATE_HZ)), EngineStatus(0), 0)


def _strips(state: State, status: EngineStatus, frame: int) -> tuple[Strip, ...]:
    """Return the strips, mutes and solos as they are in a moment: whoever pressed looks at once.

    Before the clock runs, that is how they are with the first bar.
    """
    document, until = state.document, frame + _MOMENT_S * state.tempo.rate_hz
    for change in sorted(state.pending, key=lambda one: one.number):
        now = not state.started or (change.frame is not None and change.frame <= until)
        if now and isinstance(change.action, SetRoles):
            document = apply(document, change.action, lambda arrangement, _bpm, _key: arrangement)
    if document is not state.document:
        state = replace(state, document=document)
    return tuple(_strip(state, role, status.track_peaks) for role in ROLES)


def _section_name(state: State) -> str:
    if state.arrangement is None or state.playhead is None:
        return ""
    return state.arrangement.name(state.playhead.place)


def _pads(state: State, arrangement: Arrangement) -> tuple[Pad, ...]:
    plays = state.playhead.place if state.playing and state.playhead is not None else None
    queued = _queued_places(state)
    stops = any(isinstance(change.action, Stop) for change in state.pending)
    pads = []
    for place, section in enumerate(arrangement.sections):
        launch: Launch = "stopped" if section.parts else "empty"
        if place in queued:
            launch = "play_queued"
        elif place == plays:
            launch = "stop_queued" if stops or queued else "playing"
        pads.append(
            Pad(
                arrangement.name(place), section.label, arrangement.occurrence(place),
                section.bars, launch,
            )
        )  # fmt: skip
    return tuple(pads)


def _queued_places(state: State) -> frozenset[int | None]:
    """Return the places of the sections that are to be entered.

    Of several on one line, it is the one that was asked for last.
    """
    entries: dict[float, int | None] = {}
    for change in sorted(state.pending, key=lambda one: one.number):
        if isinstance(change.action, Enter):
            entries[change.bar] = state.document.place_of(change.action.section)
    if not entries and not state.playing and not state.started:
        first = any(isinstance(change.action, SetArrangement) for change in state.pending)
        return frozenset({0} if first and state.arrangement is not None else ())
    return frozenset(entries.values())


def _strip(state: State, role: Role, peaks: Sequence[float]) -> Strip:
    document, track = state.document, ROLES.index(role)
    part = state.section.part(role) if state.section is not None else None
    peak = peaks[track] if track < len(peaks) else 0.0
    return Strip(
        role=role,
        loop=part.loop.path.name if part is not None else "",
        launch=_launch(state, role),
        muted=_silent(state, role),
        soloed=role in document.soloed,
        locked=role in document.locked,
        level_db=document.level_db(role),
        peak_db=gain_to_db(peak) if peak > 0.0 else -math.inf,
        filter=document.control(role, "filter"),
        pan=document.control(role, "pan"),
        reverb_db=document.control(role, "reverb"),
        delay_db=document.control(role, "delay"),
        mask=document.mask(role),
        knobs=_knobs(state, role),
    )


def _knobs(state: State, role: Role) -> tuple[PanelKnob, ...]:
    found: dict[str, PanelKnob] = {}
    for name, one, value in standing_knobs(state, role):
        found.setdefault(name, PanelKnob(name, value, one.low, one.high, one.unit))
    return tuple(found.values())


def _launch(state: State, role: Role) -> Launch:
    if not _has(state.document, role):
        return "empty"
    section = state.section
    sounds = state.playing and section is not None and section.part(role) is not None
    return "playing" if sounds else "stopped"


def _has(document: Document, role: Role) -> bool:
    sections = document.arrangement.sections if document.arrangement is not None else ()
    return any(section.part(role) is not None for section in sections)


def _silent(state: State, role: Role) -> bool:
    """Tell whether `role` is muted, everywhere or in the section that plays."""
    if role in state.document.muted:
        return True
    here = state.playhead.place if state.playhead is not None else None
    ids = state.document.section_ids
    return here is not None and here < len(ids) and (ids[here], role) in state.document.muted_in
