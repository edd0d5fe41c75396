"""Compile SynthDefs for scsynth: its binary format, version 2, as its reference describes it."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CONTROL_RATE, AUDIO_RATE = 1, 2
_MULTIPLY = 2


@dataclass(frozen=True, slots=True)
class Signal:
    """One output of a unit in a SynthDef."""

    unit: int
    output: int = 0


Input = Signal | float


@dataclass(slots=True)
class SynthDef:
    """A SynthDef under way: `add` units, then `compile` it. `controls` are its arguments."""

    name: str
    controls: Mapping[str, float] = field(default_factory=dict)
    _constants: list[float] = field(default_factory=list)
    _units: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.controls:
            self._add("Control", CONTROL_RATE, (), len(self.controls), 0)

    def control(self, name: str) -> Signal:
        """Return an argument's value."""
        return Signal(0, list(self.controls).index(name))

    def audio(self, unit: str, *inputs: Input, outputs: int = 1) -> list[Signal]:
        """Return the outputs of a new unit at audio rate."""
        return self._add(unit, AUDIO_RATE, inputs, outputs, 0)

    def slow(self, unit: str, *inputs: Input) -> Signal:
        """Return the output of a new unit at control rate."""
        return self._add(unit, CONTROL_RATE, inputs, 1, 0)[0]

    def times(self, signal: Input, factor: Input) -> Signal:
        """Return a product, at audio rate."""
        return self._add("BinaryOpUGen", AUDIO_RATE, (signal, factor), 1, _MULTIPLY)[0]

    def out(self, bus: Input, signals: Sequence[Signal]) -> None:
        """Add signals to the busses from `bus` on."""
        self._add("Out", AUDIO_RATE, (bus, *signals), 0, 0)

    def compile(self) -> bytes:
        """Return the file of this one SynthDef."""
        values = list(self.controls.values())
        names = [_name(name) + struct.pack(">i", place) for place, name in enumerate(self.controls)]
        return b"".join(
            (
                b"SCgf", struct.pack(">ih", 2, 1), _name(self.name),
                struct.pack(f">i{len(self._constants)}f", len(self._constants), *self._constants),
                struct.pack(f">i{len(values)}f", len(values), *values),
                struct.pack(">i", len(names)), *names,
                struct.pack(">i", len(self._units)), *self._units, struct.pack(">h", 0),
            )
        )  # fmt: skip

    def _add(
        self, unit: str, rate: int, inputs: Sequence[Input], outputs: int, special: int
    ) -> list[Signal]:
        number = len(self._units)
        head = struct.pack(">biih", rate, len(inputs), outputs, special)
        wires = b"".join(struct.pack(">ii", *self._wire(each)) for each in inputs)
        self._units.append(_name(unit) + head + wires + bytes([rate]) * outputs)
        return [Signal(number, output) for output in range(outputs)]

    def _wire(self, given: Input) -> tuple[int, int]:
        if isinstance(given, Signal):
            return given.unit, given.output
        if given not in self._constants:
            self._constants.append(given)
        return -1, self._constants.index(given)


def _name(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()
