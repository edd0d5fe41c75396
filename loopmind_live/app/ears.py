"""What a performer has to hear with: the cue bus of the engine, the click's sounds, the library."""

from collections.abc import Sequence

from loopmind_live.engine.arena import Arena
from loopmind_live.engine.click import lay_clicks
from loopmind_live.score.loop import Loop
from loopmind_live.session.cue import Ears


def ears_for(arena: Arena, rate_hz: int, has_cue: bool, loops: Sequence[Loop]) -> Ears:
    """Return the ears of a session; the click is laid into `arena`, before any clip is asked for.

    Raises EngineError where there is no room.
    """
    return Ears(has_cue, lay_clicks(arena, rate_hz), loops)
