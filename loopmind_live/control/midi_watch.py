"""Ports that come and go: looked for in turns, opened as they come."""

import threading
from collections.abc import Callable

from loopmind_live.control.midi_messages import MidiNotice, PortCame, PortGone
from loopmind_live.control.midi_system import MidiSystem, Place
from loopmind_live.errors import ControlError

LOOK_S = 0.5
_TRIES = 4
_AGAIN_S = 5.0
"""How often a system of ports that is not there is asked for again."""
_COPIES = ("system:", "a2j:", "a2j_bridge:", "alsa_pcm:", "Midi-Bridge:")
"""JACK's clients that show ALSA's ports once more."""
Tell = Callable[[PortCame | PortGone | MidiNotice], None]


class PortWatch:
    """Keeps all ports of all `systems` open; `tell` is called in a thread of its own."""

    def __init__(self, systems: dict[str, Callable[[], MidiSystem]], tell: Tell) -> None:
        self._makers, self._tell = systems, tell
        self._systems: dict[str, MidiSystem] = {}
        self._reasons: dict[str, str] = {}
        self._holds: dict[Place, MidiSystem] = {}
        self._tries: dict[Place, int] = {}
        self._told_none = False
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def _run(self) -> None:
        looks = 0
        while not self._over.is_set():
            if looks % max(1, round(_AGAIN_S / LOOK_S)) == 0:
                self.reach()
            self.look()
            looks += 1
            self._over.wait(LOOK_S)

    def end(self) -> None:
        """Look no more, and let go of all."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(2.0)
        for system in self._systems.values():
            system.end()

    def start(self) -> None:
        """Look from now on, in a thread of its own."""
        self._thread = threading.Thread(target=self._run, name="ports", daemon=True)
        self._thread.start()

    def holder(self, port: str) -> MidiSystem | None:
        """Return the system that has the output `port` open, None where it is not."""
        return self._holds.get(("out", port))

    def outputs(self) -> frozenset[str]:
        """Return the outputs that are open."""
        return frozenset(name for direction, name in tuple(self._holds) if direction == "out")

    def look(self) -> None:
        """Open what came, and let go of what went."""
        there: dict[Place, MidiSystem] = {}
        twice = "alsa" in self._systems
        ended: list[MidiSystem] = []
        for name, system in tuple(self._systems.items()):
            try:
                for place in system.ports():
                    if not (name == "jack" and twice and place[1].startswith(_COPIES)):
                        there.setdefault(place, system)
            except ControlError as error:
                self._tell(MidiNotice(str(error)))
                ended.append(self._systems.pop(name))
        for place in tuple(self._holds):
            if place not in there:
                self._holds.pop(place).close(place)
                self._tell(PortGone(place[1], place[0]))
        for system in ended:
            system.end()
        self._tries = {place: tries for place, tries in self._tries.items() if place in there}
        for place in sorted(there.keys() - self._holds.keys()):
            tries = self._tries.get(place, 0)
            if tries >= _TRIES:
                continue  # told once, and tried again when it came back
            try:
                there[place].open(place)
            except ControlError as error:
                self._tries[place] = tries + 1  # a program may not be ready for it yet
                if tries + 1 == _TRIES:
                    self._tell(MidiNotice(str(error)))
            else:
                self._tries.pop(place, None)
                self._holds[place] = there[place]
                self._tell(PortCame(place[1], place[0]))

    def reach(self) -> None:
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
