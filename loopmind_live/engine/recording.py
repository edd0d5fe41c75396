"""An engine that makes no sound and remembers what it was told: for tests and dry runs."""

from collections.abc import Sequence

from loopmind_live.engine.base import EngineEvent, EngineStatus, Row
from loopmind_live.engine.schedule import moved, splice
from loopmind_live.score.patch import Patch


class RecordingEngine:
    """Keeps the rows in force and every call; its clock moves only when told to."""

    latency_frames = 0

    def __init__(self, rate_hz: int = 48000, block: int = 256) -> None:
        self.rate_hz = rate_hz
        self.block = block
        self.rows: tuple[Row, ...] = ()
        self.splices: list[tuple[int, tuple[Row, ...]]] = []
        self.parameters: list[tuple[int, str, float]] = []
        self.patches: dict[int, Patch] = {}
        self.closed = False
        self._frame = 0
        self._events: list[EngineEvent] = []

    def frame(self) -> int:
        """Return the first frame that has not been played yet."""
        return self._frame

    def play_to(self, frame: int) -> None:
        """Move the clock to `frame`; it never goes back."""
        self._frame = max(self._frame, frame)

    def splice(self, frame: int, rows: Sequence[Row], latest: int | None = None) -> None:
        """Replace all rows from `frame` on, or tell that it is too late."""
        if max(frame, latest or frame) < self._frame:
            self._events.append(EngineEvent("late", frame, f"frame {frame} has passed"))
            return
        if latest is not None:
            now = max(frame, self._frame)
            self._events.append(EngineEvent("landed", now))
            rows, frame = moved(rows, frame, now), now
        self.splices.append((frame, tuple(rows)))
        self.rows = splice(self.rows, frame, rows, self._frame)

    def set_parameter(
        self,
        name: str,
        value: float,
        ramp_s: float = 0.02,  # noqa: ARG002
        frame: int | None = None,
    ) -> int:
        """Remember a parameter and the frame from which it counts, which is returned."""
        at = max(self._frame, frame or 0)
        self.parameters.append((at, name, value))
        return at

    def learn(self, number: int, patch: Patch, instead_of: int | None = None) -> None:
        """Remember a patch, and forget another one."""
        self.patches[number] = patch
        if instead_of is not None:
            del self.patches[instead_of]

    def status(self) -> EngineStatus:
        """Return the clock, and silence."""
        return EngineStatus(frame=self._frame)

    def events(self) -> list[EngineEvent]:
        """Return what happened since the last call."""
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True
