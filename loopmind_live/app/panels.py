"""The panel of a performance as it is now."""

from loopmind_live.app.performance import Performance
from loopmind_live.session.panel import Panel, panel_of


def panel_now(show: Performance, frame: int | None = None) -> Panel:
    """Return what surfaces are drawn from at this moment, or at a later frame."""
    session, recording = show.session, show.recording is not None
    at = session.engine.frame() if frame is None else frame
    return panel_of(session.state, session.engine.status(), at, recording)
