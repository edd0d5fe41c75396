"""The rows that the engine plays, as far as is known what happens. Pure."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest

from loopmind_live.config import FADE_S, MAX_ROWS
from loopmind_live.engine.base import FOREVER, Row
from loopmind_live.engine.schedule import last_frame
from loopmind_live.prepare.base import Opened
from loopmind_live.score.arrangement import Part, Section
from loopmind_live.score.clip import Clip, ClipRecipe, recipe_for
from loopmind_live.score.loop import ROLES
from loopmind_live.score.rhythm import Rhythm, rhythm_of
from loopmind_live.session.actions import Enter, SetArrangement
from loopmind_live.session.document import Refit
from loopmind_live.session.openings import Passage, Stretch, passage_at, stretches
from loopmind_live.session.state import Change, State
from loopmind_live.session.walking import Moment, walk
from loopmind_live.timing.tempo_map import TempoSegment
from loopmind_live.units import db_to_gain

_LOW_BITS = (1 << 64) - 1
HORIZON_BARS = 128
"""Rows are sent this far ahead, so that the engine plays on when nobody talks to it."""


def recipe(state: State, part: Part, rate_hz: int, dry: bool) -> ClipRecipe:
    """Return the recipe of `part`'s clip at the tempo of the arrangement in force."""
    assert state.arrangement is not None
    arrangement = state.arrangement
    return recipe_for(
        part.loop, arrangement.bpm, part.semitones, rate_hz, arrangement.beats_per_bar, dry,
        part.tone,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """What rows are made for: the clips there are, from which frame each may sound, and how."""

    clip: Callable[[ClipRecipe], Clip | None]
    clip_id: Callable[[ClipRecipe], int]
    not_before: Callable[[ClipRecipe], int]
    rate_hz: int
    dry: bool
    opened: Callable[[ClipRecipe, Passage], Opened | None] = lambda _recipe, _passage: None
    """A clip of which only the beginning is there, where it may sound in a passage."""


def plan_rows(
    state: State,
    frame: int,
    refit: Refit,
    counts: Callable[[Change], bool],
    stage: Stage,
    horizon_bars: float = HORIZON_BARS,
) -> tuple[Row, ...]:
    """Return the rows from `frame` on, `horizon_bars` ahead; the last of them play forever."""
    now = Moment(frame, state.tempo.bar(frame), state)
    rows: list[Row] = []
    for moment in walk(state, refit, counts):
        _add_rows(rows, now, moment, stage)
        now = moment
        if moment.bar > state.tempo.bar(frame) + horizon_bars or len(rows) > MAX_ROWS // 2:
            break
    _add_rows(rows, now, None, stage)
    return tuple(rows)


def rows_between(state: State, first: int, last: int, stage: Stage) -> tuple[Row, ...]:
    """Return the rows that sound in `state` from frame `first` until `last`."""
    rows: list[Row] = []
    begin = Moment(first, state.tempo.bar(first), state)
    end = None if last == FOREVER else Moment(last, state.tempo.bar(last), state)
    _add_rows(rows, begin, end, stage)
    return tuple(rows)


def _add_rows(rows: list[Row], moment: Moment, following: Moment | None, stage: Stage) -> None:
    """Add the rows that sound from `moment` until `following`, in stretches of one tempo."""
    state = moment.state
    if not state.playing or state.section is None:
        return
    end = FOREVER if following is None else following.frame
    fade_frames = cut_frames = 0 if stage.dry else round(FADE_S * stage.rate_hz)
    if following is not None and not following.state.playing and following.state.fade_bars:
        bar_frames = state.tempo.frames_per_bar(state.tempo.bpm_at(following.bar))
        fade_frames = round(following.state.fade_bars * bar_frames)
    segments = state.tempo.segments
    for index, (segment, after) in enumerate(zip_longest(segments, segments[1:])):
        first = max(moment.frame, round(segment.frame))
        last = end if after is None else min(end, round(after.frame))
        if first < last:
            cut = last != end and state.tempo.cuts(index + 1)
            fade = cut_frames if cut else fade_frames if last == end else 0
            rows += _stretch_rows(state, segment, (first, last), fade, stage)


def _stretch_rows(
    state: State, segment: TempoSegment, span: tuple[int, int], fade_frames: int, stage: Stage
) -> Iterator[Row]:
    """Yield the rows that sound in `span` (first frame, and the one after the last)."""
    section, playhead, arrangement = state.section, state.playhead, state.arrangement
    assert section is not None and playhead is not None and arrangement is not None
    tempo, document = state.tempo, state.document
    bar_frames = tempo.frames_per_bar(segment.bpm)
    origin = segment.frame + (playhead.origin_bar - segment.bar) * bar_frames
    prepared_bpm = arrangement.bpm * document.time
    follows = segment.slope != 0.0 or not math.isclose(segment.bpm, prepared_bpm, rel_tol=1e-12)
    for part, wanted, stretch in _sounding(state, section, span, stage):
        clip, fade = stretch.clip, fade_frames
        if stretch.last < span[1]:
            fade = 0 if stage.dry else round(FADE_S * stage.rate_hz)
        phase_frames = part.phase_beats * wanted.pass_frames / wanted.beats
        begins = stretch.first == round(origin) and not follows and not part.phase_beats
        row = Row(
            track=ROLES.index(part.role),
            clip_id=stage.clip_id(wanted),
            offset=clip.offset,
            body_frames=clip.body_frames,
            pass_frames=wanted.pass_frames,
            origin=origin - phase_frames,
            start=stretch.first,
            stop=stretch.last,
            gain=1.0 if stage.dry else db_to_gain(part.gain_db),
            fade_frames=min(fade, stretch.ring_frames),
            lead_frames=clip.lead_frames if begins else 0,
            tail_frames=clip.tail_frames,
        )
        if follows:
            clip_bars = wanted.beats / arrangement.beats_per_bar * document.time
            row = replace(
                row,
                clip_bars=clip_bars,
                origin_bar=playhead.origin_bar - clip_bars * part.phase_beats / wanted.beats,
                clock_frame=segment.frame,
                clock_bar=segment.bar,
                clock_bar_frames=bar_frames,
                clock_change=segment.slope / segment.bpm,
            )
        if mask := document.mask(part.role):
            row = _masked(row, rhythm_of(mask), origin, playhead.origin_bar, bar_frames, stage)
        yield row


def _masked(
    row: Row, rhythm: Rhythm, origin: float, origin_bar: float, bar_frames: float, stage: Stage
) -> Row:
    """Return a row that sounds in a rhythm alone, counted from where its section began."""
    bits = sum(1 << step for step, sounds in enumerate(rhythm.steps) if sounds)
    steps, span_frames = len(rhythm.steps), rhythm.bars * bar_frames
    fade_frames = 0 if stage.dry else round(FADE_S * stage.rate_hz)
    return replace(
        row,
        mask_low=bits & _LOW_BITS,
        mask_high=bits >> 64,
        mask_steps=steps,
        mask_origin=origin_bar if row.clip_bars else origin,
        mask_span=float(rhythm.bars) if row.clip_bars else span_frames,
        mask_fade_frames=min(fade_frames, int(span_frames / steps)),
    )


def _sounding(
    state: State, section: Section, span: tuple[int, int], stage: Stage
) -> Iterator[tuple[Part, ClipRecipe, Stretch]]:
    """Yield which parts sound in `span`, and from where to where."""
    assert state.playhead is not None
    for part in section.parts:
        if not state.document.audible(part.role, state.playhead.place):
            continue
        wanted = recipe(state, part, stage.rate_hz, stage.dry)
        passage = passage_of(state, part, wanted, state.tempo.bar(span[0]))
        opened = partial(_opened, stage, wanted, passage)
        for stretch in stretches(
            span, stage.clip(wanted), stage.not_before(wanted), opened, state.tempo
        ):
            yield part, wanted, stretch


def passage_of(state: State, part: Part, wanted: ClipRecipe, bar: float) -> Passage | None:
    """Return the pass of a part's clip that sounds at `bar`; None for what began elsewhere."""
    arrangement, playhead = state.arrangement, state.playhead
    if arrangement is None or playhead is None or part.phase_beats:
        return None
    bars = wanted.beats / arrangement.beats_per_bar * state.document.time
    return passage_at(state.tempo, playhead.origin_bar, bars, wanted.pass_frames, bar)


def _opened(
    stage: Stage, wanted: ClipRecipe, passage: Passage | None
) -> tuple[Opened, Passage] | None:
    opened = None if passage is None else stage.opened(wanted, passage)
    return None if opened is None or passage is None else (opened, passage)


def ends_by(
    state: State,
    rows: Iterable[Row],
    frame: int,
    refit: Refit,
    counts: Callable[[Change], bool],
) -> int | None:
    """Return where the set ends, by `frame`: the last section, or what rings after a stop."""
    for moment in walk(state, refit, counts):
        if moment.frame > frame:
            return None
        if state.end_bar == moment.bar and _was_last(state) and not _leads_on(moment):
            return moment.frame
        state = moment.state
    if state.playing or not state.started:
        return None
    rung_out = max((last_frame(row) for row in rows), default=frame)
    return rung_out if rung_out <= frame else None


def _leads_on(moment: Moment) -> bool:
    return any(isinstance(change.action, Enter | SetArrangement) for change in moment.landed)


def _was_last(state: State) -> bool:
    arrangement, playhead = state.arrangement, state.playhead
    if arrangement is None or playhead is None:
        return False
    if state.document.place_of(state.document.looping) == playhead.place:
        return False
    return playhead.place == len(arrangement.sections) - 1
