"""How a layout makes itself known, so that it is told how all stands. Pure."""

from loopmind_live.control.osc_server import REPLY_PORT
from loopmind_live.control.touchosc.controls import PRESSED, Press
from loopmind_live.control.touchosc.look import GREEN
from loopmind_live.control.touchosc.nodes import Osc
from loopmind_live.control.touchosc.scripts import Starts

SEND_PORT, RECEIVE_PORT = 9000, 9001
"""The ports that a performer sets in TouchOSC's connections."""
START_LISTEN = "/loopmind/start_listen"
CONNECT = Press(
    "CONNECT", REPLY_PORT, (RECEIVE_PORT,), color=GREEN,
    more=(Osc(START_LISTEN, (), PRESSED),),
)  # fmt: skip
"""Names the port on which TouchOSC receives, and asks to be told all changes from now on."""


def connects(path: tuple[str, ...]) -> Starts:
    """Return the script of a layout that presses its CONNECT, which lies in `path`, by itself."""
    return Starts((*path, CONNECT.name, "press"))
