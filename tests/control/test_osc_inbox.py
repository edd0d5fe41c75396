"""What waits: bounded, of a fader the newest, and later what is meant for later."""

from loopmind_live.control.osc_inbox import FARTHEST_S, MOST_TRIGGERS, Inbox
from loopmind_live.control.osc_packet import Message

HERE = ("127.0.0.1", 9)
LEVEL = "/loopmind/track/level"
NTP = 2_208_988_800


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def tag(self, ahead_s: float) -> int:
        return int((self.now_s + ahead_s + NTP) * 2**32)


def drain(inbox: Inbox) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    while (received := inbox.take()) is not None:
        found.append((received.message.address, *received.message.arguments))
    return found


def test_triggers_keep_their_order() -> None:
    inbox = Inbox(Clock())
    for number in range(5):
        inbox.put(Message("/loopmind/section/goto", ("verse", number)), HERE)
    assert [one[2] for one in drain(inbox)] == [0, 1, 2, 3, 4]


def test_of_a_faders_moves_only_the_newest_counts() -> None:
    inbox = Inbox(Clock())
    for db in range(100):
        inbox.put(Message(LEVEL, ("bass", float(-db))), HERE)
        inbox.put(Message(LEVEL, ("pad", float(-db))), HERE)
    inbox.put(Message("/loopmind/undo"), HERE)
    assert drain(inbox) == [("/loopmind/undo",), (LEVEL, "bass", -99.0), (LEVEL, "pad", -99.0)]
    assert inbox.refused == 0


def test_what_finds_no_room_is_counted_and_faders_still_move() -> None:
    inbox = Inbox(Clock())
    taken = [inbox.put(Message("/loopmind/undo"), HERE) for _ in range(MOST_TRIGGERS + 3)]
    assert taken.count(False) == inbox.refused == 3
    assert inbox.put(Message(LEVEL, ("bass", -3.0)), HERE)


def test_what_is_meant_for_later_comes_then_and_holds_up_nothing() -> None:
    clock = Clock()
    inbox = Inbox(clock)
    inbox.put(Message("/loopmind/redo", (), clock.tag(2.0)), HERE)
    inbox.put(Message("/loopmind/undo", (), clock.tag(1.0)), HERE)
    inbox.put(Message("/loopmind/tap"), HERE)
    assert drain(inbox) == [("/loopmind/tap",)]
    clock.now_s += 1.0
    assert drain(inbox) == [("/loopmind/undo",)]
    clock.now_s += 5.0
    assert drain(inbox) == [("/loopmind/redo",)]


def test_what_is_late_or_of_another_clock_comes_at_once() -> None:
    clock = Clock()
    inbox = Inbox(clock)
    inbox.put(Message("/loopmind/undo", (), clock.tag(-5.0)), HERE)
    inbox.put(Message("/loopmind/redo", (), clock.tag(FARTHEST_S + 1.0)), HERE)
    assert len(drain(inbox)) == 2
