"""The rows that the engine was told: planned from the state, sent, and moved where it says so."""

from collections.abc import Callable, Sequence

from loopmind_live.engine.base import Engine, Row
from loopmind_live.engine.schedule import first_difference, latest_move, moved, splice
from loopmind_live.session.at_once import (
    NEAR_BARS,
    REST_S,
    Flight,
    flies,
    landing_at,
    numbers_of,
    turns_at,
)
from loopmind_live.session.cue import Ears
from loopmind_live.session.cue_plan import continued, cue_rows
from loopmind_live.session.document import Refit
from loopmind_live.session.landing import margin_frames
from loopmind_live.session.options import Options
from loopmind_live.session.plan import HORIZON_BARS, Stage, plan_rows
from loopmind_live.session.state import Change, State


class EngineRows:
    """Keeps the engine's rows true to the state. `counts` tells which changes are ready to land.

    Live, what lands at once is under way from `take_off` until `touch_down`: the engine says where
    it began. `rest_frame` is when to plan what lies beyond the bars that were planned for it.
    """

    def __init__(
        self,
        engine: Engine,
        stage: Stage,
        options: Options,
        refit: Refit,
        counts: Callable[[Change], bool],
    ) -> None:
        self._engine, self._stage, self._options = engine, stage, options
        self._refit, self._counts = refit, counts
        self._flight: Flight | None = None
        self.rows: tuple[Row, ...] = ()
        self.down_frame = 0
        self.rest_frame: int | None = None
        self.ears: Ears | None = None

    @property
    def under_way(self) -> bool:
        """Tell whether the engine has yet to say where something landed."""
        return self._flight is not None

    def take_up(self, state: State, rows: Sequence[Row]) -> None:
        """Begin with `rows`, which the engine plays, and the state that they were planned from."""
        self.rows = tuple(rows)
        down = (one.frame for one in state.pending if flies(one) and one.frame is not None)
        self.down_frame = max((frame for frame in down if turns_at(rows, frame)), default=0)

    def is_down(self, change: Change) -> bool:
        """Tell whether a change is ready to land and, where the engine says where, has landed."""
        waits = self._options.live and flies(change) and change.frame != self.down_frame
        return not waits and self._counts(change)

    def take_off(self, state: State, told_frame: int) -> State | None:
        """Send what lands at once; where it lands, the engine will say.

        None where that has to wait for the next block. Rows are kept that ended after `told_frame`.
        """
        first = self._engine.status().frame
        if turns_at(self.rows, first):
            return None
        flight = Flight(first, numbers_of(state.pending), self.rows)
        state = landing_at(state, flight.numbers, first)
        rows = self._planned(state, first, NEAR_BARS)
        after = splice(self.rows, first, rows, told_frame)
        self._engine.splice(first, rows, latest_move(after, first))
        self._flight, self.rows = flight, after
        self.rest_frame = first + round(REST_S * self._engine.rate_hz)
        return state

    def touch_down(self, state: State, frame: int, missed: bool = False) -> State:
        """Take it that what was under way begins at `frame`, or `missed` it and starts again."""
        flight, self._flight = self._flight, None
        if flight is None:
            return state
        self.rows = flight.rows if missed else moved(self.rows, flight.frame, frame)
        self.down_frame = self.down_frame if missed else frame
        return landing_at(state, flight.numbers, frame)

    def meant_for(self, frame: int) -> bool:
        """Tell whether what is under way was meant for `frame`."""
        return self._flight is not None and self._flight.frame == frame

    def rest_is_due(self, frame: int) -> bool:
        """Tell, once, whether what lies beyond the bars that were planned is to be planned now."""
        due = self.rest_frame is not None and frame >= self.rest_frame
        if due:
            self.rest_frame = None
        return due

    def news(self, state: State, frame: int) -> tuple[tuple[Row, ...], int | None]:
        """Return the rows from `frame` on, and the first frame at which they sound otherwise."""
        rows = self._planned(state, frame)
        return rows, first_difference(self.rows, splice(self.rows, frame, rows, frame), frame)

    def send(self, rows: Sequence[Row], frame: int, told_frame: int) -> None:
        """Replace what the engine plays from `frame` on."""
        self._engine.splice(frame, rows)
        self.rows = splice(self.rows, frame, rows, told_frame)

    def _planned(self, state: State, frame: int, bars: float = HORIZON_BARS) -> tuple[Row, ...]:
        rows: tuple[Row, ...] = ()
        if state.started:
            rows = plan_rows(state, frame, self._refit, self._counts, self._stage, bars)
        if self.ears is None:
            return rows
        begin = frame
        if self._options.live:  # the cue has time: the set must not be late for it
            begin += self._options.guard_frames + margin_frames(self._engine.rate_hz)
        cue = cue_rows(state, begin, self._refit, self._counts, self._stage, self.ears, bars)
        return (*rows, *continued(self.rows, begin, cue))
