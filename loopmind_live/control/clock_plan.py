"""What the MIDI clock is sent by: the set's tempo map, where it starts and stops, and the time."""

from dataclasses import dataclass

from loopmind_live.timing.tempo_map import TempoMap

TICKS_PER_BEAT = 24
"""A MIDI clock counts quarter notes, as the set's tempo does."""
MOST_SEGMENTS, MOST_TURNS = 32, 8


@dataclass(frozen=True, slots=True)
class Turn:
    """A line at which the music starts (`plays`) or stops."""

    bar: float
    plays: bool


@dataclass(frozen=True, slots=True)
class ClockPlan:
    """What is sent from now on: ticks by `tempo` at `outputs`, None before the set's clock starts.

    `turns` are in their order: the last that was, and those to come.
    """

    tempo: TempoMap | None = None
    turns: tuple[Turn, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockListen:
    """Have the ticks that come in at inputs with `port` in their names told; None: no ticks."""

    port: str | None

    def takes(self, port: str) -> bool:
        """Tell whether the ticks of `port` are listened to.

        >>> ClockListen("").takes("any"), ClockListen("drum").takes("Drum machine:out")
        (True, True)
        >>> ClockListen(None).takes("any"), ClockListen("drum").takes("pads")
        (False, False)
        """
        return self.port is not None and self.port.casefold() in port.casefold()


@dataclass(frozen=True, slots=True)
class ClockAnchor:
    """Where the engine is: it began to compute `frame` at `time_ns` (monotonic).

    `device_frame` is what JACK counted then, of 32 bits, -1 where there is none. The sound of a
    frame leaves the engine `delay_frames` later, and is heard `heard_after_ns` after that, where a
    clock is to be with what is heard.
    """

    frame: int
    time_ns: int
    device_frame: int = -1
    delay_frames: int = 0
    heard_after_ns: int = 0
