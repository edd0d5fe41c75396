"""What waits: bounded, of a fader the newest, and of all else what comes at the stated rate."""

from loopmind_live.control.osc_inbox import MOST_TRIGGERS, TRIGGERS_PER_S, Inbox
from loopmind_live.control.osc_packet import Message

HERE = ("127.0.0.1", 9)
LEVEL = "/loopmind/track/level"
BURST = int(TRIGGERS_PER_S)
UNDO = Message("/loopmind/undo")


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


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
    inbox.put(UNDO, HERE)
    assert drain(inbox) == [("/loopmind/undo",), (LEVEL, "bass", -99.0), (LEVEL, "pad", -99.0)]
    assert inbox.refused == 0


def test_moves_of_a_fader_for_different_frames_all_count() -> None:
    inbox = Inbox(Clock())
    for frame in (None, 4800, 9600, 4800):
        inbox.put(Message(LEVEL, ("bass", -3.0)), HERE, frame)
    frames = []
    while (received := inbox.take()) is not None:
        frames.append(received.frame)
    assert frames == [None, 4800, 9600]


def test_none_is_lost_that_comes_at_the_stated_rate() -> None:
    clock = Clock()
    inbox = Inbox(clock)
    for _ in range(int(10 * TRIGGERS_PER_S)):
        assert inbox.put(UNDO, HERE)
        assert inbox.take() is not None
        clock.now_s += 1.0 / TRIGGERS_PER_S


def test_as_many_as_a_second_holds_may_come_at_once_and_no_more() -> None:
    clock = Clock()
    inbox = Inbox(clock)
    taken = [inbox.put(UNDO, HERE) for _ in range(BURST + 3)]
    assert taken.count(False) == inbox.refused == 3
    assert len(drain(inbox)) == BURST
    assert not inbox.put(UNDO, HERE)
    clock.now_s += 2.0 / TRIGGERS_PER_S + 1e-9
    assert [inbox.put(UNDO, HERE) for _ in range(3)] == [True, True, False]


def test_what_nobody_takes_is_bounded_and_faders_still_move() -> None:
    clock = Clock()
    inbox = Inbox(clock)
    for _ in range(20):
        for _ in range(BURST):
            inbox.put(UNDO, HERE)
        clock.now_s += 1.0
    assert inbox.put(Message(LEVEL, ("bass", -3.0)), HERE)
    assert len(drain(inbox)) == MOST_TRIGGERS + 1
