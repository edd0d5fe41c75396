"""The musical rules, worked out a second time: lines, landings, sections and phases. Pure.

Bars are offsets from 0 here. Everything exact is a fraction, so no rounding enters before the one
that the rules ask for: a bar line is at ``round(frame of the bar)``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from loopmind_live.bench.script import Typed

LINE_MARGIN_S = Fraction(30, 1000)
"""A line closer than this to the moment of typing counts as passed."""

AtEnd = Literal["loop", "stop"]
Voices = Mapping[str, str]
"""Track to loop name: what a section plays."""


@dataclass(frozen=True)
class Meter:
    """One tempo and meter from bar 0 at frame 0.

    >>> meter = Meter.of(140, 48000)
    >>> [meter.line(bar) for bar in (0, 1, 2, 7)]
    [0, 82286, 164571, 576000]
    """

    bpm: Fraction
    rate_hz: int
    beats_per_bar: int = 4

    @classmethod
    def of(cls, bpm: float, rate_hz: int, beats_per_bar: int = 4) -> "Meter":
        """Return the meter of a tempo as people write it: 87.5 is exactly 175/2."""
        return cls(Fraction(str(bpm)), rate_hz, beats_per_bar)

    @property
    def bar_frames(self) -> Fraction:
        """Return the exact length of a bar in frames."""
        return Fraction(60 * self.rate_hz * self.beats_per_bar) / self.bpm

    def line(self, bar: int) -> int:
        """Return the frame of the line of `bar`."""
        return round(bar * self.bar_frames)

    def landing(self, at_bars: Fraction, ahead: int = 1) -> int:
        """Return the bar at whose line lands what is typed at `at_bars`: the `ahead`-th line.

        Lines count from the first that is at least 30 ms away.

        >>> meter = Meter.of(120, 48000)
        >>> meter.landing(Fraction(1, 2)), meter.landing(Fraction(1)), meter.landing(Fraction(0), 2)
        (1, 2, 2)
        >>> [meter.landing(1 - Fraction(frames, 96000)) for frames in (1440, 1439)]
        [1, 2]
        """
        earliest = at_bars * self.bar_frames + LINE_MARGIN_S * self.rate_hz
        bar = int(at_bars)
        while self.line(bar) < earliest:
            bar += 1
        return bar + ahead - 1

    def clearance_frames(self, at_bars: Fraction) -> float:
        """Return how far `at_bars` is from the nearest moment at which its landing would differ."""
        earliest = at_bars * self.bar_frames + LINE_MARGIN_S * self.rate_hz
        near = int(earliest / self.bar_frames)
        return float(min(abs(self.line(bar) - earliest) for bar in (near, near + 1)))


@dataclass(frozen=True)
class Span:
    """One section of the arrangement: its label, its bars and what it plays at first."""

    label: str
    bars: int
    voices: Voices


@dataclass(frozen=True)
class Plan:
    """The sections in order."""

    spans: tuple[Span, ...]

    def places(self, label: str, number: int | None) -> tuple[int, ...]:
        """Return the places of the sections called `label`: all, or the `number`-th, from 1."""
        found = tuple(i for i, span in enumerate(self.spans) if span.label == label)
        return found if number is None else found[number - 1 : number]

    def name(self, place: int) -> str:
        """Return how the section at `place` is typed: numbered where there are several."""
        label = self.spans[place].label
        several = self.places(label, None)
        return label if len(several) == 1 else f"{label} {several.index(place) + 1}"


@dataclass(frozen=True)
class Choice:
    """A loop chosen for a track of some sections, from `bar` on; None where it falls silent."""

    bar: int
    places: tuple[int, ...]
    track: str
    loop: str | None


@dataclass(frozen=True)
class BarState:
    """What sounds in one bar: the section in force since `entered`, and its tracks.

    `place` is None after the end. `landed` are the typed lines that land at this bar's line.
    """

    bar: int
    place: int | None
    entered: int
    voices: Voices
    muted: frozenset[str]
    landed: tuple[Typed, ...] = ()

    @property
    def sounding(self) -> dict[str, str]:
        """Return the tracks that are heard."""
        return {track: loop for track, loop in self.voices.items() if track not in self.muted}

    def phase_bars(self, clip_bars: int) -> int:
        """Return how far into a clip of `clip_bars` this bar starts."""
        return (self.bar - self.entered) % clip_bars


@dataclass
class _Walk:
    """What changes from bar to bar."""

    plan: Plan
    at_end: AtEnd
    place: int | None = 0
    entered: int = 0
    muted: set[str] = field(default_factory=set)
    voices: list[dict[str, str]] = field(default_factory=list)

    def pass_line(self, bar: int) -> None:
        """Move to the next section where the one in force ends at `bar`."""
        if self.place is None or bar - self.entered < self.plan.spans[self.place].bars:
            return
        if self.place + 1 < len(self.plan.spans):
            self.place += 1
        elif self.at_end == "stop":
            self.place = None
        self.entered = bar

    def land(self, typed: Typed, bar: int) -> None:
        """Carry out one typed line that lands at `bar`."""
        if typed.verb == "goto" and self.place is not None:
            self.place = self.plan.places(typed.label, typed.number)[0]
            self.entered = bar
        elif typed.verb == "mute":
            self.muted.update(typed.tracks)
        elif typed.verb == "unmute":
            self.muted.difference_update(typed.tracks)

    def choose(self, choice: Choice) -> None:
        """Give a track of some sections another loop."""
        for place in choice.places:
            if choice.loop is None:
                self.voices[place].pop(choice.track, None)
            else:
                self.voices[place][choice.track] = choice.loop


def walk(
    plan: Plan,
    typed: Sequence[Typed],
    meter: Meter,
    bars: int,
    choices: Sequence[Choice] = (),
    at_end: AtEnd = "stop",
) -> tuple[BarState, ...]:
    """Return what sounds in each of the first `bars` bars.

    `typed` lines land in the order in which they were typed, so the last one for a track and a
    line wins. At a line the running section ends first, then what was typed lands: a jump wins
    over the section that would have followed. A jump, even to the section in force, enters it
    anew; nothing else touches the phase.
    """
    landing: dict[int, list[Typed]] = {}
    for line in typed:
        landing.setdefault(meter.landing(line.at_bars, line.ahead), []).append(line)
    chosen: dict[int, list[Choice]] = {}
    for choice in choices:
        chosen.setdefault(choice.bar, []).append(choice)
    now = _Walk(plan, at_end, voices=[dict(span.voices) for span in plan.spans])
    states = []
    for bar in range(bars):
        now.pass_line(bar)
        for line in landing.get(bar, ()):
            now.land(line, bar)
        for choice in chosen.get(bar, ()):
            now.choose(choice)
        voices = {} if now.place is None else dict(now.voices[now.place])
        muted, landed = frozenset(now.muted), tuple(landing.get(bar, ()))
        states.append(BarState(bar, now.place, now.entered, voices, muted, landed))
    return tuple(states)
