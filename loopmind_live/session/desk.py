"""What every rule of the commands has at hand, and how it answers."""

from collections.abc import Callable
from dataclasses import dataclass

from loopmind_live.arranger.base import Arranger
from loopmind_live.config import BUSES
from loopmind_live.score.loop import ROLES
from loopmind_live.session.actions import Action, SetArrangement, SetEffects, SetLevels, SetMixer
from loopmind_live.session.commands import Command, CommandSpec
from loopmind_live.session.cue import Ears
from loopmind_live.session.document import (
    AMOUNT_CONTROLS,
    INSERT_CONTROLS,
    SEND_OFF_DB,
    Control,
    Document,
    Strip,
)
from loopmind_live.session.effects import Effect, Say, SetParameter
from loopmind_live.session.landing import Landing, Now, landing
from loopmind_live.session.state import State
from loopmind_live.units import db_to_gain

Result = tuple[State, tuple[Effect, ...]]
NO_INPUT = "there is no live input here: perform through JACK, or with --input"


@dataclass(frozen=True, slots=True)
class Desk:
    """What a rule may use beside the state: the clock as it stands, and the arranger.

    `no_input` tells why the live input cannot be recorded, None where it can. `ears` is None where
    there is neither cue nor click.
    """

    now: Now
    arranger: Arranger
    no_input: Callable[[], str | None] = lambda: NO_INPUT
    ears: Ears | None = None

    def landing(self, state: State, command: Command, spec: CommandSpec) -> Landing:
        """Return where `command` lands."""
        assert spec.lands is not None
        return landing(state, command.when, spec.lands, self.now, self.arranger.refit)


def say(state: State, words: str, place: Landing) -> Say:
    """Tell what was queued last, where it lands, and its number."""
    where = str(place)
    return Say(f"{words} {where} (#{state.next_number - 1})", place.bar)


def faders(action: Action) -> tuple[SetParameter, ...]:
    """Return the parameters that put the engine's mixer where `action` says."""
    match action:
        case SetLevels():
            return tuple(
                SetParameter(f"track/{ROLES.index(role)}/gain", db_to_gain(db))
                for role, db in action.levels_db
            )
        case SetMixer():
            # What goes into a shell comes last: it is built for its knobs and its amount.
            last = sorted(action.settings, key=lambda one: one[0][1] in INSERT_CONTROLS)
            return tuple(
                SetParameter(f"{_engine_name(strip)}/{control}", _engine_value(control, value))
                for (strip, control), value in last
            )
        case SetEffects():
            return tuple(
                SetParameter(control, value if control == "delay/beats" else value / 100.0)
                for control, value in action.settings
            )
        case _:
            return ()


def moved(action: Action, before: Document) -> tuple[SetParameter, ...]:
    """Return the parameters that put the engine's mixer, as `before` has it, where `action` says.

    Of a set that is loaded, those in which it differs: what stands already sounds on.
    """
    if not isinstance(action, SetArrangement) or action.document is None:
        return faders(action)
    after = action.document
    levels = dict(before.levels_db) | dict(after.levels_db)
    mixer = dict(before.mixer) | dict(after.mixer)
    effects = dict(before.effects) | dict(after.effects)
    there = dict(after.mixer)
    moves = (
        SetLevels(tuple(
            (role, after.level_db(role)) for role in sorted(levels)
            if after.level_db(role) != before.level_db(role)
        )),
        SetMixer(tuple(
            (key, after.control(*key)) for key in sorted(mixer)
            if after.control(*key) != before.control(*key)
            and (key in there or not key[1].startswith("knob"))
        )),
        SetEffects(tuple(
            (key, after.effect(key)) for key in sorted(effects)
            if after.effect(key) != before.effect(key)
        )),
    )  # fmt: skip
    return tuple(fader for move in moves for fader in faders(move))


def standing(document: Document) -> tuple[SetParameter, ...]:
    """Return where all faders and controls of `document` stand that were ever moved."""
    moved = SetLevels(document.levels_db), SetMixer(document.mixer), SetEffects(document.effects)
    return tuple(fader for action in moved for fader in faders(action))


def _engine_name(strip: Strip) -> str:
    """Return what the engine calls a strip.

    >>> _engine_name("drums"), _engine_name("master")
    ('track/0', 'master')
    """
    return strip if strip in BUSES else f"track/{ROLES.index(strip)}"


def _engine_value(control: Control, value: float) -> float:
    """Return what the engine takes for a control: -1..1, a linear gain, or an insert's number.

    >>> _engine_value("pan", -50.0), _engine_value("reverb", SEND_OFF_DB)
    (-0.5, 0.0)
    """
    if control in INSERT_CONTROLS or control.startswith("knob"):
        return value
    if control in ("filter", "pan", *AMOUNT_CONTROLS):
        return value / 100.0
    return db_to_gain(value) if value > SEND_OFF_DB else 0.0
