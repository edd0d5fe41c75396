"""The classes that a patch may use, and what each may be given. Data, and one check. Pure.

Names, arguments and defaults are pyo's own. What would let an object read beyond its memory, take
more of it than there is, or never end is kept out by the range of its slot; a signal that feeds a
slot with a range is clipped to it where the graph is built.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from loopmind_live.errors import EngineError
from loopmind_live.score.patch import Knob, Made, Side, Signal, Value

SlotKind = Literal["input", "signal", "number", "whole"]
LONGEST_S = 8.0
"""The longest delay line."""
LOUDEST = 1e6
"""No number and no level of a patch goes beyond it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One argument. "input" takes a signal, "signal" a number or a signal; the others are fixed.

    A signal's slot is `bounded` where what feeds it is to be clipped to its range.
    """

    name: str
    kind: SlotKind
    default: float | None = None
    low: float = -LOUDEST
    high: float = LOUDEST

    @property
    def bounded(self) -> bool:
        """Tell whether signals are clipped on their way in."""
        return self.kind == "signal" and (self.low > -LOUDEST or self.high < LOUDEST)


def _in(name: str = "input") -> Slot:
    return Slot(name, "input")


def _signal(name: str, default: float, low: float = -LOUDEST, high: float = LOUDEST) -> Slot:
    return Slot(name, "signal", default, low, high)


def _hz(default: float = 1000.0, name: str = "freq", low: float = 1.0) -> Slot:
    return _signal(name, default, low, 20_000.0)


def _q(default: float = 1.0) -> Slot:
    return _signal("q", default, 0.1, 500.0)


def _time(name: str, default: float, high: float = LONGEST_S) -> Slot:
    return _signal(name, default, 0.0001, high)


def _fixed(name: str, default: float, low: float, high: float) -> Slot:
    return Slot(name, "number", default, low, high)


def _whole(name: str, default: int, low: int, high: int) -> Slot:
    return Slot(name, "whole", default, low, high)


_MAX_DELAY = _fixed("maxdelay", 1.0, 0.01, LONGEST_S)
_FEEDBACK = _signal("feedback", 0.0, 0.0, 0.999)
_BAL = _signal("bal", 0.5, 0.0, 1.0)
_MUL = (_signal("mul", 1.0), _signal("add", 0.0))
_FILTER = (_in(), _hz(), *_MUL)
_RESONANT = (_in(), _hz(), _q(), *_MUL)
_CURVE = (_in(), *_MUL)
_TWO = (_in(), _signal("comp", 0.5), *_MUL)

CLASSES: Mapping[str, tuple[Slot, ...]] = {
    # signals, and what they are made of
    "Sig": (_signal("value", 0.0), *_MUL),
    "Port": (
        _in(), _time("risetime", 0.05), _time("falltime", 0.05),
        _fixed("init", 0.0, -LOUDEST, LOUDEST), *_MUL,
    ),
    "Sine": (_hz(low=0.0), _signal("phase", 0.0, 0.0, 1.0), *_MUL),
    "Phasor": (_hz(100.0, low=0.0), _signal("phase", 0.0, 0.0, 1.0), *_MUL),
    "LFO": (_hz(100.0, low=0.0), _signal("sharp", 0.5, 0.0, 1.0), _whole("type", 0, 0, 5), *_MUL),
    "RCOsc": (_hz(100.0, low=0.0), _signal("sharp", 0.25, 0.0, 1.0), *_MUL),
    "SuperSaw": (
        _hz(100.0), _signal("detune", 0.5, 0.0, 1.0), _signal("bal", 0.7, 0.0, 1.0), *_MUL,
    ),
    "FM": (
        _hz(100.0, "carrier"), _signal("ratio", 0.5, 0.0, 64.0), _signal("index", 5.0, 0.0, 64.0),
        *_MUL,
    ),
    "Noise": _MUL,
    # delays and rooms
    "Delay": (_in(), _time("delay", 0.25), _FEEDBACK, _MAX_DELAY, *_MUL),
    "SDelay": (_in(), _time("delay", 0.25), _MAX_DELAY, *_MUL),
    "SmoothDelay": (
        _in(), _time("delay", 0.25), _FEEDBACK, _fixed("crossfade", 0.05, 0.001, 1.0), _MAX_DELAY,
        *_MUL,
    ),
    "Allpass": (
        _in(), _time("delay", 0.01), _signal("feedback", 0.0, 0.0, 0.999), _MAX_DELAY, *_MUL,
    ),
    "Freeverb": (
        _in(), _signal("size", 0.5, 0.0, 1.0), _signal("damp", 0.5, 0.0, 1.0), _BAL, *_MUL,
    ),
    "Chorus": (
        _in(), _signal("depth", 1.0, 0.0, 5.0), _signal("feedback", 0.25, 0.0, 0.99), _BAL, *_MUL,
    ),
    "Harmonizer": (
        _in(), _signal("transpo", -7.0, -24.0, 24.0), _signal("feedback", 0.0, 0.0, 0.99),
        _fixed("winsize", 0.1, 0.01, 1.0), *_MUL,
    ),
    # filters
    "Tone": _FILTER,
    "Atone": _FILTER,
    "ButLP": _FILTER,
    "ButHP": _FILTER,
    "ButBP": _RESONANT,
    "ButBR": _RESONANT,
    "Reson": _RESONANT,
    "Biquad": (_in(), _hz(), _q(), _whole("type", 0, 0, 4), *_MUL),
    "EQ": (
        _in(), _hz(), _q(), _signal("boost", -3.0, -40.0, 24.0), _whole("type", 0, 0, 2), *_MUL,
    ),
    "SVF": (_in(), _hz(), _signal("q", 1.0, 0.5, 50.0), _signal("type", 0.0, 0.0, 1.0), *_MUL),
    "MoogLP": (_in(), _hz(), _signal("res", 0.0, 0.0, 1.2), *_MUL),
    "Phaser": (
        _in(), _hz(), _signal("spread", 1.1, 0.1, 4.0), _q(10.0),
        _signal("feedback", 0.0, 0.0, 0.99), _whole("num", 8, 1, 16), *_MUL,
    ),
    "DCBlock": _CURVE,
    "FreqShift": (_in(), _signal("shift", 100.0, -10_000.0, 10_000.0), *_MUL),
    # shapes and levels
    "Degrade": (
        _in(), _signal("bitdepth", 16.0, 1.0, 32.0), _signal("srscale", 1.0, 0.001, 1.0), *_MUL,
    ),
    "Disto": (
        _in(), _signal("drive", 0.75, 0.0, 0.99), _signal("slope", 0.5, 0.0, 0.999), *_MUL,
    ),
    "Clip": (_in(), _signal("min", -1.0), _signal("max", 1.0), *_MUL),
    "Wrap": (_in(), _signal("min", 0.0), _signal("max", 1.0), *_MUL),
    "Mirror": (_in(), _signal("min", 0.0), _signal("max", 1.0), *_MUL),
    "Compress": (
        _in(), _signal("thresh", -20.0, -80.0, 0.0), _signal("ratio", 2.0, 1.0, 100.0),
        _time("risetime", 0.01), _time("falltime", 0.1), _fixed("lookahead", 5.0, 0.0, 25.0),
        _fixed("knee", 0.0, 0.0, 1.0), *_MUL,
    ),
    "Gate": (
        _in(), _signal("thresh", -70.0, -120.0, 0.0), _time("risetime", 0.01),
        _time("falltime", 0.05), _fixed("lookahead", 5.0, 0.0, 25.0), *_MUL,
    ),
    "Follower": (_in(), _hz(20.0), *_MUL),
    "Follower2": (_in(), _time("risetime", 0.01), _time("falltime", 0.1), *_MUL),
    "Average": (_in(), _whole("size", 10, 1, 4096), *_MUL),
    "Balance": (_in(), _in("input2"), _hz(10.0), *_MUL),
    # arithmetic
    "Abs": _CURVE,
    "Sin": _CURVE,
    "Cos": _CURVE,
    "Tanh": _CURVE,
    "Sqrt": _CURVE,
    "Floor": _CURVE,
    "Ceil": _CURVE,
    "Round": _CURVE,
    "Min": _TWO,
    "Max": _TWO,
    "Sub": (_signal("a", 1.0), _signal("b", 1.0), *_MUL),
    "Div": (_signal("a", 1.0), _signal("b", 1.0), *_MUL),
    "Pow": (_signal("base", 10.0, 0.0, 1e3), _signal("exponent", 1.0, -16.0, 16.0), *_MUL),
    "Between": (_in(), _signal("min", -1.0), _signal("max", 1.0), *_MUL),
    "Interp": (_in(), _in("input2"), _signal("interp", 0.5, 0.0, 1.0), *_MUL),
    "SampHold": (_in(), _in("controlsig"), _signal("value", 0.0), *_MUL),
    "TrackHold": (_in(), _in("controlsig"), _signal("value", 0.0), *_MUL),
}  # fmt: skip


def slots_of(kind: str) -> tuple[Slot, ...]:
    """Return the slots of a class; EngineError where no patch may use it."""
    if kind not in CLASSES:
        raise EngineError(f"a patch has no {kind!r:.40}: there are {', '.join(sorted(CLASSES))}")
    return CLASSES[kind]


def check_argument(kind: str, slot: Slot, value: Value | None) -> None:
    """Raise EngineError where a slot of a `kind` may not be given `value`.

    >>> check_argument("Delay", CLASSES["Delay"][3], -1.0)
    Traceback (most recent call last):
        ...
    loopmind_live.errors.EngineError: Delay: maxdelay = -1: give 0.01 to 8
    """
    if isinstance(value, Made | Side | Knob):
        if slot.kind in ("number", "whole"):
            raise EngineError(f"{kind}: {slot.name} is fixed: give a number, no signal")
        return
    if slot.kind == "input":
        raise EngineError(f"{kind}: {slot.name} takes a signal, not {value!r:.40}")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise EngineError(f"{kind}: {slot.name} = {value!r:.40}: give a number")
    if slot.kind == "whole" and value != int(value):
        raise EngineError(f"{kind}: {slot.name} = {value:g}: give a whole number")
    if not slot.low <= value <= slot.high:
        raise EngineError(f"{kind}: {slot.name} = {value:g}: give {slot.low:g} to {slot.high:g}")


def is_signal(value: object) -> bool:
    """Tell whether `value` is a signal of a patch."""
    return isinstance(value, Signal)
