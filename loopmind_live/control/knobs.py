"""Knobs of patches as faders, 0 to 1: whatever is mounted, a surface need not know its range. Pure.

A knob is named as its patch names it ("feedback"), or by its place among those of its part ("1" to
"8"), so that eight encoders turn any patch. Frequencies are spread as they are heard, by octaves;
all else evenly.
"""

from math import ceil, log, log10

from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session.command import PREFIX, Command
from loopmind_live.session.panel import Panel, PanelKnob

MOST_KNOBS = 8
NUMBERS = tuple(str(number) for number in range(1, MOST_KNOBS + 1))
_DRUMS: tuple[Role, ...] = ("kick", "snare", "hats", "perc")
_DIGITS = 4
_LOWEST_HZ = 0.001
"""A range that begins lower has no octaves to speak of."""


def address(role: Role, name: str) -> str:
    """Return the address of a part's knob, by its name or number.

    >>> address("drums", "feedback")
    '/loopmind/track/drums/knob/feedback'
    """
    return f"{PREFIX}/track/{role}/knob/{name}"


def named(path: str) -> tuple[Role, str] | None:
    """Return the part and the name or number of a knob's address, None where it is none.

    >>> named("/loopmind/track/drums/knob/feedback"), named("/loopmind/track/drums/level")
    (('drums', 'feedback'), None)
    """
    head, _, rest = path.partition(f"{PREFIX}/track/")
    role, _, name = rest.partition("/knob/")
    known = next((one for one in ROLES if one == role), None)
    return None if head or known is None or not name or "/" in name else (known, name)


def knobs_of(panel: Panel, role: Role) -> tuple[PanelKnob, ...]:
    """Return the knobs of a part; "drums" are those of its drums where it has no loop of all."""
    there = {strip.role: strip.knobs for strip in panel.strips}
    if role == "drums" and not there.get(role):
        return next((there[one] for one in _DRUMS if there.get(one)), ())
    return there.get(role, ())


def find(panel: Panel, role: Role, name: str) -> PanelKnob | None:
    """Return the knob of a name or number, None where there is none now."""
    knobs = knobs_of(panel, role)
    if name in NUMBERS:
        return knobs[int(name) - 1] if int(name) <= len(knobs) else None
    return next((knob for knob in knobs if knob.name.casefold() == name.casefold()), None)


def turned(role: Role, knob: PanelKnob, place: float) -> Command:
    """Return the command that turns a knob to `place`, 0..1 of its range."""
    value = value_at(knob, place)
    told = f"knob {role} {knob.name} {value:g}"
    return Command("knob", {"roles": (role,), "name": knob.name, "value": value}, text=told)


def value_at(knob: PanelKnob, place: float) -> float:
    """Return the value of a knob at `place`, 0..1, in its own unit, to four digits of its range.

    >>> value_at(PanelKnob("time", 1.0, 0.0, 2.0), 0.25)
    0.5
    >>> value_at(PanelKnob("cutoff", 100.0, 100.0, 10000.0, "Hz"), 0.5)
    1000.0
    """
    if place <= 0.0 or place >= 1.0:
        return knob.low if place <= 0.0 else knob.high
    if _by_octaves(knob):
        value = float(f"{knob.low * (knob.high / knob.low) ** place:.{_DIGITS}g}")
    else:
        span = knob.high - knob.low
        value = round(knob.low + place * span, _DIGITS - ceil(log10(span)))
    return min(knob.high, max(knob.low, value))


def place_of(knob: PanelKnob) -> float:
    """Return where a knob stands, 0..1, to a ten-thousandth.

    >>> place_of(PanelKnob("cutoff", 1000.0, 100.0, 10000.0, "Hz"))
    0.5
    """
    value = min(knob.high, max(knob.low, knob.value))
    if _by_octaves(knob):
        return round(log(value / knob.low) / log(knob.high / knob.low), 4)
    return round((value - knob.low) / (knob.high - knob.low), 4)


def shown(knob: PanelKnob) -> str:
    """Return a knob's value as a label shows it.

    >>> shown(PanelKnob("cutoff", 1000.0, 100.0, 10000.0, "Hz")), shown(PanelKnob("mix", 0.5))
    ('1000 Hz', '0.5')
    """
    return f"{knob.value:.4g} {knob.unit}".rstrip()


def _by_octaves(knob: PanelKnob) -> bool:
    return knob.unit == "Hz" and knob.low >= _LOWEST_HZ
