"""Surfaces that listen: told all at once, then what changes; two of them agree; gone and back."""

import json
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopmind_live.app.osc_query import OscQuery
from loopmind_live.app.panels import panel_now
from loopmind_live.control.access import THIS_MACHINE
from loopmind_live.control.feedback import told
from loopmind_live.control.macros import MACROS
from loopmind_live.score.patch import Parameter
from tests.app.osc_stage import OscStage, Tablet
from tests.session.test_patches import patch

LEVEL = "/loopmind/track/bass/level"
KNOB = "knob1/feedback"
MUTE = "/loopmind/track/bass/mute"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[OscStage]:
    stage = OscStage(tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def tablets(stage: OscStage) -> Iterator[Callable[[], Tablet]]:
    made: list[Tablet] = []

    def make(port: int = 0) -> Tablet:
        made.append(Tablet(stage.port, port))
        return made[-1]

    yield make
    for tablet in made:
        tablet.close()


def listening(stage: OscStage, tablet: Tablet, *id: int | str) -> Tablet:
    """Have a tablet listen, and wait until it was told everything."""
    tablet.messages.clear()
    tablet.send("/loopmind/start_listen", *id)
    everything = told(panel_now(stage.show)).keys()
    stage.until(
        lambda: all(tablet.shows(address) is not None for address in (MUTE, [*everything][-1])),
        "resynced",
    )
    return tablet


def test_a_surface_is_told_everything_on_connect_and_then_only_changes(
    stage: OscStage, tablets: Callable[[], Tablet]
) -> None:
    tablet = listening(stage, tablets())
    everything = told(panel_now(stage.show))
    shown = {message.address for message in tablet.messages}
    assert everything.keys() <= shown
    assert tablet.shows("/loopmind/reply") == ("/loopmind/start_listen", "1 listen")
    tablet.messages.clear()
    stage.show.type("level bass -10")
    stage.until(lambda: tablet.shows(LEVEL) == (0.5,), "the fader")
    stage.show.type("level bass -30")
    stage.until(lambda: tablet.shows(LEVEL) == (0.25,), "the fader, once more")
    shown = {message.address for message in tablet.messages}
    assert shown == {LEVEL, "/loopmind/state/track/bass/level_db"}, "nothing else changes"


def test_two_surfaces_on_one_control_agree(stage: OscStage, tablets: Callable[[], Tablet]) -> None:
    stage.show.type("play")
    left, right = listening(stage, tablets()), listening(stage, tablets(), 2)
    left.send(LEVEL, 0.5)
    stage.until(lambda: right.shows(LEVEL) == (2, 0.5), "the other one's fader")
    right.send(LEVEL, 0.25)
    stage.until(lambda: left.shows(LEVEL) == (0.25,), "the first one's fader")
    stage.until(lambda: right.shows(LEVEL) == (2, 0.25), "the fader that was moved last")
    right.send(MUTE, 1)
    stage.until(lambda: left.shows(MUTE) == (1,), "the button")


def test_a_surface_that_is_killed_is_told_no_more_and_resynced_when_it_is_back(
    stage: OscStage, tablets: Callable[..., Tablet]
) -> None:
    first = listening(stage, tablets())
    port = first.port
    first.close()
    other = listening(stage, tablets())
    other.send(LEVEL, 0.5)
    stage.until(lambda: len(stage.feedback.listeners) == 1, "the one that is gone")
    assert [line for line in stage.told if "no more" in line] == [
        f"OSC 127.0.0.1:{port} listens no more"
    ]
    assert other.shows(LEVEL) is not None
    stage.until(lambda: other.shows(LEVEL) == (0.5,), "what the other one is told meanwhile")
    back = listening(stage, tablets(port))
    assert back.shows(LEVEL) == (0.5,)
    other.send(LEVEL, 0.75)
    stage.until(lambda: back.shows(LEVEL) == (0.75,), "the fader")


def test_nobody_else_misses_a_message_because_one_is_gone(
    stage: OscStage, tablets: Callable[[], Tablet]
) -> None:
    gone = [listening(stage, tablets()) for _ in range(5)]
    stays = listening(stage, tablets())
    for one in gone:
        one.close()
    shown = "/loopmind/state/track/bass/level_db"
    for step in range(1, 21):
        stage.show.type(f"level bass {-step}")
        stage.until(lambda db=-float(step): stays.shows(shown) == (db,), f"step {step}")
    stage.until(lambda: len(stage.feedback.listeners) == 1, "the five that are gone")


def test_python_osc_is_told_where_its_server_listens(stage: OscStage) -> None:
    from pythonosc.dispatcher import Dispatcher
    from pythonosc.osc_server import BlockingOSCUDPServer
    from pythonosc.udp_client import SimpleUDPClient

    heard: dict[str, tuple[object, ...]] = {}
    dispatcher = Dispatcher()
    dispatcher.set_default_handler(lambda address, *values: heard.update({address: values}))
    client = SimpleUDPClient("127.0.0.1", stage.port)
    with client._sock, BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher) as peer:
        serving = threading.Thread(target=peer.serve_forever, daemon=True)
        serving.start()
        client.send_message("/loopmind/reply_port", peer.server_address[1])
        client.send_message("/loopmind/start_listen", [])
        stage.until(lambda: heard.get(LEVEL) == (0.75,), "the fader")
        client.send_message(LEVEL, 0.5)
        stage.until(lambda: heard.get(LEVEL) == (0.5,), "the fader that was moved")
        peer.shutdown()
        serving.join()


