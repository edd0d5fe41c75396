"""A performance through JACK that another program plays over OSC."""

import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from loopmind_live.bench.codes import CodeSet
from loopmind_live.bench.performing import PROGRAM
from loopmind_live.control.osc_packet import Message, decode, encode
from loopmind_live.score.loop import ROLES
from tests.app.test_live import LIMIT_S, Show, made, shows
from tests.jack.harness import end

pytestmark = pytest.mark.live

__all__ = ["made", "shows"]


RATE_HZ = 48_000
NTP_S = 2_208_988_800
PAD = ROLES.index("pad")


class Hand:
    """A surface that sends from a port of its own."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.5)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])

    def send_for(self, ahead_s: float, address: str, *arguments: int | float | str) -> None:
        """Send a message in a bundle that is for some seconds later."""
        tag = int((time.time() + ahead_s + NTP_S) * 2**32)
        packet = encode(address, *arguments)
        sized = struct.pack(">Qi", tag, len(packet)) + packet
        self.socket.sendto(b"#bundle\0" + sized, ("127.0.0.1", self.port))

    def ask(self, address: str, *arguments: int | float | str) -> Message:
        """Send, again and again until there is an answer; return it."""
        limit = time.monotonic() + LIMIT_S
        while time.monotonic() < limit:
            self.socket.sendto(encode(address, *arguments), ("127.0.0.1", self.port))
            try:
                return decode(self.socket.recv(65536))[0]
            except (TimeoutError, ConnectionRefusedError):
                continue
        raise AssertionError(f"no answer to {address}")


@pytest.fixture
def hand() -> Iterator[Hand]:
    hand = Hand()
    yield hand
    hand.socket.close()


def test_a_set_is_played_over_osc(
    jack: dict[str, str],
    made: CodeSet,
    shows: list[Show],
    hand: Hand,
    require_program: Callable[[str], str],
) -> None:
    show = Show(made, jack, "@1 lock pad\n", 12, "--osc-port", str(hand.port))
    shows.append(show)
    assert hand.ask("/loopmind/ping", 5) == Message("/loopmind/pong", (5,))
    show.wait_for("reply", "lock")
    refused = hand.ask("/loopmind/section/goto", "bridge")
    assert (refused.address, refused.arguments[0]) == ("/loopmind/error", "/loopmind/section/goto")
    assert hand.ask("/loopmind/quit").address == "/loopmind/error"
    assert hand.ask("/loopmind/prompt", "quit").address == "/loopmind/error"
    assert hand.ask("/loopmind/prompt", "import os").address == "/loopmind/error"
    done = hand.ask("/loopmind/section/goto", "hook")
    assert done.address == "/loopmind/reply", done
    hand.send_for(1.0, "/loopmind/prompt", "mute pad now, level pad -6")
    oscsend = require_program("oscsend")
    subprocess.run(
        [oscsend, "127.0.0.1", str(hand.port), "/loopmind/track/mute", "si", "bass", "1"],
        check=True,
    )
    show.wait_for("result", "mute bass")
    show.wait_for("result", "mute pad now")
    output = show.finish()
    assert show.process.returncode == 0, output
    (typed,) = (one for one in show.events("command") if "mute pad now" in str(one["text"]))
    (muted,) = (one for one in show.events("result") if "mute pad now" in str(one["text"]))
    ahead = int(str(muted["frame"])) - int(str(typed["frame"]))
    assert 0.5 * RATE_HZ < ahead <= RATE_HZ + 1024, "it was for a second after it came"
    (moved,) = (one for one in show.events("param") if one["name"] == f"track/{PAD}/gain")
    late = int(str(moved["frame"])) - int(str(muted["frame"]))
    assert 0 <= late < 256, "the fader moves in the first block from there"
    swaps = show.events("swap")
    assert all(swap["frame"] == swap["target_frame"] for swap in swaps)
    last = {str(swap["track"]): (swap["section"], swap["loop"]) for swap in swaps}
    assert last["drums"][0] == "hook"
    assert "bass" not in last or last["bass"][1] is None, "the bass was muted"


def test_a_taken_port_is_told_and_the_music_plays(
    jack: dict[str, str], made: CodeSet, shows: list[Show]
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        show = Show(made, jack, "", 3, "--osc-port", str(port))
        shows.append(show)
        output = show.finish()
    assert show.process.returncode == 0
    assert f"OSC port {port}: Address already in use: choose another with --osc-port" in output


def test_a_surface_that_listens_hears_the_music_go_by_and_a_monitor_sees_the_surface(
    jack: dict[str, str], made: CodeSet, shows: list[Show], hand: Hand
) -> None:
    show = Show(made, jack, "@1 lock pad\n", 64, "--osc-port", str(hand.port))
    shows.append(show)
    hand.ask("/loopmind/ping", 1)
    env = {**jack, "LOOPMIND_HOME": str(made.folder / "home")}
    monitor = subprocess.Popen([*PROGRAM, "monitor"], env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert monitor.stdout is not None
        printed = iter(monitor.stdout)
        assert any(line.startswith(f"OSC on port {hand.port}: ") for line in printed)
        hand.socket.sendto(encode("/loopmind/start_listen", 7), ("127.0.0.1", hand.port))
        heard: dict[str, list[object]] = {}
        while len(heard.get("/loopmind/state/beat", ())) < 4:
            message = decode(hand.socket.recv(65536))[0]
            heard.setdefault(message.address, []).append(message.arguments)
        assert any(line.endswith("/loopmind/start_listen 7  ->  listens\n") for line in printed)
        hand.socket.sendto(encode("/loopmind/pad/2", 1.0), ("127.0.0.1", hand.port))
        assert any(line.endswith("/loopmind/pad/2 1  ->  goto hook 1\n") for line in printed)
        show.process.terminate()
        show.finish()
        assert list(printed)[-1] == "the performance ended\n"
        assert monitor.wait(LIMIT_S) == 0
    finally:
        end(monitor)
        if monitor.stdout is not None:
            monitor.stdout.close()
    assert heard["/loopmind/track/bass/level"] == [(7, 0.75)]
    assert heard["/loopmind/transport/play"][-1] == (7, 1)
