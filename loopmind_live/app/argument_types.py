"""What an argument on the command line may be: each reads a text or says what to write instead."""

import argparse
from typing import Any

from loopmind_live import config
from loopmind_live.errors import ConfigError, ControlError
from loopmind_live.units import parse_key

MAX_LATENCY_MS = 500.0


def block_size(text: str) -> int:
    """Return the frames of a block."""
    sizes = config.BLOCK_SIZES
    value = _whole(text, f"{sizes.start} to {sizes.stop - 1}")
    if value not in sizes:
        raise argparse.ArgumentTypeError(f"{value}: choose {sizes.start} to {sizes.stop - 1}")
    return value


def at_least_one(text: str) -> int:
    """Return a whole number from 1 up.

    >>> at_least_one("8")
    8
    """
    value = _whole(text, "1 or more")
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value}: choose 1 or more")
    return value


def port(text: str) -> int:
    """Return a network port, 0 for any that is free.

    >>> port("9000")
    9000
    """
    value = _whole(text, "0 to 65535")
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"{value}: choose 0 to 65535")
    return value


def senders(text: str) -> tuple[str, ...]:
    """Return the addresses and networks of other machines that may send.

    >>> senders("192.168.1.20, 10.0.5.0/24")
    ('192.168.1.20', '10.0.5.0/24')
    """
    from loopmind_live.control.access import allowed

    asked = tuple(one.strip() for one in text.split(","))
    try:
        allowed(asked)
    except ControlError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return asked


def latency_ms(text: str) -> float:
    """Return by how many ms an input comes late."""
    try:
        value = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: give milliseconds, as in 7.5") from error
    if not -MAX_LATENCY_MS <= value <= MAX_LATENCY_MS:
        limits = f"{-MAX_LATENCY_MS:g} to {MAX_LATENCY_MS:g} ms"
        raise argparse.ArgumentTypeError(f"{value:g}: choose {limits}")
    return value


def outputs(text: str) -> Any:
    """Return the map from the device's channels to master and cue."""
    from loopmind_live.engine.outputs import parse_outputs

    try:
        return parse_outputs(text)
    except ConfigError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def bpm_range(text: str) -> tuple[float, float]:
    """Return the lowest and the highest tempo; of one alone what rounds to it.

    >>> bpm_range("120-140"), bpm_range("128")
    ((120.0, 140.0), (127.5, 128.5))
    """
    low, dash, high = text.replace("–", "-").partition("-")
    try:
        bounds = (float(low), float(high)) if dash else (float(low) - 0.5, float(low) + 0.5)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: give tempos, as in 120-140") from error
    if not bounds[0] <= bounds[1]:
        raise argparse.ArgumentTypeError(f"{text}: give the lower tempo first, as in 120-140")
    return bounds


def key_or_none(text: str) -> str | None:
    """Return a key in the project's spelling, or None for "none".

    >>> key_or_none("Fm"), key_or_none("none")
    ('F:min', None)
    """
    key = parse_key(text)
    if key is None and text.strip().lower() != "none":
        raise argparse.ArgumentTypeError(f"{text!r}: give a key, as in Fm, F# minor or Bb, or none")
    return key


def _whole(text: str, wanted: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number, {wanted}") from error