def test_liblo_s_oscdump_shows_what_oscsend_does(
    stage: OscStage, require_program: Callable[[str], str]
) -> None:
    stage.show.type("play")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    dump = subprocess.Popen(
        [require_program("oscdump"), "-L", str(port)], stdout=subprocess.PIPE, text=True
    )
    shown: list[str] = []
    assert dump.stdout is not None
    reader = threading.Thread(target=lambda: shown.extend(dump.stdout or ()), daemon=True)
    reader.start()

    def send(*words: str) -> None:
        program = require_program("oscsend")
        subprocess.run([program, "127.0.0.1", str(stage.port), *words], check=True)

    def listens() -> bool:
        # oscdump takes a moment to open its port, and who is not there yet is dropped again.
        if not len(stage.feedback.listeners):
            send("/loopmind/start_listen", "i", "3")
        stage.go_on(0.1)
        return any(line.rstrip().endswith(f"{LEVEL} if 3 0.750000") for line in shown)

    try:
        send("/loopmind/reply_port", "i", str(port))
        stage.until(listens, "the resync")
        send(MUTE, "i", "1")
        stage.until(lambda: any(f"{MUTE} ii 3 1" in line for line in shown), "the mute")
    finally:
        dump.kill()
        dump.wait()
        reader.join()
        dump.stdout.close()


def test_pads_launch_sections_and_show_what_is_queued(
    stage: OscStage, tablets: Callable[[], Tablet]
) -> None:
    stage.show.type("play")
    tablet = listening(stage, tablets())
    stage.until(lambda: tablet.shows("/loopmind/pad/1") == (1,), "the first section")
    assert tablet.shows("/loopmind/state/pad/5/name") == ("hook 2",)
    tablet.send("/loopmind/pad/5", 1.0)
    stage.until(lambda: tablet.shows("/loopmind/state/pad/5/launch") == ("play_queued",), "queued")
    tablet.send("/loopmind/pad/5", 0.0)
    stage.until(lambda: tablet.shows("/loopmind/state/pad/5/launch") == ("playing",), "playing")
    assert tablet.shows("/loopmind/state/section") == ("hook 2",)


def test_knobs_of_a_patch_are_turned_by_name_and_number_and_told(
    stage: OscStage, tablets: Callable[[], Tablet]
) -> None:
    stage.rig.session.learn(patch(feedback=Parameter(0.5, 0.0, 0.8)))
    stage.show.type("play")
    stage.show.type("patch drums gate now")
    tablet = listening(stage, tablets())

    def knob() -> float:
        return stage.show.session.state.document.control("drums", KNOB)

    name, number = (f"/loopmind/track/drums/knob/{one}" for one in ("feedback", "1"))
    stage.until(lambda: tablet.shows(name) == (0.625,), "mounted")
    tablet.send(number, 0.25)
    stage.until(lambda: knob() == 0.2, "by number")
    tablet.send(name, 1.0)
    stage.until(lambda: knob() == 0.8, "by name")
    stage.until(lambda: tablet.shows(number) == (1.0,), "told")


