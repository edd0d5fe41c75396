"""The rules of click, count-in and pre-listening. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from loopmind_live.errors import SessionError
from loopmind_live.score.arrangement import LABELS
from loopmind_live.score.loop import Loop
from loopmind_live.session.arguments import arrangement_of, flag, number, text
from loopmind_live.session.commands import Command, CommandSpec
from loopmind_live.session.cue import CountIn, Ears, Listen
from loopmind_live.session.desk import Desk, Result
from loopmind_live.session.effects import Say
from loopmind_live.session.landing import Landing, margin_frames, projected
from loopmind_live.session.state import State

OUTPUTS = "master=1-2,cue=3-4"
_OFF = ("off", "stop", "nothing", "none")
_PENDING = ("pending", "change", "the change", "pending change", "next", "what is pending")
_MOST_NAMED = 4


def click(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Let the click sound, or not, and how loud."""
    _with_cue(desk, spec.name)
    level_db = number(command, "db")
    on = flag(command, "on", default=state.cue.click if level_db is not None else True)
    cue = replace(
        state.cue, click=on, click_db=state.cue.click_db if level_db is None else level_db
    )
    words = f"click {'on' if on else 'off'}, {cue.click_db:+g} dB on the cue"
    return replace(state, cue=cue), (Say(words if on or level_db is not None else "click off"),)


def count_in(state: State, command: Command, _spec: CommandSpec, desk: Desk) -> Result:
    """Say how the next start is counted in."""
    if not flag(command, "on", default=True):
        return replace(state, cue=replace(state.cue, count_in=None)), (Say("count-in off"),)
    counted = CountIn(int(number(command, "bars") or 1), command.arguments.get("bus") == "master")
    _check(counted, desk)
    state = replace(state, cue=replace(state.cue, count_in=counted))
    return state, (Say(f"play will be counted in: {_told(counted)}"),)


def counted_for(state: State, command: Command, desk: Desk) -> CountIn | None:
    """Return how a `play` is counted in, None where it is not."""
    wanted = state.cue.count_in
    if wanted is None and flag(command, "count_in", default=False):
        wanted = CountIn(1)
    if wanted is not None:
        _check(wanted, desk)
    return wanted


def after_count_in(state: State, place: Landing, counted: CountIn | None) -> Landing:
    """Return where what would land at `place` lands once it is counted in."""
    if counted is None or not state.started:
        return place  # the clock itself starts so much earlier
    bar = place.bar
    if place.frame is not None:
        bar = state.tempo.next_line(place.frame, margin_frames(state.tempo.rate_hz))
    return Landing(bar + counted.bars)


def with_count_in(words: str, counted: CountIn | None) -> str:
    """Return the words that tell of a start and its count-in."""
    return words if counted is None else f"{words}, after {_told(counted)},"


def listen(state: State, command: Command, spec: CommandSpec, desk: Desk) -> Result:
    """Play to the performer alone: a loop, a section with what is pending, or a pending change."""
    wanted = text(command, "what").strip()
    if wanted.lower() in _OFF:
        return replace(state, cue=replace(state.cue, listen=None)), (Say("listening to nothing"),)
    ears = _with_cue(desk, spec.name)
    from_bar = _next_beat(state, desk) if state.started else 0.0
    found = (
        _change(state, wanted, from_bar)
        or _section(state, wanted, from_bar, desk)
        or _loop(wanted, from_bar, ears.loops)
    )
    state = replace(state, cue=replace(state.cue, listen=found))
    return state, (Say(f"listening to {found.name} on the cue"),)


def _with_cue(desk: Desk, name: str) -> Ears:
    if desk.ears is None or not desk.ears.has_cue:
        raise SessionError(
            f"{name.replace('_', ' ')}: there is no cue bus: start with --outputs {OUTPUTS} on a "
            "device with so many channels"
        )
    return desk.ears


