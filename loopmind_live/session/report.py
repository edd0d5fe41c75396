"""What a performer is told of changes as they land, move or are dropped; all is written down."""

from collections.abc import Callable, Sequence
from pathlib import Path

from loopmind_live.prepare.base import Failed
from loopmind_live.score.loop import Role
from loopmind_live.session.chronicle import Chronicle
from loopmind_live.session.effects import Opinion
from loopmind_live.session.opinions import Opinions
from loopmind_live.session.state import Change, State
from loopmind_live.session.walking import Moment


class Report:
    """Tells, and writes, what became of pending changes. Knows which ones it said would move."""

    def __init__(
        self,
        chronicle: Chronicle,
        tell: Callable[[str], None],
        opine: Callable[[Opinion], None],
    ) -> None:
        self._chronicle, self.tell = chronicle, tell
        self._opinions = Opinions(opine)
        self._moved: set[int] = set()
        self._unplayable: set[Path] = set()
        self._landed: list[Change] = []
        self.then: Callable[[Change], None] = lambda _change: None

    def recall(self, state: State) -> None:
        """Know again which changes were moved."""
        self._moved = {one.number for one in state.pending if one.bar != one.promised_bar}

    def postponed(self, state: State, change: Change, due_frame: int, bar: int) -> None:
        """Say, once, that a change is not ready and lands at `bar`."""
        self._chronicle.write(
            state, "late", due_frame, text=change.text, target_frame=due_frame, moved_to_bar=bar + 1
        )
        self._move(change, f"its clips are not ready, moves to bar {bar + 1}")

    def failed(self, state: State, frame: int, failed: Sequence[Failed]) -> None:
        """Say, once for each file, that it cannot be played."""
        for failure in failed:
            path = failure.recipe.path
            if path not in self._unplayable:
                self._unplayable.add(path)
                text = f"{path.name} cannot be played: {failure.reason}"
                self._chronicle.write(state, "error", frame, text=text)
                self.tell(text)

    def go_on(self) -> None:
        """Hand on what has landed since: it may ask for more, and has all there is."""
        landed, self._landed = self._landed, []
        for change in landed:
            self.then(change)

    def landed(self, before: State, moment: Moment) -> None:
        """Say what landed in `moment`, what waits for the section's end, and what was dropped."""
        self._opinions.played(before, moment.bar)
        self._opinions.landed(before, moment)
        self._landed += moment.landed
        for change in moment.landed:
            self._write(moment, change, change.text)
            if change.number in self._moved:
                self.tell(f"{change.text}: landed at bar {int(moment.bar) + 1}")
        for change in moment.moved:
            words = f"the section plays on, moves to its end at bar {int(change.bar) + 1}"
            self._write(moment, change, f"{change.text}: {words}")
            self._move(change, words)
        for change, reason in moment.dropped:
            words = f"{change.text}: canceled, {reason}"
            self._write(moment, change, words)
            if change.mode != "back":
                self.tell(words)

    def ended(self, state: State, frame: int) -> None:
        """Judge by what played on until the set ended at `frame`."""
        self._opinions.played(state, state.tempo.bar(frame))

    def late(self, state: State, frame: int, parts: Sequence[Role], what: str) -> None:
        """Say which parts of the section that plays are not heard, as they are not prepared."""
        section = state.section
        if parts and section is not None:
            self._chronicle.write(state, "late", frame, section=section.label, tracks=list(parts))
            self.tell(f"{section.label}: {', '.join(parts)} {what}")

    def _move(self, change: Change, words: str) -> None:
        if change.number not in self._moved:
            self._moved.add(change.number)
            self.tell(f"{change.text}: {words}")

    def _write(self, moment: Moment, change: Change, words: str) -> None:
        self._chronicle.write(
            moment.state, "result", moment.frame, text=words, change=change.number
        )
