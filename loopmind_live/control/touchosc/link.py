"""How a layout makes itself known, so that it is told how all stands. Pure."""

from loopmind_live.control.osc_server import ERROR, REPLY, REPLY_PORT
from loopmind_live.control.touchosc.controls import PRESSED, Answers, Press
from loopmind_live.control.touchosc.look import GREEN, SMALL
from loopmind_live.control.touchosc.nodes import Osc
from loopmind_live.control.touchosc.scripts import HidesAnswers, KeepsPressing

SEND_PORT, RECEIVE_PORT = 9000, 9001
"""The ports that a performer sets in TouchOSC's connections."""
START_LISTEN = "/loopmind/start_listen"
AGAIN_MS = 20_000
"""So often a layout asks again by itself: what was lost on the air is told again, and a performance
that was started anew finds it."""
CONNECT = Press(
    "CONNECT", REPLY_PORT, (RECEIVE_PORT,), color=GREEN, more=(Osc(START_LISTEN, (), PRESSED),)
)
"""Names the port on which TouchOSC receives, and asks to be told all, and then what changes."""


def connects(path: tuple[str, ...]) -> KeepsPressing:
    """Return the script of a layout that presses its CONNECT, which lies in `path`, by itself."""
    return KeepsPressing((*path, CONNECT.name, "press"), AGAIN_MS)


def answers(lines: bool) -> Answers:
    """Return the place where answers are shown: one line, or as many as there is room for."""
    quiet = HidesAnswers((REPLY_PORT, START_LISTEN), "connected")
    return Answers("answer", (REPLY, ERROR), "not connected yet", SMALL, lines, quiet)
