"""The rows of the cue: clicks by the tempo map, and what is listened to in the set's phase. Pure.

They stand on tracks of their own, so that a change to them touches no row of the set.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from loopmind_live.config import MAX_TRACKS
from loopmind_live.engine.base import CUE_TRACK, FOREVER, Row
from loopmind_live.engine.click import Clicks
from loopmind_live.score.arrangement import Arrangement, Section
from loopmind_live.score.clip import ClipRecipe
from loopmind_live.score.fit import fitted
from loopmind_live.session.actions import Action, Enter, SetRoles, parts_set
from loopmind_live.session.cue import CountIn, Cue, Ears
from loopmind_live.session.document import Document, Refit
from loopmind_live.session.landing import projected
from loopmind_live.session.plan import HORIZON_BARS, Stage, recipe, rows_between
from loopmind_live.session.state import Change, Playhead, State
from loopmind_live.session.walking import walk
from loopmind_live.timing.tempo_map import TempoMap
from loopmind_live.units import db_to_gain

BEAT_TRACK = MAX_TRACKS - 1
ACCENT_TRACK = MAX_TRACKS - 2
"""No part has these two: there the click sounds, on the master or as far into the cue's tracks."""
BEAT_ID, ACCENT_ID = -1, -2
LISTEN_BARS = 32
_STRUCK_FRAMES = 4
"""The body of a click: the least there may be; all the rest is its tail."""
_LISTENED_BARS = 8

Counts = Callable[[Change], bool]


@dataclass(frozen=True, slots=True)
class View:
    """What is listened to: a section of a document, until a frame; `tempo` where it has its own."""

    document: Document
    place: int
    until: int = FOREVER
    tempo: TempoMap | None = None


