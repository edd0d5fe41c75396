"""Save and load sets while they play: what is typed, the folders, and what is entered with them.

Code is entered only from the user's own prompts. Whatever else asks for a set has its code left
out, and is told so.
"""

import os
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from loopmind_live.app.journals import Found, journals_folder, newest_set
from loopmind_live.app.last_set import CODE_NOTE, LastSet, last_set, told
from loopmind_live.app.livecode import waits
from loopmind_live.app.patches import FOLDER as PATCHES
from loopmind_live.app.patches import find_patch, patch_files, patch_folders
from loopmind_live.app.performance import Performance
from loopmind_live.app.set_entering import check, code_piece, home_from, to_enter
from loopmind_live.app.set_folder import (
    CODE,
    CONTROLLERS,
    SET,
    START,
    TIMELINE,
    SetFolder,
    read_folder,
)
from loopmind_live.app.set_places import HELD_CODE, LAST, MAX_NAME, Places, places
from loopmind_live.app.set_writing import before, write_folder
from loopmind_live.errors import LoopMindError, SessionError
from loopmind_live.repl.livecode.kept import kept_cells, kept_routines
from loopmind_live.repl.livecode.typed import Piece
from loopmind_live.score.arrangement import Arrangement
from loopmind_live.score.patch import from_json
from loopmind_live.score.script import ScriptLine
from loopmind_live.score.timeline import timeline_text
from loopmind_live.session.actions import SetArrangement
from loopmind_live.session.arguments import arrangement_summary
from loopmind_live.session.command import Command
from loopmind_live.session.effects import Rehearse
from loopmind_live.session.home import Home
from loopmind_live.session.kept_set import kept_of, without_patches
from loopmind_live.session.loading import Loaded
from loopmind_live.session.options import Reply
from loopmind_live.session.patches import newest
from loopmind_live.session.sections import as_saved
from loopmind_live.session.set_file import write_set
from loopmind_live.session.state import Change

_TYPED = re.compile(r"\s*(save|load)\s+([\w.,()-][\w .,()-]*?)\s*", re.IGNORECASE)
_Mark = tuple[int, int]


@dataclass(slots=True)
class _Entry:
    """What is entered once a load has landed; `before` is the code that ran until then."""

    pieces: tuple[Piece, ...]
    before: str = ""


