"""pyo on the host's own audio libraries, and silent while it is imported."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from loopmind_live.workers.host_libraries import ALSA, JACK, load_host_library, load_libjack

NO_TKINTER = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "tkinter":
            raise ImportError(name)
sys.meta_path.insert(0, Missing())
"""
PLAIN = "import pyo64\n"
QUIET = (
    "from loopmind_live.engine.host_audio import pyo_import\nwith pyo_import():\n    import pyo64\n"
)


def run(code: str, **variables: str) -> str:
    environment = {**os.environ, "PYO_GUI_WX": "0", **variables}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout


def test_pyo_prints_nothing_where_the_system_has_no_gui_toolkit() -> None:
    assert "Tkinter" in run(NO_TKINTER + PLAIN), "pyo is silent by itself now: pyo_import need not"
    assert run(NO_TKINTER + QUIET + "print('after')") == "after\n"


def test_stdout_comes_back_where_the_import_fails() -> None:
    code = QUIET.replace("import pyo64", "raise ImportError")
    caught = f"try:\n    exec({code!r})\nexcept ImportError:\n    print('told')"
    assert run(caught) == "told\n"


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="platform: glibc's linker tells")
@pytest.mark.parametrize(
    ("library", "function"), [(JACK, "jack_client_open"), (ALSA, "snd_pcm_open")]
)
def test_pyo_calls_the_library_of_the_host(library: str, function: str, tmp_path: Path) -> None:
    if load_host_library(library) is None:
        pytest.skip(f"program: the host has no {library}")
    bindings = tmp_path / "bindings"
    run(QUIET, LD_DEBUG="bindings", LD_BIND_NOW="1", LD_DEBUG_OUTPUT=str(bindings))
    (written,) = tmp_path.glob("bindings.*")
    lines = [line for line in written.read_text().splitlines() if f"`{function}'" in line]
    calls = [line for line in lines if "/pyo.libs/" in line.split(" to ")[0] or "_pyo" in line]
    assert calls
    for line in calls:
        bound = line.split(" to ")[1]
        assert library in bound and "pyo.libs" not in bound, line


def test_the_copy_in_the_wheel_serves_where_the_host_has_no_jack() -> None:
    assert load_host_library("libjack-of-nobody.so.0") is None
    found = load_libjack("libjack-of-nobody.so.0")
    assert isinstance(found, ctypes.CDLL)
    if sys.platform == "linux":
        assert "pyo.libs" in found._name


def test_the_host_comes_before_the_wheel() -> None:
    if load_host_library(JACK) is None:
        pytest.skip("program: the host has no libjack")
    found = load_libjack()
    assert found is not None
    assert found._name == JACK
