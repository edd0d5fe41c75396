"""All that can be mounted in a shell, by number: the inserts of every performance, and patches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from loopmind_live.config import FIRST_PATCH, INSERTS
from loopmind_live.engine.host_audio import pyo_import
from loopmind_live.engine.inserts import BUILDERS, Parameters, Sides
from loopmind_live.engine.patch.build import builder_of, check_patch
from loopmind_live.engine.patch.clock import Clock
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import Parameter, Patch

with pyo_import():
    import pyo64 as pyo

Builder = Callable[[pyo.PyoObject, pyo.PyoObject, Parameters], Sides]
AMOUNT = Parameter(0.5, smoothing_s=0.0)


@dataclass(frozen=True, slots=True)
class Device:
    """What can be mounted: its name, what builds it, the knobs that it has, if it plays notes."""

    name: str
    builder: Builder
    knobs: Mapping[str, Parameter]
    plays: bool = False


class Rack:
    """The devices, and the clock that patches hear. `learn` may be called in any one thread."""

    def __init__(self, place: pyo.PyoObject, rate_hz: int, block: int) -> None:
        self.clock = Clock(place, rate_hz, block)
        self._devices = {
            number: Device(name, BUILDERS[name], {"amount": AMOUNT})
            for number, name in enumerate(INSERTS, 1)
        }

    def learn(self, number: int, patch: Patch, instead_of: int | None = None) -> None:
        """Let `patch`, checked anew, be mounted by its number; that of `instead_of` is forgotten.

        What is mounted is known to the performer, who says which one goes.
        """
        if number < FIRST_PATCH:
            raise EngineError(f"patch {patch.name}: number {number}: from {FIRST_PATCH} on")
        check_patch(patch)
        self.clock.run()
        builder = builder_of(patch, self.clock.signals)
        device = Device(patch.name, builder, dict(patch.parameters), bool(patch.pattern))
        devices = {**self._devices, number: device}
        if instead_of is not None and instead_of >= FIRST_PATCH:
            devices.pop(instead_of, None)
        self._devices = devices  # in one step: the audio callback looks into it

    def name(self, number: int) -> str:
        """Return what a number is called."""
        device = self._devices.get(number)
        return f"number {number}" if device is None else device.name

    def device(self, number: int) -> Device:
        """Return the device of a number; EngineError where there is none."""
        device = self._devices.get(number)
        if device is None:
            raise EngineError(f"no insert has the number {number}: ask for it again by its name")
        return device
