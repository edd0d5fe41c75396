"""The rules of tempo, time and key. Pure."""

from dataclasses import replace

from loopmind_live.config import MAX_BPM, MIN_BPM
from loopmind_live.errors import SessionError
from loopmind_live.session.actions import Nudge, SetFit, SetPace, SetTime
from loopmind_live.session.arguments import arrangement_of, number, text
from loopmind_live.session.commands import BY_NAME, Command, CommandSpec
from loopmind_live.session.desk import Desk, Result, say
from loopmind_live.session.effects import Say
from loopmind_live.session.landing import projected, queue
from loopmind_live.session.state import State
from loopmind_live.timing.tempo_map import TempoMap, check_bpm
from loopmind_live.units import parse_key, spell_key, transpose_key

RAMP_BARS = 4.0
VARISPEED_SHARE = 0.02
"""A tempo step this small is played at varispeed."""
MIN_PACE = 0.5
GLIDE_SHARE = 0.005
"""While the tempo glides, the engine's delay follows in steps of this share."""
STEP_SHARE = 0.0005
"""A set that is brought into step with a clock outside moves by less: its delay does not."""
TAP_GAP_S = 2.5
MIN_TAPS, MAX_TAPS = 4, 8


def set_tempo(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Step to a tempo."""
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
    return state, (say(state, f"tempo {bpm:g} bpm", place),)


def ramp(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Glide to a tempo."""
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    arrangement = arrangement_of(document)
    bars = number(command, "bars") or RAMP_BARS
    bpm = check_bpm(number(command, "bpm") or 0.0)
    state = queue(state, command, spec, SetFit(bpm, arrangement.key, bars), place)
    return state, (say(state, f"tempo glides to {bpm:g} bpm over {bars:g} bars", place),)


def count_in_time(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Count in half or double time."""
    document = projected(state, desk.arranger.refit)
    arrangement_of(document)
    factor = 0.5 if spec.name == "half_time" else 2.0
    bpm = check_bpm((document.bpm or 0.0) * factor)
    place = desk.landing(state, command, spec)
    state = queue(state, command, spec, SetTime(factor), place)
    return state, (say(state, f"{spec.name.replace('_', ' ')}, {bpm:g} bpm", place),)


def nudge(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Bring the grid forward, or back."""
    ms = number(command, "ms") or 0.0
    if not state.started:
        raise SessionError("nudge: nothing plays yet")
    place = desk.landing(state, command, spec)
    if any(segment.slope and segment.bar <= place.bar for segment in state.tempo.segments[-2:-1]):
        end = state.tempo.segments[-1].bar
        if place.bar < end:
            raise SessionError(f"nudge: the tempo glides until bar {int(end) + 1}: nudge after it")
    state = queue(state, command, spec, Nudge(ms / 1000.0), place)
    return state, (say(state, f"nudge {ms:+g} ms", place),)


def tap(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Take a tap; enough of them set the tempo."""
    now, rate_hz = desk.now, state.tempo.rate_hz
    frame = now.frame if now.due_frame is None else now.due_frame
    recent = state.taps if state.taps and frame - state.taps[-1] <= TAP_GAP_S * rate_hz else ()
    taps = (*recent, frame)[-MAX_TAPS:]
    state = replace(state, taps=taps)
    if len(taps) < MIN_TAPS or taps[-1] <= taps[0]:
        return state, (Say(f"tap {len(taps)} of {MIN_TAPS}"),)
    bpm = round(60.0 * rate_hz * (len(taps) - 1) / (taps[-1] - taps[0]), 1)
    return _queue_tempo(state, command, BY_NAME["set_tempo"], desk, check_bpm(bpm))


def heard_bpm(tempo: TempoMap, frame: int, told_bpm: float) -> float:
    """Return the tempo that the engine's delay follows at `frame`, told `told_bpm` before.

    >>> tempo = TempoMap.constant(120.0, 48000).with_ramp(0.0, 4.0, 140.0)
    >>> [round(heard_bpm(tempo, tempo.line(bar), 120.0), 2) for bar in (0.1, 0.2, 2, 5)]
    [120.0, 121.0, 130.0, 140.0]
    """
    bar = tempo.bar(frame)
    segment = tempo.segment_at_bar(bar)
    bpm = min(MAX_BPM, max(MIN_BPM, segment.bpm_at(bar)))
    passes = segment is not tempo.segments[-1]
    least = GLIDE_SHARE if segment.slope else STEP_SHARE if passes else 0.0
    return told_bpm if abs(bpm - told_bpm) <= least * bpm else bpm


def set_key(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Transpose to a key."""
    place = desk.landing(state, command, spec)
    document = projected(state, desk.arranger.refit, place)
    arrangement = arrangement_of(document)
    key, semitones = arrangement.key, number(command, "semitones")
    mode = command.arguments.get("mode")
    if "key" in command.arguments:
        key = parse_key(text(command, "key"))
    elif mode is not None and key is not None:
        key = relative_key(key, "maj" if mode == "relative_major" else "min")
    elif semitones is None and mode is None:
        raise SessionError("key: which one? As in: key F# minor, or: key +2")
    elif key is None:
        raise SessionError("nothing here has a key yet: name one, as in: key F# minor")
    else:
        key = transpose_key(key, int(semitones or 0))
    action = SetFit(arrangement.bpm * document.time, key)
    state = queue(state, command, spec, action, place)
    return state, (say(state, f"key {spell_key(key)}" if key else "key", place),)


def relative_key(key: str, mode: str) -> str:
    """Return the major ("maj") or minor ("min") key of the same notes; SessionError if `key` is it.

    >>> relative_key("A:min", "maj"), relative_key("C:maj", "min")
    ('C:maj', 'A:min')
    """
    if key.endswith(mode):
        raise SessionError(
            f"{spell_key(key)} is {'major' if mode == 'maj' else 'minor'} already: name a key, "
            "as in: key F# minor"
        )
    moved = transpose_key(key, 3 if mode == "maj" else -3)
    return f"{moved.split(':')[0]}:{mode}"
