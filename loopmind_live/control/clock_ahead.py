"""What a clock has to know of a performance ahead of time. Pure."""

from loopmind_live.control.clock_plan import MOST_TURNS, Turn
from loopmind_live.session.document import Refit
from loopmind_live.session.state import State
from loopmind_live.session.walking import walk_to
from loopmind_live.timing.tempo_map import TempoMap

AHEAD_S = 0.5
"""So far ahead a clock knows what comes; a tick at the slowest tempo takes an eighth of that."""
_KEPT_BARS = 8.0


def ahead(state: State, refit: Refit, frame: int) -> tuple[TempoMap, tuple[Turn, ...]] | None:
    """Return the tempo map with all that lands soon after `frame`, and the starts and stops there.

    None before the set's clock has started.
    """
    if not state.started:
        return None
    turns: list[Turn] = []
    plays, tempo = state.playing, state.tempo
    for moment in walk_to(state, frame + round(AHEAD_S * tempo.rate_hz), refit, lambda _: True):
        tempo = moment.state.tempo
        if moment.state.playing != plays:
            plays = moment.state.playing
            turns.append(Turn(moment.bar, plays))
    return tempo.forgetting(tempo.bar(frame) - _KEPT_BARS), tuple(turns[:MOST_TURNS])


def turns_from(
    before: tuple[Turn, ...], soon: tuple[Turn, ...], tempo: TempoMap, plays: bool, frame: int
) -> tuple[Turn, ...]:
    """Return the turn that is in force at `frame`, then those that come `soon`.

    `before` are those told last: one of them that was reached is the one in force, where the set
    does `plays` or stands still as it says; else that came about unforeseen, just now.

    >>> tempo = TempoMap.constant(120.0, 48000)
    >>> turns_from((Turn(0.0, True),), (Turn(2.0, False),), tempo, True, 96000)
    (Turn(bar=0.0, plays=True), Turn(bar=2.0, plays=False))
    >>> turns_from((Turn(0.0, True),), (), tempo, False, 96000)
    (Turn(bar=1.0, plays=False),)
    """
    reached = [turn for turn in before if tempo.line(turn.bar) <= frame]
    if reached and reached[-1].plays == plays:
        return (reached[-1], *soon)
    if not reached and not plays:
        return soon
    return (Turn(tempo.bar(frame), plays), *soon)
