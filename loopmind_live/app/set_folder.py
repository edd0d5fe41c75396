"""The folder of a set: what it holds, read whole before anything of it is done.

Only files of the folder itself are read, and the music that it names.
"""

from dataclasses import dataclass
from pathlib import Path

from loopmind_live.errors import ScoreError, SessionError
from loopmind_live.repl.livecode.typed import Piece, pieces
from loopmind_live.score.script import ScriptLine, parse_script
from loopmind_live.session.home import Home
from loopmind_live.session.kept_set import KeptSet
from loopmind_live.session.set_file import read_set

SET, TIMELINE, START, CODE = "set.toml", "timeline.json", "start.txt", "code.py"
CONTROLLERS = "controllers"
MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class SetFolder:
    """What stands in a set's folder. `start` is entered before its first bar, `code` after that.

    `timeline` is None where it has none; `timed` are the lines of its start.txt that name a bar.
    """

    path: Path
    kept: KeptSet
    timeline: Path | None = None
    start: tuple[Piece, ...] = ()
    timed: tuple[ScriptLine, ...] = ()
    code: str = ""

    @property
    def name(self) -> str:
        """Return what it is called."""
        return self.kept.name or self.path.name

    @property
    def has_code(self) -> bool:
        """Tell whether it would type or run anything."""
        return bool(self.start or self.timed or self.code)


def home_of(found: SetFolder) -> Home:
    """Return where a set is kept that was read, with what its file says of its music."""
    kept, folder = found.kept, found.path.absolute()
    return Home(
        folder,
        kept.name,
        None if kept.music is None else folder / kept.music,
        None if kept.library is None else folder / kept.library,
        found.timed,
    )


def is_set(folder: Path) -> bool:
    """Tell whether a folder is a set's: it holds a set.toml or a timeline."""
    return (folder / SET).is_file() or (folder / TIMELINE).is_file()


def read_folder(folder: Path, beats_per_bar: int = 4) -> SetFolder:
    """Return what a set's folder holds; SessionError, with file, key and value, where it is wrong.

    `beats_per_bar` is what the bars of its start.txt are counted in.
    """
    if not is_set(folder):
        what = "holds no set.toml and no timeline.json" if folder.is_dir() else "no such folder"
        raise SessionError(f"{folder}: {what}: save makes a set, as in: save friday")
    try:
        kept = read_set(_text(folder / SET))
    except SessionError as error:
        raise SessionError(f"{folder / SET}: {error}") from error
    timeline = folder / TIMELINE
    found = [one for one in pieces(_text(folder / START)) if not _is_comment(one)]
    return SetFolder(
        folder,
        kept,
        timeline if timeline.is_file() else None,
        tuple(one for one in found if not _is_timed(one)),
        _timed(folder / START, [one for one in found if _is_timed(one)], beats_per_bar),
        _text(folder / CODE),
    )


def _is_comment(piece: Piece) -> bool:
    return not piece.is_code and piece.text.startswith("#")


def _is_timed(piece: Piece) -> bool:
    return not piece.is_code and piece.text.startswith("@")


def _timed(file: Path, lines: list[Piece], beats_per_bar: int) -> tuple[ScriptLine, ...]:
    """Return the lines that name a bar, in their order; each keeps its number in the file."""
    rows = [row.strip() for row in _text(file).split("\n")]
    wanted = {one.text for one in lines}
    alone = "\n".join(row if row in wanted else "" for row in rows)
    try:
        return parse_script(alone, beats_per_bar, str(file))
    except ScoreError as error:
        raise SessionError(str(error)) from error


def _text(file: Path) -> str:
    """Return the text of a file, none where there is none."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise SessionError(f"{file}: larger than {MAX_BYTES >> 10} kB: no set has such a file")
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SessionError(f"{file}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SessionError(f"{file}: is not UTF-8 text: save it as such") from error
