"""What an argument on the command line may be: each reads a text or says what to write instead."""

import argparse
from typing import Any

from loopmind_live import config
from loopmind_live.errors import ConfigError

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


def _whole(text: str, wanted: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number, {wanted}") from error