def test_a_macro_types_its_line(stage: OscStage, tablets: Callable[[], Tablet]) -> None:
    stage.show.type("play")
    tablet = tablets()
    number = next(n for n, (_, text) in enumerate(MACROS, 1) if text.startswith("mute drums"))
    tablet.send(f"/loopmind/macro/{number}", 1)
    stage.until(lambda: tablet.shows("/loopmind/reply") is not None, "the answer")
    assert "mute drums" in str(tablet.shows("/loopmind/reply"))


def test_what_is_no_value_of_a_control_is_answered_with_what_to_send(
    stage: OscStage, tablets: Callable[[], Tablet]
) -> None:
    tablet = tablets()
    tablet.send(LEVEL, 7.0)
    stage.until(lambda: tablet.shows("/loopmind/error") is not None, "the error")
    assert tablet.shows("/loopmind/error") == (LEVEL, f"OSC: {LEVEL} 7.0: send one number, 0 to 1")


def test_stop_listen_ends_it(stage: OscStage, tablets: Callable[[], Tablet]) -> None:
    tablet = listening(stage, tablets(), 1)
    tablet.send("/loopmind/stop_listen", 1)
    stage.until(lambda: not len(stage.feedback.listeners), "stopped")
    tablet.read()
    tablet.messages.clear()
    stage.show.type("level bass -6")
    stage.go_on(0.2)
    tablet.read()
    assert [m.address for m in tablet.messages if m.address == LEVEL] == []
    tablet.send("/loopmind/start_listen", 1, 2)
    stage.until(lambda: tablet.shows("/loopmind/error") is not None, "the error")


def test_a_template_for_abletonosc_plays_the_set(
    stage: OscStage, tablets: Callable[[], Tablet]
) -> None:
    tablet = tablets()
    tablet.send("/live/test")
    stage.until(lambda: tablet.shows("/live/test") == ("ok",), "the test")
    tablet.send("/live/song/start_listen/beat")
    tablet.send("/live/track/start_listen/mute", 5)
    tablet.send("/live/song/start_playing")
    stage.until(lambda: tablet.shows("/live/song/get/beat") == (3,), "the beat")
    tablet.send("/live/track/set/mute", 5, 1)
    stage.until(lambda: tablet.shows("/live/track/get/mute") == (5, True), "the mute")
    tablet.send("/live/track/set/volume", 5, 0.4)
    tablet.send("/live/track/get/volume", 5)
    stage.until(lambda: tablet.shows("/live/track/get/volume") is not None, "the volume")
    tablet.send("/live/scene/fire", 99)
    stage.until(lambda: tablet.shows("/live/error") is not None, "the error")
    assert "no scene 99" in str(tablet.shows("/live/error"))
    tablet.send("/live/scene/fire", 4)
    session = stage.rig.session
    stage.until(lambda: "goto hook 2" in [one.text for one in session.state.pending], "the scene")
    assert tablet.shows("/loopmind/reply") is None, "AbletonOSC does not answer methods"
    tablet.close()
    stage.until(lambda: not len(stage.live.listeners), "who is gone")


def test_oscquery_tells_where_everything_stands_now(stage: OscStage) -> None:
    query = OscQuery(0, stage.port, stage.show, stage.told.append, THIS_MACHINE)
    try:
        url = f"http://127.0.0.1:{query.port}"
        host = json.load(urllib.request.urlopen(f"{url}/?HOST_INFO", timeout=10))
        assert (host["OSC_IP"], host["OSC_PORT"]) == ("127.0.0.1", stage.port)
        stage.show.type("level bass -10")
        value = json.load(urllib.request.urlopen(f"{url}{LEVEL}?VALUE", timeout=10))
        assert value == {"VALUE": [0.5]}
        assert stage.told[-1] == f"OSCQuery on {url}"
    finally:
        query.close()