def _check(counted: CountIn, desk: Desk) -> None:
    """Raise SessionError where nobody would hear the count-in."""
    if desk.ears is not None and (desk.ears.has_cue or counted.on_master):
        return
    raise SessionError(
        "count in: there is no cue bus: say count in on master, or start with --outputs "
        f"{OUTPUTS} on a device with so many channels"
    )


def _told(counted: CountIn) -> str:
    bars = "1 bar" if counted.bars == 1 else f"{counted.bars} bars"
    return f"{bars} of clicks on the {'master' if counted.on_master else 'cue'}"


def _next_beat(state: State, desk: Desk) -> float:
    """Return the first beat that can still be reached, in bars."""
    tempo = state.tempo
    reached = desk.now.free_frame + margin_frames(tempo.rate_hz)
    beat = int(tempo.bar(reached) * tempo.beats_per_bar)
    while tempo.line(beat / tempo.beats_per_bar) < reached:
        beat += 1
    return beat / tempo.beats_per_bar


def _change(state: State, wanted: str, from_bar: float) -> Listen | None:
    """Return the pending change that is meant, None where another thing is."""
    words = wanted.lower().removeprefix("change").strip()
    named = words.startswith("#") or words != wanted.lower()
    if wanted.lower() not in _PENDING and not (named and words.lstrip("# ").isdecimal()):
        return None
    if not state.pending:
        raise SessionError("listen: nothing is pending: queue a change first, as in: swap bass")
    change = state.pending[-1]
    if wanted.lower() not in _PENDING:
        asked = int(words.lstrip("# "))
        there = {one.number: one for one in state.pending}
        if asked not in there:
            known = ", ".join(f"#{one}" for one in there)
            raise SessionError(f"listen: no change #{asked} is pending: there is {known}")
        change = there[asked]
    return Listen("change", f"{change.text} (#{change.number})", from_bar, number=change.number)


def _section(state: State, wanted: str, from_bar: float, desk: Desk) -> Listen | None:
    label, _, rest = wanted.lower().partition(" ")
    if label not in LABELS or (rest and not rest.isdecimal()):
        return None
    arrangement = arrangement_of(projected(state, desk.arranger.refit))
    number = int(rest) if rest else None
    place = arrangement.find(label, number)[0]
    return Listen("section", arrangement.name(place), from_bar, label=label, number=number)


def _loop(wanted: str, from_bar: float, loops: Sequence[Loop]) -> Listen:
    """Return the loop of a number, of a file's name, or of the only name that begins so."""
    usable = [loop for loop in loops if loop.error is None]
    if wanted.isdecimal():
        number = int(wanted)
        if not 1 <= number <= len(loops):
            raise SessionError(f"listen: no loop {number}: the library has 1 to {len(loops)}")
        usable = [loops[number - 1]]
        if usable[0].error is not None:
            raise SessionError(f"listen: {usable[0].path.name} cannot be played: {usable[0].error}")
    else:
        usable = _named(wanted.lower(), usable)
    if len(usable) == 1:
        loop = usable[0]
        return Listen("loop", loop.path.name, from_bar, loop=loop)
    if not usable:
        raise SessionError(
            f"listen: {wanted[:60]!r} is no loop of the library, section or pending change: "
            "name one, as in: listen hook, listen pending, listen 12"
        )
    names = ", ".join(loop.path.name for loop in usable[:_MOST_NAMED])
    more = f" and {len(usable) - _MOST_NAMED} more" if len(usable) > _MOST_NAMED else ""
    raise SessionError(f"listen: {wanted[:60]!r} may be {names}{more}: write more of the name")


def _named(wanted: str, loops: list[Loop]) -> list[Loop]:
    """Return the loops of that name; where there is none, those that begin so, or hold it."""
    tests = (
        lambda loop: wanted in (str(loop.path).lower(), loop.path.name.lower()),
        lambda loop: loop.path.stem.lower() == wanted,
        lambda loop: loop.path.name.lower().startswith(wanted),
        lambda loop: wanted in loop.path.name.lower(),
    )
    for test in tests:
        found = [loop for loop in loops if test(loop)]
        if found:
            return found
    return []