def of_set(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that belong to the set: neither click nor cue."""
    return [row for row in rows if row.track < ACCENT_TRACK]


def of_click(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that click on the master."""
    return [row for row in rows if ACCENT_TRACK <= row.track < MAX_TRACKS]


def continued(rows: Sequence[Row], frame: int, new: Sequence[Row]) -> tuple[Row, ...]:
    """Return the cue's rows where it goes on as in `rows` until `frame`, and from there as `new`.

    >>> old = Row(16, 7, 0, 104, 100.0, origin=0.0, start=0)
    >>> [(row.start, row.stop) for row in continued([old, replace(old, track=3)], 50, ())]
    [(0, 50)]
    """
    kept = (row for row in rows if row.track >= ACCENT_TRACK and row.start < frame)
    return (*(replace(row, stop=min(row.stop, frame)) for row in kept), *new)


def count_in_of(state: State) -> CountIn | None:
    """Return how the start that is pending is counted in."""
    starts = (one.action for one in state.pending if isinstance(one.action, Enter))
    return next((action.count_in for action in starts if action.count_in is not None), None)


def count_in_frames(state: State) -> int:
    """Return by how much the clock must start before bar 0, for the count-in."""
    counted = count_in_of(state)
    if counted is None:
        return 0
    return round(counted.bars * state.tempo.frames_per_bar(state.tempo.bpm_at(0.0)))


def cue_rows(
    state: State,
    frame: int,
    refit: Refit,
    counts: Counts,
    stage: Stage,
    ears: Ears,
    bars: float = HORIZON_BARS,
) -> tuple[Row, ...]:
    """Return the rows of the cue, and a count-in on the master, from `frame` on, `bars` ahead."""
    rows = list(_count_in_rows(state, frame, counts, ears))
    if ears.has_cue and state.cue.click and state.started:
        for first, last, at in _spans(state, frame, refit, counts, bars):
            if at.playing:
                rows += _clicks(at.tempo, first, last, state.cue, ears.clicks, CUE_TRACK)
    if ears.has_cue and state.cue.listen is not None:
        rows += _listen_rows(state, frame, refit, counts, stage, min(bars, LISTEN_BARS))
    return tuple(rows)


def recipes_of(state: State, refit: Refit, rate_hz: int, dry: bool) -> list[ClipRecipe]:
    """Return the clips of what is listened to."""
    view = _view(state, refit)
    if view is None or view.document.arrangement is None:
        return []
    seen = replace(state, document=view.document)
    section = view.document.arrangement.sections[view.place]
    return [recipe(seen, part, rate_hz, dry) for part in section.parts]


def _spans(
    state: State, frame: int, refit: Refit, counts: Counts, bars: float
) -> Iterator[tuple[int, int, State]]:
    """Yield the stretches (first frame, the one after the last, state) of one tempo and phase."""
    begin, last_bar = frame, state.tempo.bar(frame) + bars
    for moment in walk(state, refit, counts) if state.started else ():
        if moment.frame > begin and _kind_of(moment.state) != _kind_of(state):
            yield begin, moment.frame, state
            begin = moment.frame
        state = moment.state
        if moment.bar > last_bar:
            break
    yield begin, FOREVER, state


def _kind_of(state: State) -> tuple[object, ...]:
    return state.tempo, state.playing, _origin_bar(state)


def _origin_bar(state: State) -> float:
    return state.playhead.origin_bar if state.playhead is not None and state.playing else 0.0


def _count_in_rows(state: State, frame: int, counts: Counts, ears: Ears) -> Iterator[Row]:
    for change in state.pending if state.started else ():
        counted = change.action.count_in if isinstance(change.action, Enter) else None
        if counted is None or change.frame is not None or not counts(change):
            continue
        first = max(frame, state.tempo.line(change.bar - counted.bars))
        last = state.tempo.line(change.bar)
        if first < last and (counted.on_master or ears.has_cue):
            base = 0 if counted.on_master else CUE_TRACK
            yield from _clicks(state.tempo, first, last, state.cue, ears.clicks, base)


def clicking(clicks: Clicks, accent: bool, origin: float, gain: float) -> Row:
    """Return the row of a sound of the click, on the master; its clock is still to be set."""
    return Row(
        track=ACCENT_TRACK if accent else BEAT_TRACK,
        clip_id=ACCENT_ID if accent else BEAT_ID,
        offset=clicks.accent if accent else clicks.beat,
        body_frames=_STRUCK_FRAMES,
        pass_frames=float(clicks.frames),
        origin=origin,
        start=0,
        gain=gain,
        tail_frames=clicks.frames - _STRUCK_FRAMES,
    )


def _clicks(
    tempo: TempoMap, first: int, last: int, cue: Cue, clicks: Clicks, base: int
) -> Iterator[Row]:
    """Yield the rows that strike each beat, and each bar's first, in stretches of one tempo."""
    for i, (segment, after) in enumerate(zip_longest(tempo.segments, tempo.segments[1:])):
        begin = first if i == 0 else max(first, round(segment.frame))
        end = last if after is None else min(last, round(after.frame))
        if begin < end:
            for accent, every_bars in ((True, 1.0), (False, 1.0 / tempo.beats_per_bar)):
                row = clicking(clicks, accent, segment.frame, db_to_gain(cue.click_db))
                yield replace(
                    row, track=base + row.track, start=begin, stop=end,
                    clip_bars=every_bars, clock_frame=segment.frame, clock_bar=segment.bar,
                    clock_bar_frames=tempo.frames_per_bar(segment.bpm),
                    clock_change=segment.slope / segment.bpm,
                )  # fmt: skip


def _listen_rows(
    state: State, frame: int, refit: Refit, counts: Counts, stage: Stage, bars: float
) -> Iterator[Row]:
    listen, view = state.cue.listen, _view(state, refit)
    if listen is None or view is None:
        return
    for first, last, at in _spans(state, frame, refit, counts, bars):
        tempo = view.tempo or at.tempo
        begin = max(first, at.tempo.line(listen.from_bar)) if state.started else first
        end = min(last, view.until)
        if begin >= end:
            continue
        origin = _origin_bar(at)
        playhead = Playhead(view.place, origin, origin)
        seen = replace(
            at, document=view.document, tempo=tempo, playhead=playhead, playing=True, pending=()
        )
        for row in rows_between(seen, begin, end, stage):
            yield replace(row, track=CUE_TRACK + row.track)


def _view(state: State, refit: Refit) -> View | None:
    """Return what is listened to, None where it is there no more."""
    listen = state.cue.listen
    if listen is None:
        return None
    if listen.kind == "change":
        return _pending_view(state, refit, listen.number or 0)
    if listen.kind == "section":
        document = projected(state, refit)
        places = _places(document.arrangement, listen.label, listen.number)
        return View(_unmuted(document), places[0]) if places else None
    loop = listen.loop
    assert loop is not None
    arrangement, tempo = state.arrangement, None
    document = state.document
    if arrangement is None:
        arrangement = Arrangement(loop.bpm or state.tempo.bpm_at(0.0), loop.key, ())
        tempo = TempoMap.constant(arrangement.bpm, state.tempo.rate_hz)
        document = Document()
    part = fitted(loop, loop.role or "fx", arrangement.bpm, arrangement.key)
    section = Section("intro", _LISTENED_BARS, (part,))
    heard = replace(arrangement, sections=(section,))
    document = replace(document, arrangement=heard, ids=())
    return View(_unmuted(document), 0, tempo=tempo)


def _pending_view(state: State, refit: Refit, number: int) -> View | None:
    if all(change.number != number for change in state.pending):
        return None
    for moment in walk(state, refit):
        for change in moment.landed:
            if change.number == number:
                place = _place_after(change.action, moment.state)
                document = moment.state.document
                if document.arrangement is None or place is None:
                    return None
                heard = isinstance(change.action, SetRoles)
                return View(document if heard else _unmuted(document), place, moment.frame)
    return None


def _place_after(action: Action, state: State) -> int | None:
    """Return the place of the section that `action` is heard in."""
    playing = None if state.playhead is None else state.playhead.place
    named = [section for one in parts_set(action) for section, _ in one.parts]
    places = [place for one in named if (place := state.document.place_of(one)) is not None]
    return playing if playing in places or not places else places[0]


def _places(arrangement: Arrangement | None, label: str, number: int | None) -> list[int]:
    if arrangement is None:
        return []
    places = [i for i, section in enumerate(arrangement.sections) if section.label == label]
    return places if number is None else places[number - 1 : number]


def _unmuted(document: Document) -> Document:
    return replace(
        document, muted=frozenset(), soloed=frozenset(), muted_in=frozenset(),
        soloed_in=frozenset(), masks=(),
    )  # fmt: skip
