"""Hold the swaps that were logged against the script that asked for them. Pure.

A log may tell of a choice when it lands, or of each clip when it begins to sound; both are read.
In the second kind, a clip that sounds on over a line is not told of, whatever asks for it there.
What is taken from it is only the name of the loop, and only where the script has asked for another
one and not yet heard it: everything else that the log says must follow from the rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from loopmind_live.bench.events import SwapEvent
from loopmind_live.bench.rules import BarState, Choice, Meter, Plan
from loopmind_live.bench.script import Typed


@dataclass(frozen=True)
class Finding:
    """Something in the events that the script does not explain."""

    frame: int
    text: str


@dataclass(frozen=True)
class Settled:
    """The loops chosen, what the script does not explain, and the lines that nothing answers."""

    choices: tuple[Choice, ...]
    findings: tuple[Finding, ...]
    unanswered: tuple[Typed, ...]


@dataclass(frozen=True)
class _Asked:
    """A track of some sections that is to change from `bar` on, as `line` asks."""

    line: Typed
    bar: int
    places: tuple[int, ...]


@dataclass
class _Ledger:
    """What is known while going from line to line."""

    plan: Plan
    voices: list[dict[str, str]]
    tells_starts: bool
    sounding: dict[str, str] = field(default_factory=dict)
    open: dict[tuple[int, str], _Asked] = field(default_factory=dict)
    told: set[tuple[int, str]] = field(default_factory=set)
    choices: list[Choice] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    answered: set[int] = field(default_factory=set)
    owed: dict[int, Typed] = field(default_factory=dict)

    def ask(self, state: BarState) -> None:
        """Open what the lines landing in this bar ask for; the last one for a track wins."""
        tracks = sorted({track for span in self.plan.spans for track in span.voices})
        counts: dict[tuple[int, str], int] = {}
        here = "" if state.place is None else self.plan.spans[state.place].label
        unknown = set(self.open)
        asking = [line for line in state.landed if line.verb in ("regenerate", "swap")]
        for line in asking:
            places = self.plan.places(line.label or here, line.number)
            asked = _Asked(line, state.bar, places)
            for place in asked.places:
                for track in line.tracks or tracks:
                    self.open[place, track] = asked
                    counts[place, track] = counts.get((place, track), 0) + 1
        for line in asking:
            owing = [
                track
                for track in line.tracks or tracks
                # Two choices for one track and line may end where they began, and what was not
                # known before cannot be seen to change.
                if state.place is not None
                and counts.get((state.place, track)) == 1
                and self.open[state.place, track].line is line
                and (state.place, track) not in unknown
                and track not in state.muted
            ]
            if owing:
                self.owed[id(line)] = line

    def hear(self, swap: SwapEvent, state: BarState) -> None:
        """Take one swap at the line of its bar."""
        place = self._place(swap, state)
        if place is None:
            return
        if swap.loop is None and (swap.track in state.muted or place != state.place):
            return  # a mute, or an end
        now = self.voices[place].get(swap.track)
        asked = self.open.get((place, swap.track))
        if asked is None:
            if swap.loop is not None and swap.loop != now:
                self._find(swap, f"plays {swap.loop} instead of {now}, and nothing asks for it")
            return
        self._settle(place, swap.track, swap.loop, asked, state.bar)

    def close(self, state: BarState, told: set[str]) -> None:
        """Hold that what sounds from this line on is settled; `told` are the tracks with a swap."""
        for (place, track), asked in list(self.open.items()):
            heard = place == state.place and track not in state.muted
            if heard and self.tells_starts and track not in told and track in self.sounding:
                self._settle(place, track, self.sounding[track], asked, state.bar)
            if heard or (place, track) in self.told:
                del self.open[place, track]
        self.told.clear()
        voices = {} if state.place is None else self.voices[state.place]
        self.sounding = {t: loop for t, loop in voices.items() if t not in state.muted}

    def _settle(self, place: int, track: str, loop: str | None, asked: _Asked, bar: int) -> None:
        """Give all sections that share a choice the loop that it brought."""
        if loop != self.voices[place].get(track):
            self.answered.add(id(asked.line))
        for shared in asked.places:
            if self.open.get((shared, track)) is not asked:
                continue
            self.told.add((shared, track))
            self.choices.append(Choice(bar, (shared,), track, loop))
            if loop is None:
                self.voices[shared].pop(track, None)
            else:
                self.voices[shared][track] = loop

    def _place(self, swap: SwapEvent, state: BarState) -> int | None:
        """Return the section that a swap is about: the one in force, or one that is asked for."""
        named = self.plan.places(swap.label, swap.number) if swap.label else (state.place,)
        if state.place in named:
            return state.place
        for place in named:
            asked = self.open.get((place, swap.track)) if place is not None else None
            if asked is not None and asked.bar == state.bar:
                return place
        if swap.loop is not None or state.place is not None:
            self._find(swap, "names a section that is not in force")
        return None

    def _find(self, swap: SwapEvent, what: str) -> None:
        section = f"{swap.label} {swap.number or ''}".strip()
        self.findings.append(Finding(swap.frame, f"{section} {swap.track}: {what}"))


def settle(
    plan: Plan, meter: Meter, states: Sequence[BarState], swaps: Sequence[SwapEvent]
) -> Settled:
    """Return what the logged swaps tell, held against `states`, the bars by the rules.

    Which loops `states` name does not matter, only sections, mutes and what lands.
    """
    ledger = _Ledger(
        plan, [dict(span.voices) for span in plan.spans], _tells_starts(states, meter, swaps)
    )
    lines = {meter.line(bar): bar for bar in range(len(states) + 1)}
    by_bar: dict[int, list[SwapEvent]] = {}
    for swap in swaps:
        bar = lines.get(swap.frame)
        if bar is None or swap.frame != swap.target_frame:
            where = f"at {swap.frame}, for {swap.target_frame}: not at its bar line"
            ledger.findings.append(Finding(swap.frame, f"{swap.label} {swap.track} {where}"))
        if bar is not None:
            by_bar.setdefault(bar, []).append(swap)
    for state in states:
        ledger.ask(state)
        here = by_bar.get(state.bar, ())
        for swap in here:
            ledger.hear(swap, state)
        ledger.close(state, {swap.track for swap in here})
    silent = (line for key, line in ledger.owed.items() if key not in ledger.answered)
    return Settled(tuple(ledger.choices), tuple(ledger.findings), tuple(silent))


def _tells_starts(states: Sequence[BarState], meter: Meter, swaps: Sequence[SwapEvent]) -> bool:
    """Return whether the log tells of clips that begin to sound, not of choices alone."""
    frames = {swap.frame for swap in swaps}
    return any(
        meter.line(state.bar) in frames
        and not any(line.verb in ("regenerate", "swap") for line in state.landed)
        for state in states
    )
