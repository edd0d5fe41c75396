"""Random scripts that change a set as often as asked, and never let it end. Pure."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from loopmind_live.bench.rules import BarState, Meter, Plan, walk
from loopmind_live.bench.script import Typed, Verb, parse_command
from loopmind_live.errors import ScoreError

WEIGHTS: Mapping[Verb, float] = {
    "goto": 0.15,
    "regenerate": 0.2,
    "swap": 0.3,
    "mute": 0.15,
    "unmute": 0.2,
}
BEAT_STEPS = 1000
"""Beats are written to three decimals."""


@dataclass(frozen=True)
class Script:
    """Typed lines, and the bar (counted from 1) at whose line all of them have been heard."""

    typed: tuple[Typed, ...]
    until_bar: int

    def text(self, beats_per_bar: int = 4) -> str:
        """Return the script as a file holds it."""
        lines = []
        for line in self.typed:
            bar = int(line.at_bars)
            thousandths = (line.at_bars - bar) * beats_per_bar * BEAT_STEPS
            beat = 1 + int(thousandths) // BEAT_STEPS
            lines.append(f"@{bar + 1}.{beat}.{int(thousandths) % BEAT_STEPS:03d} {line.text}")
        return "\n".join(lines) + "\n"


def random_script(
    plan: Plan,
    meter: Meter,
    commands: int,
    seed: int,
    per_bar: float = 2.0,
    clear_s: float = 0.0,
    weights: Mapping[Verb, float] = WEIGHTS,
    from_bar: int = 1,
    later: float = 0.1,
) -> Script:
    """Return `commands` random changes, `per_bar` of them in a bar on average.

    Every moment of typing keeps `clear_s`, and at least two frames, from the moments at which it
    would land on another line: a live run, which types a little late, needs more than 0. A share
    of `later` says "in N bars". `from_bar` (from 1) is the first in which anything is typed. Jumps
    take the place of other commands wherever the last section would run out, so that the set goes
    on to the end of the script.
    """
    chance = random.Random(seed)
    bars = max(2, round(commands / per_bar))
    clear_frames = max(2.0, clear_s * meter.rate_hz)
    moments: list[Fraction] = []
    while len(moments) < commands:
        steps = chance.randrange(bars * meter.beats_per_bar * BEAT_STEPS)
        moment = from_bar - 1 + Fraction(steps, meter.beats_per_bar * BEAT_STEPS)
        if meter.clearance_frames(moment) >= clear_frames:
            moments.append(moment)
    verbs, odds = list(weights), list(weights.values())
    typed = [
        _random_line(moment, chance.choices(verbs, odds)[0], plan, chance, later)
        for moment in sorted(moments)
    ]
    last = max(meter.landing(line.at_bars, line.ahead) for line in typed)
    states = _keep_going(typed, plan, meter, last + 2, chance)
    typed = [_leave_out_section(line, plan, meter, states, chance) for line in typed]
    return Script(tuple(typed), last + 3)


def _random_line(
    moment: Fraction, verb: Verb, plan: Plan, chance: random.Random, later: float
) -> Typed:
    place = chance.randrange(len(plan.spans))
    tracks = sorted({track for span in plan.spans for track in span.voices})
    match verb:
        case "goto":
            text = f"goto {plan.name(place)}"
        case "regenerate":
            text = f"regenerate {chance.choice((plan.name(place), plan.spans[place].label))}"
        case "swap":
            text = f"swap {chance.choice(tracks)} in {plan.name(place)}"
        case _:
            some = chance.sample(tracks, 1 if chance.random() < 0.8 else 2)
            text = f"{verb} {', '.join(some)}"
    if chance.random() < later:
        text += f" in {chance.randint(2, 4)} bars"
    return parse_command(text, moment)


def _keep_going(
    typed: list[Typed], plan: Plan, meter: Meter, bars: int, chance: random.Random
) -> tuple[BarState, ...]:
    """Turn commands into jumps until the set outlives `bars`; return what sounds then."""
    for _ in range(len(typed) + 100):
        states = walk(plan, typed, meter, bars)
        end = next((state for state in states if state.place is None), None)
        if end is None:
            return states
        before = [
            i for i, line in enumerate(typed) if meter.landing(line.at_bars) <= end.bar
        ]  # fmt: skip
        if not before:
            break
        # The latest line in time to save the set; two in one place would undo each other.
        place = chance.randrange(max(1, len(plan.spans) - 2))
        old = next((i for i in reversed(before) if typed[i].verb != "goto"), before[-1])
        typed[old] = parse_command(f"goto {plan.name(place)}", typed[old].at_bars)
    raise ScoreError("too few commands for their bars: the arrangement ends before the script")


def _leave_out_section(
    line: Typed, plan: Plan, meter: Meter, states: Sequence[BarState], chance: random.Random
) -> Typed:
    """Return half of the swaps without their section, where it is plain which one is meant.

    That is where the section in force is the same, and called by its label alone, from the
    moment of typing to after the line.
    """
    if line.verb != "swap" or chance.random() < 0.5:
        return line
    landing = meter.landing(line.at_bars, line.ahead)
    places = {state.place for state in states[int(line.at_bars) : landing + 1]}
    if len(places) != 1 or (place := places.pop()) is None:
        return line
    if plan.name(place) != plan.spans[place].label:
        return line
    later = f" in {line.ahead} bars" if line.ahead > 1 else ""
    return parse_command(f"swap {line.tracks[0]}{later}", line.at_bars)
