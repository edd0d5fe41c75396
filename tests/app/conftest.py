"""What the performances through JACK share."""

from collections.abc import Iterator

import pytest

from tests.jack.harness import jack_server, missing


@pytest.fixture(scope="module")
def jack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Give the environment in which a sound server of the file's own is reached."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with jack_server(tmp_path_factory.mktemp("jack")) as (env, _):
        yield env
