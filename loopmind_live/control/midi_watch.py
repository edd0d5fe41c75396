"""Ports that come and go: looked for in turns, opened as they come."""

import threading
from collections.abc import Callable

from loopmind_live.control.midi_messages import MidiNotice, PortCame, PortGone
from loopmind_live.control.midi_system import MidiSystem, Place
from loopmind_live.errors import ControlError

LOOK_S = 0.5
_AGAIN_S = 5.0
"""How often a system of ports that is not there is asked for again."""
Tell = Callable[[PortCame | PortGone | MidiNotice], None]


class PortWatch:
    """Keeps all ports of all `systems` open. `run` is called in a thread of its own."""

    def __init__(self, systems: dict[str, Callable[[], MidiSystem]], tell: Tell) -> None:
        self._makers, self._tell = systems, tell
        self._systems: dict[str, MidiSystem] = {}
        self._reasons: dict[str, str] = {}
        self._holds: dict[Place, MidiSystem] = {}
        self._refused: set[Place] = set()
        self._told_none = False
        self._over = threading.Event()

    def run(self) -> None:
        """Look for ports until told to end."""
        looks = 0
        while not self._over.is_set():
            if looks % max(1, round(_AGAIN_S / LOOK_S)) == 0:
                self._reach_systems()
            self.look()
            looks += 1
            self._over.wait(LOOK_S)

    def end(self) -> None:
        """Look no more."""
        self._over.set()

    def holder(self, port: str) -> MidiSystem | None:
        """Return the system that has the output `port` open, None where it is not."""
        return self._holds.get(("out", port))

    def look(self) -> None:
        """Open what came, and let go of what went."""
        there: dict[Place, MidiSystem] = {}
        for name, system in tuple(self._systems.items()):
            try:
                for place in system.ports():
                    there.setdefault(place, system)
            except ControlError as error:
                self._tell(MidiNotice(str(error)))
                del self._systems[name]
                system.end()
        for place in tuple(self._holds):
            if place not in there:
                self._holds.pop(place).close(place)
                self._tell(PortGone(place[1], place[0]))
        self._refused &= there.keys()
        for place in sorted(there.keys() - self._holds.keys() - self._refused):
            try:
                there[place].open(place)
            except ControlError as error:
                self._refused.add(place)  # told once, and tried again when it came back
                self._tell(MidiNotice(str(error)))
            else:
                self._holds[place] = there[place]
                self._tell(PortCame(place[1], place[0]))

    def _reach_systems(self) -> None:
        """Reach the systems that were not there; say it once where there is none at all."""
        for name, make in self._makers.items():
            if name in self._systems:
                continue
            try:
                self._systems[name] = make()
            except ControlError as error:
                self._reasons[name] = str(error)
        if self._systems:
            self._told_none = False
        elif not self._told_none:
            self._told_none = True
            reasons = "; ".join(self._reasons.values())
            self._tell(MidiNotice(f"no MIDI here ({reasons}): the music plays on without it"))
