"""The master's name and links in JACK: chosen, followed, brought back."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.engine.client import ProcessEngine
from loopmind_live.engine.engine_options import EngineOptions
from loopmind_live.engine.patchbay import Link, Wiring, follow, free_name
from tests.engine.processes import RATE, jack, jack_server, kept_by, links_on, until

pytestmark = pytest.mark.live

PORTS = tuple(f"{client}:{port}" for client in ("card", "mixer", "phones") for port in (1, 2))
links_of = st.sampled_from([(channel, port) for channel in (0, 1) for port in PORTS])
steps_of = st.lists(
    st.tuples(
        st.sampled_from(("connect", "cut", "leave", "leave seen", "leave and come", "come")),
        links_of,
    )
)


class World:
    """A JACK server with a user: which inputs are there, which links stand, which are meant."""

    def __init__(self) -> None:
        self.inputs = set(PORTS)
        self.fresh: set[str] = set()
        self.standing: set[Link] = set()
        self.meant: set[Link] = set()
        self.wiring = Wiring()

    def look(self, sure: bool = False) -> None:
        self.wiring, to_make = follow(
            self.wiring,
            frozenset(self.standing),
            frozenset(self.inputs),
            frozenset(self.fresh),
            sure,
        )
        self.fresh = set()
        assert all(port in self.inputs for _, port in to_make)
        for link in to_make:
            self.standing.add(link)
            self.wiring = self.wiring.with_made(link)

    def step(self, what: str, link: Link) -> None:
        client = link[1].partition(":")[0] + ":"
        if what == "connect" and link[1] in self.inputs:
            self.standing.add(link)
            self.meant.add(link)
        elif what == "cut" and link in self.standing:
            self.standing.remove(link)
            self.meant.remove(link)
        elif what in ("leave", "leave seen", "leave and come"):
            self.standing = {each for each in self.standing if not each[1].startswith(client)}
            if what == "leave seen":
                self.look()
            self.inputs = {each for each in self.inputs if not each.startswith(client)}
        if what in ("come", "leave and come"):
            self.fresh |= {port for port in PORTS if port.startswith(client)} - self.inputs
            self.inputs |= self.fresh


@given(steps_of)
def test_links_that_were_cut_stay_away_and_all_others_come_back(
    steps: list[tuple[str, Link]],
) -> None:
    world = World()
    for what, link in steps:
        world.step(what, link)
        world.look()
        world.look(sure=True)
        assert world.standing == {each for each in world.meant if each[1] in world.inputs}
        assert world.wiring.wanted == world.meant


@given(st.sets(links_of), st.sets(st.sampled_from(PORTS)))
def test_a_new_engine_takes_up_all_links_whose_inputs_are_there(
    kept: set[Link], inputs: set[str]
) -> None:
    before = Wiring(awaited=frozenset(kept))
    wiring, to_make = follow(before, frozenset(), frozenset(inputs), frozenset(), False)
    assert to_make == {link for link in kept if link[1] in inputs}
    assert wiring.wanted == kept


def test_a_link_that_seems_cut_is_kept_until_it_is_sure() -> None:
    link, inputs = frozenset({(0, "card:1")}), frozenset({"card:1"})
    seen = follow(Wiring(standing=link), frozenset(), inputs, frozenset(), True)[0]
    for _ in range(3):
        seen = follow(seen, frozenset(), inputs, frozenset(), False)[0]
        assert seen.wanted == link
    assert follow(seen, frozenset(), inputs, frozenset(), True)[0].wanted == frozenset()


@given(st.sets(st.integers(1, 20)))
def test_a_name_is_free_and_the_first_that_is(numbers: set[int]) -> None:
    taken = frozenset("loopmind" if number == 1 else f"loopmind-{number}" for number in numbers)
    name = free_name("loopmind", taken)
    assert name not in taken
    number = 1 if name == "loopmind" else int(name.removeprefix("loopmind-"))
    assert set(range(1, number)) <= numbers


AUTOMATIC = {("output_1", "system:playback_1"), ("output_2", "system:playback_2")}


def test_links_outlive_the_engine_and_so_does_the_name(
    engine: ProcessEngine, jack_name: str
) -> None:
    assert links_on(jack_name) == AUTOMATIC
    assert (
        jack(jack_name, "jack_disconnect", "loopmind:output_1", "system:playback_1").returncode == 0
    )
    assert jack(jack_name, "jack_connect", "loopmind:output_1", "system:playback_2").returncode == 0
    meant = {("output_1", "system:playback_2"), ("output_2", "system:playback_2")}
    until(lambda: kept_by(engine).count("playback_2") == 2 and "playback_1" not in kept_by(engine))
    killed = engine._status.read().pid
    os.kill(killed, signal.SIGKILL)
    until(lambda: engine._status.read().pid != killed and engine.status().running)
    until(lambda: links_on(jack_name) == meant)
    jack(jack_name, "jack_disconnect", "loopmind:output_1", "system:playback_2")
    jack(jack_name, "jack_connect", "loopmind:output_1", "system:playback_1")
    until(lambda: "playback_1" in kept_by(engine))


def test_a_second_set_gets_a_name_of_its_own(
    engine: ProcessEngine, start: Callable[..., ProcessEngine], jack_name: str
) -> None:
    second = start()
    assert links_on(jack_name) == links_on(jack_name, "loopmind-2") == AUTOMATIC
    second.close()


CAPTURE = """
import sys, time, jack
client = jack.Client("recorder")
client.inports.register("in")
client.activate()
print("there", flush=True)
sys.stdin.read()
client.close()
"""


def test_a_program_that_comes_back_is_connected_again(
    engine: ProcessEngine, jack_name: str
) -> None:
    environment = {**os.environ, "JACK_DEFAULT_SERVER": jack_name}
    for again in (False, True):
        program = subprocess.Popen(
            [sys.executable, "-c", CAPTURE], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert program.stdin is not None and program.stdout is not None
        with program.stdout as told:
            assert told.readline() == b"there\n"
        if not again:
            jack(jack_name, "jack_connect", "loopmind:output_2", "recorder:in")
            until(lambda: "recorder:in" in kept_by(engine))
        else:
            until(lambda: ("output_2", "recorder:in") in links_on(jack_name))
            jack(jack_name, "jack_disconnect", "loopmind:output_2", "recorder:in")
            until(lambda: "recorder:in" not in kept_by(engine))
        program.stdin.close()
        program.wait()


def test_a_server_without_a_sound_card_is_played_to_all_the_same(
    kernel_cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    require_program: Callable[[str], str],
) -> None:
    require_program("jackd")
    name = f"loopmind-no-card-{os.getpid()}"
    monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
    with jack_server(name, tmp_path / "jack", "-P", "0"):
        engine = ProcessEngine(EngineOptions("jack", RATE, 1000, tmp_path / "log", kernel_cache))
        assert engine.status().running
        assert links_on(name) == set()
        engine.close()
