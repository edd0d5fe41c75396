"""Announce a performance, browse for it, take it back: run in a network namespace of its own."""

import json
import sys
import time

from zeroconf import IPVersion, ServiceBrowser, Zeroconf

from loopmind_live.app.osc_names import OscNames
from loopmind_live.control.access import allowed
from loopmind_live.control.announcement import OSC, OSCQUERY, interfaces

PATIENCE_S = 15.0


class Seen:
    """What a foreign browser finds, and loses."""

    def __init__(self) -> None:
        self.there: dict[str, tuple[list[str], int]] = {}
        self.gone: list[str] = []

    def add_service(self, network: Zeroconf, kind: str, name: str) -> None:
        info = network.get_service_info(kind, name)
        if info is not None and info.port is not None:
            self.there[kind] = (info.parsed_addresses(IPVersion.V4Only), info.port)

    def update_service(self, network: Zeroconf, kind: str, name: str) -> None:
        """Do nothing: names do not change here."""

    def remove_service(self, network: Zeroconf, kind: str, name: str) -> None:
        self.gone.append(kind)


def wait(true: object, count: int) -> None:
    limit = time.monotonic() + PATIENCE_S
    while len(true) < count and time.monotonic() < limit:  # type: ignore[arg-type]
        time.sleep(0.02)


def main() -> None:
    """Print what a browser saw, as JSON."""
    own, lan = sys.argv[1:]
    assert all(one.ip in ("127.0.0.1", own) for one in interfaces()), "this is no place to announce"
    told: list[str] = []
    seen = Seen()
    with Zeroconf(interfaces=[own], ip_version=IPVersion.V4Only) as network:
        ServiceBrowser(network, [OSC, OSCQUERY], seen)  # type: ignore[arg-type]
        names = OscNames({OSC: 9000, OSCQUERY: 9001}, allowed([lan]), told.append)
        wait(seen.there, 2 if not told else 0)
        names.advance()
        names.close()
        wait(seen.gone, len(seen.there))
    print(json.dumps({"there": seen.there, "gone": sorted(seen.gone), "told": told}))


if __name__ == "__main__":
    main()
