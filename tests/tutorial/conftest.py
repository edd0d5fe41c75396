"""A checkout and a home of a user who has just begun, made once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tutorial.document import steps
from tests.tutorial.quick import Quick, shell_environment
from tests.tutorial.walk import walk

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def differs(
    tmp_path_factory: pytest.TempPathFactory, require_program: Callable[[str], str]
) -> Iterator[tuple[list[str], Path]]:
    """Follow the tutorial; give what differs from it, and the folder in which it was followed."""
    require_program("oscsend")
    base = tmp_path_factory.mktemp("tutorial")
    environment = shell_environment(base)
    folder = base / "work"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        for name in ("LOOPMIND_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patched.delenv(name, raising=False)
        patched.setenv("HOME", environment["HOME"])
        player = Quick(folder, environment)
        try:
            wrong = walk(
                steps((EXAMPLES / "tutorial.md").read_text(encoding="utf-8")), player, print
            )
        finally:
            player.close()
        yield wrong, folder
