"""What a performer may not add while the engine has no time left. Pure."""

from loopmind_live.engine.base import EngineStatus
from loopmind_live.engine.overload import Relief
from loopmind_live.errors import SessionError
from loopmind_live.session.document import INSERT_CONTROLS, SEND_OFF_DB, Document, Refit
from loopmind_live.session.landing import projected
from loopmind_live.session.state import State


def refuse_more(before: State, after: State, status: EngineStatus, refit: Refit) -> None:
    """Raise SessionError where `after` asks more of an engine that is full than `before` did."""
    if status.relief < Relief.FULL:
        return
    old, new = work_of(projected(before, refit)), work_of(projected(after, refit))
    more = [what for what in old if new[what] > old[what]]
    if more:
        raise SessionError(
            f"refused: the engine is at {100 * status.weighed_load:.0f} % of its time, and this "
            f"adds {' and '.join(more)}: take something off first, as in: inserts off"
        )


def work_of(document: Document) -> dict[str, int]:
    """Return how much of each thing that costs time a set asks for.

    >>> work_of(Document(mixer=((("bass", "insert1"), 2.0), (("bass", "filter"), 0.0))))
    {'an insert': 1, 'a send': 0, 'a filter': 0, 'parts': 0}
    """
    sections = document.arrangement.sections if document.arrangement is not None else ()
    moved = [(control, value) for (_, control), value in document.mixer]
    return {
        "an insert": sum(control in INSERT_CONTROLS and value > 0.0 for control, value in moved),
        "a send": sum(
            control in ("reverb", "delay") and value > SEND_OFF_DB for control, value in moved
        ),
        "a filter": sum(control == "filter" and value != 0.0 for control, value in moved),
        "parts": max((len(section.parts) for section in sections), default=0),
    }
