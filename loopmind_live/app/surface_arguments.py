"""The options of `loopmind perform` that are about surfaces."""

import argparse

from loopmind_live.app.argument_types import port, senders
from loopmind_live.app.surface_options import SurfaceOptions
from loopmind_live.errors import ConfigError


def add_surfaces(parser: argparse.ArgumentParser) -> None:
    """Give a command the options of surfaces."""
    parser.add_argument(
        "--osc-port", type=port, metavar="N",
        help="listen for OSC from this machine on UDP port N, 0 for a free one",
    )  # fmt: skip
    parser.add_argument(
        "--lan", type=senders, metavar="ADDRESS,...", default=(),
        help="let these other machines send OSC, too: addresses or networks, "
        "as in 192.168.1.20,192.168.2.0/24 (nobody else)",
    )  # fmt: skip
    parser.add_argument(
        "--oscquery-port", type=port, metavar="N",
        help="describe all OSC addresses over HTTP (OSCQuery) on port N, 0 for a free one",
    )  # fmt: skip
    parser.add_argument(
        "--link", action="store_true", help="share beat and tempo with an Ableton Link session"
    )
    parser.add_argument(
        "--midi", action="store_true",
        help="play on MIDI devices, as they are plugged in (which: loopmind doctor)",
    )  # fmt: skip


def surfaces_of(options: argparse.Namespace) -> SurfaceOptions:
    """Return the surfaces that are asked for; ConfigError where one needs another."""
    if options.lan and options.osc_port is None:
        raise ConfigError("--lan lets other machines send OSC: say on which port with --osc-port")
    if options.oscquery_port is not None and options.osc_port is None:
        raise ConfigError("--oscquery-port describes OSC: say on which port with --osc-port")
    if options.link and getattr(options, "audio", None) == "offline":
        raise ConfigError("--link needs a clock that runs: perform live, through a sound device")
    return SurfaceOptions(
        options.osc_port, options.lan, options.oscquery_port, options.link, options.midi
    )
