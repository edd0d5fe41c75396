"""The engine's live parameters, kept where the session has them: told at once, or just ahead."""

from collections.abc import Callable, Mapping

from loopmind_live.engine.base import Engine
from loopmind_live.score.patch import PHRASE_BARS
from loopmind_live.session.ahead import FadersAhead
from loopmind_live.session.desk import standing
from loopmind_live.session.document import Document, Refit
from loopmind_live.session.effects import SetParameter
from loopmind_live.session.notes_ahead import AHEAD_S as NOTES_AHEAD_S
from loopmind_live.session.notes_ahead import NotesAhead
from loopmind_live.session.state import Change, State
from loopmind_live.session.tempo_rules import heard_bpm
from loopmind_live.timing.tempo_map import TempoMap

MOST_OFF_BARS = 0.0005
"""How far the bar that patches hear may be from the set's."""


class EngineFaders:
    """Tells the engine what moves. `write` takes an event's kind, its frame, and its fields."""

    def __init__(
        self, engine: Engine, write: Callable[..., None], told_bpm: float, live: bool
    ) -> None:
        self._engine, self._write = engine, write
        self.told_bpm = told_bpm
        self._ahead = FadersAhead(engine.rate_hz)
        ahead = round(NOTES_AHEAD_S * engine.rate_hz) if live else engine.block
        self._notes = NotesAhead(ahead)
        self._grid = 0.0
        self._meter = 0

    def set(self, parameter: SetParameter) -> None:
        """Move one parameter."""
        frame = self._engine.set_parameter(parameter.name, parameter.value, frame=parameter.frame)
        if frame is not None:
            self._write("param", frame, name=parameter.name, value=parameter.value)

    def stand(self, document: Document, there: Mapping[str, float]) -> None:
        """Put all that was ever moved where `document` has it, save what is `there` already."""
        for fader in standing(document):
            if there.get(fader.name) != fader.value:
                self.set(fader)

    def look_ahead(self, state: State, frame: int, refit: Refit) -> None:
        """Tell what lands soon after `frame`, for its own frame."""
        for fader in self._ahead.news(state, frame, refit):
            self.set(fader)

    def land(self, change: Change, before: Document) -> None:
        """Move what `change` moves in `before`, save what was told ahead."""
        for fader in self._ahead.landed(change, before):
            self.set(fader)

    def follow(self, state: State, frame: int, refit: Refit) -> None:
        """Tell the engine the tempo, and, where there are patches, where the bar is.

        And the notes of instruments that sound soon.
        """
        bpm = heard_bpm(state.tempo, frame, self.told_bpm)
        if bpm != self.told_bpm:
            self.told_bpm = bpm
            self.set(SetParameter("tempo", bpm))
        if state.patches:
            self._follow_bar(state.tempo, frame)
            for note in self._notes.news(state, self._engine.frame(), refit):
                self.set(note)

    def _follow_bar(self, tempo: TempoMap, frame: int) -> None:
        bar_frames = tempo.frames_per_bar(self.told_bpm)
        bar = tempo.bar(frame)
        told = (frame - self._grid) / bar_frames
        off = (told - bar + PHRASE_BARS / 2) % PHRASE_BARS - PHRASE_BARS / 2
        if self._meter and abs(off) <= MOST_OFF_BARS:
            return
        self._grid = frame - bar % PHRASE_BARS * bar_frames
        self.set(SetParameter("grid", self._grid))
        if self._meter != tempo.beats_per_bar:
            self._meter = tempo.beats_per_bar
            self.set(SetParameter("meter", float(self._meter)))
