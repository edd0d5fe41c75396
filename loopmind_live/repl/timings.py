"""What a clause says of tempo, key and time. Pure."""

from loopmind_live.config import MAX_BPM, MIN_BPM
from loopmind_live.repl.clauses import Clause
from loopmind_live.repl.lexicon import STEPS
from loopmind_live.session.argument_kinds import Value
from loopmind_live.session.command import When

_BEATS_PER_BAR = 4.0
_PLAUSIBLE_BPM = (60.0, 200.0)
_INTERVALS = {2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 11, 8: 12}
"""Semitones of "a third", "a fifth", in major."""


def when_of(clause: Clause) -> When | None:
    """Return when a clause is to land, None where it does not say."""
    item = clause.first("when")
    if item is None:
        return None
    if item.name == "now":
        return When("now")
    if item.name == "section":
        return When("section", int(item.number))
    return When("beat" if item.name == "beat" else "bar", int(item.number))


def lasting_bars(clause: Clause) -> float | None:
    """Return for how many bars a change lasts, None where it stays."""
    item = clause.first("lasting")
    bars = clause.first("bars")
    if item is None and bars is not None and bars.number == int(bars.number) >= 1:
        return bars.number
    if item is None or item.name == "section":
        return None
    return item.number / _BEATS_PER_BAR if item.name == "beat" else item.number


def asked_tempo(clause: Clause) -> tuple[str, dict[str, Value]] | None:
    """Return the command that changes the tempo, None where none is asked for."""
    timed = clause.has("tempo_word") or any(
        item.kind == "unit" and item.name == "bpm" for item in clause.items
    )
    if clause.says("half_time") or (clause.has("half") and timed):
        return "half_time", {}
    if clause.says("double_time") or (clause.has("twice") and timed):
        return "double_time", {}
    if clause.has("genre", "mood", "section"):
        return None
    up = clause.says("faster") or (clause.says("raise") and timed)
    down = clause.says("slower") or (clause.says("lower") and timed)
    up, down = up or (clause.has("more") and timed), down or (clause.has("less") and timed)
    bpm, bare = clause.first("bpm"), clause.first("number")
    if bpm is None and bare is not None and (timed or up or down):
        bpm = bare
    if bpm is None and bare is not None and _is_set(clause, bare.number):
        return "set_tempo", {"bpm": bare.number}
    if bpm is None:
        if up == down or clause.roles:
            return None
        return "set_tempo", {"delta": STEPS["bpm"] if up else -STEPS["bpm"]}
    if clause.roles:
        return None
    signed = bpm.text[0] in "+-"
    less = clause.says("lower", "remove", "mute")
    more = clause.says("raise", "add", "insert")
    moved = up or down or less or more or signed or bpm.extra
    to = _follows_to(clause, clause.items.index(bpm))
    small = abs(bpm.number) < MIN_BPM
    if moved and not to and (small or clause.has("by") or signed or bpm.extra):
        fewer = down or less or bpm.number < 0
        return "set_tempo", {"delta": -abs(bpm.number) if fewer else abs(bpm.number)}
    if not MIN_BPM <= bpm.number <= MAX_BPM and bpm is bare:
        return None
    return "set_tempo", {"bpm": bpm.number}


def _is_set(clause: Clause, number: float) -> bool:
    """Tell whether a bare number that something is brought to is a tempo: "take it to 128"."""
    low, high = _PLAUSIBLE_BPM
    moved = clause.says("make", "go", "raise", "lower", "renew", "add", "insert")
    return moved and low <= number <= high and not clause.has_object and not clause.strange


def _follows_to(clause: Clause, at: int) -> bool:
    said = [item for item in clause.items[max(0, at - 2) : at] if item.kind != "filler"]
    return bool(said) and said[-1].may_be("word", "to") != ""


def asked_key(clause: Clause) -> dict[str, Value] | None:
    """Return the arguments that change the key, None where no change is asked for."""
    if clause.has("genre", "mood", "section", "role"):
        return None
    for mode in ("relative_major", "relative_minor"):
        if clause.has(mode):
            return {"mode": mode}
        named = mode.removeprefix("relative_")
        if clause.has(named) and clause.has("it") and clause.says("make", "go", "renew"):
            return {"mode": mode}  # "make it minor": the notes stay
    key = clause.first("key")
    if key is not None:
        return {"key": key.name}
    keyed = clause.says("transpose") or clause.has("key_word")
    up, down = clause.says("raise"), clause.says("lower")
    ordinal = clause.first("ordinal")
    if ordinal is not None and up != down:
        size = _INTERVALS.get(int(ordinal.number), 0) - clause.has("minor")
        return {"semitones": size if up else -size} if size > 0 else None
    step = clause.first("semitones") or (clause.first("number") if keyed else None)
    if step is None:
        return {"semitones": 1 if up else -1} if keyed and up != down else None
    if not (keyed or up or down or step.text[0] in "+-") and len(clause.items) > 2:
        return None
    if step.number != int(step.number) or not step.number:
        return None
    size = int(step.number)
    return {"semitones": -abs(size) if down else size}
