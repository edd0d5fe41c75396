"""What the toolbar shows, and how it is fitted into a line. Pure."""

import math
import unicodedata
from dataclasses import dataclass

SILENCE_DBFS = -96.0


@dataclass(frozen=True, slots=True)
class View:
    """A snapshot of the performance for the toolbar.

    `position` is bar.beat from 1; `bars_left` what the section has left; `queued` what is pending,
    next first, as in "hook at 25"; `level_dbfs` the master's peak; `load` the engine's, where 1.0
    is all the time there is.
    """

    position: str = "1.1"
    bpm: float = 0.0
    section: str = ""
    bars_left: float | None = None
    queued: tuple[str, ...] = ()
    level_dbfs: float = -math.inf
    load: float = 0.0
    xruns: int = 0
    playing: bool = False
    recording: bool = False
    message: str = ""


def toolbar_text(view: View, width: int) -> str:
    """Return the toolbar, at most `width` columns: what matters least is shortened first.

    >>> toolbar_text(View("5.3", 140.0, "hook 2", 4, (), -6.2, 0.23, 0, playing=True), 80)
    '> 5.3 | 140 bpm | hook 2, 4 bars left | -6.2 dB | load 23% | 0 xruns'
    >>> toolbar_text(View("5.3", 140.0, "hook 2", 4, (), -6.2, 0.23, 0, playing=True), 24)
    '> 5.3 | 140 | hook 2 4'
    """
    if width <= 0:
        return ""
    fields = _fields(view)
    shown = [0] * len(fields)
    order = [
        (place, form)
        for form in range(1, max(len(forms) for forms, _ in fields))
        for place in sorted(range(len(fields)), key=lambda place: fields[place][1])
        if form < len(fields[place][0])
    ]
    text = _join(fields, shown, " | ")
    for place, form in order:
        if columns(text) <= width:
            return text
        shown[place] = form
        text = _join(fields, shown, " | ")
    if columns(text) > width:
        text = _join(fields, shown, " ")
    return fit(text, width)


def _fields(view: View) -> list[tuple[tuple[str, ...], int]]:
    """Return each field's forms, longest first, and its rank: the lowest gives way first."""
    queued = len(view.queued)
    first = fit(printable(view.queued[0]), 28) if queued else ""
    more = f" +{queued - 1}" if queued > 1 else ""
    left = "" if view.bars_left is None else f"{max(0.0, view.bars_left):g}"
    bars = f", {left} {'bar' if left == '1' else 'bars'} left" if left else ""
    section = fit(printable(view.section), 20)
    level = _decibels(view.level_dbfs)
    load = "?%" if math.isnan(view.load) else f"{100 * min(9.99, max(0.0, view.load)):.0f}%"
    xruns = f"{view.xruns} xrun{'' if view.xruns == 1 else 's'}"
    alarm = view.xruns > 0
    record = "REC " if view.recording else ""
    state = ">" if view.playing else "-"
    place = f"{record}{state} {printable(view.position)}"
    return [
        ((place,), 9),
        ((f"{view.bpm:.5g} bpm", f"{view.bpm:.4g}") if view.bpm else ("",), 5),
        ((section + bars, f"{section} {left}".strip()) if section else ("",), 7),
        ((f"next: {first}{more}", f"next: {fit(first, 12)}{more}", f"{queued} queued")
         if queued else ("",), 6),
        ((level, level.replace(" ", ""), ""), 3),
        ((f"load {load}", load, ""), 2),
        ((xruns, f"{view.xruns}x", f"{view.xruns}x") if alarm else (xruns, "", ""), 1),
        ((fit(printable(view.message), 40), "") if view.message else ("",), 0),
    ]  # fmt: skip


def _join(fields: list[tuple[tuple[str, ...], int]], shown: list[int], gap: str) -> str:
    """Return the fields in the forms that are shown, without the empty ones."""
    texts = (forms[form] for (forms, _), form in zip(fields, shown, strict=True))
    return gap.join(text for text in texts if text)


def _decibels(level_dbfs: float) -> str:
    """Return a level with its unit.

    >>> _decibels(-6.25), _decibels(-math.inf), _decibels(math.nan)
    ('-6.2 dB', '-inf dB', '? dB')
    """
    if math.isnan(level_dbfs):
        return "? dB"
    return f"{level_dbfs:.1f} dB" if level_dbfs > SILENCE_DBFS else "-inf dB"


def columns(text: str) -> int:
    """Return how many columns a terminal gives `text`: two for wide characters, none for marks.

    >>> columns("hook"), columns("音"), columns("e\u0301")
    (4, 2, 1)
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def fit(text: str, width: int) -> str:
    """Return `text` cut to `width` columns; a cut is shown by ".." where there is room.

    >>> fit("breakdown 2", 8), fit("hook", 8)
    ('breakd..', 'hook')
    """
    if columns(text) <= width:
        return text
    mark = ".." if width > 3 else ""
    room = width - len(mark)
    kept = ""
    for character in text:
        room -= _columns(character)
        if room < 0:
            break
        kept += character
    return kept + mark


def printable(text: str) -> str:
    r"""Return `text` without what moves the cursor: control characters become "?".

    >>> printable("a\x1b[2Jb\tc")
    'a?[2Jb c'
    """
    if text.isascii() and text.isprintable():
        return text
    spaced = text.replace("\t", " ")
    return "".join("?" if _controls(character) else character for character in spaced)


def _controls(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _BIDI


_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
"""Marks that turn the direction of writing, and so could hide what stands beside them."""
