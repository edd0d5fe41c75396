"""Take a performance up whose performer is gone: from its journal, while its engine plays on."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from loopmind_live import __version__
from loopmind_live.app.journals import Found, Held, found
from loopmind_live.app.offline import Request
from loopmind_live.app.recording import Recording
from loopmind_live.errors import EngineError, ScoreError, SessionError
from loopmind_live.prepare.base import Opened
from loopmind_live.prepare.pool import ClipPool
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.clip import ClipRecipe
from loopmind_live.score.eventlog import read_events
from loopmind_live.session.actions import Transport
from loopmind_live.session.journal_codec import pack, unpack
from loopmind_live.session.session import Session
from loopmind_live.session.snapshot import Snapshot
from loopmind_live.session.state import Playhead, State
from loopmind_live.timing.grid import Position
from loopmind_live.timing.tempo_map import TempoMap

if TYPE_CHECKING:
    from loopmind_live.engine.client import ProcessEngine

How = Literal["playing", "anew"]
_PATHS = ("library", "timeline", "script", "record", "stems", "events")


@dataclass(frozen=True, slots=True)
class Resumed:
    """A performance to go on with. `engine` is the folder of the engine that plays, or None.

    `begun_with` is the arrangement whose loops the arranger was given beside the library's.
    """

    held: Held
    request: Request
    snapshot: Snapshot
    engine: Path | None
    begun_with: Arrangement | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def typed_lines(self) -> int:
        """Return how many lines of its script have been typed."""
        return int(self.notes.get("typed", 0)) if self.engine is not None else 0


def resume(root: Path, how: How, headless: bool) -> Resumed:
    """Return the newest performance whose engine plays on ("playing"), or the newest ("anew").

    It is held until `Resumed.held` is closed. SessionError, in one line, where there is none.
    """
    there, wrong = found(root)
    usable = [one for one in there if one.kept.snapshot is not None]
    if how == "anew":
        kept = next((one for one in usable if not one.performed() and _plays_set(one)), None)
        if kept is None:
            raise SessionError(wrong[0] if wrong else "no performance has left a set to load")
        if kept.plays():
            raise SessionError(
                f"{kept.folder.name} plays on: take it up with loopmind perform --resume"
            )
        return _resumed(kept, headless, None)
    playing = [one for one in usable if one.plays()]
    free = [one for one in playing if not one.performed()]
    if free:
        return _resumed(free[0], headless, free[0].engine_folder)
    if playing:
        playing[0].hold().close()  # says who has it
    raise SessionError(_nothing_plays(usable, wrong))


def _nothing_plays(usable: list[Found], wrong: list[str]) -> str:
    last = next((one for one in usable if _plays_set(one)), None)
    if last is not None:
        return (
            f"no performance plays on; the last was {last.folder.name}{_where(last)}: nothing of "
            "it is lost, load it with: loopmind perform --resume anew"
        )
    return wrong[0] if wrong else "no performance plays on, and none has left a journal"


def _plays_set(one: Found) -> bool:
    return one.kept.snapshot is not None and one.kept.snapshot.state.arrangement is not None


def _where(one: Found) -> str:
    snapshot = one.kept.snapshot
    if snapshot is None or snapshot.state.arrangement is None or snapshot.state.playhead is None:
        return ""
    return f", in {snapshot.state.arrangement.name(snapshot.state.playhead.place)}"


def _resumed(one: Found, headless: bool, engine: Path | None) -> Resumed:
    """Hold a performance, and read its journal once more now that nobody writes it."""
    held = one.hold()
    try:
        one = next(each for each in found(one.folder.parent)[0] if each.folder == one.folder)
        header, snapshot = one.kept.header, one.kept.snapshot
        if snapshot is None:
            raise SessionError(f"{held.path}: the journal holds no state")
        begun_with = unpack(header["begun_with"], Arrangement)
        request = replace(unpack(header["request"], Request), headless=headless)
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        held.close()
        raise SessionError(f"{held.path}: the journal's header is damaged: {error!r}") from error
    except SessionError:
        held.close()
        raise
    warnings = []
    if one.kept.damaged_bytes:
        warnings.append(
            f"the last {one.kept.damaged_bytes} bytes of its journal were damaged and left out"
        )
    if engine is None:
        snapshot = Snapshot(anew(snapshot.state))
        request = replace(
            request, script=None, until_bar=None, events=None, record=None, stems=None
        )
    return Resumed(
        held, request, snapshot, engine, begun_with, dict(one.kept.notes), tuple(warnings)
    )


def header(request: Request, engine: Path, begun_with: Arrangement | None) -> dict[str, Any]:
    """Return the first line of a performance's journal: what `resume` needs beside the state."""
    paths: dict[str, Any] = {
        name: value.absolute()
        for name in (field.name for field in dataclasses.fields(request))
        if isinstance(value := getattr(request, name), Path)
    }
    return {
        "version": __version__,
        "engine": str(engine),
        "request": pack(replace(request, **paths)),
        "begun_with": pack(begun_with),
    }


