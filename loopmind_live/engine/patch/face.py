"""What a patch file meets instead of pyo: classes of the same names that only write down.

A `Sound` is one signal or several, side by side. A class that is given several makes as many
objects, and a number stands for all of them, as in pyo.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from loopmind_live.engine.patch.classes import CLASSES, Slot, check_argument, slots_of
from loopmind_live.errors import EngineError
from loopmind_live.score.patch import (
    MAX_OBJECTS,
    Knob,
    Made,
    Object,
    Side,
    Signal,
    Value,
)

_MOST_STREAMS = 16


class Recorder:
    """Writes down the objects of one patch, whose code is in `file`."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.objects: list[Object] = []

    def make(self, kind: str, arguments: Mapping[str, "Sound | float"]) -> "Sound":
        """Write down an object of a class for each stream of what feeds it; return its sound."""
        slots = slots_of(kind)
        given = [one for one in arguments.values() if isinstance(one, Sound)]
        streams = max((len(one) for one in given), default=1)
        made = []
        for stream in range(streams):
            values: list[tuple[str, Value]] = []
            for slot in slots:
                given_value = arguments.get(slot.name, slot.default)
                value: Value | None
                if isinstance(given_value, Sound):
                    value = given_value.signals[stream % len(given_value)]
                else:
                    value = given_value
                check_argument(kind, slot, value)
                if slot.name in arguments and value is not None:
                    values.append((slot.name, value))
            made.append(self._add(Object(kind, tuple(values), self._line())))
        return Sound(self, tuple(made))

    def _add(self, one: Object) -> Signal:
        if len(self.objects) >= MAX_OBJECTS:
            raise EngineError(f"more than {MAX_OBJECTS} objects: build less")
        self.objects.append(one)
        return Made(len(self.objects) - 1)

    def _line(self) -> int:
        """Return the line of the patch that is being run."""
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename != self._file:
            frame = frame.f_back
        return frame.f_lineno if frame.f_code.co_filename == self._file else 0


class Sound:
    """One signal or several. It adds, multiplies, and so on, as pyo's objects do."""

    def __init__(self, recorder: Recorder, signals: tuple[Signal, ...]) -> None:
        if not 1 <= len(signals) <= _MOST_STREAMS:
            raise EngineError(f"{len(signals)} signals side by side: 1 to {_MOST_STREAMS}")
        self._recorder = recorder
        self.signals = signals

    def __len__(self) -> int:
        return len(self.signals)

    def __iter__(self) -> Iterator["Sound"]:
        return (Sound(self._recorder, (signal,)) for signal in self.signals)

    def __getitem__(self, place: int | slice) -> "Sound":
        chosen = self.signals[place]
        return Sound(self._recorder, chosen if isinstance(chosen, tuple) else (chosen,))

    def __add__(self, other: "Sound | float") -> "Sound":
        return self._recorder.make("Sig", {"value": self, "add": other})

    __radd__ = __add__

    def __mul__(self, other: "Sound | float") -> "Sound":
        return self._recorder.make("Sig", {"value": self, "mul": other})

    __rmul__ = __mul__

    def __sub__(self, other: "Sound | float") -> "Sound":
        return self._recorder.make("Sub", {"a": self, "b": other})

    def __rsub__(self, other: "Sound | float") -> "Sound":
        return self._recorder.make("Sub", {"a": other, "b": self})

    def __truediv__(self, other: "Sound | float") -> "Sound":
        return self._recorder.make("Div", {"a": self, "b": other})

    def __rtruediv__(self, other: "Sound | float") -> "Sound":
        return self._recorder.make("Div", {"a": other, "b": self})

    def __pow__(self, other: "Sound | float") -> "Sound":
        return self._recorder.make("Pow", {"base": self, "exponent": other})

    def __rpow__(self, other: "Sound | float") -> "Sound":
        return self._recorder.make("Pow", {"base": other, "exponent": self})

    def __neg__(self) -> "Sound":
        return self * -1.0

    def __bool__(self) -> bool:
        raise EngineError("a signal is neither true nor false: compare with pyo.Between")

    def mix(self, voices: int = 1) -> "Sound":
        """Return the sum of the signals, in so many voices."""
        if not 1 <= voices <= len(self):
            raise EngineError(f"mix({voices}) of {len(self)} signals: give 1 to {len(self)}")
        sums: list[Signal] = []
        for voice in range(voices):
            first, *others = list(self)[voice::voices]
            for other in others:
                first = first + other
            sums += first.signals
        return Sound(self._recorder, tuple(sums))

    def range(self, low: float, high: float) -> "Sound":
        """Return the signal, which goes from -1 to 1, going from `low` to `high`."""
        half = (high - low) / 2.0
        return self._recorder.make("Sig", {"value": self, "mul": half, "add": low + half})

    def __getattr__(self, name: str) -> Any:
        if name in ("out", "play"):
            raise EngineError(f"no {name}() in a patch: return the sound from build")
        raise AttributeError(f"a sound has no {name!r}")


class Face:
    """Stands for pyo while a patch is recorded."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.__file__ = "pyo"
        self.__all__ = list(CLASSES)

    def __getattr__(self, name: str) -> Callable[..., Sound]:
        if name.startswith("__"):
            raise AttributeError(name)
        slots = slots_of(name)

        def make(*positional: Any, **named: Any) -> Sound:
            return self._recorder.make(name, self._given(name, slots, positional, named))

        return make

    def _given(
        self, kind: str, slots: tuple[Slot, ...], positional: tuple[Any, ...], named: dict[str, Any]
    ) -> dict[str, Sound | float]:
        names = [slot.name for slot in slots]
        if len(positional) > len(names):
            raise EngineError(f"{kind} takes {len(names)} arguments: {', '.join(names)}")
        given = dict(zip(names, positional, strict=False))
        for name, value in named.items():
            if name not in names:
                raise EngineError(f"{kind} has no {name!r}: it takes {', '.join(names)}")
            if name in given:
                raise EngineError(f"{kind} is given {name} twice")
            given[name] = value
        return {name: self._sound(value) for name, value in given.items()}

    def _sound(self, value: Any) -> Any:
        """Return several sounds in a list as one sound of several signals."""
        if isinstance(value, list | tuple) and all(isinstance(one, Sound) for one in value):
            signals = tuple(signal for sound in value for signal in sound.signals)
            return Sound(self._recorder, signals)
        return value


class Knobs(Mapping[str, Sound]):
    """Signals by name: `parameters["time"]` or `parameters.time`; an instrument's notes, too."""

    def __init__(self, recorder: Recorder, names: Iterable[str]) -> None:
        self._sounds = {name: Sound(recorder, (Knob(name),)) for name in names}

    def __getitem__(self, name: str) -> Sound:
        if name not in self._sounds:
            raise EngineError(f"no parameter {name!r}: there are {', '.join(self._sounds)}")
        return self._sounds[name]

    def __getattr__(self, name: str) -> Sound:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sounds)

    def __len__(self) -> int:
        return len(self._sounds)


def stereo(recorder: Recorder) -> Sound:
    """Return what comes into a patch: left and right."""
    return Sound(recorder, (Side(0), Side(1)))
