"""A set played from a shell with liblo's programs: every address that outside programs rely on."""

import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.app.osc_stage import OscStage

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPT, TRANSCRIPT = EXAMPLES / "osc_by_hand.sh", EXAMPLES / "osc_by_hand.md"
PROMPT = "$ oscsend 127.0.0.1 "


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[OscStage]:
    stage = OscStage(tmp_path)
    yield stage
    stage.close()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def said(stage: OscStage) -> str:
    """Run the script while the performance goes on; return what it prints."""
    command = ["sh", str(SCRIPT), str(stage.port), str(free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as shell:
        try:
            stage.until(lambda: shell.poll() is not None, "the end of the script")
        finally:
            shell.terminate()
        assert shell.stdout is not None and shell.returncode == 0
        return shell.stdout.read()


def without_numbers(text: str, port: int | str) -> list[str]:
    """Return the lines of a transcript with the port named, and bars and numbers left out."""
    text = text.replace(f"{PROMPT}{port} ", f"{PROMPT}PORT ")
    text = re.sub(r"bar \d+", "bar N", re.sub(r"#\d+", "#N", text))
    return text.strip().splitlines()


def test_a_set_is_played_by_hand_as_the_transcript_shows(
    stage: OscStage, require_program: Callable[[str], str]
) -> None:
    require_program("oscsend")
    require_program("oscdump")
    printed = said(stage)
    shown = TRANSCRIPT.read_text().split("```\n")[1]
    assert without_numbers(printed, stage.port) == without_numbers(shown, 9000)
    document = stage.rig.session.state.document
    assert (document.level_db("drums"), document.control("pad", "filter")) == (0.0, 20.0)
    addresses = set(re.findall(r"/loopmind/[a-z_/]+", SCRIPT.read_text()))
    assert addresses >= {
        "/loopmind/ping", "/loopmind/prompt", "/loopmind/section/regenerate",
        "/loopmind/section/goto", "/loopmind/track/mute", "/loopmind/transport/play",
        "/loopmind/transport/tempo", "/loopmind/undo", "/loopmind/reply_port",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("/loopmind/ping", "i", "41"), "/loopmind/pong i 41"),
        (("/loopmind/prompt", "s", "mute drums"), '/loopmind/reply ss "/loopmind/prompt" "mute'),
        (("/loopmind/section/regenerate", "s", "hook"), "/loopmind/reply ss"),
        (("/loopmind/section/goto", "s", "verse 2"), "/loopmind/reply ss"),
        (("/loopmind/track/mute", "si", "bass", "1"), "/loopmind/reply ss"),
        (("/loopmind/track/mute", "si", "bass", "0"), "/loopmind/reply ss"),
        (("/loopmind/transport/play",), "/loopmind/reply ss"),
        (("/loopmind/transport/stop",), "/loopmind/reply ss"),
        (("/loopmind/transport/tempo", "f", "125"), "/loopmind/reply ss"),
        (("/loopmind/undo",), "/loopmind/reply ss"),
        (("/loopmind/section/goto", "s", "nowhere"), "/loopmind/error ss"),
        (("/loopmind/prompt", "s", "import os"), "/loopmind/error ss"),
        (("/loopmind/quit",), "/loopmind/error ss"),
        (("/loopmind/nothing",), "/loopmind/error ss"),
    ],
)
def test_each_address_that_programs_rely_on_is_answered_where_a_surface_listens(
    stage: OscStage, require_program: Callable[[str], str], words: tuple[str, ...], answer: str
) -> None:
    stage.show.type("play")
    stage.until(lambda: stage.show.session.state.playing, "playing")
    port = free_port()
    oscsend = require_program("oscsend")
    command = [require_program("oscdump"), "-L", str(port)]
    here = ["127.0.0.1", str(stage.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as dump:
        assert dump.stdout is not None
        try:
            subprocess.run([oscsend, *here, "/loopmind/reply_port", "i", str(port)], check=True)
            stage.until(lambda: _bound(port), "oscdump")
            subprocess.run([oscsend, *here, *words], check=True)
            stage.until(lambda: stage.osc.server.received >= 2, "both messages")
            stage.go_on(0.1)
            line = dump.stdout.readline()
        finally:
            dump.kill()
    assert answer in line, line
    if answer.endswith("ss"):
        assert f'"{words[0]}"' in line


def _bound(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return True
    return False
