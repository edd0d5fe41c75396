"""What surfaces are told: one address and one value for each thing that a panel shows. Pure.

What a control sends to is where it is told how it stands, in the unit in which it is sent, so that
two surfaces agree (see `fixed_addresses` for the controls, and the table for the rest):

| Address                                   | Value                                               |
| ----------------------------------------- | --------------------------------------------------- |
| /loopmind/transport/play, stop            | i: 1 while it plays, while it is stopped            |
| /loopmind/transport/tempo                 | f: bpm                                              |
| /loopmind/record                          | i: 1 while it records                               |
| /loopmind/pad/N                           | i: 1 while the N-th section plays                   |
| /loopmind/track/ROLE/mute, solo, lock     | i: 0 or 1                                           |
| /loopmind/track/ROLE/level                | f: 0..1, 0.75 is 0 dB                               |
| /loopmind/track/ROLE/filter, pan          | f: 0..1, 0.5 is the middle                          |
| /loopmind/track/ROLE/reverb, delay        | f: 0..1, 0 is off                                   |
| /loopmind/track/ROLE/knob/N, knob/NAME    | f: 0..1, knobs of its patches; 0 where N has none   |
| /loopmind/master/filter, reverb, delay    | f: 0..1, told while all parts agree                 |

What is only shown stands under /loopmind/state:

| Address                                   | Value                                               |
| ----------------------------------------- | --------------------------------------------------- |
| /loopmind/state/playing, recording        | i: 0 or 1                                           |
| /loopmind/state/bar, beat                 | i: counted from 1                                   |
| /loopmind/state/bpm                       | f                                                   |
| /loopmind/state/key, section, queued      | s: queued is what lands next, "" where nothing does |
| /loopmind/state/bars_left                 | f: of the section that plays, 0 where none does     |
| /loopmind/state/progress                  | f: 0..1 through the section that plays              |
| /loopmind/state/level_db, meter           | f: the master's peak in dBFS, and as a height 0..1  |
| /loopmind/state/load, xruns               | f: 1 is all the time there is; i                    |
| /loopmind/state/pad/N/name, launch        | s: "hook 2"; a launch state                         |
| /loopmind/state/pad/N/queued              | i: 1 while it is about to start or to stop          |
| /loopmind/state/track/ROLE/loop, launch   | s: a file's name; a launch state                    |
| /loopmind/state/track/ROLE/queued         | i: 1 while the part is about to start or to stop    |
| /loopmind/state/track/ROLE/level_db       | f: its fader in decibels                            |
| /loopmind/state/track/ROLE/meter          | f: 0..1, evenly from -60 dBFS to 0                  |
| /loopmind/state/track/ROLE/knob/N/name    | s: "feedback", "" where there is none               |
| /loopmind/state/track/ROLE/knob/N/value   | s: "0.35 s"                                         |
| /loopmind/state/macro/N/name              | s: what stands on the N-th button                   |

Launch states are "empty", "stopped", "play_queued", "playing" and "stop_queued". Every pad up to
the last that there can be is told, so that one whose section is gone goes dark.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from loopmind_live.control import knobs
from loopmind_live.control.fader_law import FADER, SEND, meter_of, position_of
from loopmind_live.control.fixed_addresses import MOST_PADS, pad, track
from loopmind_live.control.macros import MACROS
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.command import PREFIX
from loopmind_live.session.panel import Pad, Panel, PanelKnob, Strip

Value = int | float | str
Values = tuple[Value, ...]
Told = Mapping[str, Values]
STATE = f"{PREFIX}/state"
METERS = frozenset(
    {
        f"{STATE}/{name}" for name in ("level_db", "meter", "load", "progress", "bars_left")
    } | {f"{STATE}/track/{role}/meter" for role in ROLES}
)  # fmt: skip
"""What moves all the time: it may be told more seldom than the rest."""
_QUEUED = ("play_queued", "stop_queued")
_PLAYING = ("playing", "stop_queued")
_NO_PAD = Pad("", "", 1, 0, "empty")
_CONTROLS = ("mute", "solo", "lock", "level", "pan", "filter", "reverb", "delay")
_SHOWN = ("loop", "launch", "queued", "level_db", "meter")
_TRACK_ADDRESSES: Mapping[Role, tuple[str, ...]] = {
    role: (
        *(track(role, name) for name in _CONTROLS),
        *(f"{STATE}/track/{role}/{name}" for name in _SHOWN),
    )
    for role in ROLES
}
_MACRO_LINES: tuple[tuple[str, Values], ...] = tuple(
    (f"{STATE}/macro/{number}/name", (name,)) for number, (name, _) in enumerate(MACROS, 1)
)


def told(panel: Panel) -> dict[str, Values]:
    """Return all that surfaces are told of a panel, always in the same order.

    The addresses are always the same, too, but for those of knobs by name.

    >>> from loopmind_live.engine.base import EngineStatus
    >>> from loopmind_live.session.panel import panel_of
    >>> from loopmind_live.session.state import State
    >>> from loopmind_live.timing.tempo_map import TempoMap
    >>> panel = panel_of(State(TempoMap.constant(120.0, 48000)), EngineStatus(0), 0)
    >>> told(panel)["/loopmind/track/bass/level"]
    (0.75,)
    """
    return dict(
        line for part in (_transport, _state, _pads, _tracks, told_of_master, _macros)
        for line in part(panel)
    )  # fmt: skip


def changes(before: Told, after: Told) -> dict[str, Values]:
    """Return what of `after` is not as it was told `before`, in its order.

    >>> changes({"/a": (1,), "/b": (0.5,)}, {"/a": (1,), "/b": (0.25,), "/c": ("hook",)})
    {'/b': (0.25,), '/c': ('hook',)}
    """
    return {address: values for address, values in after.items() if before.get(address) != values}


Lines = Iterator[tuple[str, Values]]


def _transport(panel: Panel) -> Lines:
    yield f"{PREFIX}/transport/play", (int(panel.playing),)
    yield f"{PREFIX}/transport/stop", (int(not panel.playing),)
    yield f"{PREFIX}/transport/tempo", (round(panel.bpm, 2),)
    yield f"{PREFIX}/record", (int(panel.recording),)


def _state(panel: Panel) -> Lines:
    left = panel.bars_left or 0.0
    playing = next((one for one in panel.pads if one.launch in _PLAYING), None)
    progress = 0.0 if playing is None or not left else 1.0 - left / playing.bars
    yield f"{STATE}/playing", (int(panel.playing),)
    yield f"{STATE}/recording", (int(panel.recording),)
    yield f"{STATE}/bar", (int(panel.bar),)
    yield f"{STATE}/beat", (int(panel.beat),)
    yield f"{STATE}/bpm", (round(panel.bpm, 2),)
    yield f"{STATE}/key", (panel.key or "",)
    yield f"{STATE}/section", (panel.section,)
    yield f"{STATE}/queued", (panel.queued[0] if panel.queued else "",)
    yield f"{STATE}/bars_left", (round(left, 2),)
    yield f"{STATE}/progress", (round(min(1.0, max(0.0, progress)), 3),)
    yield f"{STATE}/level_db", (round(panel.level_db, 1),)
    yield f"{STATE}/meter", (meter_of(panel.level_db),)
    yield f"{STATE}/load", (round(panel.load, 2),)
    yield f"{STATE}/xruns", (panel.xruns,)


def _pads(panel: Panel) -> Lines:
    return iter(_pad_lines(panel.pads))


@lru_cache(maxsize=2)  # sections change seldom, and there are many pads
def _pad_lines(pads: tuple[Pad, ...]) -> tuple[tuple[str, Values], ...]:
    return tuple(line for number in range(1, MOST_PADS + 1) for line in _pad(pads, number))


def _pad(pads: tuple[Pad, ...], number: int) -> Lines:
    one = pads[number - 1] if number <= len(pads) else _NO_PAD
    shown = f"{STATE}/pad/{number}"
    yield pad(number), (int(one.launch in _PLAYING),)
    yield f"{shown}/name", (one.name,)
    yield f"{shown}/launch", (one.launch,)
    yield f"{shown}/queued", (int(one.launch in _QUEUED),)


def _tracks(panel: Panel) -> Lines:
    for strip in panel.strips:
        yield from told_of_track(strip.role, strip)


def told_of_track(role: Role, strip: Strip) -> Lines:
    """Return what is told of a part."""
    yield from zip(_TRACK_ADDRESSES[role], _track_values(strip), strict=True)
    yield from _knob_lines(role, strip.knobs)


@lru_cache(maxsize=64)  # they move seldom, and there are many
def _knob_lines(role: Role, there: tuple[PanelKnob, ...]) -> tuple[tuple[str, Values], ...]:
    lines: list[tuple[str, Values]] = []
    for place, number in enumerate(knobs.NUMBERS):
        knob = there[place] if place < len(there) else None
        shown = f"{STATE}/track/{role}/knob/{number}"
        lines += (
            (knobs.address(role, number), (knobs.place_of(knob) if knob else 0.0,)),
            (f"{shown}/name", (knob.name if knob else "",)),
            (f"{shown}/value", (knobs.shown(knob) if knob else "",)),
        )
    by_name = ((knobs.address(role, knob.name), (knobs.place_of(knob),)) for knob in there)
    return (*lines, *by_name)


def _track_values(strip: Strip) -> tuple[Values, ...]:
    """Return what is told of a strip, in the order of its addresses."""
    return (
        (int(strip.muted),),
        (int(strip.soloed),),
        (int(strip.locked),),
        (position_of(strip.level_db, FADER),),
        (_middle(strip.pan),),
        (_middle(strip.filter),),
        (position_of(strip.reverb_db, SEND),),
        (position_of(strip.delay_db, SEND),),
        (strip.loop,),
        (strip.launch,),
        (int(strip.launch in _QUEUED),),
        (round(strip.level_db, 1),),
        (meter_of(strip.peak_db),),
    )


def told_of_master(panel: Panel) -> Lines:
    """Tell what all parts have in common; where they differ, the neutral place."""
    sweeps = {strip.filter for strip in panel.strips}
    reverbs = {strip.reverb_db for strip in panel.strips}
    delays = {strip.delay_db for strip in panel.strips}
    yield f"{PREFIX}/master/filter", (_middle(sweeps.pop()) if len(sweeps) == 1 else 0.5,)
    yield f"{PREFIX}/master/reverb", (_send(reverbs),)
    yield f"{PREFIX}/master/delay", (_send(delays),)


def _send(levels_db: set[float]) -> float:
    return position_of(levels_db.pop(), SEND) if len(levels_db) == 1 else 0.0


def _macros(_panel: Panel) -> Lines:
    return iter(_MACRO_LINES)


def _middle(percent: float) -> float:
    """Return where a fader stands for -100..100."""
    return round((percent + 100.0) / 200.0, 4)
