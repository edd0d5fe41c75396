"""Through JACK, beside busy processes, another client hears each change of the program."""

import pytest

from loopmind_live.bench.jack_clients import Clients
from loopmind_live.bench.live_run import Piece, check_live
from tests.jack.harness import compile_clients, missing

if reason := missing():
    pytest.skip(reason, allow_module_level=True)

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("home")]


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Clients:
    return compile_clients(tmp_path_factory.mktemp("clients"))


def test_each_change_is_heard_at_its_frame_beside_two_busy_processes(tmp_path, clients):
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        live = check_live(folder, Piece(20, 3.0, busy=2, bpm=200.0), clients=clients)
        assert live.heard.status == 0, live.heard.output
        assert live.report is not None, str(live)
        assert live.report.commands == 20
        if live.passed:
            return
        lost = [live.heard.idle, live.heard.capture]
        if not any(client["gaps"] or client["xruns"] for client in lost):
            break  # nobody lost a block: what is wrong is the program's
    else:
        pytest.skip("sound device: clients that play nothing lose blocks on this machine")
    raise AssertionError(f"{live}\n{live.to_json()}")
