"""Watch the engine's load from outside its audio callback, and shed what is to be shed."""

from collections.abc import Callable

from loopmind_live.engine.base import EngineEvent
from loopmind_live.engine.guard import relief_to
from loopmind_live.engine.live import Change, LivePlayer
from loopmind_live.engine.overload import Overload, judge, told, weigh
from loopmind_live.engine.protocol import ANY_TIME
from loopmind_live.engine.status import StatusBlock


class Shedder:
    """Judges the load each time it looks; what follows lands in the next block.

    `device_load` returns what all on the device together take, 0..1; `tell` takes what the
    performer is to hear.
    """

    def __init__(
        self,
        live: LivePlayer,
        status: StatusBlock,
        device_load: Callable[[], float],
        tell: Callable[[EngineEvent], None],
    ) -> None:
        self._live, self._status = live, status
        self._device_load, self._tell = device_load, tell
        self._overload = Overload()

    def look(self, now_s: float) -> None:
        """Shed work, or take it up again, where the load asks for it; now_s: a steady clock."""
        load = weigh(self._live.load, self._device_load())
        before, self._overload = self._overload.level, judge(self._overload, load, now_s)
        level = self._overload.level
        self._status.set_relief(level, load)
        if level is not before:
            self._live.inbox.append(Change(ANY_TIME, relief_to(level)))
            self._tell(EngineEvent("load", self._live.frame, told(before, level, load)))
