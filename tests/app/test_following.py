"""A performance follows its library: corrections and scans of other processes count at once."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopmind_live.app.following import Following, LibraryWatch, News
from loopmind_live.app.stage import arranger_for
from loopmind_live.engine.click import Clicks
from loopmind_live.engine.recording import RecordingEngine
from loopmind_live.library.corrections import read_correction
from loopmind_live.library.store import Library, Stamp
from loopmind_live.repl.grammar import parse
from loopmind_live.score.loop import Loop
from loopmind_live.session.cue import Ears
from loopmind_live.session.session import Options, Session
from tests.arranger.synthetic_loops import make_loop
from tests.session.stage import Diary, Shelf

LOOK_S = 0.01
LIMIT_S = 60.0
ROOT = Path(__file__).parents[2]
LOOPS = [
    make_loop(role, number)
    for role in ("drums", "bass", "pad", "melody")
    for number in range(2 if role == "bass" else 3)
]


def put(path: Path, loops: list[Loop]) -> None:
    with Library(path) as library:
        library.put([(loop, Stamp(1, 1, 1, loop.content_hash)) for loop in loops])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "library.sqlite"
    put(path, LOOPS)
    return path


@pytest.fixture
def watch() -> Iterator[Callable[[Path, list[Loop]], LibraryWatch]]:
    opened: list[LibraryWatch] = []

    def begin(path: Path, known: list[Loop]) -> LibraryWatch:
        opened.append(LibraryWatch(path, known, lambda now: arranger_for(now, None), LOOK_S))
        return opened[-1]

    yield begin
    for each in opened:
        each.close()


def known(path: Path) -> list[Loop]:
    with Library(path) as library:
        return library.loops()


def news_of(watch: LibraryWatch) -> News:
    limit = time.monotonic() + LIMIT_S
    while time.monotonic() < limit:
        if (news := watch.news()) is not None:
            return news
        time.sleep(LOOK_S)
    raise AssertionError("nothing new came")


def stays_quiet(watch: LibraryWatch) -> bool:
    time.sleep(20 * LOOK_S)
    return watch.news() is None


def fix(path: Path, *words: str) -> None:
    """Correct a loop as a person would, in another process."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LOOPMIND_HOME": str(path.parent)}
    subprocess.run(
        [sys.executable, "-m", "loopmind_live.cli", "fix", *words, "--library", str(path)],
        env=environment, check=True, capture_output=True, timeout=LIMIT_S,
    )  # fmt: skip


def bass_is_a_pad(path: Path) -> None:
    with Library(path) as library:
        contents = [loop.content_hash for loop in library.loops() if loop.role == "bass"]
        library.user.correct(contents[:1], {"role": read_correction("role", "pad")})


class Show:
    """A session whose arranger and ears follow the library at `path`."""

    def __init__(self, path: Path, begin: Callable[[Path, list[Loop]], LibraryWatch]) -> None:
        loops = known(path)
        arranger = arranger_for(loops, None)
        self.session = Session(
            RecordingEngine(block=256), Shelf(), arranger, Diary(), Options(seed=1), lambda _: None
        )
        ears = Ears(True, Clicks(1000, 3000, 1920), loops)
        self.session.listen_with(ears)
        self.following = Following(begin(path, loops), self.session, ears, loops)

    def say(self, text: str) -> str:
        replies = [self.session.submit(command) for command in parse(text)]
        for _ in range(8):
            self.session.advance()
            self.session.engine.play_to(self.session.engine.frame() + 64 * 256)
        return " ".join(line for reply in replies for line in reply.lines)

    def follow(self) -> str:
        limit = time.monotonic() + LIMIT_S
        while time.monotonic() < limit:
            if (told := self.following.advance()) is not None:
                return told
            time.sleep(LOOK_S)
        raise AssertionError("nothing new came")

    def basses(self) -> dict[str, Loop]:
        arrangement = self.session.state.arrangement
        assert arrangement is not None
        parts = [part for section in arrangement.sections for part in section.parts]
        return {part.loop.path.name: part.loop for part in parts if part.role == "bass"}


