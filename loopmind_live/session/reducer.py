"""The rules of the commands: a pure function from state and command to state and effects."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from loopmind_live.arranger.base import Arranger
from loopmind_live.errors import SessionError
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.loop import ROLES, Role
from loopmind_live.session import choices
from loopmind_live.session.actions import (
    Edit,
    Enter,
    Nudge,
    SetArrangement,
    SetFit,
    SetLevels,
    SetLooping,
    SetPace,
    SetRoles,
    SetTime,
    Stop,
)
from loopmind_live.session.arguments import (
    arrangement_summary,
    flag,
    known_roles,
    names,
    number,
    place_of,
    places_of,
    text,
)
from loopmind_live.session.commands import BY_NAME, Command, CommandSpec, check
from loopmind_live.session.effects import (
    Effect,
    Help,
    Quit,
    Record,
    Save,
    Say,
    SetParameter,
    ShowStatus,
)
from loopmind_live.session.landing import (
    Landing,
    Now,
    apply_at_once,
    arrangement_of,
    cancel,
    landing,
    projected,
    queue,
)
from loopmind_live.session.state import Change, State, Step
from loopmind_live.timing.tempo_map import check_bpm
from loopmind_live.units import db_to_gain, parse_key, spell_key, transpose_key

Result = tuple[State, tuple[Effect, ...]]
FADE_BARS = 4.0
RAMP_BARS = 4.0
VARISPEED_SHARE = 0.02
"""A tempo step this small is played at varispeed."""
MIN_PACE = 0.5
TAP_GAP_S = 2.5
MIN_TAPS, MAX_TAPS = 4, 8


@dataclass(frozen=True, slots=True)
class Desk:
    """What a rule may use beside the state: the clock as it stands, and the arranger."""

    now: Now
    arranger: Arranger

    def landing(self, state: State, command: Command, spec: CommandSpec) -> Landing:
        """Return where `command` lands."""
        assert spec.lands is not None
        return landing(state, command.when, spec.lands, self.now, self.arranger.refit)


def reduce(state: State, command: Command, desk: Desk) -> Result:
    """Return the state after `command`, and what is to be done beside it.

    Raises SessionError (or the arranger's error), with the state as it was, where the command
    makes no sense now.
    """
    spec = check(command)
    return _RULES[spec.name](state, command, spec, desk)


def queue_arrangement(
    state: State, command: Command, arrangement: Arrangement, desk: Desk
) -> Result:
    """Return the state with `arrangement` pending: from a prompt, or from a file."""
    spec = BY_NAME[command.name]
    place = desk.landing(state, command, spec)
    state = queue(state, command, spec, SetArrangement(arrangement), place)
    return state, (_say(state, arrangement_summary(arrangement), place),)


def _say(state: State, words: str, place: Landing) -> Say:
    """Tell what was queued last, where it lands, and its number."""
    where = str(place)
    return Say(f"{words} {where} (#{state.next_number - 1})", place.bar)


def _arrange(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    seed = choices.seed_of(state, "arrange")
    arrangement = desk.arranger.arrange(text(command, "prompt"), seed)
    return queue_arrangement(choices.count(state, "arrange"), command, arrangement, desk)


def _play(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    arrangement = arrangement_of(projected(state, desk.arranger.refit))
    if state.playing:
        return state, (Say("already playing"),)
    at = state.playhead.place if state.playhead is not None else 0
    at = min(at, len(arrangement.sections) - 1)
    place = desk.landing(state, command, spec)
    state = queue(state, command, spec, Enter(at), place)
    return state, (_say(state, f"play: {arrangement.name(at)}", place),)


def _stop(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    if not state.playing:
        return state, (Say("already stopped"),)
    place = desk.landing(state, command, spec)
    bars = number(command, "bars") or FADE_BARS if spec.name == "fade" else 0.0
    state = queue(state, command, spec, Stop(bars), place)
    words = f"fade out over {bars:g} bars" if bars else "stop"
    return state, (_say(state, words, place),)


def _panic(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    for change in state.pending:
        state = cancel(state, change)
    if not state.playing:
        return state, (Say("already stopped"),)
    place = Landing(state.tempo.bar(desk.now.free_frame), desk.now.free_frame)
    return queue(state, command, spec, Stop(), place), (Say("silence", place.bar),)


def _goto(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    arrangement = arrangement_of(projected(state, desk.arranger.refit))
    at = place_of(state, arrangement, command)
    place = desk.landing(state, command, spec)
    state = queue(state, command, spec, Enter(at), place)
    return state, (_say(state, f"goto {arrangement.name(at)}", place),)


def _loop(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    arrangement = arrangement_of(projected(state, desk.arranger.refit))
    place = desk.landing(state, command, spec)
    if not flag(command, "on", default=True):
        state = queue(state, command, spec, SetLooping(None), place)
        return state, (_say(state, "loop off", place),)
    at = place_of(state, arrangement, command)
    state = queue(state, command, spec, SetLooping(at), place)
    return state, (_say(state, f"loop {arrangement.name(at)}", place),)


def _roles(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    document = projected(state, desk.arranger.refit)
    every = frozenset(ROLES)
    roles = (
        frozenset[Role]() if spec.name == "unsolo" else frozenset(known_roles(document, command))
    )
    action = {
        "mute": SetRoles("muted", add=roles),
        "unmute": SetRoles("muted", remove=roles),
        "solo": SetRoles("soloed", add=roles, remove=every),
        "unsolo": SetRoles("soloed", remove=every),
        "lock": SetRoles("locked", add=roles),
        "unlock": SetRoles("locked", remove=roles),
    }[spec.name]
    words = f"{spec.name} {names(roles)}".strip()
    if spec.lands is None:
        return apply_at_once(state, command, spec, action, desk.arranger.refit), (Say(words),)
    place = desk.landing(state, command, spec)
    state = queue(state, command, spec, action, place)
    return state, (_say(state, words, place),)


def _level(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    document = state.document
    roles = known_roles(document, command)
    level, delta = number(command, "db"), number(command, "delta_db")
    if level is None and delta is None:
        raise SessionError("level: how much? As in: level drums -3, or: drums up")
    argument = next(argument for argument in spec.arguments if argument.name == "db")
    wanted = tuple(
        (
            role,
            min(
                argument.maximum,
                max(
                    argument.minimum,
                    level if level is not None else document.level_db(role) + (delta or 0.0),
                ),
            ),
        )
        for role in roles
    )
    state = apply_at_once(state, command, spec, SetLevels(wanted), desk.arranger.refit)
    told = ", ".join(f"{role} {db:+.1f} dB" for role, db in wanted)
    return state, (*_faders(SetLevels(wanted)), Say(f"level {told}"))


def _faders(action: Edit) -> tuple[Effect, ...]:
    if not isinstance(action, SetLevels):
        return ()
    return tuple(
        SetParameter(f"track/{ROLES.index(role)}/gain", db_to_gain(db))
        for role, db in action.levels_db
    )


def _set_tempo(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    document = projected(state, desk.arranger.refit)
    arrangement_of(document)
    wanted, delta = number(command, "bpm"), number(command, "delta")
    if wanted is None and delta is None:
        raise SessionError("tempo: how fast? As in: tempo 128, or: faster")
    bpm = check_bpm(wanted if wanted is not None else (document.bpm or 0.0) + (delta or 0.0))
    return _queue_tempo(state, command, spec, desk, bpm)


def _queue_tempo(
    state: State, command: Command, spec: CommandSpec, desk: Desk, bpm: float
) -> Result:
    """Queue a step to `bpm`: by varispeed where it is small or wanted now, else by new clips."""
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    arrangement = arrangement_of(document)
    share = bpm / (arrangement.bpm * document.time)
    near = abs(share - 1.0) <= VARISPEED_SHARE
    at_once = place.frame is not None and MIN_PACE <= share <= 1.0 / MIN_PACE
    returns = share == 1.0 and document.pace == 1.0
    action: SetPace | SetFit = SetFit(bpm, arrangement.key)
    if (near or at_once) and not returns:
        action = SetPace(bpm)
    state = queue(state, command, spec, action, place)
    return state, (_say(state, f"tempo {bpm:g} bpm", place),)


def _ramp(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    arrangement = arrangement_of(document)
    bars = number(command, "bars") or RAMP_BARS
    bpm = check_bpm(number(command, "bpm") or 0.0)
    state = queue(state, command, spec, SetFit(bpm, arrangement.key, bars), place)
    return state, (_say(state, f"tempo glides to {bpm:g} bpm over {bars:g} bars", place),)


def _count_in_time(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    document = projected(state, desk.arranger.refit)
    arrangement_of(document)
    factor = 0.5 if spec.name == "half_time" else 2.0
    bpm = check_bpm((document.bpm or 0.0) * factor)
    place = desk.landing(state, command, spec)
    state = queue(state, command, spec, SetTime(factor), place)
    return state, (_say(state, f"{spec.name.replace('_', ' ')}, {bpm:g} bpm", place),)


def _nudge(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    ms = number(command, "ms") or 0.0
    if not state.started:
        raise SessionError("nudge: nothing plays yet")
    place = desk.landing(state, command, spec)
    if any(segment.slope and segment.bar <= place.bar for segment in state.tempo.segments[-2:-1]):
        end = state.tempo.segments[-1].bar
        if place.bar < end:
            raise SessionError(f"nudge: the tempo glides until bar {int(end) + 1}: nudge after it")
    state = queue(state, command, spec, Nudge(ms / 1000.0), place)
    return state, (_say(state, f"nudge {ms:+g} ms", place),)


def _tap(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    frame, rate_hz = desk.now.frame, state.tempo.rate_hz
    recent = state.taps if state.taps and frame - state.taps[-1] <= TAP_GAP_S * rate_hz else ()
    taps = (*recent, frame)[-MAX_TAPS:]
    state = replace(state, taps=taps)
    if len(taps) < MIN_TAPS or taps[-1] <= taps[0]:
        return state, (Say(f"tap {len(taps)} of {MIN_TAPS}"),)
    bpm = round(60.0 * rate_hz * (len(taps) - 1) / (taps[-1] - taps[0]), 1)
    return _queue_tempo(state, command, BY_NAME["set_tempo"], desk, check_bpm(bpm))


def _set_key(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    arrangement = arrangement_of(document)
    key, semitones = arrangement.key, number(command, "semitones")
    if "key" in command.arguments:
        key = parse_key(text(command, "key"))
    elif semitones is None:
        raise SessionError("key: which one? As in: key F# minor, or: key +2")
    elif key is None:
        raise SessionError("nothing here has a key yet: name one, as in: key F# minor")
    else:
        key = transpose_key(key, int(semitones))
    action = SetFit(arrangement.bpm * document.time, key)
    state = queue(state, command, spec, action, place)
    return state, (_say(state, f"key {spell_key(key)}" if key else "key", place),)


def _regenerate(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    places = places_of(state, arrangement_of(document), command)
    state, choice = choices.regenerate(state, document, places, desk.arranger)
    return _queue_choice(state, command, spec, place, choice)


def _previous(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    places = places_of(state, arrangement_of(document), command)
    choice = choices.previous(state, document, places)
    return _queue_choice(state, command, spec, place, choice)


def _swap(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    places = places_of(state, arrangement_of(document), command)
    roles = known_roles(document, command)
    state, choice = choices.swap(state, document, places, roles, desk.arranger)
    return _queue_choice(state, command, spec, place, choice)


def _queue_choice(
    state: State, command: Command, spec: CommandSpec, place: Landing, choice: choices.Choice
) -> Result:
    state = queue(state, command, spec, choice.action, place)
    return state, (_say(state, choice.words, place),)


def _undo(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    if not state.done:
        transport = state.pending[-1:] if state.pending else ()
        if not transport:
            return state, (Say("nothing to undo"),)
        return cancel(state, transport[0]), (Say(f"canceled: {transport[0].text}"),)
    step = state.done[-1]
    newest = state.pending[-1] if state.pending else None
    if newest is not None and newest.step is None and newest.number > step.number:
        return cancel(state, newest), (Say(f"canceled: {newest.text}"),)
    rest = replace(state, done=state.done[:-1], undone=(*state.undone, step))
    pending = _pending_of(state, step)
    if step.inverse is None or (pending is not None and pending.mode != "undo"):
        if pending is not None:
            rest = replace(
                rest, pending=tuple(c for c in rest.pending if c.number != pending.number)
            )
        return rest, (Say(f"canceled: {step.text}"),)
    return _again(rest, command, step, step.inverse, "undo", desk)


def _redo(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    if not state.undone:
        return state, (Say("nothing to redo"),)
    step = state.undone[-1]
    rest = replace(state, undone=state.undone[:-1], done=(*state.done, replace(step, inverse=None)))
    return _again(rest, command, step, step.action, "redo", desk)


def _again(
    state: State, command: Command, step: Step, action: Edit, mode: str, desk: Desk
) -> Result:
    """Do a step, or its inverse, as its command did: at once, or on its line."""
    if step.lands in (None, "now"):
        state = choices.redone(state, step, action, mode, desk.arranger.refit)
        return state, (*_faders(action), Say(f"{mode}: {step.text}"))
    assert step.lands is not None
    place = landing(state, command.when, step.lands, desk.now, desk.arranger.refit)
    spec = BY_NAME[command.name]
    state = queue(
        state,
        replace(command, text=f"{mode} {step.text}"),
        spec,
        action,
        place,
        "undo" if mode == "undo" else "redo",
        step,
    )
    return state, (_say(state, f"{mode}: {step.text}", place),)


def _pending_of(state: State, step: Step) -> Change | None:
    return next(
        (c for c in state.pending if c.step is not None and c.step.number == step.number), None
    )


def _cancel(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    if not state.pending:
        return state, (Say("nothing is pending"),)
    chosen = state.pending if flag(command, "all", default=False) else state.pending[-1:]
    wanted = number(command, "change")
    if wanted is not None:
        chosen = tuple(change for change in state.pending if change.number == int(wanted))
        if not chosen:
            there = ", ".join(f"#{change.number}" for change in state.pending)
            raise SessionError(f"nothing pending is #{int(wanted)}: pending are {there}")
    for change in chosen:
        state = cancel(state, change)
    return state, (Say("canceled: " + ", ".join(change.text for change in chosen)),)


def _ask(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Hand on what is not for the state to decide."""
    file = command.arguments.get("file")
    path = str(file) if file is not None else None
    effects: dict[str, Effect] = {
        "record": Record(flag(command, "on", default=True), path),
        "save": Save(path),
        "status": ShowStatus(),
        "help": Help(str(command.arguments["topic"]) if "topic" in command.arguments else None),
        "quit": Quit(),
    }
    if spec.name not in effects:
        raise SessionError(f"{spec.name} cannot be carried out here")
    return state, (effects[spec.name],)


_Rule = Callable[[State, Command, CommandSpec, Desk], Result]
_RULES: dict[str, _Rule] = {
    "arrange": _arrange,
    "play": _play,
    "stop": _stop,
    "fade": _stop,
    "panic": _panic,
    "goto": _goto,
    "loop": _loop,
    **dict.fromkeys(("mute", "unmute", "solo", "unsolo", "lock", "unlock"), _roles),
    "level": _level,
    "set_tempo": _set_tempo,
    "ramp": _ramp,
    "half_time": _count_in_time,
    "double_time": _count_in_time,
    "nudge": _nudge,
    "tap": _tap,
    "set_key": _set_key,
    "regenerate": _regenerate,
    "previous": _previous,
    "swap": _swap,
    "undo": _undo,
    "redo": _redo,
    "cancel": _cancel,
    **dict.fromkeys(("record", "save", "load", "status", "help", "quit"), _ask),
}
