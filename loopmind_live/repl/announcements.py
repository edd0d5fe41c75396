"""A performance in sentences, for who listens to a screen instead of looking at it. Pure."""

import math
from collections.abc import Mapping

from loopmind_live.repl.performance_view import key_name, state_word
from loopmind_live.repl.view import printable
from loopmind_live.session.panel import Panel


def facts(panel: Panel) -> dict[str, str]:
    """Return what is the case, each fact as a sentence by its name; "" is not worth a word.

    What moves all the time (the bar, meters, load) is none of them.
    """
    count = f"{panel.xruns} xrun{'' if panel.xruns == 1 else 's'}"
    bars = next((one.bars for one in panel.pads if one.name == panel.section), 0)
    long = f", {bars} bar{'' if bars == 1 else 's'}" if bars else ""
    found = {
        "playing": "playing" if panel.playing else "stopped",
        "section": f"section {panel.section}{long}" if panel.section else "",
        "tempo": f"tempo {panel.bpm:.5g} bpm",
        "key": f"key {key_name(panel.key)}" if panel.key else "",
        "next": f"next: {panel.queued[0]}" if panel.queued else "",
        "recording": "recording" if panel.recording else "not recording",
        "xruns": count,
        **_parts(panel),
    }
    return {name: printable(text) for name, text in found.items()}


def description(panel: Panel) -> list[str]:
    """Return all there is to say of a performance now: what `view` answers without a screen."""
    there = facts(panel)
    left = panel.bars_left
    place = f"bar {_whole(panel.bar)}, beat {_whole(panel.beat)}"
    more = f", {_whole(left)} bars left" if left is not None else ""
    heads = [f"{there.pop('playing')}, {place}{more}"]
    quiet = {"muted: none", "solo: none", "locked: none", "masks: none", "not recording", "0 xruns"}
    later = [f"then: {printable(text)}" for text in panel.queued[1:]]
    return [*heads, *(text for text in there.values() if text and text not in quiet), *later]


class Announcer:
    """Tells what changed, once it has stayed so from one look to the next.

    So a glide is told when it has arrived, and a fader when it is let go.
    """

    def __init__(self) -> None:
        self._told: dict[str, str] | None = None
        self._seen: Mapping[str, str] = {}

    def take(self, panel: Panel) -> list[str]:
        """Return the sentences to say after a look at `panel`; the first look says nothing."""
        now = facts(panel)
        if self._told is None:
            self._told = dict(now)
        settled = {name: text for name, text in now.items() if self._seen.get(name) == text}
        news = [text for name, text in settled.items() if self._told.get(name) != text]
        self._told |= settled
        self._seen = now
        return [text for text in news if text]


def _parts(panel: Panel) -> dict[str, str]:
    """Return which parts play, which are muted, alone, locked or masked, and where faders stand."""
    there = [one for one in panel.strips if one.launch != "empty"]
    soloing = any(one.soloed for one in there)
    words = [(one.role, state_word(one, soloing)) for one in there]
    listed: dict[str, list[str]] = {
        "plays": [role for role, word in words if word in ("plays", "solo")],
        "muted": [one.role for one in there if one.muted],
        "solo": [one.role for one in there if one.soloed],
        "locked": [one.role for one in there if one.locked],
        "masks": [f"{one.role} {one.mask}" for one in there if one.mask],
    }
    found = {word: f"{word}: {', '.join(roles) or 'none'}" for word, roles in listed.items()}
    levels = {
        f"level {one.role}": f"level {one.role} {one.level_db:.1f} dB"
        for one in there
        if not math.isclose(one.level_db, 0.0, abs_tol=0.05)
    }
    zero = {f"level {one.role}": "" for one in there if f"level {one.role}" not in levels}
    return found | levels | zero


def _whole(count: float) -> str:
    return str(math.floor(count)) if math.isfinite(count) else "?"
