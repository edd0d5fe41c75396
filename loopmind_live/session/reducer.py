"""The rules of the commands: a pure function from state and command to state and effects."""

from collections.abc import Callable
from dataclasses import replace

from loopmind_live.errors import SessionError
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.session import (
    choice_rules,
    choices,
    cue_rules,
    effect_rules,
    insert_rules,
    mixer_rules,
    patch_rules,
    role_rules,
    section_rules,
    take_rules,
    taste_rules,
    tempo_rules,
    undo_rules,
)
from loopmind_live.session.actions import (
    Enter,
    SetArrangement,
    SetLevels,
    SetLooping,
    Stop,
)
from loopmind_live.session.arguments import (
    arrangement_of,
    arrangement_summary,
    flag,
    known_roles,
    number,
    place_of,
    text,
    told_levels,
)
from loopmind_live.session.commands import BY_NAME, Command, CommandSpec, check
from loopmind_live.session.desk import Desk, Result, say
from loopmind_live.session.effects import (
    Effect,
    Help,
    Learn,
    Quit,
    Record,
    Save,
    Say,
    SetClock,
    SetLink,
    ShowStatus,
    asked_clock,
)
from loopmind_live.session.landing import projected, queue
from loopmind_live.session.loading import Loaded, loading, loading_summary, started
from loopmind_live.session.moves import document_then, move
from loopmind_live.session.sections import fresh_ids
from loopmind_live.session.state import State, cancel

FADE_BARS = 4.0


def reduce(state: State, command: Command, desk: Desk) -> Result:
    """Return the state after `command`, and what is to be done beside it.

    Raises SessionError (or the arranger's error), with the state as it was, where the command
    makes no sense now.
    """
    spec = check(command)
    return _RULES[spec.name](state, command, spec, desk)


def queue_arrangement(
    state: State,
    command: Command,
    arrangement: Arrangement,
    desk: Desk,
    loaded: Loaded | None = None,
) -> Result:
    """Return the state with `arrangement` pending: from a prompt, or from a file.

    With all that is `loaded` beside it, it goes on in the section that was playing.
    """
    spec = BY_NAME[command.name]
    place = desk.landing(state, command, spec)
    ids = fresh_ids(state.next_number, len(arrangement.sections))
    action, words = SetArrangement(arrangement, ids=ids), arrangement_summary(arrangement)
    said: tuple[Say, ...] = ()
    if loaded is not None:
        action = loading(loaded, arrangement, ids, state, desk)
        state, action, said = started(action, loaded.start, state, desk, reduce)
        words = loading_summary(loaded.kept.name, action)
    state = queue(state, command, spec, action, place)
    return state, (say(state, words, place), *said)


