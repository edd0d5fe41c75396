"""Ports that come and go, in systems that come and go."""

from loopmind_live.control.midi_messages import MidiNotice, PortCame, PortGone
from loopmind_live.control.midi_system import MidiSystem, Place
from loopmind_live.control.midi_watch import PortWatch
from loopmind_live.errors import ControlError

PADS: Place = ("in", "pads")
LIGHTS: Place = ("out", "pads")


class Shelf:
    """A system whose ports the test puts there."""

    sends_clock = False

    def __init__(self) -> None:
        self.there: set[Place] = set()
        self.broken: set[Place] = set()
        self.opened: list[Place] = []
        self.gone = False

    def ports(self) -> frozenset[Place]:
        if self.gone:
            raise ControlError("the shelf ended")
        return frozenset(self.there)

    def open(self, place: Place) -> None:
        if place in self.broken:
            raise ControlError(f"{place[1]} cannot be opened")
        self.opened.append(place)

    def close(self, place: Place) -> None:
        self.opened.remove(place)

    def send(self, port: str, data: bytes) -> None:
        raise AssertionError("nothing is sent here")

    def end(self) -> None:
        self.opened.clear()


def watch(**shelves: Shelf) -> tuple[PortWatch, list[object]]:
    told: list[object] = []

    def maker(shelf: Shelf):
        def make() -> MidiSystem:
            if shelf.gone:
                raise ControlError("no shelf here")
            return shelf

        return make

    found = PortWatch({name: maker(shelf) for name, shelf in shelves.items()}, told.append)
    found.reach()
    return found, told


def test_ports_are_opened_as_they_come_and_let_go_as_they_go():
    shelf = Shelf()
    found, told = watch(alsa=shelf)
    found.look()
    assert told == []
    shelf.there = {PADS, LIGHTS}
    found.look()
    assert told == [PortCame("pads", "in"), PortCame("pads", "out")]
    assert found.outputs() == {"pads"}
    assert found.holder("pads") is shelf
    shelf.there = {PADS}
    found.look()
    assert told[2:] == [PortGone("pads", "out")]
    assert found.holder("pads") is None
    shelf.there = {PADS, LIGHTS}
    found.look()
    assert told[3:] == [PortCame("pads", "out")]


def test_a_port_that_cannot_be_opened_is_tried_a_few_times_and_told_once():
    shelf = Shelf()
    shelf.there = shelf.broken = {LIGHTS}
    found, told = watch(alsa=shelf)
    for _ in range(20):
        found.look()
    assert told == [MidiNotice("pads cannot be opened")]
    shelf.there, shelf.broken = set(), set()
    found.look()
    shelf.there = {LIGHTS}
    found.look()
    assert told[1:] == [PortCame("pads", "out")]


def test_a_port_that_is_ready_a_little_later_is_opened_without_a_word():
    shelf = Shelf()
    shelf.there = shelf.broken = {LIGHTS}
    found, told = watch(alsa=shelf)
    found.look()
    shelf.broken = set()
    found.look()
    assert told == [PortCame("pads", "out")]


def test_where_there_is_no_midi_one_line_says_so_and_it_may_come():
    shelf = Shelf()
    shelf.gone = True
    found, told = watch(alsa=shelf, jack=shelf)
    for _ in range(5):
        found.reach()
        found.look()
    assert told == [
        MidiNotice("no MIDI here (no shelf here; no shelf here): the music plays on without it")
    ]
    shelf.gone = False
    shelf.there = {PADS}
    found.reach()
    found.look()
    assert told[1:] == [PortCame("pads", "in")]


def test_a_system_that_ends_takes_its_ports_along_and_brings_them_back():
    shelf = Shelf()
    shelf.there = {PADS}
    found, told = watch(jack=shelf)
    found.look()
    shelf.gone = True
    found.look()
    assert told[1:] == [MidiNotice("the shelf ended"), PortGone("pads", "in")]
    shelf.gone = False
    found.reach()
    found.look()
    assert told[-1] == PortCame("pads", "in")


def test_what_jack_shows_of_alsa_is_opened_once():
    alsa, jack = Shelf(), Shelf()
    alsa.there = {("in", "Launchpad X:LPX MIDI")}
    jack.there = {("in", "a2j:Launchpad X [24] (capture)"), ("in", "midiseq:out")}
    found, told = watch(alsa=alsa, jack=jack)
    found.look()
    assert told == [PortCame("Launchpad X:LPX MIDI", "in"), PortCame("midiseq:out", "in")]
