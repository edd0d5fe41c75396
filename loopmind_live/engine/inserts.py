"""The inserts that every performer has: what stands in a track's shells, made of pyo's objects.

Each is a function from two signals and its parameters, as signals, to two signals; it is called
outside the audio callback, and runs only once it is mounted. None of them may add to what is there
without bound, nor sound by itself.
"""

from collections.abc import Mapping

from loopmind_live.config import INSERTS
from loopmind_live.engine.host_audio import pyo_import

with pyo_import():
    import pyo64 as pyo

Parameters = Mapping[str, pyo.PyoObject]
Sides = tuple[pyo.PyoObject, pyo.PyoObject]
_MOST_BITS, _BITS_LESS = 16.0, 12.0
_RATE_LESS = 0.9
_DRIVE = 0.9
_FOLD = 6.0


def crush(left: pyo.PyoObject, right: pyo.PyoObject, parameters: Parameters) -> Sides:
    """Take bits and sample rate away: from 16 bits at full rate to 4 at a tenth."""
    bits = parameters["amount"] * -_BITS_LESS + _MOST_BITS
    rate = parameters["amount"] * -_RATE_LESS + 1.0
    made = [pyo.Degrade(side, bitdepth=bits, srscale=rate) for side in (left, right)]
    return made[0], made[1]


def drive(left: pyo.PyoObject, right: pyo.PyoObject, parameters: Parameters) -> Sides:
    """Saturate: what is quiet comes up, what is loud stays where it is."""
    amount = parameters["amount"] * _DRIVE
    level = parameters["amount"] * -0.6 + 1.0
    made = [pyo.Disto(side, drive=amount, slope=0.2, mul=level) for side in (left, right)]
    return made[0], made[1]


def fold(left: pyo.PyoObject, right: pyo.PyoObject, parameters: Parameters) -> Sides:
    """Raise the level and fold back what goes over full scale, as a sine does: rich overtones."""
    raised = parameters["amount"] * _FOLD + 1.0
    # pyo never frees what its operators make of two signals: so no `side * raised`.
    louder = [pyo.Sig(side, mul=raised) for side in (left, right)]
    made = [pyo.Sin(side, mul=0.7) for side in louder]
    return made[0], made[1]


BUILDERS = {"crush": crush, "drive": drive, "fold": fold}
assert tuple(BUILDERS) == INSERTS
