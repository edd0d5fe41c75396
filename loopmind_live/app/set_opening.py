"""How a performance begins: with a timeline, or a set as it was kept and what that enters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from loopmind_live.app.patches import find_patch
from loopmind_live.app.performance import Performance
from loopmind_live.app.set_folder import CODE, CONTROLLERS, START, SetFolder, home_of, read_folder
from loopmind_live.arranger.base import Arranger
from loopmind_live.engine.patch.scratch import Scratch
from loopmind_live.errors import LoopMindError
from loopmind_live.repl.livecode.typed import Piece
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.script import ScriptLine
from loopmind_live.session.kept_set import document_of
from loopmind_live.session.session import Session

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Opening:
    """What a performance begins with; `found` is the set, None where it was given none."""

    arrangement: Arrangement | None
    found: SetFolder | None = None

    @property
    def beats_per_bar(self) -> int:
        """Return what bars are counted in."""
        return 4 if self.arrangement is None else self.arrangement.beats_per_bar

    @property
    def enters(self) -> bool:
        """Tell whether it enters anything before the first bar."""
        return self.found is not None and bool(self.found.start)

    def script(self, lines: Sequence[ScriptLine]) -> list[ScriptLine]:
        """Return the lines of a script with those of the set's own start.txt, in their order."""
        timed = () if self.found is None else self.found.timed
        return sorted((*timed, *lines), key=lambda line: line.position)

    def open(self, session: Session, folders: Sequence[Path]) -> None:
        """Give a session that has not begun what it begins with; patches are rehearsed for it.

        LoopMindError where that cannot be.
        """
        engine = session.engine
        if self.found is not None:
            for name in self.found.kept.patches:
                file = find_patch(name, folders)
                session.learn(Scratch(file, engine.rate_hz, engine.block).wait())
            kept, refit = self.found.kept, session.arranger.refit
            document = document_of(kept, self.arrangement, (), session.state.patches, refit)
            session.open(replace(document, home=home_of(self.found)), kept.tries)
        elif self.arrangement is not None:
            session.load(self.arrangement)

    def enter(self, show: Performance, tell: Tell, frame: int | None = None) -> None:
        """Enter what the set enters before its first bar; what is wrong there is told.

        Phrases are typed at `frame`, None where time goes by itself.
        """
        if self.found is None:
            return
        show.use_mappings(self.found.path / CONTROLLERS)
        for piece in self.found.start:
            for line in _entered(show, piece, frame):
                tell(f"{START}: {line}")
        if self.found.code:
            for line in _entered(show, Piece(self.found.code, is_code=True), frame):
                tell(f"{CODE}: {line}")


def opening(
    folder: Path | None,
    arrangement: Arrangement | None,
    arranger: Arranger | None = None,
    seed: int = 0,
) -> Opening:
    """Return what a performance begins with: a timeline's arrangement, or what a set asks for.

    Without an `arranger` a set's prompt is left alone: it was arranged before.
    """
    if folder is None:
        return Opening(arrangement)
    found = read_folder(folder, 4 if arrangement is None else arrangement.beats_per_bar)
    if arrangement is None and arranger is not None and found.kept.prompt:
        arrangement = arranger.arrange(found.kept.prompt, seed)
    return Opening(arrangement, found)


def begun(folder: Path | None, arrangement: Arrangement | None, tell: Tell) -> Opening:
    """Return what a performance began with that is taken up: its script goes on."""
    try:
        return opening(folder, arrangement)
    except LoopMindError as error:
        tell(f"{error}: nothing more is typed by it")  # the music comes first
        return Opening(arrangement)


def _entered(show: Performance, piece: Piece, frame: int | None) -> tuple[str, ...]:
    if not piece.is_code:
        return show.type(piece.text, frame).lines
    try:
        show.run_code(piece.text)
    except LoopMindError as error:
        return (str(error),)
    return ()
