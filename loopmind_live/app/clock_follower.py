"""A MIDI clock that comes in, and a set that keeps in step with it."""

import math
from collections.abc import Callable
from dataclasses import replace

from loopmind_live.app.performance import Performance
from loopmind_live.control.clock_plan import ClockAnchor, ClockListen
from loopmind_live.control.clock_reader import ClockHeard, ClockReader
from loopmind_live.control.clock_thread import heard_at
from loopmind_live.control.midi_messages import CONTINUE, START, STOP, MidiIn
from loopmind_live.session.command import Command, When
from loopmind_live.session.following_beat import (
    STEADY_S,
    OutsideBeat,
    ahead_bars,
    in_step,
    multiple_within,
    nearest_multiple,
)
from loopmind_live.session.landing import margin_frames
from loopmind_live.session.state import State

SILENT_S = 1.0
"""A clock that sent nothing for so long has stopped."""
IN_STEP_S = 0.002
"""So far beside a MIDI clock, which is no better than that, a set plays on untouched."""


class ClockFollower:
    """Keeps the set in step with a MIDI clock that comes in."""

    def __init__(self, show: Performance, tell: Callable[[str], None]) -> None:
        self._show, self._tell = show, tell
        self._listen = ClockListen(None)
        self._reader: ClockReader | None = None
        self._port = ""
        self._came_s = -math.inf
        self._bpm: float | None = None
        self._bpm_frame = 0
        self._multiple = 1.0

    @property
    def listen(self) -> ClockListen:
        """Return which ports are listened to."""
        return self._listen

    def ask(self, port: str | None) -> None:
        """Follow the clock of a port with `port` in its name; none where it is None."""
        self._listen = ClockListen(port)
        self._lose()

    def told(self) -> str | None:
        """Return the line that a status has of it, None where no clock is listened to."""
        if self._listen.port is None:
            return None
        if self._bpm is None:
            return f"MIDI clock in: none comes yet from {self._listen.port or 'any port'}"
        return f"MIDI clock in: {self._bpm:g} bpm from {self._port}"

    def take(self, message: MidiIn, now_s: float) -> None:
        """Take a message of a clock; of several clocks, the first that came is followed."""
        if not self._listen.takes(message.port):
            return
        if self._reader is None and message.data[0] != STOP:
            self._reader, self._port = ClockReader(message.port), message.port
        if self._reader is None or message.port != self._port:
            return
        self._reader.take(message.data, message.time_ns)
        self._came_s = now_s
        if message.data[0] in (START, CONTINUE, STOP):
            self._start_or_stop(message.data[0] != STOP)

    def advance(self, now_s: float, anchor: ClockAnchor) -> None:
        """Bring the set into step."""
        if self._reader is None:
            return
        if now_s - self._came_s > SILENT_S:
            if self._bpm is not None:
                self._tell(f"MIDI clock from {self._port} has stopped: the music plays on")
            self._lose()
            return
        heard = self._reader.heard()
        if heard is not None:
            self._follow(heard, anchor)

    def first_line(self, frame: int, anchor: ClockAnchor) -> int:
        """Return the first frame from `frame` on at which a bar of the clock begins."""
        heard = None if self._reader is None else self._reader.heard()
        if heard is None or heard.beat is None or not heard.plays or self._bpm is None:
            return frame
        rate_hz = self._show.session.engine.rate_hz
        return round(self._outside(heard, anchor).next_line(frame, rate_hz))

    def _lose(self) -> None:
        self._reader, self._bpm = None, None

    def _follow(self, heard: ClockHeard, anchor: ClockAnchor) -> None:
        session = self._show.session
        state = session.state
        rate_hz = session.engine.rate_hz
        bpm = settled(heard, self._bpm)
        if bpm is None:
            return
        if bpm != self._bpm:
            if self._bpm is None:
                self._tell(f"MIDI clock from {self._port}: {bpm:g} bpm")
                own = state.document.bpm
                near = nearest_multiple(own, bpm) if own else 1.0
                self._multiple = multiple_within(bpm, near)
            self._bpm, self._bpm_frame = bpm, anchor.frame
            self._multiple = multiple_within(bpm, self._multiple)
        outside = self._outside(heard, anchor)
        free = session.engine.frame() + margin_frames(rate_hz)
        if state.started:
            outside = as_we_play(state, outside, self._multiple, free, heard)
        steady = anchor.frame - self._bpm_frame > STEADY_S * rate_hz
        wanted = in_step(state, outside, self._multiple, free, steady, session.arranger.refit)
        if wanted is not state:
            session.revise(wanted)

    def _outside(self, heard: ClockHeard, anchor: ClockAnchor) -> OutsideBeat:
        session = self._show.session
        frame = heard_at(anchor, heard.time_ns, session.engine.rate_hz)
        quantum = float(session.state.tempo.beats_per_bar)
        return OutsideBeat(round(frame), heard.beat or 0.0, self._bpm or heard.bpm, quantum)

    def _start_or_stop(self, plays: bool) -> None:
        """Start and stop as the clock says."""
        playing = self._show.session.state.playing
        if plays == playing:
            return
        if plays:
            command = Command("play", text="play (MIDI clock)")
        else:
            command = Command("stop", when=When("now"), text="stop now (MIDI clock)")
        for line in self._show.carry_out([command]).lines:
            self._tell(f"MIDI clock: {line}")


def settled(heard: ClockHeard, before: float | None) -> float | None:
    """Return the tempo that is followed: the one `before` until another one is certain.

    A clock's tempo is taken to be a round one where it is that but for jitter; None where nothing
    is certain yet.

    >>> settled(ClockHeard("a", 120.02, 0, None, False, True), None)
    120.0
    >>> settled(ClockHeard("a", 120.04, 0, None, False, True), 120.0)
    120.0
    >>> settled(ClockHeard("a", 126.47, 0, None, False, True), 120.0)
    126.47
    """
    if not heard.steady and (before is None or abs(heard.bpm - before) < 1.0):
        return before
    if before is not None and abs(heard.bpm - before) < 0.06:
        return before
    round_bpm = round(heard.bpm, 1)
    return round_bpm if abs(round_bpm - heard.bpm) < 0.03 else round(heard.bpm, 2)


def as_we_play(
    state: State, outside: OutsideBeat, multiple: float, frame: int, heard: ClockHeard
) -> OutsideBeat:
    """Return the clock outside as in step with us where it is but for jitter, or tells no place."""
    apart = ahead_bars(state.tempo, outside, multiple, frame)
    apart_s = apart * state.tempo.frames_per_bar(outside.bpm * multiple) / state.tempo.rate_hz
    if heard.plays and heard.beat is not None and abs(apart_s) >= IN_STEP_S:
        return outside
    return replace(outside, beat=outside.beat - apart / multiple * outside.quantum)
