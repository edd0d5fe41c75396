"""What the toolbar shows of a performance."""

from loopmind_live.app.performance import Performance
from loopmind_live.engine.overload import SHORT
from loopmind_live.repl.view import View
from loopmind_live.timing.grid import Position
from loopmind_live.units import gain_to_db


def view_of(performance: Performance) -> View:
    """Return the toolbar's snapshot of `performance`."""
    session = performance.session
    state, engine = session.state, session.engine.status()
    tempo = state.tempo
    bars = max(0.0, tempo.bar(session.engine.frame())) if state.started else 0.0
    arrangement, end_bar = state.arrangement, state.end_bar
    section = ""
    if arrangement is not None and state.playhead is not None:
        section = arrangement.name(state.playhead.place)
    beside = next((line for tell in performance.told_beside if (line := tell())), "")
    pending = sorted(state.pending, key=lambda change: (change.bar, change.number))
    return View(
        position=str(Position.from_bars(bars, tempo.beats_per_bar)),
        bpm=tempo.bpm_at(bars),
        section=section,
        bars_left=None if end_bar is None else float(-(-(end_bar - bars) // 1)),
        queued=tuple(
            f"{change.text} at {int(change.bar) + 1}" for change in pending if not change.by_routine
        ),
        level_dbfs=gain_to_db(engine.peak),
        load=engine.load,
        xruns=engine.xruns,
        playing=state.playing,
        recording=performance.recording is not None,
        message=(SHORT[engine.relief] or beside) if engine.running else "engine is not running",
    )
