"""How long benches run, where their usual length does not suit: numbers in the environment."""

from collections.abc import Callable, Mapping

from loopmind_live.errors import ConfigError

Progress = Callable[[str, float], None]


def number(
    environment: Mapping[str, str], variable: str, default: float, least: float, most: float
) -> float:
    """Return the number in `variable`; raise ConfigError where it is none or out of range.

    >>> number({}, "LOOPMIND_SOAK_MINUTES", 2.0, 0.0, 600.0)
    2.0
    >>> number({"LOOPMIND_SOAK_MINUTES": "60"}, "LOOPMIND_SOAK_MINUTES", 2.0, 0.0, 600.0)
    60.0
    """
    text = environment.get(variable, "")
    try:
        value = float(text) if text else default
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise ConfigError(f"{variable}={text}: give a number from {least:g} to {most:g}")
    return value


def share(progress: Progress, begin: float, end: float) -> Progress:
    """Return a progress that moves from `begin` to `end` of the whole."""
    return lambda what, part: progress(what, begin + (end - begin) * part)
