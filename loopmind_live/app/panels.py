"""The panel of a performance as it is now."""

from loopmind_live.app.performance import Performance
from loopmind_live.session.panel import Panel, panel_of


def panel_now(show: Performance) -> Panel:
    """Return what surfaces are drawn from at this moment."""
    session, recording = show.session, show.recording is not None
    return panel_of(session.state, session.engine.status(), session.engine.frame(), recording)
