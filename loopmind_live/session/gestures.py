"""Gestures on faders: moves that follow one another soon are one step, undone as one. Pure."""

from dataclasses import replace

from loopmind_live.session.actions import Faders, SetEffects, SetLevels, SetMixer
from loopmind_live.session.document import INSERT_CONTROLS
from loopmind_live.session.state import Step

GESTURE_S = 1.0
"""Faders that move again within it go on with one gesture, which is undone as one."""


def with_gesture(
    done: tuple[Step, ...], step: Step, rate_hz: float, anew: bool = False
) -> tuple[Step, ...]:
    """Return the undo stack with `step` on top, joined to the gesture that it goes on with.

    A gesture begins `anew` where something was undone before it.
    """
    for place in reversed(range(0 if anew else len(done))):
        before = done[place]
        if not isinstance(before.action, Faders):
            break
        if before.inverse is None:
            continue  # it has not landed yet
        if step.frame - before.frame > round(GESTURE_S * rate_hz):
            break
        joined = _joined(before, step)
        if joined is not None:
            return (*done[:place], *done[place + 1 :], joined)
    return (*done, step)


def _joined(before: Step, after: Step) -> Step | None:
    """Return two moves of faders as one step, None where they are none, or of two kinds."""
    back, again, first, then = before.inverse, after.inverse, before.action, after.action
    match first, then, back, again:
        case SetLevels(), SetLevels(), SetLevels(), SetLevels():
            levels = dict(first.levels_db) | dict(then.levels_db)
            origin = dict(again.levels_db) | dict(back.levels_db)
            return replace(
                after, action=SetLevels(tuple(levels.items())),
                inverse=SetLevels(tuple(origin.items())),
            )  # fmt: skip
        case SetMixer(), SetMixer(), SetMixer(), SetMixer() if not _mounts(first, then):
            settings = dict(first.settings) | dict(then.settings)
            neutral = dict(again.settings) | dict(back.settings)
            return replace(
                after, action=SetMixer(tuple(settings.items())),
                inverse=SetMixer(tuple(neutral.items())),
            )  # fmt: skip
        case SetEffects(), SetEffects(), SetEffects(), SetEffects():
            return replace(
                after,
                action=SetEffects(tuple((dict(first.settings) | dict(then.settings)).items())),
                inverse=SetEffects(tuple((dict(again.settings) | dict(back.settings)).items())),
            )
    return None


def _mounts(*moves: SetMixer) -> bool:
    """Tell whether one of the moves mounts an insert, or takes one off: that is no gesture."""
    return any(control in INSERT_CONTROLS for move in moves for (_, control), _ in move.settings)
