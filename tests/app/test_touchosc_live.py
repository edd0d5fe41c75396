"""The shipped layouts on a performance: every control is answered, and shows where it stands."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopmind_live.bench.codes import CodeSet
from loopmind_live.control.osc_addresses import PROMPT
from loopmind_live.control.osc_packet import Message
from loopmind_live.control.osc_server import ERROR
from loopmind_live.control.touchosc.stage import PADS
from loopmind_live.score.arrangement import Arrangement, Section
from loopmind_live.score.loop import ROLES
from tests.app.osc_stage import OscStage
from tests.app.test_live import LIMIT_S, Show, made, shows
from tests.app.touchosc_tablet import Tablet
from tests.control.touchosc.reading import ReadMessage
from tests.session.stage import parts

__all__ = ["made", "shows"]
Open = Callable[[str, int], Tablet]
MIXER = "/studio/studio/pages/MIXER/mixer"
PADS_AT = "/stage/stage/middle/sections"
NEEDS_SOUND = ("record", "stems")
"""What the engine of a stage without sound cannot do."""
ALIKE = {
    *(role for role in ROLES if role not in ("drums", "bass")),
    *(f"pad {number}" for number in range(3, PADS)),
}  # fmt: skip
"""Strips and pads that are made as others are; `test_fixed_addresses` tries all addresses."""
RESTS = {
    ERROR, "/loopmind/record", "/loopmind/state/level_db", "/loopmind/state/meter",
    "/loopmind/state/load", "/loopmind/state/xruns",
    *(f"/loopmind/state/track/{role}/meter" for role in ROLES),
}  # fmt: skip
"""What stays as it is where nothing sounds, and nothing is refused."""


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OscStage]:
    """A performance of six sections and three parts."""
    monkeypatch.chdir(tmp_path)  # what is saved lands where one stands
    stage = OscStage(tmp_path)
    yield stage
    stage.close()


def play_all(stage: OscStage) -> None:
    """Play a set with a section on every pad and a loop in every part."""
    sections = tuple(Section("verse", 1, parts(*ROLES, number=n)) for n in range(PADS))
    stage.rig.session.load(Arrangement(140.0, "F#:min", sections))
    stage.show.type("play")


@pytest.fixture
def tablet() -> Iterator[Open]:
    opened: list[Tablet] = []

    def make(layout: str, port: int) -> Tablet:
        opened.append(Tablet(layout, port))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def connected(stage: OscStage, tablet: Tablet) -> Tablet:
    """Open a layout, and wait until it was told all that it shows."""
    tablet.open()

    def told() -> bool:
        tablet.read()
        return tablet.shown() - set(tablet.told) <= {ERROR}

    stage.until(told, "what the layout shows")
    return tablet


def press(stage: OscStage, hand: Tablet, control: ReadMessage) -> list[Message]:
    """Do all that a hand can do with a control; return the answers."""
    answers: list[Message] = []
    for count, arguments in enumerate(hand.examples(control), 1):
        hand.send(control.address, arguments)

        def answered(count: int = count) -> bool:
            answers.extend(hand.answers(control.address))
            return len(answers) >= count

        stage.until(answered, f"the answer to {control.address} {arguments}")
    return answers


@pytest.mark.parametrize("layout", ["stage", "studio"])
def test_every_control_is_answered_without_an_error(
    layout: str, stage: OscStage, tablet: Open
) -> None:
    play_all(stage)
    hand = connected(stage, tablet(layout, stage.port))
    refused = {}
    for control in hand.controls():
        path = control.node.path.split("/")
        if path[-2] in NEEDS_SOUND or not ALIKE.isdisjoint(path):
            continue
        for answer in press(stage, hand, control):
            if answer.address == ERROR:
                refused[control.node.path] = answer.arguments[1]
    assert not refused


def shown_by(control: ReadMessage) -> str | None:
    """Return what shows a launch or a solo, None for all else."""
    path = control.node.path
    if path.endswith("/go"):
        return f"/loopmind/state/pad/{path.split('/')[-2].removeprefix('pad ')}/launch"
    return control.address if path.endswith("/solo/switch") else None


@pytest.mark.parametrize("layout", ["stage", "studio"])
def test_all_that_a_hand_can_change_is_shown(layout: str, stage: OscStage, tablet: Open) -> None:
    hand = connected(stage, tablet(layout, stage.port))
    play_all(stage)
    stage.go_on(0.5)
    for control in hand.controls():
        if "/record/" in control.node.path:
            continue
        if control.received:
            pressed, *moved = control.examples()
            hand.send(control.address, pressed if control.node.kind == "BUTTON" else moved[0])
        elif control.node.path.endswith("/go"):
            hand.send(control.address, ())
        if (shown := shown_by(control)) is not None:  # told before another one changes it

            def changed(shown: str = shown) -> bool:
                hand.read()
                return len(set(hand.told[shown])) > 1

            stage.until(changed, f"another {shown}")
    hand.send(PROMPT, ("tempo +1",))
    fresh = set()

    def all_shown() -> bool:
        hand.read()
        fresh.update(one for one in hand.shown() if len(set(hand.told[one])) > 1)
        return hand.shown() - RESTS <= fresh

    try:
        stage.until(all_shown)
    except AssertionError:
        raise AssertionError(f"not shown: {sorted(hand.shown() - RESTS - fresh)}") from None


def test_two_tablets_show_the_same_whichever_is_touched(stage: OscStage, tablet: Open) -> None:
    left = connected(stage, tablet("stage", stage.port))
    right = connected(stage, tablet("studio", stage.port))
    stage.show.type("play")
    fader = "/stage/stage/tracks/bass/level/fader/slide"
    left.surface.touch(fader, "x", 0.25)
    left.send(*left.surface.sent[-1])
    stage.until(lambda: near(right, f"{MIXER}/bass/level/fader/slide", 0.25), "the other fader")
    right.surface.touch(f"{MIXER}/bass/mute/switch", "x", 1.0)
    right.send(*right.surface.sent[-1])
    words = "/stage/stage/tracks/bass/mute/words"
    stage.until(lambda: shows_text(left, words, "MUTED"), "the other button")
    right.surface.touch(f"{MIXER}/bass/level/fader/slide", "x", 0.5)
    right.send(*right.surface.sent[-1])
    stage.until(lambda: near(left, fader, 0.5), "the first fader")
    assert left.surface.value("/stage/stage/tracks/bass/db", "text") == "-10.0 dB"


def near(tablet: Tablet, path: str, share: float) -> bool:
    tablet.read()
    return abs(float(tablet.surface.value(path, "x")) - share) < 0.002


def shows_text(tablet: Tablet, path: str, text: str) -> bool:
    tablet.read()
    return bool(tablet.surface.value(path, "text") == text)


@pytest.mark.live
def test_a_set_is_played_from_the_stage_through_jack(
    jack: dict[str, str], made: CodeSet, shows: list[Show], tablet: Open
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    show = Show(made, jack, "", 4096, "--osc-port", str(port))
    shows.append(show)
    hand = tablet("stage", port)

    def wait_for(path: str, text: str, again: Callable[[], None] = lambda: None) -> None:
        limit = time.monotonic() + LIMIT_S
        while not shows_text(hand, path, text):
            assert time.monotonic() < limit, f"{path} never showed {text!r}"
            again()
            time.sleep(0.05)

    wait_for(f"{PADS_AT}/pad 1/title", "intro", again=hand.open)
    for path, done in (  # the intro may have gone by while the first loops were prepared
        (f"{PADS_AT}/pad 1/go", lambda: wait_for(f"{PADS_AT}/pad 1/state", "PLAYING")),
        (f"{PADS_AT}/pad 2/go", lambda: wait_for(f"{PADS_AT}/pad 2/state", "PLAYING")),
        (f"{PADS_AT}/pad 2/regenerate", lambda: show.wait_for("result", "regenerate hook")),
        ("/stage/stage/tracks/bass/mute/switch", lambda: show.wait_for("result", "mute bass")),
        ("/stage/stage/transport/UNDO/press", lambda: show.wait_for("command", "undo")),
    ):
        hand.surface.touch(path, "x", 1.0)
        hand.send(*hand.surface.sent[-1])
        done()
    show.process.send_signal(signal.SIGTERM)
    output = show.finish()
    assert show.process.returncode == 0, output
    assert "Traceback" not in output
    assert not hand.told[ERROR]
    assert show.silent_stretches() == 0
