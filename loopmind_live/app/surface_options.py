"""Which surfaces a performance listens to. Data only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SurfaceOptions:
    """What is asked for on the command line; all is off until it is.

    `osc_port` is the UDP port that OSC is taken on, 0 for a free one; `midi` plugs MIDI devices in.
    """

    osc_port: int | None = None
    midi: bool = False


ALL_OFF = SurfaceOptions()
