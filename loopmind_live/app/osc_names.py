"""The names under which other machines find a performance, as long as it lasts."""

from collections import deque
from collections.abc import Callable, Mapping

from loopmind_live.app.osc_query import NAME
from loopmind_live.control.access import Allowed
from loopmind_live.control.announcement import Announcement, interfaces, near


class OscNames:
    """Makes `ports` known where those `allowed` are; where none of them is near, it says so."""

    def __init__(
        self, ports: Mapping[str, int], allowed: Allowed, tell: Callable[[str], None]
    ) -> None:
        self._tell = tell
        self._failed: deque[str] = deque(maxlen=1)
        self._announcement: Announcement | None = None
        ips = near(interfaces(), allowed.networks)
        if not ips:
            far = ", ".join(map(str, allowed.networks))
            tell(f"no network here leads to {far}: surfaces cannot find this machine by name")
            return
        self._announcement = Announcement(NAME, ports, ips, self._failed.append)

    def advance(self) -> None:
        """Say where the names could not be made known."""
        while self._failed:
            self._tell(self._failed.popleft())

    def close(self) -> None:
        """Take the names back."""
        if self._announcement is not None:
            self._announcement.close()