def anew(state: State) -> State:
    """Return the state as it is loaded where nothing plays: its clock waits for `play`.

    Pending changes land with the first bar; transport alone is dropped.
    """
    playhead = None if state.playhead is None else Playhead.at(state.playhead.place, 0.0)
    bpm = state.document.bpm
    tempo = state.tempo
    if bpm is not None:
        tempo = TempoMap.constant(bpm, tempo.rate_hz, tempo.beats_per_bar)
    pending = tuple(
        replace(change, bar=0.0, promised_bar=0.0, frame=None)
        for change in state.pending
        if not isinstance(change.action, Transport)
    )
    return replace(
        state, tempo=tempo, started=False, playing=False, playhead=playhead, pending=pending,
        fade_bars=0.0, taps=(),
    )  # fmt: skip


def take_up(resumed: Resumed, engine: "ProcessEngine", pool: ClipPool, session: Session) -> None:
    """Bring a session, new in this process, to where the performance is."""
    snapshot = resumed.snapshot
    if resumed.engine is None:
        tempo = replace(snapshot.state.tempo, rate_hz=engine.rate_hz)
        state = replace(snapshot.state, tempo=tempo)
        session.take_up(Snapshot(state), (), {}, -1)
        return
    rows = engine.rows
    taken = pool.adopt(
        (one.clip for one in snapshot.placed if not one.opened_frames),
        {row.offset for row in rows if row.clip_id >= 0},
        (Opened(one.clip, one.opened_frames) for one in snapshot.placed if one.opened_frames),
    )
    placed = tuple(one for one in snapshot.placed if one.clip.recipe in taken)
    numbers = max((row.clip_id + 1 for row in rows), default=0)
    unknown = ClipRecipe(Path("unknown"), "", 0.0, 1, 120.0, 120.0, 0, engine.rate_hz)
    recipes = snapshot.recipes + (unknown,) * (numbers - len(snapshot.recipes))
    session.take_up(
        replace(snapshot, placed=placed, recipes=recipes), rows, engine.parameters,
        last_swap_frame(resumed.request.events),
    )  # fmt: skip


def last_swap_frame(events: Path | None) -> int:
    """Return the frame of the last swap that an event file holds, -1 where it holds none."""
    if events is None:
        return -1
    try:
        written = read_events(events).events
    except ScoreError:
        return -1
    frames = [event["frame"] for event in written if event["kind"] == "swap"]
    return max((frame for frame in frames if isinstance(frame, int)), default=-1)


def cut_off_at(cut: Recording, first: int, now: int) -> int:
    """Return the frame of the music at which a recording was cut off that began at `first`.

    Not before what the tap still holds at frame `now`. EngineError where a file cannot be read.
    """
    import soundfile

    from loopmind_live.engine.tap import RING_FRAMES

    frames = []
    for file in cut.files():
        try:
            frames.append(int(soundfile.info(file).frames))
        except (OSError, RuntimeError) as error:
            raise EngineError(f"{file}: cannot be read: {error}") from error
    return max(first + min(frames, default=0), now - RING_FRAMES // 2)


def tell_where(resumed: Resumed, session: Session, tell: Callable[[str], None]) -> None:
    """Say where the performance is, and what was not as it should be."""
    state = session.state
    what = "nothing arranged yet"
    if state.arrangement is not None and state.playhead is not None:
        what = state.arrangement.name(state.playhead.place)
    if resumed.engine is None:
        tell(f"loaded {resumed.held.folder.name}: {what}: play starts it")
    else:
        bars = max(0.0, state.tempo.bar(session.engine.frame())) if state.started else 0.0
        position = Position.from_bars(bars, state.tempo.beats_per_bar)
        verb = "plays" if state.playing else "is stopped"
        count = len(state.pending)
        pending = f", {count} change{'' if count == 1 else 's'} pending" if count else ""
        tell(f"taken up at bar {position}: {what} {verb}{pending}")
    for warning in resumed.warnings:
        tell(warning)
