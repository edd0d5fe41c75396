"""Play an event file again: the rows and parameters that landed, sample for sample."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loopmind_live.app.stage import Sound, offline_engine
from loopmind_live.engine.base import FOREVER, Row
from loopmind_live.engine.click import Clicks, lay_clicks
from loopmind_live.engine.wav import WavWriter
from loopmind_live.errors import LibraryError, PrepareError, ScoreError
from loopmind_live.prepare.base import NEXT, Failed, Preparer
from loopmind_live.score.clip import ClipRecipe
from loopmind_live.score.eventlog import read_events
from loopmind_live.score.loop import ROLES, Loop
from loopmind_live.score.patch import from_json
from loopmind_live.session.cue_plan import clicking

if TYPE_CHECKING:
    from loopmind_live.engine.offline import OfflineEngine

_WINDOW_BLOCKS = 256
CLOCK = (
    "clip_bars", "origin_bar", "clock_frame", "clock_bar", "clock_bar_frames", "clock_change",
)  # fmt: skip

MASK = ("mask_low", "mask_high", "mask_steps", "mask_origin", "mask_span", "mask_fade_frames")


@dataclass(frozen=True, slots=True)
class Heard:
    """A row as the events tell it: its clip by recipe, and when it began and ended."""

    recipe: ClipRecipe
    track: int
    origin: float
    start: int
    stop: int
    gain: float
    lead_frames: int
    fade_frames: int = 0
    clock: tuple[float, ...] = ()
    mask: tuple[tuple[str, float], ...] = ()


def replay(
    events: Path,
    out: Path,
    loops: list[Loop],
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write the set of `events` to `out`, replacing a file of that name; return its frames.

    `loops` find files that were moved since, by their content. Raises ScoreError where the events
    are damaged, LibraryError where a loop is nowhere to be found.
    """
    header, entries, _ = read_events(events)
    with _reading(events):
        sound = Sound("offline", int(header["rate"]), int(header["block"]), bool(header["dry"]))
        heard = _heard(entries, header, {loop.content_hash: loop.path for loop in loops})
        frames = [int(entry["frame"]) for entry in entries if entry["kind"] == "tempo"]
        if not frames:
            raise ScoreError(f"{events}: nothing was played in it")
        # What the engine was told ahead may lie beyond the set's end.
        ended = [int(entry["frame"]) for entry in entries if entry.get("text") == "end"]
        begin, end = frames[0], max(ended or (int(entry["frame"]) for entry in entries))
        parameters = [
            (int(entry["frame"]), str(entry["name"]), float(entry["value"]))
            for entry in entries
            if entry["kind"] == "param"
        ]
        learned = [
            (int(entry["number"]), from_json(str(entry["graph"])))
            for entry in entries
            if entry["kind"] == "patch"
        ]
    if out.is_file():
        out.unlink()
    with offline_engine(sound) as (engine, pool):
        clicks = lay_clicks(engine.arena, engine.rate_hz)
        with _reading(events):
            rows = _clicks(entries, clicks)
        rows = sorted([*_rows(heard, pool), *rows], key=lambda row: row.start)
        with_dry = "float32" if sound.dry else "pcm24"
        file = WavWriter(out, engine.rate_hz, with_dry)  # type: ignore[arg-type]
        try:
            with _reading(events):
                for number, patch in learned:
                    engine.learn(number, patch)
            _run(engine, rows, parameters, (begin, end), file, progress)
        finally:
            file.close()
        return file.frames


@contextmanager
def _reading(events: Path) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise ScoreError(f"{events}: an event is damaged: {error!r}") from error


def _heard(
    entries: list[dict[str, Any]], header: dict[str, Any], moved: dict[str, Path]
) -> list[Heard]:
    """Return the rows that sounded: on each track, one until the next."""
    heard: list[Heard] = []
    sounding: dict[str, Heard] = {}
    for entry in entries:
        if entry["kind"] != "swap":
            continue
        track, frame = str(entry["track"]), int(entry["frame"])
        before = sounding.pop(track, None)
        if before is not None:
            heard.append(replace(before, stop=frame, fade_frames=int(entry["release_frames"])))
        if entry["loop"] is not None:
            clip = entry["clip"]
            sounding[track] = Heard(
                _recipe(Path(entry["loop"]), clip, header, moved),
                ROLES.index(entry["track"]),
                float(entry["origin"]),
                frame,
                FOREVER,
                float(entry["gain"]),
                int(entry["lead_frames"]),
                clock=tuple(float(entry["clock"][name]) for name in CLOCK if "clock" in entry),
                mask=tuple((name, entry["mask"][name]) for name in MASK if "mask" in entry),
            )
    return [*heard, *sounding.values()]


