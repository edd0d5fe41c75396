"""What is written down of a performance: every event, with its frame and bar."""

from collections.abc import Sequence
from typing import Protocol

from loopmind_live.engine.base import Row
from loopmind_live.score.clip import ClipRecipe
from loopmind_live.score.loop import ROLES
from loopmind_live.session.cue_plan import ACCENT_TRACK, of_click, of_set
from loopmind_live.session.readiness import Readiness
from loopmind_live.session.state import State
from loopmind_live.session.swaps import Swap, swaps_between


class EventSink(Protocol):
    """Where everything that happens is written down (see `score.eventlog`)."""

    def write(self, kind: str, frame: int, bar: float, **fields: object) -> None:
        """Write one event; `bar` counts from 1."""
        ...


class Chronicle:
    """Writes a session's events; knows up to which frame the rows have been told."""

    def __init__(self, sink: EventSink, readiness: Readiness) -> None:
        self._sink = sink
        self._readiness = readiness
        self.told_frame = -1

    def write(self, state: State, kind: str, frame: int, **fields: object) -> None:
        """Write one event at `frame`, its bar by the tempo map in force."""
        bar = state.tempo.bar(frame)
        line = round(bar)
        # A line's frame is rounded: say the line, not the place a part of a frame beside it.
        bar = line if state.tempo.line(line) == frame else bar
        self._sink.write(kind, frame, bar + 1, **fields)

    def write_swaps(self, state: State, rows: Sequence[Row], frame: int) -> None:
        """Write each clip, and click on the master, that began or ended by `frame`, once."""
        for swap in swaps_between(of_set(rows), self.told_frame, frame):
            self._write_swap(state, swap)
        for swap in swaps_between(of_click(rows), self.told_frame, frame):
            facts = {"on": False} if swap.row is None else {"on": True, **_sound(swap.row)}
            self.write(state, "click", swap.frame, accent=swap.track == ACCENT_TRACK, **facts)
        self.told_frame = max(self.told_frame, frame)

    def write_carried(self, state: State, rows: Sequence[Row], frame: int) -> None:
        """Write the clips that play on, without a seam, into the section that begins at `frame`."""
        for row in of_set(rows):
            if state.playing and row.start < frame < row.stop:
                self._write_swap(state, Swap(frame, row.track, row), carried=True)

    def _write_swap(self, state: State, swap: Swap, **more: object) -> None:
        fields: dict[str, object] = {
            "section": _section_name(state),
            "track": ROLES[swap.track],
            "loop": None,
            "target_frame": swap.frame,
            "release_frames": swap.release_frames,
            **more,
        }
        if swap.row is not None:
            fields |= _facts(swap.row, self._readiness.recipe(swap.row.clip_id))
        self.write(state, "swap", swap.frame, **fields)


def _facts(row: Row, recipe: ClipRecipe) -> dict[str, object]:
    """Return all of a row that a replay needs."""
    return {
        "loop": str(recipe.path),
        "clip": {
            "key": recipe.key,
            "sha256": recipe.content_hash,
            "start_s": recipe.start_s,
            "beats": recipe.beats,
            "source_bpm": recipe.source_bpm,
            "bpm": recipe.bpm,
            "semitones": recipe.semitones,
            "low_db": recipe.low_db,
            "high_db": recipe.high_db,
        },
        "lead_frames": row.lead_frames,
        **_sound(row),
    }


def _sound(row: Row) -> dict[str, object]:
    """Return how loud a row is, and how it is read."""
    facts: dict[str, object] = {"origin": row.origin, "gain": row.gain}
    if row.clip_bars:
        facts["clock"] = {
            "clip_bars": row.clip_bars,
            "origin_bar": row.origin_bar,
            "clock_frame": row.clock_frame,
            "clock_bar": row.clock_bar,
            "clock_bar_frames": row.clock_bar_frames,
            "clock_change": row.clock_change,
        }
    if row.mask_steps:
        facts["mask"] = {
            "mask_low": row.mask_low,
            "mask_high": row.mask_high,
            "mask_steps": row.mask_steps,
            "mask_origin": row.mask_origin,
            "mask_span": row.mask_span,
            "mask_fade_frames": row.mask_fade_frames,
        }
    return facts


def _section_name(state: State) -> str | None:
    if state.arrangement is None or state.playhead is None:
        return None
    return state.arrangement.name(state.playhead.place)
