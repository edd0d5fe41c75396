"""What the doctor sees of surfaces: those of the performance that runs, where one does."""

from collections.abc import Sequence
from pathlib import Path

from loopmind_live.app.finding import Finding
from loopmind_live.app.journals import journals_folder
from loopmind_live.engine.devices import NoAnswer
from loopmind_live.errors import SessionError

ASK_S = 4.0


def ask_surfaces(root: Path | None = None) -> Sequence[str] | None:
    """Return what the newest performance tells of its surfaces, None where none is under way."""
    from loopmind_live.app.attach import where
    from loopmind_live.app.looking import surfaces_of

    root = root or journals_folder()
    try:
        where(root)
    except SessionError:
        return None
    return surfaces_of(root)


def check_surfaces(answer: Sequence[str] | NoAnswer | Exception | None) -> list[Finding]:
    """Return a finding for each line that the performance tells.

    >>> check_surfaces(["OSC on port 9000: this machine may send"])[0].value
    'OSC on port 9000: this machine may send'
    >>> [finding.state for finding in check_surfaces(NoAnswer("no answer within 4 s"))]
    ['warn']
    """
    match answer:
        case None:
            return [Finding("surfaces", "ok", "told here while a performance runs")]
        case NoAnswer() | Exception():
            reason = answer.reason if isinstance(answer, NoAnswer) else str(answer)
            return [Finding("surfaces", "warn", reason, "look again in a moment")]
        case []:
            nothing = "none is open: start with loopmind perform --osc-port 9000"
            return [Finding("surfaces", "ok", nothing)]
        case _:
            return [Finding("surfaces", "ok", text) for text in answer]
