from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine.base import Row
from loopmind_live.engine.ledger import Ledger, Proposal
from loopmind_live.engine.protocol import ANY_TIME
from loopmind_live.engine.schedule import moved, splice


def row(clip: int, start: int) -> Row:
    return Row(0, clip, clip * 200, 104, 100.0, float(start), start)


class Engine:
    """The engine's rule, without an engine: install in order, refuse what is late or stale."""

    def __init__(self) -> None:
        self.frame = 0
        self.in_force = 0
        self.rows: tuple[Row, ...] = ()
        self.landed = 0

    def take(self, proposal: Proposal) -> str:
        if proposal.frame != ANY_TIME:
            if proposal.based_on != self.in_force:
                return "stale"
            if max(proposal.frame, proposal.latest or 0) < self.frame:
                return "late"
        self.in_force, self.rows = proposal.sequence, proposal.rows
        if proposal.latest is not None:
            self.landed = max(proposal.frame, self.frame)
            self.rows = moved(self.rows, proposal.frame, self.landed)
        return "accepted"


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("ask"), st.integers(-50, 300)),
            st.tuples(st.just("ask to move"), st.integers(1, 200)),
            st.tuples(st.just("play"), st.integers(0, 120)),
            st.tuples(st.just("deliver"), st.integers(1, 5)),
            st.tuples(st.just("kill"), st.just(0)),
        ),
        max_size=60,
    )
)
def test_engine_and_ledger_agree_however_late_stale_and_dead_mix(
    steps: list[tuple[str, int]],
) -> None:
    ledger, engine = Ledger(), Engine()
    line: list[Proposal] = []
    truth: dict[int, tuple[int, Row]] = {}
    lost: list[int] = []
    clip = 0

    def deliver() -> None:
        proposal = line.pop(0)
        result = engine.take(proposal)
        if result == "accepted":
            landed = ledger.accepted(proposal.sequence, engine.landed)
            if landed is not None:
                clip_id = proposal.asked[0].clip_id
                truth[clip_id] = (landed, replace(truth[clip_id][1], start=landed))
        else:
            frame, again = ledger.refused(proposal.sequence, result == "late", engine.frame)
            if frame is not None:
                lost.append(proposal.asked[0].clip_id)
            line.extend(again)

    for what, number in steps:
        if what == "ask" and not any(each.latest for each in line):
            clip += 1
            frame = engine.frame + number
            truth[clip] = (frame, row(clip, frame))
            line.append(ledger.propose(frame, [truth[clip][1]], engine.frame))
        elif what == "ask to move" and not line:  # nothing else meanwhile: see session.at_once
            clip += 1
            truth[clip] = (engine.frame, row(clip, engine.frame))
            asked, latest = [truth[clip][1]], engine.frame + number
            line.append(ledger.propose(engine.frame, asked, engine.frame, latest))
        elif what == "play":
            engine.frame += number
        elif what == "deliver":
            for _ in range(min(number, len(line))):
                deliver()
        elif what == "kill":
            engine.in_force, engine.rows = 0, ()
            line = [ledger.restart()]
    while line:
        deliver()
    assert ledger.rows == engine.rows
    expected: tuple[Row, ...] = ()
    for number, (frame, new) in truth.items():
        if number not in lost:
            expected = splice(expected, frame, [new], 0)
    later = [each for each in expected if each.stop > engine.frame]
    assert [each for each in engine.rows if each.stop > engine.frame] == later


def test_rows_that_may_still_be_reached_include_those_not_answered_yet() -> None:
    ledger = Ledger()
    first = ledger.propose(0, [row(1, 0)], 0)
    ledger.accepted(first.sequence, 0)
    ledger.propose(500, [row(2, 500)], 0)
    assert {each.clip_id for each in ledger.reachable()} == {1, 2}
