"""Who is told what changes: surfaces that listen, and what each has not been told yet. Pure.

A surface that starts to listen is told everything, then only what changes, `FRAMES_HZ` times a
second at most, meters less often; of what changes faster than it can be sent, only the newest value
is. What a hand is on is left alone until it rests, and then told again in any case: so surfaces
agree in the end, even where a command was refused.

Listening does not end by silence: a display may have nothing to say all night. It ends by
`stop_listen`, where the system reports that nobody is there any more, and for the surface that was
silent longest (a minute at least) where a new one finds all places taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from loopmind_live.control.datagrams import Address
from loopmind_live.control.feedback import METERS, Told, Value, Values, changes
from loopmind_live.control.osc_packet import Message
from loopmind_live.errors import ControlError

MOST_LISTENERS = 64
FRAMES_HZ = 30.0
METERS_EACH = 3
"""Meters are told in every third frame: 10 times a second."""
REST_S = 0.3
"""A control that was touched is left alone for so long."""
SILENT_S = 60.0
"""Who said nothing for so long may have to give way."""
MOST_A_TURN = 64
"""So many messages are sent in one turn; the rest waits for the next."""
MOST_EACH = 8
"""So many of them to one listener: a burst of hundreds would not fit into what it has to read."""


@dataclass(slots=True)
class Listener:
    """One that is told: where it listens, and its `id`, which comes first in what it is told."""

    to: Address
    id: Value | None
    heard_s: float
    waiting: dict[str, None] = field(default_factory=dict)
    """Addresses whose newest value it has not been told, oldest first."""
    touched: dict[str, float] = field(default_factory=dict)
    """Addresses that are left alone, and until when."""

    def __str__(self) -> str:
        """Return who it is, for people."""
        return f"{self.to[0]}:{self.to[1]}" + ("" if self.id is None else f" ({self.id})")


class Listeners:
    """All who listen. Times are in seconds of any clock that only runs forward."""

    def __init__(self) -> None:
        self._all: dict[tuple[Address, Value | None], Listener] = {}
        self._told: Told = {}
        self._next_frame_s = 0.0
        self._frames = 0
        self._turn = 0

    def __len__(self) -> int:
        """Return how many listen."""
        return len(self._all)

    def __iter__(self) -> Iterator[Listener]:
        """Yield all who listen."""
        return iter(self._all.values())

    def start(self, to: Address, id: Value | None, now_s: float) -> Listener | None:
        """Tell `to` everything, and then what changes; return who had to give way for it.

        Raise ControlError where all places are taken by others that were heard lately.
        """
        gone = None
        if (to, id) not in self._all and len(self._all) >= MOST_LISTENERS:
            gone = min(self._all.values(), key=lambda one: one.heard_s)
            if now_s - gone.heard_s < SILENT_S:
                raise ControlError(f"OSC: {MOST_LISTENERS} surfaces listen: no more are told")
            del self._all[gone.to, gone.id]
        everything = dict.fromkeys(self._told)
        known = self._all.get((to, id))
        touched = known.touched if known is not None else {}  # a hand may be on: it asks anew
        self._all[to, id] = Listener(to, id, now_s, everything, touched)
        self._next_frame_s = min(self._next_frame_s, now_s)
        return gone

    def stop(self, to: Address, id: Value | None = None) -> list[Listener]:
        """Tell `to` no more: with that `id` alone, or at all where None. Return who it was."""
        keys = [key for key in self._all if key[0] == to and id in (None, key[1])]
        return [self._all.pop(key) for key in keys]

    def heard(self, to: Address, now_s: float) -> None:
        """Note that something came from the surface that listens at `to`."""
        for one in self._all.values():
            if one.to == to:
                one.heard_s = now_s

    def touch(self, to: Address, address: str, now_s: float) -> None:
        """Leave a control of the surface at `to` alone for a moment; then tell where it stands."""
        for one in self._all.values():
            if one.to == to and address in self._told:
                one.touched[address] = now_s + REST_S
                one.waiting[address] = None

    def due(self, now_s: float) -> bool:
        """Tell whether it is time to look for what changed."""
        return bool(self._all) and now_s >= self._next_frame_s

    def update(self, told: Told, now_s: float) -> None:
        """Take what is told now: whoever listens is told what changed."""
        self._next_frame_s = max(self._next_frame_s + 1 / FRAMES_HZ, now_s)
        self._frames += 1
        before = self._told
        if before and self._frames % METERS_EACH:
            told = {a: before.get(a, v) if a in METERS else v for a, v in told.items()}
        changed = dict.fromkeys(changes(before, told))
        self._told = told
        for one in self._all.values():
            one.waiting |= changed

    def take(self, now_s: float) -> list[tuple[Address, Message]]:
        """Return the messages to be sent in this turn, fairly among all who listen."""
        sent: list[tuple[Address, Message]] = []
        everyone = list(self._all.values())
        self._turn += 1
        for place in range(len(everyone)):
            one = everyone[(place + self._turn) % len(everyone)]
            fair = max(1, (MOST_A_TURN - len(sent)) // (len(everyone) - place))
            share = min(MOST_EACH, fair)
            sent += ((one.to, message) for message in self._take_of(one, share, now_s))
        return sent

    def _take_of(self, one: Listener, most: int, now_s: float) -> list[Message]:
        ready: list[str] = []
        for address in one.waiting:
            if len(ready) == most:
                break
            if one.touched.get(address, now_s) <= now_s:
                ready.append(address)
        for address in ready:
            del one.waiting[address]
            one.touched.pop(address, None)
        return [Message(address, _with(one.id, self._told[address])) for address in ready]


def _with(id: Value | None, values: Values) -> Values:
    return values if id is None else (id, *values)