def _arrange(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    seed = choices.seed_of(state, "arrange")
    arrangement = desk.arranger.arrange(text(command, "prompt"), seed)
    return queue_arrangement(choices.count(state, "arrange"), command, arrangement, desk)


def _play(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    document = projected(state, desk.arranger.refit)
    arrangement = arrangement_of(document)
    if state.playing:
        return state, (Say("already playing"),)
    at = state.playhead.place if state.playhead is not None else 0
    at = min(at, len(arrangement.sections) - 1)
    counted = cue_rules.counted_for(state, command, desk)
    place = cue_rules.after_count_in(state, desk.landing(state, command, spec), counted)
    state = queue(state, command, spec, Enter(document.section_ids[at], counted), place)
    words = cue_rules.with_count_in(f"play: {arrangement.name(at)}", counted)
    return state, (say(state, words, place),)


def _stop(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    if not state.playing:
        return state, (Say("already stopped"),)
    place = desk.landing(state, command, spec)
    bars = number(command, "bars") or FADE_BARS if spec.name == "fade" else 0.0
    state = queue(state, command, spec, Stop(bars), place)
    words = f"fade out over {bars:g} bars" if bars else "stop"
    return state, (say(state, words, place),)


def _panic(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    for change in state.pending:
        if change.mode != "back":
            state = cancel(state, change)
    state = replace(state, cue=replace(state.cue, listen=None))
    if not state.playing:
        return state, (Say("already stopped"),)
    place = desk.landing(state, command, spec)
    words = f"silence {place}" if place.fixed else "silence"
    return queue(state, command, spec, Stop(), place), (Say(words, place.bar),)


def _goto(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    arrangement = arrangement_of(document)
    at = place_of(state, document, command)
    state = queue(state, command, spec, Enter(document.section_ids[at]), place)
    return state, (say(state, f"goto {arrangement.name(at)}", place),)


def _loop(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    arrangement = arrangement_of(document)
    if not flag(command, "on", default=True):
        state = queue(state, command, spec, SetLooping(None), place)
        return state, (say(state, "loop off", place),)
    at = place_of(state, document, command)
    state = queue(state, command, spec, SetLooping(document.section_ids[at]), place)
    return state, (say(state, f"loop {arrangement.name(at)}", place),)


def _level(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    document = document_then(state, command, spec, desk)
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
    return move(state, command, spec, desk, SetLevels(wanted), f"level {told_levels(wanted)}")


def _ask(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Hand on what is not for the state to decide."""
    file = command.arguments.get("file")
    path = str(file) if file is not None else None
    effects: dict[str, Effect] = {
        "record": Record(
            flag(command, "on", default=True), path, flag(command, "stems", default=False)
        ),
        "save": Save(path),
        "learn": Learn(str(command.arguments.get("what", ""))),
        "clock_out": asked_clock("out", str(command.arguments.get("what", ""))),
        "clock_in": asked_clock("in", str(command.arguments.get("what", ""))),
        "clock_offset": SetClock("offset", offset_ms=number(command, "ms") or 0.0),
        "link": SetLink(on=flag(command, "on", default=True)),
        "link_start_stop": SetLink(start_stop=flag(command, "on", default=True)),
        "link_offset": SetLink(offset_ms=number(command, "ms")),
        "status": ShowStatus(),
        "help": Help(str(command.arguments["topic"]) if "topic" in command.arguments else None),
        "quit": Quit(),
    }
    if spec.name not in effects:
        raise SessionError(f"{spec.name} cannot be carried out here")
    return state, (effects[spec.name],)


_Rule = Callable[[State, Command, CommandSpec, Desk], Result]
_RULES: dict[str, _Rule] = {
    "patch": patch_rules.patch,
    "knob": patch_rules.knob,
    "pattern": patch_rules.pattern,
    "arrange": _arrange,
    "play": _play,
    "count_in": cue_rules.count_in,
    "click": cue_rules.click,
    "listen": cue_rules.listen,
    "stop": _stop,
    "fade": _stop,
    "panic": _panic,
    "goto": _goto,
    "loop": _loop,
    **dict.fromkeys(("mute", "unmute", "solo", "unsolo"), role_rules.hear),
    "mask": role_rules.mask,
    **dict.fromkeys(("lock", "unlock"), role_rules.lock),
    "level": _level,
    "filter": mixer_rules.sweep,
    "pan": mixer_rules.pan,
    "send": mixer_rules.send,
    "insert": insert_rules.insert,
    **dict.fromkeys(effect_rules.CONTROLS, effect_rules.effect),
    "set_tempo": tempo_rules.set_tempo,
    "ramp": tempo_rules.ramp,
    "half_time": tempo_rules.count_in_time,
    "double_time": tempo_rules.count_in_time,
    "nudge": tempo_rules.nudge,
    "tap": tempo_rules.tap,
    "set_key": tempo_rules.set_key,
    "record_bars": take_rules.record_bars,
    "resize": section_rules.resize,
    "insert_section": section_rules.insert,
    "delete": section_rules.delete,
    "constrain": section_rules.constrain,
    "regenerate": choice_rules.regenerate,
    "previous": choice_rules.previous,
    "swap": choice_rules.swap,
    "add": choice_rules.add,
    "restyle": choice_rules.restyle,
    "alternatives": choice_rules.alternatives,
    "take": choice_rules.take,
    "why": choice_rules.why,
    "favorite": taste_rules.favorite,
    "forget": taste_rules.forget,
    "undo": undo_rules.undo,
    "redo": undo_rules.redo,
    "cancel": undo_rules.cancel,
    **dict.fromkeys(("record", "save", "load", "learn", "status", "help", "quit"), _ask),
    **dict.fromkeys(("link", "link_start_stop", "link_offset"), _ask),
    **dict.fromkeys(("clock_out", "clock_in", "clock_offset"), _ask),
}