class Shelf:
    """The sets of a performance."""

    def __init__(
        self,
        show: Performance,
        places: Places,
        patches_in: list[Path],
        last: Callable[[], Found | None],
        now: Callable[[], datetime],
    ) -> None:
        """`patches_in` is changed where a set has its own."""
        self._show, self._places, self._patches_in = show, places, patches_in
        self._last, self._now = last, now
        self._rehearsed: dict[str, tuple[Path, _Mark, int]] = {}
        self._being_written: list[Path] = []
        self._waiting: Command | None = None
        self._asked: tuple[Command, str, Path] | None = None
        self._entries: dict[int, _Entry] = {}
        show.sets = self
        show.session.after_landing(self._landed)

    @property
    def current(self) -> Path | None:
        """Return the folder that the set is kept in, None where it is in none yet."""
        return None if self._home is None else self._home.folder

    @property
    def _home(self) -> Home | None:
        return self._show.session.state.document.home

    def follow(self) -> None:
        """Use the patches and the mappings of the set that plays: it may be another one."""
        self._patches_in[:] = patch_folders(self._places.here, self.current)
        self._show.use_mappings(None if self.current is None else self.current / CONTROLLERS)

    def meant(self, text: str) -> Command | None:
        """Return the command of a line that saves or loads a set by a name as it is typed.

        A name of several words, or a plain word as "friday", needs no quotes where it is a set's;
        nor does one word that is to become one.
        """
        match = _TYPED.fullmatch(text)
        if match is None:
            return None
        verb, name = match.group(1).lower(), match.group(2)
        new = verb == "save" and " " not in name and len(name) <= MAX_NAME
        if not (new or (name != LAST and self.holds(name))) or name.isdigit():
            return None
        return Command(verb, {"file": name}, text=text.strip())

    def holds(self, name: str) -> bool:
        """Tell whether there is a set of that name, or code that waits."""
        if name == LAST or (name == HELD_CODE and self._show.held_code()):
            return True
        if any(one.name == name for one in self._being_written):
            return True
        return not name.endswith(".json") and self._places.find(name) is not None

    def load(self, command: Command, frame: int | None, due_frame: int | None, here: bool) -> Reply:
        """Play a set from the line that `command` asks for, or run the code that waits."""
        session = self._show.session
        if command.arguments["file"] == HELD_CODE and self._show.held_code():
            return self._run_held(command, frame, here)
        here = here or (self._waiting is not None and command is self._waiting)
        self._waiting = None
        try:
            found = self._read(str(command.arguments["file"]))
            if isinstance(found, SetFolder):
                unknown = self._unrehearsed(found, command)
                if unknown is not None:
                    self._waiting = command if here else None
                    return Reply((), effects=(unknown,))
            else:
                self._learn(found)
            arrangement = self._arranged(found)
            check(found, arrangement, session)
        except LoopMindError as error:
            return session.refuse(command.text, error, frame)
        start, rest, left_out = to_enter(found, here)
        home, wrong = home_from(found)
        loaded = Loaded(found.kept, home, start)
        reply = session.submit_arrangement(command, arrangement, frame, due_frame, loaded)
        if not reply.ok:
            return reply
        self._entries[session.state.pending[-1].number] = _Entry(rest)
        return replace(reply, lines=(*reply.lines, *wrong, *left_out))

    def take_up(self, notes: Mapping[str, Any], tell: Callable[[str], None]) -> None:
        """Go on with the set of a performance that was cut off, as its journal's `notes` say.

        Its functions wait: one of them may be what cut it off.
        """
        self.follow()
        code = notes.get(CODE_NOTE)
        if isinstance(code, str) and code:
            self._show.hold_code(code)
            tell(waits(code))

    def greeting(self) -> list[str]:
        """Return what to do first: play what is there, or ask for something."""
        arrangement = self._show.session.state.arrangement
        if arrangement is not None:
            name = "" if self.current is None else f"{self.current.name}: "
            what = arrangement_summary(arrangement).removesuffix("; starts")
            return [f"{name}{what}. Type play to start it, help for all commands."]
        first = "Describe a set, as in: dark trap 140 bpm. Type help for all commands."
        found = None if self.current is not None else self._last()
        last = None if found is None else told(found, self._now())
        return [first] if last is None else [first, last]

    def save(self, name: str | None) -> list[str]:
        """Keep the set as it is now in the folder of that name, or where it was kept last.

        It is written beside the music; then it is told where. SessionError where it cannot be kept:
        then what was there is as it was.
        """
        state = self._show.session.state
        arrangement = as_saved(state.document)
        if arrangement is None:
            raise SessionError("nothing is arranged yet: there is nothing to save")
        folder = self._folder_for(name)
        place = None if state.playhead is None else state.playhead.place
        kept = kept_of(state.document, state.patches, place, state.tries, state.seed)
        music, library = self._loops_of(folder)
        home = self._home
        own = home is not None and home.folder == folder
        name = (home.name if home is not None and own else "") or folder.name
        kept = replace(kept, name=name, music=music, library=library)
        patches = patch_files(self._patches_in)
        gone = [one for one in kept.patches if one not in patches]
        kept = without_patches(kept, gone)
        texts = {
            SET: write_set(kept),
            TIMELINE: timeline_text(arrangement, folder / TIMELINE),
            **({CODE: code} if (code := self._show.kept_code()) else {}),
            **({START: _timed_text(home.timed)} if home is not None and home.timed else {}),
        }
        copies = {f"{PATCHES}/{one}.py": patches[one] for one in kept.patches}
        copies |= {f"{CONTROLLERS}/{file.name}": file for file in self._show.mapping_files()}
        was = "" if own or not folder.exists() else f"; what it was before is {before(folder)}"
        left = f"; left out, as its file is gone: {', '.join(gone)}" if gone else ""
        self._live_in(replace(home or Home(folder), folder=folder, name=kept.name))
        self._being_written.append(folder)

        def written(done: Future[None]) -> list[str]:
            self._being_written.remove(folder)
            still = self.current == folder
            if still and done.exception() is not None:
                self._live_in(home)
            done.result()
            if still:
                self._patches_in[:] = patch_folders(self._places.here, folder)
            for one in kept.patches:
                self._note_rehearsed(one, folder / PATCHES / f"{one}.py")
            return [f"saved {folder}{was}{left}"]

        return self._show.write_beside(lambda: write_folder(folder, texts, copies), written)

    def _run_held(self, command: Command, frame: int | None, here: bool) -> Reply:
        """Run the code that waits since the performance was cut off."""
        code = self._show.held_code()
        try:
            if not here:
                raise SessionError("load code: it is entered from your own prompt alone")
            for cell in kept_cells(code):
                self._show.run_code(cell)
        except LoopMindError as error:
            return self._show.session.refuse(command.text, error, frame)
        self._show.hold_code("")
        return Reply((f"entered again: {', '.join(kept_routines(code)) or 'code'}",))

    def _folder_for(self, name: str | None) -> Path:
        """Return the folder that a set is to be kept in."""
        if self.current is not None and name in (None, self.current.name):
            return self.current
        return self._places.to_keep(name or f"set {self._now():%Y-%m-%d %H.%M.%S}")

    def _read(self, name: str) -> SetFolder | LastSet:
        if name == LAST:
            found = self._last()
            last = None if found is None else last_set(found)
            if last is None:
                raise SessionError("load last: no performance before this one has left a set")
            return last
        folder = self._places.find(name)
        if any(one == folder or one.name == name for one in self._being_written):
            raise SessionError(f"load: {name} is being saved: load it in a moment")
        if folder is None:
            there = ", ".join(self._places.names()) or "none"
            raise SessionError(f"load: no set {name!r:.60}: there are {there}")
        return read_folder(folder, self._show.session.state.tempo.beats_per_bar)

    def _arranged(self, found: SetFolder | LastSet) -> Arrangement:
        if isinstance(found, LastSet):
            return found.arrangement
        if found.timeline is not None:
            return self._show.read_timeline(found.timeline)
        if not found.kept.prompt:
            raise SessionError(
                f"{found.path}: nothing to play: it has no {TIMELINE}, and its {SET} no prompt"
            )
        session = self._show.session
        seed = session.state.seed if found.kept.seed is None else found.kept.seed
        return session.arranger.arrange(found.kept.prompt, seed)

    def _unrehearsed(self, found: SetFolder, command: Command) -> Rehearse | None:
        """Return what has a patch rehearsed that the set needs, None where all are known."""
        folders = patch_folders(self._places.here, found.path)
        for name in found.kept.patches:
            file = find_patch(name, folders)
            before_now = self._asked_for(name, file, command)
            known = newest(self._show.session.state.patches, name)
            number = None if known is None else known.number
            if before_now:
                self._note_rehearsed(name, file)
            elif self._rehearsed.get(name) != (file, _mark(file), number):
                self._asked = (command, name, file)
                return Rehearse(name, command, file)
        return None

    def _asked_for(self, name: str, file: Path, command: Command) -> bool:
        """Tell whether this very command waited for that patch, which is rehearsed now."""
        asked = self._asked
        return asked is not None and asked[0] is command and asked[1:] == (name, file)

    def _note_rehearsed(self, name: str, file: Path) -> None:
        known = newest(self._show.session.state.patches, name)
        if known is not None:
            self._rehearsed[name] = (file, _mark(file), known.number)

    def _learn(self, last: LastSet) -> None:
        """Know the patches of the last performance as it had them."""
        session = self._show.session
        for patch in last.patches:
            known = newest(session.state.patches, patch.name)
            if known is None or known.graph != patch.graph:
                session.learn(from_json(patch.graph), renews=False)

    def _live_in(self, home: Home | None) -> None:
        """Keep the set that plays in another folder from now on."""
        session = self._show.session
        document = replace(session.state.document, home=home)
        session.revise(replace(session.state, document=document))

    def _landed(self, change: Change) -> None:
        """Go on with the set that has landed, or with the one that was there before it.

        One that was loaded before this process took over has nothing more to enter.
        """
        action = change.action
        if not isinstance(action, SetArrangement) or action.document is None:
            return
        number = change.number if change.step is None else change.step.number
        entry = self._entries.get(number, _Entry(()))
        self.follow()
        if change.mode == "undo":
            pieces, entry.before = code_piece(entry.before), ""
        else:
            pieces, entry.before = entry.pieces, self._show.kept_code()
        self._show.end_code()  # what runs is of the set that was there
        for piece in pieces:
            for line in self._entered(piece):
                self._show.session.tell(line)

    def _entered(self, piece: Piece) -> tuple[str, ...]:
        if not piece.is_code:
            return self._show.type(piece.text).lines
        try:
            self._show.run_code(piece.text)
        except LoopMindError as error:
            return (str(error),)
        return ()

    def _loops_of(self, folder: Path) -> tuple[str | None, str | None]:
        """Return the folder, or library, of the loops chosen from, as a file in `folder` has it."""
        home = self._home
        if home is not None and home.music is not None:
            return os.path.relpath(home.music, folder), None
        library = (None if home is None else home.library) or self._places.library
        return None, None if library is None else str(library.absolute())


def open_shelf(
    show: Performance,
    library: Path,
    patches_in: list[Path],
    own: Path | None = None,
) -> Shelf:
    """Give a performance the sets of this user; `own` is the folder of its own journal."""
    return Shelf(
        show, places(Path.cwd(), library), patches_in,
        lambda: newest_set(journals_folder(), own), datetime.now,
    )  # fmt: skip


def _timed_text(lines: tuple[ScriptLine, ...]) -> str:
    return "".join(f"@{line.position} {line.text}\n" for line in lines)


def _mark(file: Path) -> _Mark:
    try:
        facts = file.stat()
    except OSError as error:
        raise SessionError(f"{file}: cannot be read ({error.strerror})") from error
    return facts.st_mtime_ns, facts.st_size
