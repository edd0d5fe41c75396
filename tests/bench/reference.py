"""A small performer that plays code sets by the rules, and by broken ones when asked.

It is written the other way round than the checker: it goes through time, keeps for every track
what it plays and since when, and copies audio in chunks between lines.
"""

import random
from dataclasses import dataclass, field

import numpy as np

from loopmind_live.bench.codes import GRID, CodeSet
from loopmind_live.bench.events import SwapEvent
from loopmind_live.bench.script import Typed

FAULTS = (
    "late_line", "early_line", "unmute_restarts", "swap_restarts", "goto_keeps_phase",
    "same_section_goto_ignored", "first_wins", "no_margin", "wide_margin", "adds_rounded_bars",
    "wraps_clip", "section_end_ignored", "one_occurrence", "loses_block", "nan",
)  # fmt: skip


@dataclass
class Deck:
    """What one section holds now."""

    label: str
    bars: int
    loops: dict[str, str]


@dataclass
class Performer:
    """Plays `made` for `bars` bars; `fault` names the one rule that it breaks."""

    made: CodeSet
    typed: tuple[Typed, ...]
    bars: int
    seed: int = 0
    fault: str = ""
    fault_bar: int = 10
    swaps: list[SwapEvent] = field(default_factory=list)

    def line(self, bar: int) -> int:
        frames = 4 * 60 * self.made.meter.rate_hz / float(self.made.meter.bpm)
        if self.fault == "adds_rounded_bars":
            return bar * round(frames)
        return round(bar * frames)

    def when(self, typed: Typed) -> int:
        margin_ms = {"no_margin": 0, "wide_margin": 60}.get(self.fault, 30)
        rate = self.made.meter.rate_hz
        frame = float(typed.at_bars) * 4 * 60 * rate / float(self.made.meter.bpm)
        ahead = [
            bar
            for bar in range(self.bars + 300)
            if self.line(bar) - frame >= margin_ms * rate / 1000
        ]
        return ahead[typed.ahead - 1]

    def play(self) -> np.ndarray:
        chance = random.Random(self.seed)
        decks = [Deck(span.label, span.bars, dict(span.voices)) for span in self.made.plan.spans]
        todo: dict[int, list[Typed]] = {}
        for typed in self.typed:
            todo.setdefault(self.when(typed), []).append(typed)
        place, left, muted = 0, decks[0].bars, set()
        age = 0  # bars since the section was entered
        restarted: dict[str, int] = {}
        out = np.zeros((self.line(self.bars) + 8, 2), np.float32)
        for bar in range(self.bars):
            if left == 0 and self.fault != "section_end_ignored":
                place += 1
                if place == len(decks):
                    return out[: self.line(bar)]
                left, age = decks[place].bars, 0
                restarted = {}
            commands = todo.get(bar, [])
            for typed in reversed(commands) if self.fault == "first_wins" else commands:
                if typed.verb == "goto":
                    target = self.find(decks, typed)[0]
                    if target == place and self.fault == "same_section_goto_ignored":
                        continue
                    place, left = target, decks[target].bars
                    age = age if self.fault == "goto_keeps_phase" else 0
                    restarted = {}
            for typed in reversed(commands) if self.fault == "first_wins" else commands:
                if typed.verb == "mute":
                    muted |= set(typed.tracks)
                elif typed.verb == "unmute":
                    if self.fault == "unmute_restarts":
                        restarted |= {track: age for track in typed.tracks if track in muted}
                    muted -= set(typed.tracks)
                elif typed.verb in ("regenerate", "swap"):
                    for track in typed.tracks or sorted(decks[0].loops):
                        self.change(decks, place, typed, track, bar, chance)
                        if self.fault == "swap_restarts":
                            restarted[track] = age
            self.mix(out, bar, decks[place], age, muted, restarted)
            left, age = left - 1, age + 1
        out = out[: self.line(self.bars)]
        if self.fault == "loses_block":
            out[self.line(self.fault_bar) + 5000 :][:-256] = out[self.line(self.fault_bar) + 5256 :]
        if self.fault == "nan":
            out[self.line(self.fault_bar) + 777, 1] = np.nan
        return out

    def find(self, decks: list[Deck], typed: Typed) -> list[int]:
        same = [i for i, deck in enumerate(decks) if deck.label == typed.label]
        return same if typed.number is None else [same[typed.number - 1]]

    def change(self, decks, place, typed, track, bar, chance) -> None:
        targets = self.find(decks, typed) if typed.label else [place]
        heard = {decks[i].loops[track] for i in targets}
        other = [
            c.name for c in self.made.codes.values() if c.track == track and c.name not in heard
        ]
        loop = chance.choice(other)
        for i in targets[:1] if self.fault == "one_occurrence" else targets:
            decks[i].loops[track] = loop
        label = decks[targets[0]].label
        frame = self.line(bar)
        self.swaps.append(SwapEvent(label, typed.number, track, loop, frame, frame))

    def mix(self, out, bar, deck, age, muted, restarted) -> None:
        start, stop = self.line(bar), self.line(bar + 1)
        if bar == self.fault_bar:
            start += {"late_line": 1, "early_line": -1}.get(self.fault, 0)
            if start < self.line(bar):
                out[start : self.line(bar)] = 0
        if bar + 1 == self.fault_bar and self.fault == "late_line":
            stop += 1  # what played before goes on for a frame
        for track, name in deck.loops.items():
            if track in muted:
                continue
            code = self.made.codes[name]
            into_bars = (age - restarted.get(track, 0)) % code.bars
            into = self.line(bar) - self.line(bar - into_bars)
            if self.fault == "wraps_clip":
                passed = self.line(bar) - self.line(bar - age)
                into = passed % len(code.steps)
            frames = np.arange(into, into + stop - start) % len(code.steps)
            out[start:stop] += (code.steps[frames] * GRID).astype(np.float32)
