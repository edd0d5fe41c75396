"""What a performer does in one set weighs in what the next sets play, until it is forgotten."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from loopmind_live.app.memory import Memory
from loopmind_live.app.performance import Performance
from loopmind_live.app.recording import LiveRecorder
from loopmind_live.app.stage import arranger_for
from loopmind_live.engine.recording import RecordingEngine
from loopmind_live.score.loop import Loop, Role
from loopmind_live.session.effects import Opinion
from loopmind_live.session.session import Options, Session
from tests.arranger.synthetic_loops import full_library
from tests.session.stage import Diary, Shelf

BAR = round(4 * 60 * 48000 / 140)
PROMPT = "dark trap 140 bpm, no vocals"
LOOPS = full_library(copies=5)
SETS = 120
NIGHT = datetime(2030, 1, 2, 23, 0)


class Set:
    """A performance with the arranger of a live show; bars count from 1."""

    def __init__(self, path: Path, seed: int) -> None:
        self.engine = RecordingEngine(block=256)
        self.memory = Memory(path, lambda: NIGHT)
        self.session = Session(
            self.engine, Shelf(), arranger_for(LOOPS, None, taste=self.memory.taste()), Diary(),
            Options(seed=seed, dry=True, live=False), lambda _line: None, opine=self._opine,
        )  # fmt: skip
        self.show = Performance(
            self.session, LiveRecorder(self.engine), path.parent,  # type: ignore[arg-type]
            lambda _path: pytest.fail("no timeline"), lambda: NIGHT, None, self.memory,
        )  # fmt: skip
        self.type(PROMPT)
        self.session.advance()

    def _opine(self, opinion: Opinion) -> None:
        self.show.opine(opinion)

    def type(self, line: str) -> None:
        answer = self.show.type(line)
        assert answer.ok, answer.lines

    def bars(self, count: int) -> None:
        """Let so many bars play, half a bar at a time."""
        for _ in range(2 * count):
            self.engine.play_to(self.engine.frame() + BAR // 2)
            self.session.advance()

    def part(self, role: Role) -> Loop:
        section = self.session.state.section
        assert section is not None
        part = section.part(role)
        assert part is not None, [one.role for one in section.parts]
        return part.loop

    @property
    def loops(self) -> set[str]:
        """Return the contents of all loops of the arrangement."""
        arrangement = self.session.state.arrangement
        assert arrangement is not None
        return {part.loop.content_hash for one in arrangement.sections for part in one.parts}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "taste.jsonl"


def in_the_hook(path: Path) -> Set:
    """Return a set whose hook plays round and round."""
    one = Set(path, seed=1)
    one.bars(1)
    one.type("goto hook")
    one.bars(1)
    one.type("loop hook")
    one.bars(1)
    return one


def drawn(path: Path) -> Counter[str]:
    """Return in how many of SETS new sets, as a live show arranges them, each loop plays."""
    arranger = arranger_for(LOOPS, None, taste=Memory(path, lambda: NIGHT).taste())
    found = Counter[str]()
    for seed in range(SETS):
        sections = arranger.arrange(PROMPT, seed).sections
        found.update({part.loop.content_hash for one in sections for part in one.parts})
    return found


def test_one_set_weighs_in_the_next_and_is_forgotten_where_asked(path: Path) -> None:
    before = drawn(path)
    first = in_the_hook(path)
    old_bass, disliked = first.part("bass"), first.part("drums")
    locked, loved = first.part("melody"), first.part("chords")
    first.type("swap bass")
    first.bars(2)
    undone = first.part("bass")
    assert undone != old_bass
    first.type("undo")
    first.type("swap drums")
    first.type("lock melody")
    first.type("favorite chords")
    first.bars(20)
    kept = first.part("drums")
    assert first.part("bass") == old_bass and kept != disliked
    first.session.finish(first.engine.frame())
    lines = [(line["verdict"], set(line["loops"])) for line in first.memory.lines()]
    for verdict, loop in (
        ("undone", undone), ("swapped", disliked), ("locked", locked), ("kept", kept),
        ("favorite", loved), ("brought back", old_bass),
    ):  # fmt: skip
        assert (verdict, {loop.content_hash}) in lines
    after = drawn(path)
    for loop in (undone, disliked):
        assert after[loop.content_hash] < before[loop.content_hash], loop.path.name
    for loop in (locked, kept):
        assert after[loop.content_hash] > before[loop.content_hash], loop.path.name
    assert after[loved.content_hash] > 2 * before[loved.content_hash]
    assert first.memory.taste().weights.get(old_bass.content_hash, 0.0) == pytest.approx(0.0)
    last = Set(path, seed=1)
    last.type("forget taste")
    last.type("forget favorites")
    assert path.read_text() == ""
    assert drawn(path) == before


def later(one: Set) -> list[str]:
    """Return the contents of all loops of the next arrangements of a set."""
    found = []
    for _ in range(4):
        one.type(PROMPT)
        one.bars(2)
        found += sorted(one.loops)
    return found


def test_what_was_done_in_a_set_weighs_in_its_own_later_choices(path: Path) -> None:
    untold = later(in_the_hook(path))
    path.unlink(missing_ok=True)
    told = in_the_hook(path)
    liked = told.part("melody").content_hash
    for _ in range(8):
        told.type("lock melody")
        told.type("unlock melody")
    then = later(told)
    assert then != untold
    assert then.count(liked) > untold.count(liked)


def test_what_is_forgotten_weighs_no_more_in_the_set_that_plays(path: Path) -> None:
    untold = later(in_the_hook(path))
    forgetful = in_the_hook(path)
    forgetful.type("favorite")
    forgetful.type("forget favorites")
    assert later(forgetful) == untold
    told = in_the_hook(path)
    told.type("favorite")
    assert later(told) != untold
