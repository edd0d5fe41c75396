"""Make a patch of pyo's objects. Not in the audio callback."""

from collections.abc import Callable, Mapping

import numpy as np

from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.inserts import Parameters, Sides
from loopmind_live.engine.patch.classes import Slot, check_argument, is_signal, slots_of
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import Knob, Made, Object, Patch, Side, Value, check_connections

with pyo_import():
    import pyo64 as pyo

NOISE_FRAMES = 1 << 17
"""The length of the one noise that is read by all: the same samples in each performance."""


def check_patch(patch: Patch) -> None:
    """Raise where a patch, whoever sent it, is not made of what patches may use."""
    check_connections(patch)
    for one in patch.objects:
        slots = {slot.name: slot for slot in slots_of(one.kind)}
        given = dict(one.arguments)
        for name, value in given.items():
            if name not in slots:
                raise EngineError(f"{one.kind} has no {name!r:.40}")
            check_argument(one.kind, slots[name], value)
        for slot in slots.values():
            if slot.kind == "input" and slot.name not in given:
                raise EngineError(f"{one.kind} needs its {slot.name}")


def builder_of(
    patch: Patch,
    clock: Mapping[str, pyo.PyoObject],
    made: Callable[[list[pyo.PyoObject]], None] = lambda _: None,
) -> Callable[[pyo.PyoObject, pyo.PyoObject, Parameters], Sides]:
    """Return what builds `patch`, checked, for two sides and its parameters, as signals.

    `made` is given what was made, one for each of the patch's objects.
    """

    def build(left: pyo.PyoObject, right: pyo.PyoObject, parameters: Parameters) -> Sides:
        builder = _Builder((left, right), {**clock, **parameters})
        for one in patch.objects:
            builder.add(one)
        made(builder.made)
        sides = [pyo.Sig(builder.value(side)) for side in patch.sides]
        return sides[0], sides[1]

    return build


class _Builder:
    """Makes one object after the other."""

    def __init__(
        self, sides: tuple[pyo.PyoObject, pyo.PyoObject], knobs: Mapping[str, pyo.PyoObject]
    ) -> None:
        self._sides, self._knobs = sides, knobs
        self.made: list[pyo.PyoObject] = []
        self._noises = 0

    def add(self, one: Object) -> None:
        """Make an object of what was made before it."""
        slots = {slot.name: slot for slot in slots_of(one.kind)}
        given = {name: self._given(slots[name], value) for name, value in one.arguments}
        if one.kind == "Noise":
            self.made.append(self._noise(given))
        else:
            self.made.append(getattr(pyo, one.kind)(**given))

    def value(self, value: Value) -> object:
        """Return the signal, or the number, that `value` stands for."""
        match value:
            case Made():
                return self.made[value.place]
            case Side():
                return self._sides[value.number]
            case Knob():
                return self._knobs[value.name]
        return value

    def _given(self, slot: Slot, value: Value) -> object:
        given = self.value(value)
        if slot.kind == "whole":
            return int(value)  # type: ignore[arg-type]
        if slot.bounded and is_signal(value):
            return pyo.Clip(given, min=slot.low, max=slot.high)
        return given

    def _noise(self, given: Mapping[str, object]) -> pyo.PyoObject:
        """Return noise that is the same in each performance: pyo's own never is."""
        table = pyo.DataTable(size=NOISE_FRAMES)
        samples = np.random.default_rng(self._noises).uniform(-1.0, 1.0, NOISE_FRAMES)
        np.asarray(table.getBuffer())[:] = samples
        self._noises += 1
        rate_hz = table.getBaseObjects()[0].getServer().getSamplingRate()
        return pyo.Osc(table, freq=rate_hz / NOISE_FRAMES, interp=1, **given)
