"""A set in an Ableton Link session: follows what others do, and says what the performer does.

The engine's peer sees the session and commits to it (`engine.link`); `session.following_beat` has
the rules. Here one meets the other, each tick.
"""

import math
from collections.abc import Callable
from dataclasses import replace

from loopmind_live.app.performance import Performance
from loopmind_live.config import DEFAULT_BPM
from loopmind_live.engine.link_block import Asked, LinkBlock, Playing, Said, Stage, Tempo
from loopmind_live.session.actions import SetTime
from loopmind_live.session.command import Command, When
from loopmind_live.session.effects import SetLink
from loopmind_live.session.following_beat import (
    FITTED,
    STEADY_S,
    OutsideBeat,
    in_step,
    multiple_within,
    nearest_multiple,
    sets_tempo,
)
from loopmind_live.session.landing import margin_frames, projected
from loopmind_live.session.state import State
from loopmind_live.session.walking import Moment

GLIDE_STEP_S = 0.05
"""While our tempo glides, the session is told so often."""


class LinkFollower:
    """Keeps a live set in step with a Link session, once asked to."""

    def __init__(
        self, show: Performance, block: LinkBlock, tell: Callable[[str], None], on: bool
    ) -> None:
        self._show, self._block, self._tell = show, block, tell
        self._asked = block.asked()
        self._joined = False
        self._multiple = 1.0
        self._peers = 0
        self._bpm = 0.0
        self._bpm_since = 0
        self._told_bpm = 0.0
        self._number_seen = 0
        self._glides = False
        self._glide_frame = 0
        self._playing_outside = False
        show.link = self.ask
        show.told_beside.append(self.told)
        show.session.first_line = self._first_line
        show.session.landed = self._landed
        if on:
            for line in self.ask(SetLink(on=True)):
                tell(line)

    def ask(self, wanted: SetLink) -> list[str]:
        """Do what was typed; return what to answer."""
        asked = self._asked
        if wanted.on is not None:
            asked = replace(asked, on=wanted.on, bpm=self._own_bpm() or DEFAULT_BPM)
            asked = replace(asked, quantum=float(self._show.session.state.tempo.beats_per_bar))
            said = ["Link: looking for others" if wanted.on else "Link off"]
            if wanted.on == self._asked.on:
                said = [self.told() or "Link is off already"]
                asked = self._asked
        elif wanted.start_stop is not None:
            asked = replace(asked, start_stop=wanted.start_stop)
            said = [f"Link: starts and stops {'are shared' if asked.start_stop else 'stay here'}"]
        else:
            asked = replace(asked, early_s=(wanted.offset_ms or 0.0) / 1000.0)
            said = [f"Link offset {1000.0 * asked.early_s:+g} ms"]
        self._ask(asked)
        if not asked.on:
            self._joined = False
        return said

    def told(self) -> str | None:
        """Return the line that a status has of the session, None where Link is off."""
        if not self._asked.on:
            return None
        if not self._joined:
            return "Link: looking for others"
        shared = ", starts and stops are shared" if self._asked.start_stop else ""
        return f"Link: {_others(self._peers)}, {self._bpm:g} bpm{shared}"

    def advance(self) -> None:
        """Take one look at the session and do what it calls for."""
        if not self._asked.on:
            return
        said = self._block.said()
        if said.stage is Stage.FAILED:
            self._ask(replace(self._asked, on=False))  # the engine has told why
        if said.stage is not Stage.JOINED:
            self._joined = False
            return
        if not self._joined:
            self._join(said)
        self._note(said)
        if said.tempo_number < self._asked.tempo.number or self._leads(said):
            return  # what the performer did is on its way to the others
        self._follow(said)
        if self._asked.start_stop:
            self._follow_playing(said)

    def close(self) -> None:
        """Leave the session."""
        self._ask(replace(self._asked, on=False))

    def _ask(self, asked: Asked) -> None:
        if asked != self._asked:
            self._asked = asked
            self._block.ask(asked)

    def _own_bpm(self) -> float | None:
        """Return the tempo of the set once all that is pending before its start has landed."""
        session = self._show.session
        state = session.state
        document = state.document
        if not state.started:
            document = projected(state, session.arranger.refit)
        return document.bpm

    def _join(self, said: Said) -> None:
        """Begin in the session of others, at their tempo; or found one that goes as this set."""
        self._joined, self._peers, self._multiple = True, said.peers, 1.0
        self._playing_outside = said.playing
        state, own = self._show.session.state, self._own_bpm()
        self._number_seen = state.next_number
        if said.peers:
            near = nearest_multiple(own, said.bpm) if own else 1.0
            if own and not math.isclose(said.bpm * near, own, rel_tol=1e-3):
                near = 1.0
            self._multiple = multiple_within(said.bpm, near)
            self._tell(f"Link: {_others(said.peers)}, {said.bpm:.6g} bpm")
            return
        beat = math.nan
        if state.started:
            beat = state.tempo.bar(said.frame) * state.tempo.beats_per_bar
        self._commit(own or self._asked.bpm, said.frame, beat)
        self._tell("Link: nobody else is there yet; who joins plays along with this set")

    def _note(self, said: Said) -> None:
        """Tell who came and went, and remember since when the tempo stands."""
        if said.peers != self._peers:
            self._peers = said.peers
            gone = ": the music plays on" if not said.peers else f", {said.bpm:.6g} bpm"
            self._tell(f"Link: {_others(said.peers)}{gone}")
        if not math.isclose(said.bpm, self._bpm, rel_tol=1e-6):
            self._bpm, self._bpm_since = said.bpm, said.frame

    def _leads(self, said: Said) -> bool:
        """Tell whether the performer's own tempo goes to the session in this tick."""
        session = self._show.session
        state = session.state
        if not state.started:
            fresh = [one for one in state.pending if one.number >= self._number_seen]
            self._number_seen = state.next_number
            own = self._own_bpm()
            asked_for = any(sets_tempo(one.action) and one.text != FITTED for one in fresh)
            if own is not None and asked_for:
                self._commit(own / self._multiple, said.frame)
                return True
            return False
        frame = said.frame
        segment = state.tempo.segment_at_bar(state.tempo.bar(frame))
        if segment.slope:
            self._glides = True
            if frame >= self._glide_frame:
                self._glide_frame = frame + round(GLIDE_STEP_S * state.tempo.rate_hz)
                ahead = (frame + self._glide_frame) / 2.0
                bpm = state.tempo.bpm_at(state.tempo.bar(ahead))
                self._commit(bpm / self._multiple, frame)
            return True
        if self._glides:
            self._glides = False
            self._commit(segment.bpm / self._multiple, round(segment.frame))
            return True
        return False

    def _follow(self, said: Said) -> None:
        """Bring the set into step with the session."""
        session = self._show.session
        state = session.state
        self._multiple = multiple_within(said.bpm, self._multiple)
        outside = self._outside(said)
        free = session.engine.frame() + margin_frames(state.tempo.rate_hz)
        steady = said.frame - self._bpm_since > STEADY_S * state.tempo.rate_hz
        wanted = in_step(state, outside, self._multiple, free, steady, session.arranger.refit)
        if wanted is not state:
            self._number_seen = wanted.next_number
            session.revise(wanted)

    def _follow_playing(self, said: Said) -> None:
        """Start and stop as others do, once each time."""
        if said.playing == self._playing_outside:
            return
        self._playing_outside = said.playing
        if said.playing_number < self._asked.playing.number:
            return  # that was this set
        playing = self._show.session.state.playing
        if said.playing and not playing:
            command = Command("play", text="play (Link)")
        elif playing and not said.playing:
            command = Command("stop", when=When("now"), text="stop now (Link)")
        else:
            return
        for line in self._show.carry_out([command]).lines:
            self._tell(f"Link: {line}")

    def _landed(self, before: State, moment: Moment) -> None:
        """Say to the session what the performer changed, as it lands."""
        if not self._joined:
            return
        state = moment.state
        for change in moment.landed:
            if isinstance(change.action, SetTime):
                self._multiple *= change.action.factor
            elif sets_tempo(change.action) and change.text != FITTED and before.started:
                bpm = state.tempo.bpm_at(moment.bar)
                self._commit(bpm / self._multiple, moment.frame)
        changed = before.playing != state.playing != self._block.said().playing
        if self._asked.start_stop and changed:
            self._playing_outside = state.playing
            number = self._asked.playing.number + 1
            playing = Playing(number, moment.frame, state.playing)
            self._ask(replace(self._asked, playing=playing))

    def _commit(self, bpm: float, frame: int, beat: float = math.nan) -> None:
        number = self._asked.tempo.number + 1
        self._ask(replace(self._asked, tempo=Tempo(number, frame, bpm, beat)))

    def _first_line(self, frame: int) -> int:
        """Return the first frame from `frame` on at which the set may begin: with their bar."""
        if not self._joined:
            return frame
        outside = self._outside(self._block.said())
        return round(outside.next_line(frame, self._show.session.engine.rate_hz))

    def _outside(self, said: Said) -> OutsideBeat:
        return OutsideBeat(said.frame, said.beat, said.bpm, self._asked.quantum)


def _others(peers: int) -> str:
    """Return how many others there are, in words.

    >>> _others(0), _others(1), _others(3)
    ('nobody else is there', '1 other', '3 others')
    """
    if not peers:
        return "nobody else is there"
    return f"{peers} other{'s' * (peers > 1)}"
