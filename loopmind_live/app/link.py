"""A set in an Ableton Link session: follows what others do, and says what the performer does.

The engine's peer sees the session and commits to it (`engine.link`); `session.following_beat` has
the rules. Here one meets the other, each tick.
"""

import math
from collections.abc import Callable
from dataclasses import replace

from loopmind_live.app.beat_follower import BeatFollower
from loopmind_live.app.performance import Performance
from loopmind_live.config import DEFAULT_BPM
from loopmind_live.engine.link_block import Asked, LinkBlock, Playing, Said, Stage, Tempo
from loopmind_live.session.actions import Nudge, SetTime
from loopmind_live.session.command import Command, When
from loopmind_live.session.effects import SetLink
from loopmind_live.session.following_beat import (
    FITTED,
    STILL_S,
    OutsideBeat,
    ahead_bars,
    is_in_step,
    plain_bpm,
    sets_tempo,
)
from loopmind_live.session.landing import margin_frames, projected
from loopmind_live.session.state import Change, State
from loopmind_live.session.walking import Moment, walk_to

GLIDE_STEP_S = 0.05
"""While our tempo glides, the session is told so often."""


class LinkFollower:
    """Keeps a live set in step with a Link session, once asked to."""

    def __init__(
        self, show: Performance, block: LinkBlock, tell: Callable[[str], None], on: bool
    ) -> None:
        self._show, self._block, self._tell = show, block, tell
        self._asked = block.asked()
        self._joined = self._founded = False
        self._follower = BeatFollower(show.session)
        self._peers = 0
        self._bpm = 0.0
        self._number_seen = 0
        self._glides = self._ahead = False
        self._again_frame = 0
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
        return f"Link: {_others(self._peers)}, {_bpm(self._bpm)}{self._step_told()}{shared}"

    def _step_told(self) -> str:
        """Return whether the set is in step with others, in words; nothing where it is not on."""
        state, said = self._show.session.state, self._block.said()
        if not state.playing or not said.peers:
            return ""
        there = is_in_step(state, self._outside(said), self._follower.multiple)
        return ", in step" if there else ", coming into step"

    def described(self) -> list[str]:
        """Return what the doctor tells of it."""
        return [self.told() or "Link is off: type link"]

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
        self._lead_ahead(said)
        if said.tempo_number < self._asked.tempo.number or self._leads(said):
            return  # what the performer did is on its way to the others
        if self._founded and not said.peers:
            self._keep_in_step(said)
            return
        self._founded = False  # from now on the beat is everybody's
        self._follower.follow(self._outside(said))
        self._number_seen = self._show.session.state.next_number
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
        self._joined, self._peers = True, said.peers
        self._playing_outside = said.playing
        own = self._own_bpm()
        self._number_seen = self._show.session.state.next_number
        if said.peers:
            self._follower.begin(said.bpm, own)
            self._tell(f"Link: {_others(said.peers)}, {_bpm(said.bpm)}")
            return
        self._follower.multiple, self._founded = 1.0, True
        self._commit(own or self._asked.bpm, said.frame, self._own_beat(said.frame))
        self._tell("Link: nobody else is there yet; who joins plays along with this set")

    def _note(self, said: Said) -> None:
        """Tell who came and went."""
        if said.peers != self._peers:
            self._peers = said.peers
            gone = ": the music plays on" if not said.peers else f", {_bpm(said.bpm)}"
            self._tell(f"Link: {_others(said.peers)}{gone}")
        self._bpm = said.bpm

    def _lead_ahead(self, said: Said) -> None:
        """Say what sets the tempo next before it lands; take it back where it does not land."""
        session = self._show.session
        state, multiple = session.state, self._follower.multiple
        before, self._ahead = self._ahead, False
        if state.started and any(map(_is_led, state.pending)):
            by = session.engine.frame() + margin_frames(session.engine.rate_hz)
            for moment in walk_to(state, by, session.arranger.refit, session.counts):
                self._ahead = self._lead(moment, multiple) or self._ahead
                multiple *= _recounted(moment)
        if before and not self._ahead:
            bpm = state.tempo.bpm_at(state.tempo.bar(said.frame))
            self._commit(bpm / multiple, said.frame)

    def _lead(self, moment: Moment, multiple: float) -> bool:
        """Say, once, which tempo of the performer's comes with `moment`; tell whether any does."""
        if not any(map(_is_led, moment.landed)):
            return False
        bpm = moment.state.tempo.bpm_at(moment.bar) / (multiple * _recounted(moment))
        said = self._asked.tempo
        if (said.frame, said.bpm) != (moment.frame, bpm):
            self._commit(bpm, moment.frame)
        return True

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
                self._commit(own / self._follower.multiple, said.frame)
                return True
            return False
        frame = said.frame
        segment = state.tempo.segment_at_bar(state.tempo.bar(frame))
        if segment.slope:
            self._glides = True
            if frame >= self._again_frame:
                self._again_frame = frame + round(GLIDE_STEP_S * state.tempo.rate_hz)
                ahead = (frame + self._again_frame) / 2.0
                bpm = state.tempo.bpm_at(state.tempo.bar(ahead))
                self._commit(bpm / self._follower.multiple, frame)
            return True
        if self._glides:
            self._glides = False
            self._commit(segment.bpm / self._follower.multiple, round(segment.frame))
            return True
        return False

    def _keep_in_step(self, said: Said) -> None:
        """Keep a session that nobody has come to yet on the beat of this set: not the set on its.

        So a set alone plays as without Link, and who comes finds the beat that is heard.
        """
        state = self._show.session.state
        began = state.started and said.frame >= state.tempo.segments[0].frame
        if not began or self._ahead or said.frame < self._again_frame:
            return
        ahead = ahead_bars(state.tempo, self._outside(said), self._follower.multiple, said.frame)
        if abs(ahead) * state.tempo.frames_per_bar(said.bpm) > STILL_S * state.tempo.rate_hz:
            self._again_frame = said.frame + state.tempo.rate_hz
            own = self._own_bpm() or said.bpm
            beat = self._own_beat(said.frame)
            self._commit(own / self._follower.multiple, said.frame, beat / self._follower.multiple)

    def _own_beat(self, frame: int) -> float:
        """Return the beat of the set at `frame`; NaN before it has begun."""
        state = self._show.session.state
        return state.tempo.bar(frame) * state.tempo.beats_per_bar if state.started else math.nan

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
        if before.started and self._lead(moment, self._follower.multiple):
            self._ahead = False
        self._follower.multiple *= _recounted(moment)
        for change in moment.landed:
            if isinstance(change.action, Nudge):  # asked for against the others, it stays
                early_s = self._asked.early_s + change.action.ahead_s
                self._ask(replace(self._asked, early_s=early_s))
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
        if not self._joined or (self._founded and not self._peers):
            return frame
        outside = self._outside(self._block.said())
        return round(outside.next_line(frame, self._show.session.engine.rate_hz))

    def _outside(self, said: Said) -> OutsideBeat:
        beats_per_bar = float(self._show.session.state.tempo.beats_per_bar)
        if beats_per_bar != self._asked.quantum:
            self._ask(replace(self._asked, quantum=beats_per_bar))
        return OutsideBeat(said.frame, said.beat, said.bpm, self._asked.quantum)


def _others(peers: int) -> str:
    """Return how many others there are, in words.

    >>> _others(0), _others(1), _others(3)
    ('nobody else is there', '1 other', '3 others')
    """
    if not peers:
        return "nobody else is there"
    return f"{peers} other{'s' * (peers > 1)}"


def _is_led(change: Change) -> bool:
    """Tell whether a change is a tempo of the performer's, for everybody."""
    action = change.action
    return sets_tempo(action) and not isinstance(action, SetTime) and change.text != FITTED


def _recounted(moment: Moment) -> float:
    """Return how many times as fast bars are counted from `moment` on: 2 where double time begins.

    What is told to others stays as it is there.
    """
    actions = (change.action for change in moment.landed)
    return math.prod(action.factor for action in actions if isinstance(action, SetTime))


def _bpm(bpm: float) -> str:
    """Return a tempo of Link, which rounds it, in words.

    >>> _bpm(60e6 / 60060)
    '999 bpm'
    """
    return f"{plain_bpm(bpm):.6g} bpm"
