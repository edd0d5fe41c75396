"""Patches of a performance: found by name, rehearsed, and again each time they are saved."""

import logging
import time
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path

from loopmind_live import config
from loopmind_live.app.performance import Performance
from loopmind_live.engine.patch.scratch import Scratch
from loopmind_live.errors import LoopMindError, SessionError
from loopmind_live.score.patch import Patch, to_json
from loopmind_live.session.command import Command
from loopmind_live.session.effects import Rehearse
from loopmind_live.session.patch_rules import mounted_names
from loopmind_live.session.patches import newest

LOOK_S = 0.25
"""Files are looked at this often."""
FOLDER = "patches"
log = logging.getLogger(__name__)
Mark = tuple[int, int]


def patch_folders(own: Path, of_set: Path | None = None) -> list[Path]:
    """Return where patches are looked for: the set's, beside you, your data's, the shipped ones."""
    first = () if of_set is None else (of_set / FOLDER,)
    return [*first, own / FOLDER, config.data_folder() / FOLDER, config.shipped_folder(FOLDER)]


def patch_files(folders: Sequence[Path]) -> dict[str, Path]:
    """Return the patch files there are, by name: what comes first hides what comes later."""
    found: dict[str, Path] = {}
    for folder in folders:
        for file in sorted(folder.glob("*.py")):
            if file.stem not in found and _builds(file):
                found[file.stem] = file
    return found


def find_patch(name: str, folders: Sequence[Path]) -> Path:
    """Return the file of a patch; SessionError, with the name that is near, where there is none."""
    files = patch_files(folders)
    if name not in files:
        near = get_close_matches(name, files, 1)
        instead = f"did you mean {near[0]}?" if near else "type patch drums and Tab for the list"
        raise SessionError(f"patch: no {name!r:.40}: {instead}")
    return files[name]


def rehearse_now(show: Performance, folders: Sequence[Path]) -> Callable[[Rehearse], list[str]]:
    """Return what rehearses a patch while the clock waits: offline."""

    def rehearse(wanted: Rehearse) -> list[str]:
        engine = show.session.engine
        file = wanted.file or find_patch(wanted.name, folders)
        patch = Scratch(file, engine.rate_hz, engine.block).wait()
        if not _is_known(show, patch):
            show.session.learn(patch, renews=wanted.command.name != "load")
        return list(show.carry_out([wanted.command]).lines)

    return rehearse


class Patches:
    """Rehearses what is asked for while the set plays on, and what is saved anew.

    One file at a time is rehearsed, in a process of its own: the others wait.
    """

    def __init__(
        self,
        show: Performance,
        folders: Sequence[Path],
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._show, self._folders, self._tell, self._clock = show, folders, tell, clock
        self._watched: dict[Path, Mark] = {}
        self._waiting: list[Path] = []
        self._commands: dict[Path, list[Command]] = {}
        self._scratch: tuple[Path, Scratch] | None = None
        self._next_look_s = 0.0
        show.rehearse = self.ask

    def ask(self, wanted: Rehearse) -> list[str]:
        """Rehearse a patch; the command that wants it is carried out then."""
        file = wanted.file or find_patch(wanted.name, self._folders)
        self._watched[file] = _mark(file)
        self._commands.setdefault(file, []).append(wanted.command)
        self._want(file)
        return [f"{wanted.name} is rehearsed first"]

    @property
    def is_busy(self) -> bool:
        """Tell whether anything is rehearsed, or waits for that."""
        return self._scratch is not None or bool(self._waiting)

    def advance(self) -> None:
        """Go on with what is rehearsed, and look for files that were saved."""
        if self._clock() >= self._next_look_s:
            self._next_look_s = self._clock() + LOOK_S
            self.look()
        if self._scratch is not None:
            self._take_result(*self._scratch)
        elif self._waiting:
            file, engine = self._waiting.pop(0), self._show.session.engine
            self._scratch = file, Scratch(file, engine.rate_hz, engine.block)

    def close(self) -> None:
        """End what is under way."""
        if self._scratch is not None:
            self._scratch[1].close()
            self._scratch = None

    def _want(self, file: Path) -> None:
        if file not in self._waiting:
            self._waiting.append(file)

    def look(self) -> None:
        """Rehearse what was saved since the last look: of each name the file that is found first.

        Watched is what was asked for, and what plays, however it came there.
        """
        asked = {file.stem for file in self._watched}
        for name in sorted(asked | mounted_names(self._show.session.state)):
            for folder in self._folders:
                file = folder / f"{name}.py"
                now = _mark(file)
                before = self._watched.setdefault(file, now)
                if now == _GONE:
                    self._watched[file] = _GONE  # it counts as saved once it is there
                    continue
                if now != before:
                    self._watched[file] = now
                    self._want(file)
                break

    def _take_result(self, file: Path, scratch: Scratch) -> None:
        try:
            patch = scratch.result()
        except LoopMindError as error:
            self._scratch = None
            self._commands.pop(file, None)
            known = newest(self._show.session.state.patches, file.stem) is not None
            self._tell(f"{error}{': the last good version stays' if known else ''}")
            return
        if patch is None:
            return
        self._scratch = None
        commands = self._commands.pop(file, [])
        lines: tuple[str, ...] = ()
        if not commands or not _is_known(self._show, patch):
            for_load = bool(commands) and all(one.name == "load" for one in commands)
            lines = self._show.session.learn(patch, renews=not for_load).lines
        if commands:
            lines = self._show.carry_out(commands).lines
        for line in lines:
            self._tell(line)


def _is_known(show: Performance, patch: Patch) -> bool:
    """Tell whether the newest version that is known is this very one."""
    known = newest(show.session.state.patches, patch.name)
    return known is not None and known.graph == to_json(patch)


_GONE: Mark = (0, 0)


def _mark(file: Path) -> Mark:
    """Return what tells one version of a file from another."""
    try:
        facts = file.stat()
    except OSError:
        return _GONE  # an editor puts the new one in its place: look again
    return facts.st_mtime_ns, facts.st_size


def _builds(file: Path) -> bool:
    """Tell whether a file is a patch: others lie beside them."""
    try:
        return "\ndef build(" in file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
