"""What the engine plays and what it has not answered yet, as the performer knows it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from loopmind_live.engine.base import Row
from loopmind_live.engine.protocol import ANY_TIME
from loopmind_live.engine.schedule import moved, splice


@dataclass(frozen=True, slots=True)
class Proposal:
    """A table to be sent: `rows` whole, in force from `frame` on, following table `based_on`.

    With `latest` what begins or ends at `frame` may move, up to there.
    """

    sequence: int
    based_on: int
    frame: int
    rows: tuple[Row, ...]
    asked: tuple[Row, ...]
    latest: int | None = None


class Ledger:
    """Number tables, remember them until they are answered, and build them again where needed."""

    def __init__(self) -> None:
        self._sequence = 0
        self._in_force = 0
        self._rows: tuple[Row, ...] = ()
        self._pending: list[Proposal] = []

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return the newest rows, answered or not."""
        return self._pending[-1].rows if self._pending else self._rows

    def recall(self, rows: Sequence[Row]) -> None:
        """Begin with the `rows` that an engine already plays."""
        self._rows = tuple(rows)

    def reachable(self) -> frozenset[Row]:
        """Return every row that the engine may hold, whatever it answers."""
        return frozenset(self._rows).union(*(proposal.rows for proposal in self._pending))

    def propose(
        self, frame: int, rows: Sequence[Row], now: int, latest: int | None = None
    ) -> Proposal:
        """Return the table that plays `rows` from `frame` on; what is silent by `now` goes."""
        proposal = self._next(frame, tuple(rows), now, latest)
        self._pending.append(proposal)
        return proposal

    def withdraw(self, proposal: Proposal) -> None:
        """Forget the newest proposal: it was not sent."""
        self._pending.remove(proposal)

    def accepted(self, sequence: int, frame: int) -> int | None:
        """Note that table `sequence` is in force; what could move begins at `frame`.

        Returns that frame, None where nothing could move.
        """
        for i, proposal in enumerate(self._pending):
            if proposal.sequence == sequence:
                self._in_force, self._rows = sequence, proposal.rows
                del self._pending[: i + 1]
                if proposal.latest is None:
                    return None
                self._rows = moved(proposal.rows, proposal.frame, frame)
                return frame
        return None

    def refused(self, sequence: int, late: bool, now: int) -> tuple[int | None, list[Proposal]]:
        """Note that table `sequence` was refused; return the frame that was lost and what to send.

        A late table is lost. One that was based on a lost one is built again, on what is in force.
        """
        place = next((i for i, p in enumerate(self._pending) if p.sequence == sequence), None)
        if place is None:
            return None, []
        lost = self._pending.pop(place).frame if late else None
        return lost, self._rebuild(now)

    def may_move(self) -> list[int]:
        """Return the frames for which tables that could move are not answered yet."""
        return [proposal.frame for proposal in self._pending if proposal.latest is not None]

    def restart(self) -> Proposal:
        """Return what brings an engine that knows nothing to where the performer believes it is.

        What was pending counts as done: it was asked for in time, and the engine died over it.
        """
        self._sequence += 1
        self._in_force, self._rows, self._pending = self._sequence, self.rows, []
        return Proposal(self._sequence, 0, ANY_TIME, self._rows, self._rows)

    def _rebuild(self, now: int) -> list[Proposal]:
        waiting, self._pending = self._pending, []
        return [self.propose(old.frame, old.asked, now, old.latest) for old in waiting]

    def _next(
        self, frame: int, rows: tuple[Row, ...], now: int, latest: int | None = None
    ) -> Proposal:
        before = self._pending[-1].sequence if self._pending else self._in_force
        spliced = splice(self.rows, frame, rows, now)
        self._sequence += 1
        return Proposal(self._sequence, before, frame, spliced, rows, latest)
