"""Wave tables: one cycle each, made when a patch asks."""

from typing import Any

import pyo64 as pyo

from .stage import Stage

_SIZE = 8192


def sine(stage: Stage) -> Any:
    """Return a sine wave."""
    return stage.keep(pyo.HarmTable([1], size=_SIZE))


def saw(stage: Stage, highest_hz: float) -> Any:
    """Return a saw with the partials that stay below Nyquist at `highest_hz`, at most 80."""
    return stage.keep(pyo.SawTable(order=_order(stage, highest_hz), size=_SIZE).normalize())


def square(stage: Stage, highest_hz: float) -> Any:
    """Return a square with the partials that stay below Nyquist at `highest_hz`."""
    partials = max(1, _order(stage, highest_hz) // 2)
    return stage.keep(pyo.SquareTable(order=partials, size=_SIZE).normalize())


def partials(stage: Stage, levels: list[float]) -> Any:
    """Return a wave with these levels of its first partials."""
    return stage.keep(pyo.HarmTable(levels, size=_SIZE).normalize())


def _order(stage: Stage, highest_hz: float) -> int:
    return max(1, min(80, int(0.45 * stage.grid.rate_hz / highest_hz)))
