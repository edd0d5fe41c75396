"""What a set that is loaded brings beside its music: where it is kept, and what is entered."""

from loopmind_live.app.last_set import LastSet
from loopmind_live.app.set_folder import CODE, SET, START, SetFolder, home_of, is_set, read_folder
from loopmind_live.errors import LoopMindError, SessionError
from loopmind_live.repl.grammar import parse
from loopmind_live.repl.livecode.typed import Piece
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.session.commands import Command
from loopmind_live.session.home import Home
from loopmind_live.session.kept_set import document_of
from loopmind_live.session.loading import is_of_the_set
from loopmind_live.session.session import Session


def check(found: SetFolder | LastSet, arrangement: Arrangement, session: Session) -> None:
    """Raise SessionError, with the file, where a set cannot be as its file says."""
    try:
        document_of(found.kept, arrangement, (), session.state.patches, session.arranger.refit)
    except LoopMindError as error:
        where = f"{found.path / SET}: " if isinstance(found, SetFolder) else ""
        raise SessionError(f"{where}{error}") from error


def home_from(found: SetFolder | LastSet) -> tuple[Home | None, list[str]]:
    """Return where a set is kept from now on, and what is wrong there.

    None where the last one never was in a folder that can be read now: it plays all the same.
    """
    if isinstance(found, SetFolder):
        return home_of(found), []
    if found.folder is None or not is_set(found.folder):
        return None, []
    try:
        return home_of(read_folder(found.folder)), []
    except LoopMindError as error:
        return None, [str(error)]


def to_enter(
    found: SetFolder | LastSet, here: bool
) -> tuple[tuple[Command, ...], tuple[Piece, ...], list[str]]:
    """Return what is typed in a set before its first bar, what once it plays, and what never is."""
    start = found.start if isinstance(found, SetFolder) else ()
    if not here:
        left = [name for name, there in ((START, start), (CODE, found.code)) if there]
        what = f"{' and '.join(left)}: left out: it is entered from your own prompt alone"
        return (), (), [what] if left else []
    told = []
    if isinstance(found, SetFolder) and found.timed:
        told.append(f"{START}: its lines for bars are typed only by perform --set")
    first, rest = _of_the_set(start)
    return first, (*rest, *code_piece(found.code)), told


def _of_the_set(start: tuple[Piece, ...]) -> tuple[tuple[Command, ...], tuple[Piece, ...]]:
    """Return the commands that start lines begin with and that are of the set, and the others."""
    first: list[Command] = []
    for place, piece in enumerate(start):
        try:
            commands = [] if piece.is_code else parse(piece.text)
        except LoopMindError:
            commands = []  # what is wrong with it is told once it is typed
        if not commands or not all(map(is_of_the_set, commands)):
            return tuple(first), start[place:]
        first += commands
    return tuple(first), ()


def code_piece(source: str) -> tuple[Piece, ...]:
    """Return code as it is entered: nothing where there is none."""
    return (Piece(source, is_code=True),) if source else ()
