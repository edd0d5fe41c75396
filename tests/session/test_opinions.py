"""What a performer's own doing says of loops."""

from loopmind_live.engine.recording import RecordingEngine
from loopmind_live.repl.grammar import parse
from loopmind_live.session.commands import Command
from loopmind_live.session.effects import Opinion
from loopmind_live.session.session import Options, Session
from tests.session.stage import CountingArranger, Diary, Rig, Shelf, arrangement


class Judging(Rig):
    """A rig that plays the first hook and keeps opinions as short words: "kept drums_101"."""

    def __init__(self) -> None:
        super().__init__()
        self.opinions: list[Opinion] = []
        self.session = Session(
            RecordingEngine(block=256), Shelf(), CountingArranger(), Diary(),
            Options(seed=1, dry=True, live=False), self.told.append, opine=self.opinions.append,
        )  # fmt: skip
        self.engine = self.session.engine  # type: ignore[assignment]
        self.session.load(arrangement())
        self.session.submit(Command("play"))
        self.session.advance()
        self.bar(14)

    def bar(self, bar: float) -> None:
        self.play_to(round((bar - 1) * self.BAR))

    def type(self, line: str) -> None:
        for command in parse(line):
            reply = self.session.submit(command)
            assert reply.ok, reply.lines
            self.opinions += [one for one in reply.effects if isinstance(one, Opinion)]

    @property
    def words(self) -> list[str]:
        return [
            f"{one.verdict} {' '.join(loop.content_hash for loop in one.loops)}"
            for one in self.opinions
        ]


def test_a_choice_that_is_soon_undone_was_not_liked() -> None:
    rig = Judging()
    rig.type("regenerate hook")
    rig.bar(17)
    rig.type("undo")
    rig.bar(40)
    assert rig.words == ["undone drums_101 bass_101 melody_101"]


def test_a_choice_undone_much_later_says_nothing() -> None:
    rig = Judging()
    rig.type("loop; regenerate hook")
    rig.bar(28)
    rig.type("undo")
    rig.bar(60)
    assert rig.words == []


def test_what_plays_on_was_liked_beside_what_it_played_with() -> None:
    rig = Judging()
    rig.type("loop; add pad")
    rig.bar(60)
    assert rig.words == ["kept pad_101"]
    beside = {loop.content_hash for loop in rig.opinions[0].beside}
    assert beside == {"drums_2", "bass_2", "melody_2"}


def test_a_choice_that_was_never_heard_says_nothing_yet() -> None:
    rig = Judging()
    rig.type("loop; regenerate verse")
    rig.bar(60)
    assert rig.words == []
    rig.type("goto verse")
    rig.bar(70)
    assert rig.words == ["kept drums_101 bass_101"]


def test_a_part_that_is_swapped_for_another_was_not_liked() -> None:
    rig = Judging()
    rig.type("swap bass")
    rig.bar(16)
    assert rig.words == ["swapped bass_2"]


def test_a_part_that_is_soon_brought_back_was_liked_as_before() -> None:
    rig = Judging()
    rig.type("swap bass")
    rig.bar(16)
    rig.type("undo")
    rig.bar(18)
    assert rig.words == ["swapped bass_2", "undone bass_101", "brought back bass_2"]
    rig.type("redo")
    rig.bar(20)
    assert rig.words[3:] == ["swapped bass_2"]


def test_of_two_parts_that_change_on_one_line_each_is_judged_by_its_own_change() -> None:
    rig = Judging()
    rig.type("swap bass")
    rig.bar(16)
    rig.type("undo; swap drums")
    rig.bar(18)
    assert rig.words == [
        "swapped bass_2", "undone bass_101", "brought back bass_2", "swapped drums_2",
    ]  # fmt: skip


def test_what_plays_on_until_the_set_ends_was_liked() -> None:
    rig = Judging()
    rig.type("resize hook 60 bars; add pad")
    rig.bar(40)
    assert rig.words == []
    rig.session.finish(rig.engine.frame())
    assert rig.words == ["kept pad_101"]


def test_locks_and_favorites_are_said_in_so_many_words() -> None:
    rig = Judging()
    rig.type("lock bass; favorite drums; favorite drums off; mute melody")
    rig.bar(16)
    rig.type("favorite; unlock bass; lock all")
    assert rig.words == [
        "locked bass_2", "favorite drums_2", "no favorite drums_2", "favorite drums_2 bass_2",
    ]  # fmt: skip


def test_what_is_canceled_before_it_lands_says_nothing() -> None:
    rig = Judging()
    rig.type("regenerate hook; undo; swap bass in 4 bars; cancel")
    rig.bar(40)
    assert rig.words == []
