"""The set of the last performance: its journal keeps it as it is played, to be loaded again."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from loopmind_live.app.journals import JOURNAL, Found
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.session.kept_set import KeptSet, kept_of
from loopmind_live.session.patches import KnownPatch, newest
from loopmind_live.session.sections import as_saved

CODE_NOTE = "code"
"""What the journal calls the functions that run."""
SET_NOTE = "set"
"""What it calls the folder that the set is kept in."""


@dataclass(frozen=True, slots=True)
class LastSet:
    """A set as its performance left it: all that is kept, its patches, and its code.

    `folder` is where it was kept last, None where it never was.
    """

    kept: KeptSet
    arrangement: Arrangement
    patches: tuple[KnownPatch, ...]
    code: str
    folder: Path | None = None


def last_set(found: Found) -> LastSet | None:
    """Return the set that a performance left, None where it left none."""
    snapshot = found.kept.snapshot
    arrangement = None if snapshot is None else as_saved(snapshot.state.document)
    if snapshot is None or arrangement is None:
        return None
    state = snapshot.state
    place = None if state.playhead is None else state.playhead.place
    kept = replace(
        kept_of(state.document, state.patches, place, state.tries, state.seed), name="the last set"
    )
    patches = tuple(
        patch for name in kept.patches if (patch := newest(state.patches, name)) is not None
    )
    code, folder = (found.kept.notes.get(name) for name in (CODE_NOTE, SET_NOTE))
    return LastSet(
        kept, arrangement, patches, code if isinstance(code, str) else "",
        Path(folder) if isinstance(folder, str) else None,
    )  # fmt: skip


def told(found: Found, now: datetime) -> str | None:
    """Return the line that tells of the set that a performance left, None where it left none."""
    last = last_set(found)
    if last is None:
        return None
    at = datetime.fromtimestamp((found.folder / JOURNAL).stat().st_mtime)
    where = "" if last.kept.section is None else f", in {last.kept.section}"
    return f"the set of {day(at, now)} is kept{where}: load last"


def day(at: datetime, now: datetime) -> str:
    """Return when something was, in few words.

    >>> now = datetime(2026, 11, 23, 9, 0)
    >>> day(datetime(2026, 11, 23, 8, 5), now), day(datetime(2026, 11, 22, 23, 10), now)
    ('today 08:05', 'yesterday 23:10')
    >>> day(datetime(2026, 11, 3, 23, 10), now), day(datetime(2025, 12, 31), now)
    ('3 Nov 23:10', '31 Dec 2025 00:00')
    """
    days = (now.date() - at.date()).days
    if days in (0, 1):
        return f"{('today', 'yesterday')[days]} {at:%H:%M}"
    year = "" if at.year == now.year else f" {at.year}"
    return f"{at.day} {at:%b}{year} {at:%H:%M}"
