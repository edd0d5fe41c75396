"""The performance view: a whole screen of what plays, to be read from across a room. Pure.

From top to bottom: the transport, the arrangement as a strip with the playhead, the tracks with
meters, what is queued, and the last lines of the log. Everything that color says stands in words
or signs, too.
"""

import math
from collections.abc import Sequence

from loopmind_live.repl.section_strip import rows_around, strip_rows
from loopmind_live.repl.styled import Fragment, Line, Style, cut, line_columns, pad
from loopmind_live.repl.view import SILENCE_DBFS, columns, printable
from loopmind_live.session.panel import Panel, Strip
from loopmind_live.units import spell_key

FLOOR_DB = -48.0
"""A meter shows nothing below this."""
HOT_DB = -1.0
_MOST_QUEUED = 3
_LEAST_LOG = 2
_ROLE_COLUMNS = 8
_STATE_COLUMNS = 7
_METER_COLUMNS = (10, 30)
_NARROW = 56
"""In fewer columns a track is shown without its fader and its loop."""


def draw(panel: Panel, log: Sequence[str], width: int, height: int) -> list[Line]:
    """Return `height` lines of at most `width` columns; `log` is told oldest first.

    Where there is little room, blank lines go first, then rows of the strip, then the log's lines
    but two, and at last tracks, whose number is told.
    """
    if width <= 0 or height <= 0:
        return []
    head = [_transport(panel, width), _place(panel, width)]
    rows = strip_rows(panel.pads, panel.bars_left, width)
    tracks = [one for one in panel.strips if one.launch != "empty"]
    queued = _queued(panel.queued)
    room = height - len(head) - len(queued) - min(_LEAST_LOG, len(log))
    shown_rows = min(len(rows), max(1, (room - len(tracks)) // 2)) if rows else 0
    strip = [line for row in rows[rows_around(panel.pads, rows, shown_rows)] for line in row]
    tracks_room = max(0, room - len(strip))
    parts = _tracks(tracks, width, tracks_room)
    blocks = [head, strip, parts, queued]
    free = height - sum(map(len, blocks)) - min(_LEAST_LOG, len(log))
    lines: list[Line] = []
    for block in blocks:
        lines.extend(block)
        if block and free > 0:
            lines.append(())
            free -= 1
    lines = lines[:height]
    last = height - len(lines)
    lines.extend((("faint", printable(told)),) for told in list(log)[-last:] if last)
    lines.extend([()] * (height - len(lines)))
    return [cut(line, width) for line in lines]


def meter(peak_db: float, width: int) -> str:
    """Return a peak as a bar of `width` signs, from FLOOR_DB to 0 dB.

    >>> meter(-24.0, 8), meter(0.0, 4), meter(-math.inf, 4)
    ('####----', '####', '----')
    """
    part = 0.0 if math.isnan(peak_db) else 1.0 - max(FLOOR_DB, min(0.0, peak_db)) / FLOOR_DB
    filled = math.ceil(part * width - 1e-9) if width > 0 else 0
    return "#" * filled + "-" * max(0, width - filled)


def state_word(one: Strip, soloing: bool) -> str:
    """Return what a track does, in one word; `soloing` where any track plays alone."""
    if one.muted:
        return "muted"
    if one.soloed:
        return "solo"
    if soloing:
        return "silent"
    if one.launch == "play_queued":
        return "next"
    return "plays" if one.launch in ("playing", "stop_queued") else "rests"


def decibels(level_db: float) -> str:
    """Return a level in six columns.

    >>> decibels(-6.25), decibels(-math.inf), decibels(math.nan)
    ('  -6.2', '  -inf', '     ?')
    """
    if math.isnan(level_db):
        return "     ?"
    return f"{level_db:6.1f}" if level_db > SILENCE_DBFS else "  -inf"


def key_name(key: str | None) -> str:
    """Return a key as people write it, "" where there is none.

    >>> key_name("F#:min"), key_name(None)
    ('F# minor', '')
    """
    if key is None:
        return ""
    return spell_key(key) if ":" in key else key


def _transport(panel: Panel, width: int) -> Line:
    """Return the first line: whether it plays, where, how fast, how loud; what fits of it."""
    record: list[Fragment] = [("hot", "REC ")] if panel.recording else []
    state: Fragment = ("playing", "> PLAYING") if panel.playing else ("muted", "- STOPPED")
    alarm: Style = "hot" if panel.xruns else ""
    loud: Style = "hot" if panel.level_db > HOT_DB else ""
    load = "?" if math.isnan(panel.load) else f"{100 * min(9.99, max(0.0, panel.load)):.0f}%"
    bpm: Fragment = ("", f"  {panel.bpm:.5g} bpm")
    key: Fragment = ("", f"  {printable(key_name(panel.key))}".rstrip())
    loads: Fragment = ("", f"  load {load}")
    xruns: Fragment = (alarm, f"  {panel.xruns} xrun{'' if panel.xruns == 1 else 's'}")
    whole: Line = (
        *record, state, ("title", f"  {_number(panel.bar)}.{_number(panel.beat)}"), bpm, key,
        (loud, f"  {decibels(panel.level_db).strip()} dB"), loads, xruns,
    )  # fmt: skip
    for least in (loads, key, bpm, *(() if panel.xruns else (xruns,))):
        if line_columns(whole) > width:
            whole = tuple(piece for piece in whole if piece is not least)
    return whole


def _place(panel: Panel, width: int) -> Line:
    """Return the second line: the section that plays, and what it has left."""
    if not panel.section:
        return (("faint", "no section plays"),)
    name = printable(panel.section)
    if panel.bars_left is None:
        return (("title", name),)
    left = max(0, math.ceil(panel.bars_left - 1e-6)) if math.isfinite(panel.bars_left) else 0
    text = f": {left} bar{'' if left == 1 else 's'} left   beat "
    beats = panel.beats_per_bar
    lamp = " ".join(
        number if number == _number(panel.beat) else "."
        for number in map(str, range(1, min(beats, 16) + 1))
    )
    if columns(name) + columns(text) + len(lamp) > width:
        lamp = _number(panel.beat)
    return (("title", name), ("", text), ("playing" if panel.playing else "faint", lamp))


def _tracks(tracks: Sequence[Strip], width: int, room: int) -> list[Line]:
    """Return a line a track, and how many there are more where they do not fit."""
    if not tracks:
        none: Line = (("faint", "no tracks yet: describe a set, as in dark trap 140 bpm"),)
        return [none][:room]
    soloing = any(one.soloed for one in tracks)
    lines: list[Line] = [_track(one, soloing, width) for one in tracks]
    if len(lines) <= room:
        return lines
    more: Line = (("faint", f"and {len(lines) - room + 1} tracks more"),)
    return [*lines[: room - 1], more] if room > 0 else []


def _track(one: Strip, soloing: bool, width: int) -> Line:
    word = state_word(one, soloing)
    looks: dict[str, Style] = {"muted": "muted", "solo": "solo", "plays": "playing"}
    least, most = _METER_COLUMNS
    wide = max(least // 2 if width < _NARROW else least, min(most, (width - 44) // 2))
    heard = -math.inf if word in ("muted", "silent", "rests") else one.peak_db
    fader = f"{one.level_db:+.1f}" if math.isfinite(one.level_db) else f"{one.level_db}"
    locked = "locked " if one.locked else ""
    mask = f"{one.mask} " if one.mask else ""
    narrow = width < _NARROW
    return (
        ("title", pad(one.role, _ROLE_COLUMNS)),
        (looks.get(word, "faint"), pad(word, _STATE_COLUMNS)),
        ("hot" if heard > HOT_DB else "meter", meter(heard, wide)),
        ("", f"{decibels(heard)} dB  " + ("" if narrow else f"fader {fader:>5}  ")),
        ("solo", locked),
        ("number", mask),
        ("faint", "" if narrow else printable(one.loop)),
    )


def _queued(queued: Sequence[str]) -> list[Line]:
    """Return what is pending, next first."""
    if not queued:
        return [(("faint", "nothing queued"),)]
    lines: list[Line] = [
        (("next", "next  " if not place else "then  "), ("", printable(text)))
        for place, text in enumerate(queued[:_MOST_QUEUED])
    ]
    more = len(queued) - _MOST_QUEUED
    if more > 0:
        style, text = lines[-1][1]
        lines[-1] = (lines[-1][0], (style, f"{text}  (and {more} more)"))
    return lines


def _number(count: float) -> str:
    return str(int(count)) if math.isfinite(count) else "?"