def test_what_another_process_corrects_is_news(
    path: Path, watch: Callable[[Path, list[Loop]], LibraryWatch]
) -> None:
    watching = watch(path, known(path))
    assert stays_quiet(watching)
    fix(path, "bass_0", "--bpm", "174", "--key", "Fm")
    news = news_of(watching)
    (loop,) = [loop for loop in news.loops if loop.path.name.startswith("bass_0")]
    assert (loop.bpm, loop.key, loop.bpm_confidence) == (174.0, "F:min", 1.0)
    assert stays_quiet(watching)


def test_loops_that_a_scan_adds_and_removes_are_news(
    path: Path, watch: Callable[[Path, list[Loop]], LibraryWatch]
) -> None:
    watching = watch(path, known(path))
    put(path, [make_loop("vocal", 7)])
    assert len(news_of(watching).loops) == len(LOOPS) + 1
    with Library(path) as library:
        library.remove([LOOPS[0].path, LOOPS[1].path])
    assert len(news_of(watching).loops) == len(LOOPS) - 1


def test_what_was_written_between_the_first_reading_and_the_first_look_counts(
    path: Path, watch: Callable[[Path, list[Loop]], LibraryWatch]
) -> None:
    loops = known(path)
    bass_is_a_pad(path)
    assert sum(loop.role == "pad" for loop in news_of(watch(path, loops)).loops) == 4


def test_writing_that_changes_no_loop_is_no_news(
    path: Path, watch: Callable[[Path, list[Loop]], LibraryWatch]
) -> None:
    watching = watch(path, known(path))
    with Library(path) as library:
        library.user.tag([LOOPS[0].content_hash], ["warm up"])
    assert stays_quiet(watching)


def test_a_library_that_is_made_or_replaced_later_is_followed(
    path: Path, tmp_path: Path, watch: Callable[[Path, list[Loop]], LibraryWatch]
) -> None:
    later = tmp_path / "later.sqlite"
    watching = watch(later, [])
    assert stays_quiet(watching)
    assert not later.exists()  # to look makes no library
    put(later, LOOPS[:2])
    assert len(news_of(watching).loops) == 2
    with Library(path) as library:
        library.remove([LOOPS[0].path])
    for beside in ("-wal", "-shm"):
        Path(f"{later}{beside}").unlink(missing_ok=True)
    shutil.move(path, later)
    assert len(news_of(watching).loops) == len(LOOPS) - 1


def test_a_file_that_is_no_library_is_looked_at_again(
    path: Path, tmp_path: Path, watch: Callable[[Path, list[Loop]], LibraryWatch]
) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_text("this is no library at all, and it is long enough to say so" * 40)
    watching = watch(broken, [])
    assert stays_quiet(watching)
    shutil.move(path, broken)
    assert len(news_of(watching).loops) == len(LOOPS)


def test_the_next_command_uses_what_was_corrected_and_what_plays_stays(
    path: Path, watch: Callable[[Path, list[Loop]], LibraryWatch]
) -> None:
    show = Show(path, watch)
    show.say("dark trap 140 bpm")
    show.say("play")
    before = show.session.state.arrangement
    bass = show.basses()
    assert bass and before is not None
    name = next(iter(bass))
    fix(path, name, "--role", "pad")
    told = show.follow()
    assert told == f"the library has {len(LOOPS)} loops now: 1 new or changed"
    assert show.session.state.arrangement is before
    assert show.basses() == bass
    show.say("dark trap 140 bpm now")
    assert name not in show.basses() and show.basses()


def test_a_loop_that_came_meanwhile_can_be_listened_to_by_its_number(
    path: Path, watch: Callable[[Path, list[Loop]], LibraryWatch]
) -> None:
    show = Show(path, watch)
    number = len(LOOPS) + 1
    show.say("dark trap 140 bpm")
    assert "listening" not in show.say(f"listen {number}")
    put(path, [make_loop("vocal", 7, pack="zz")])
    show.follow()
    assert "vocal_7" in show.say(f"listen {number}")
    assert show.following.loops[-1].role == "vocal"
