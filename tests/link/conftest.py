"""What all tests of Link share: a network of their own, a sound server, and who plays there."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.jack.harness import jack_server, missing
from tests.link.network import Network, private_network
from tests.link.stage import START_S, Peer, Show, Terminal


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    with private_network() as network:
        yield network


@pytest.fixture(scope="session")
def jack(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[dict[str, str]]:
    """Give the environment in which a sound server of the tests' own is reached.

    Its home is kept from run to run: an engine finds its kernel compiled there.
    """
    reason = missing()
    if reason is not None:
        pytest.fail(f"{reason}: Link is tested through JACK")
    folder = tmp_path_factory.mktemp("link")
    with jack_server(folder) as (env, _):
        home = pytestconfig.cache.mkdir("link-home")
        yield {**env, "LINK_TEST_FOLDER": str(folder), "LOOPMIND_HOME": str(home)}


@pytest.fixture
def hut(
    network: Network, jack: dict[str, str], require_program: Callable[[str], str]
) -> Iterator[Terminal]:
    """LinkHut, neither in a session nor playing."""
    for program in ("LinkHut", "tmux"):
        require_program(program)
    hut = Terminal(network, jack)
    yield hut
    hut.close()


@pytest.fixture
def play(network: Network, jack: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Show]]:
    """Give what starts a performance of clicks at a tempo, with more words of the command line."""
    shows: list[Show] = []

    def start(bpm: float = 120.0, *more: str) -> Show:
        show = Show(network, jack, tmp_path / f"show{len(shows)}", bpm, *more)
        shows.append(show)
        show.says("loops,", limit_s=START_S)
        return show

    yield start
    for show in shows:
        show.close()


@pytest.fixture
def peer(network: Network, jack: dict[str, str]) -> Iterator[Callable[[float], Peer]]:
    """Give what starts a foreign peer in Python at a tempo."""
    peers: list[Peer] = []

    def start(bpm: float) -> Peer:
        peers.append(Peer(network, jack, bpm))
        return peers[-1]

    yield start
    for one in peers:
        one.close()