def _recipe(
    path: Path, clip: dict[str, Any], header: dict[str, Any], moved: dict[str, Path]
) -> ClipRecipe:
    sha256 = str(clip["sha256"])
    if not path.is_file():
        if sha256 not in moved:
            raise LibraryError(f"{path}: gone since: scan the folder that it was moved to")
        path = moved[sha256]
    return ClipRecipe(
        path, sha256, float(clip["start_s"]), int(clip["beats"]), float(clip["source_bpm"]),
        float(clip["bpm"]), int(clip["semitones"]), int(header["rate"]), bool(header["dry"]),
        float(clip.get("low_db", 0.0)), float(clip.get("high_db", 0.0)),
    )  # fmt: skip


def _rows(heard: list[Heard], pool: Preparer) -> list[Row]:
    """Prepare every clip, and return the rows that play them, in the order they begin."""
    recipes = list(dict.fromkeys(one.recipe for one in heard))
    for recipe in recipes:
        pool.request(recipe, NEXT)
    pool.wait()
    for result in pool.poll():
        if isinstance(result, Failed):
            raise PrepareError(f"{result.recipe.path}: {result.reason}")
    rows = []
    for one in heard:
        clip = pool.clip(one.recipe)
        if clip is None:
            raise PrepareError(f"{one.recipe.path}: there is no room for its clip")
        read: dict[str, Any] = {**dict(zip(CLOCK, one.clock, strict=False)), **_mask(one)}
        rows.append(
            Row(
                one.track, recipes.index(one.recipe), clip.offset, clip.body_frames,
                one.recipe.pass_frames, one.origin, one.start, one.stop, one.gain,
                one.fade_frames, one.lead_frames, clip.tail_frames,
                **read,
            )
        )  # fmt: skip
    return rows


def _mask(one: Heard) -> dict[str, Any]:
    """Return a row's mask, its numbers of the kinds that a row has."""
    whole = ("mask_low", "mask_high", "mask_steps", "mask_fade_frames")
    return {name: int(value) if name in whole else float(value) for name, value in one.mask}


def _clicks(entries: list[dict[str, Any]], clicks: Clicks) -> list[Row]:
    """Return the rows that click on the master: of each sound, one until the next."""
    rows: list[Row] = []
    sounding: dict[bool, Row] = {}
    for entry in entries:
        if entry["kind"] != "click":
            continue
        accent, frame = bool(entry["accent"]), int(entry["frame"])
        before = sounding.pop(accent, None)
        if before is not None:
            rows.append(replace(before, stop=frame))
        if entry["on"]:
            clock: dict[str, Any] = {name: float(entry["clock"][name]) for name in CLOCK}
            row = clicking(clicks, accent, float(entry["origin"]), float(entry["gain"]))
            sounding[accent] = replace(row, start=frame, stop=FOREVER, **clock)
    return [*rows, *sounding.values()]


def _run(
    engine: "OfflineEngine",
    rows: list[Row],
    parameters: list[tuple[int, str, float]],
    span: tuple[int, int],
    file: WavWriter,
    progress: Callable[[int, int], None] | None,
) -> None:
    begin, end = span
    first = begin + engine.latency_frames
    window = _WINDOW_BLOCKS * engine.block
    by_block: dict[int, list[tuple[int, str, float]]] = defaultdict(list)
    for frame, name, value in parameters:
        by_block[frame // engine.block].append((frame, name, value))
    while file.frames < end - begin:
        now = engine.frame()
        if now % window == 0:
            reach = now + 2 * window
            engine.splice(
                now, [r for r in rows if r.start - r.lead_frames < reach and r.stop > now]
            )
        for frame, name, value in by_block.get(now // engine.block, ()):
            engine.set_parameter(name, value, frame=frame)
        block = engine.render()
        skip = min(max(0, first - now), engine.block)
        file.write(block[skip : skip + end - begin - file.frames])
        if progress is not None:
            progress(file.frames, end - begin)
