"""Load a set into a performance: as one change, with all that its first lines make of it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from loopmind_live.errors import LoopMindError, SessionError
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.session.actions import Chances, SetArrangement
from loopmind_live.session.command import FOR_BARS, UNTIL
from loopmind_live.session.commands import BY_NAME, Command
from loopmind_live.session.desk import Desk, Result
from loopmind_live.session.effects import Say
from loopmind_live.session.home import Home
from loopmind_live.session.kept_set import KeptSet, document_of, place_named
from loopmind_live.session.landing import Now, projected
from loopmind_live.session.state import State
from loopmind_live.units import spell_key

_MORE = ("arrange", "load", "patch", "ramp", "record_bars", "take")
"""What can be undone and asks for more than the set as it stands, or takes its time."""
Reduce = Callable[[State, Command, Desk], Result]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What comes with an arrangement that is loaded: all that is kept, and where that is.

    `start` counts as typed before its first bar: what each command moves `is_of_the_set`.
    """

    kept: KeptSet
    home: Home | None = None
    start: tuple[Command, ...] = ()


def loading(
    loaded: Loaded, arrangement: Arrangement, ids: tuple[int, ...], state: State, desk: Desk
) -> SetArrangement:
    """Return the action that loads a set into a performance; SessionError where it cannot be."""
    meter = state.tempo.beats_per_bar
    if arrangement.beats_per_bar != meter:
        raise SessionError(
            f"it is in {arrangement.beats_per_bar}/4 and this performance in {meter}/4: begin "
            "another one with it: loopmind perform --set FOLDER"
        )
    kept = loaded.kept
    document = document_of(kept, arrangement, ids, state.patches, desk.arranger.refit)
    document = replace(document, home=loaded.home)
    assert document.arrangement is not None
    place = 0 if kept.section is None else place_named(document.arrangement, kept.section)
    chances = Chances(state.seed if kept.seed is None else kept.seed, kept.tries)
    return SetArrangement(document.arrangement, place, ids, document, chances)


def is_of_the_set(command: Command) -> bool:
    """Tell whether a command, typed before the first bar, moves what is kept of a set and no more.

    >>> is_of_the_set(Command("lock")), is_of_the_set(Command("play"))
    (True, False)
    >>> is_of_the_set(Command("mute", {"roles": ("pad",), "bars": 4.0}))
    False
    """
    spec = BY_NAME[command.name]
    lasts = any(
        one in spec.arguments and one.name in command.arguments for one in (FOR_BARS, UNTIL)
    )
    return spec.undoable and spec.name not in _MORE and command.when is None and not lasts


def started(
    action: SetArrangement, start: tuple[Command, ...], state: State, desk: Desk, reduce: Reduce
) -> tuple[State, SetArrangement, tuple[Say, ...]]:
    """Return the action that loads a set as it stands once `start` was typed in it, and its words.

    The state is the one that has counted what these commands numbered. What one of them cannot do
    is told, and the others count.
    """
    document, chances = action.document, action.chances
    assert document is not None and chances is not None
    still = replace(
        state, started=False, playing=False, playhead=None, pending=(), document=document,
        seed=chances.seed, tries=chances.tries,
    )  # fmt: skip
    desk = replace(desk, now=Now(0, 0))
    done, said = [], []
    for command in start:
        try:
            still = reduce(still, command, desk)[0]
            done.append(command.text)
        except LoopMindError as error:
            said.append(Say(f"{command.text}: {error}"))
    section = document.section_ids[action.place]
    document = projected(still, desk.arranger.refit)
    action = SetArrangement(
        document.arrangement, document.place_of(section) or 0, document.section_ids, document,
        Chances(chances.seed, still.tries),
    )  # fmt: skip
    words = [Say(f"with {'; '.join(done)}")] if done else []
    return replace(state, next_number=still.next_number), action, (*words, *said)


def loading_summary(name: str, action: SetArrangement) -> str:
    """Return in a few words what is loaded, and the section that it goes on in."""
    document, arrangement = action.document, action.arrangement
    if document is None or arrangement is None:
        return name
    facts = [f"{document.bpm:g} bpm"]
    if arrangement.key is not None:
        facts.append(spell_key(arrangement.key))
    section = arrangement.name(action.place)
    return f"{name or 'the set'}: {', '.join(facts)}, goes on in {section}"
