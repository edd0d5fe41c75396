"""Which surfaces a performance listens to. Data only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SurfaceOptions:
    """What is asked for on the command line; all is off until it is.

    `osc_port` is the UDP port that OSC is taken on, 0 for a free one. `lan` are the addresses and
    networks of other machines that may send there, as they were typed. `oscquery_port` is the TCP
    port on which all addresses are described, 0 for a free one. `link` joins an Ableton Link
    session at once. `midi` plugs MIDI devices in.
    """

    osc_port: int | None = None
    lan: tuple[str, ...] = ()
    oscquery_port: int | None = None
    link: bool = False
    midi: bool = False


ALL_OFF = SurfaceOptions()
