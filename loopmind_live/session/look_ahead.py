"""What may be asked for next: prepared before it is, the likeliest first."""

from loopmind_live.arranger.base import Arranger
from loopmind_live.errors import LoopMindError
from loopmind_live.prepare.base import AHEAD, LATER
from loopmind_live.session import choices
from loopmind_live.session.editing import apply
from loopmind_live.session.readiness import Readiness
from loopmind_live.session.state import State
from loopmind_live.session.walking import when_landed

QUIET_S = 2.0
"""So long after a command nothing but the likeliest is looked for: the next one may be close."""


class LookAhead:
    """Asks for other loops in good time. What it asks for never comes before what is needed."""

    def __init__(self, readiness: Readiness, arranger: Arranger, rate_hz: int) -> None:
        self._readiness, self.arranger = readiness, arranger
        self._quiet_frames = round(QUIET_S * rate_hz)
        self._quiet_from = 0
        self._likely = False
        self._labels: list[str] = []

    def choose_by(self, arranger: Arranger) -> None:
        """Ask `arranger` from now on, first for what is likeliest: it may choose otherwise."""
        self.arranger = arranger
        self._likely = True

    def typed(self, frame: int, other: bool) -> None:
        """Note that something was typed at `frame`; `other` where the set will be another one."""
        self._quiet_from = frame + self._quiet_frames
        self._likely = self._likely or other

    def changed(self, state: State) -> None:
        """Note that the arrangement of `state` is a new one."""
        sections = state.arrangement.sections if state.arrangement is not None else ()
        self._labels = sorted({section.label for section in sections})
        self._likely = True

    def go_on(self, state: State, frame: int) -> None:
        """Ask for a little more, where anything is left. Call often."""
        if self._likely:
            self._likely = False
            self._ask(state, None)
        elif self._labels and frame >= self._quiet_from:
            self._ask(state, self._labels.pop())

    def _ask(self, state: State, label: str | None) -> None:
        """Ask for what regenerating `label` would choose, or each of its parts.

        Where None, only for the section that plays once all that is pending has landed.
        """
        refit = self.arranger.refit
        state = when_landed(state, refit)
        likely = label is None
        if label is None:
            label = state.section.label if state.section is not None else None
        document, arrangement = state.document, state.arrangement
        sections = arrangement.sections if arrangement is not None else ()
        places = tuple(i for i, section in enumerate(sections) if section.label == label)
        if not places:
            return  # it may have gone since its turn was noted
        ideas = []
        try:
            ideas.append(choices.regenerate(state, document, places, self.arranger)[1])
        except LoopMindError:
            ideas.clear()  # nothing else fits: the command itself will say so
        for part in () if likely else sections[places[0]].parts:
            try:
                ideas.append(choices.swap(state, document, places, [part.role], self.arranger)[1])
            except LoopMindError:
                continue  # likewise
        for idea in ideas:
            after = apply(document, idea.action, refit).arrangement
            assert after is not None
            section = after.sections[places[0]]
            self._readiness.ask(after, section, AHEAD if likely else LATER)
