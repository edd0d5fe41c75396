"""One JACK server and one playing engine for all tests that can share them."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopmind_live import config
from loopmind_live.engine.client import ProcessEngine
from loopmind_live.engine.engine_options import EngineOptions
from tests.engine.processes import RATE, jack_server, until

Start = Callable[..., ProcessEngine]


@pytest.fixture(scope="session")
def kernel_cache() -> Path:
    """Return the folder in which engines find their kernel compiled, after the first run."""
    return config.kernel_folder()


@pytest.fixture(scope="session")
def jack_name(
    tmp_path_factory: pytest.TempPathFactory, require_program: Callable[[str], str]
) -> Iterator[str]:
    """Return the name of a JACK server with a sound card that nobody hears."""
    if sys.platform != "linux":
        pytest.skip("platform: JACK's dummy driver")
    for program in ("jackd", "jack_lsp", "jack_connect", "jack_disconnect"):
        require_program(program)
    name = f"loopmind-test-{os.getpid()}"
    with jack_server(name, tmp_path_factory.mktemp("jack") / "log"):
        yield name


@pytest.fixture
def on_jack(jack_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let engines that are started, or started again, find the server."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", jack_name)


@pytest.fixture(scope="session")
def start_engine(kernel_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Return a function that starts an engine; all end with the tests."""
    log = tmp_path_factory.mktemp("engine") / "log"
    engines: list[ProcessEngine] = []

    def started(dry: bool = False) -> ProcessEngine:
        # Neither rate nor block is the server's.
        options = EngineOptions("jack", 44100, 20 * RATE, log, kernel_cache, 64, dry)
        engines.append(ProcessEngine(options))
        return engines[-1]

    yield started
    for engine in engines:
        engine.close()


@pytest.fixture
def start(on_jack: None, start_engine: Start) -> Start:
    """Return a function that starts an engine on the server."""
    return start_engine


@pytest.fixture(scope="session")
def shared() -> list[ProcessEngine]:
    """Return where the engine is kept that the tests share."""
    return []


@pytest.fixture
def engine(shared: list[ProcessEngine], start: Start) -> ProcessEngine:
    """Return an engine that plays nothing, its faders up, whatever the test before did to it."""
    if not shared or not shared[-1].status().running:
        shared.append(start())
    engine = shared[-1]
    engine.set_parameter("track/0/gain", 1.0, ramp_s=0.0)
    while engine.places_in_use():
        engine.splice(engine.frame() + 4 * engine.block, [])
        silent = engine.frame() + 5 * engine.block
        until(lambda end=silent: engine.status().frame > end)
    engine.events()
    return engine


@pytest.fixture(scope="module")
def dry_engines() -> list[ProcessEngine]:
    """Return where a file's dry engine is kept until a test closes it."""
    return []


@pytest.fixture
def dry_engine(dry_engines: list[ProcessEngine], start: Start) -> ProcessEngine:
    """Return an engine without effects that the tests of a file share."""
    if not dry_engines:
        dry_engines.append(start(dry=True))
    return dry_engines[0]
