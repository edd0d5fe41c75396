"""OSCQuery on a performance: what there is to send to, and where it stands, over HTTP."""

from collections.abc import Callable

from loopmind_live.app.panels import panel_now
from loopmind_live.app.performance import Performance
from loopmind_live.control.access import Allowed
from loopmind_live.control.feedback import told
from loopmind_live.control.osc_server import ANY_INTERFACE, LOOPBACK
from loopmind_live.control.oscquery import Answer, answer, host_info, tree
from loopmind_live.control.oscquery_server import OscQueryServer

NAME = "LoopMind Live"


class OscQuery:
    """Answers readers of this machine, and of those `allowed`. Raises ControlError where it cannot.

    `osc_port` is where OSC is taken.
    """

    def __init__(
        self,
        port: int,
        osc_port: int,
        show: Performance,
        tell: Callable[[str], None],
        allowed: Allowed,
    ) -> None:
        self._show = show
        self._root = tree(told(panel_now(show)))
        self._host = host_info(NAME, None if allowed else LOOPBACK, osc_port)
        self._server = OscQueryServer(
            ANY_INTERFACE if allowed else LOOPBACK, port, self._get, lambda host: host in allowed
        )
        self.port = self._server.port
        tell(f"OSCQuery on http://{LOOPBACK}:{self.port}")

    def advance(self) -> None:
        """Do nothing: readers are answered by a thread of their own."""

    def close(self) -> None:
        """Answer no more."""
        self._server.close()

    def described(self) -> list[str]:
        """Return the line that tells where readers are answered."""
        return [f"OSCQuery on http://{LOOPBACK}:{self.port}"]

    def _get(self, target: str) -> Answer:
        """Answer a reader. Called by its thread: what it reads here is frozen."""
        return answer(target, self._root, told(panel_now(self._show)), self._host)
