"""The names under which surfaces find a performance on their network (zeroconf, mDNS).

`_osc._udp` says where OSC is taken, `_oscjson._tcp` where OSCQuery answers. They are made known on
those networks alone from which somebody may send, never on this machine's own.
"""

import ipaddress
import logging
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Thread

log = logging.getLogger(__name__)

OSC, OSCQUERY = "_osc._udp.local.", "_oscjson._tcp.local."
CLOSE_S = 3.0
"""How long saying goodbye may take."""
Networks = Sequence[ipaddress.IPv4Network]


@dataclass(frozen=True, slots=True)
class Interface:
    """One of this machine's addresses, and the network that it stands in."""

    ip: str
    network: ipaddress.IPv4Network


def near(interfaces: Iterable[Interface], allowed: Networks) -> tuple[str, ...]:
    """Return the addresses of interfaces from whose network one of `allowed` may send.

    >>> here = [Interface(ip, ipaddress.IPv4Network(net)) for ip, net in (
    ...     ("127.0.0.1", "127.0.0.0/8"), ("192.168.1.5", "192.168.1.0/24"),
    ...     ("10.0.0.7", "10.0.0.0/8"))]
    >>> near(here, [ipaddress.IPv4Network("192.168.1.20/32")])
    ('192.168.1.5',)
    """
    return tuple(
        one.ip
        for one in interfaces
        if not one.network.is_loopback and any(one.network.overlaps(other) for other in allowed)
    )


def interfaces() -> tuple[Interface, ...]:
    """Return this machine's IPv4 addresses."""
    import ifaddr

    return tuple(
        Interface(ip.ip, ipaddress.IPv4Network(f"{ip.ip}/{ip.network_prefix}", strict=False))
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if isinstance(ip.ip, str)
    )


class Announcement:
    """Makes `ports` known, by their kind (OSC, OSCQUERY), until it is closed.

    All of it happens in a thread of its own: names are tried out on the network first, which takes
    a second. `failed` is called there with a line where it cannot be done.
    """

    def __init__(
        self,
        name: str,
        ports: Mapping[str, int],
        ips: Sequence[str],
        failed: Callable[[str], None],
    ) -> None:
        self._over = Event()
        self._thread = Thread(
            target=self._announce, args=(name, dict(ports), list(ips), failed),
            name="zeroconf", daemon=True,
        )  # fmt: skip
        self._thread.start()

    def close(self) -> None:
        """Take the names back; what takes too long is left to time out."""
        self._over.set()
        self._thread.join(CLOSE_S)

    def _announce(
        self, name: str, ports: dict[str, int], ips: list[str], failed: Callable[[str], None]
    ) -> None:
        from zeroconf import Error, IPVersion, ServiceInfo, Zeroconf

        addresses = [socket.inet_aton(ip) for ip in ips]
        host = f"{socket.gethostname().partition('.')[0]}-loopmind.local."
        try:
            with Zeroconf(interfaces=ips, ip_version=IPVersion.V4Only) as network:
                for kind, port in ports.items():
                    info = ServiceInfo(
                        kind, f"{name}.{kind}", port, addresses=addresses, server=host,
                        properties={"txtvers": "1"},
                    )  # fmt: skip
                    network.register_service(info, allow_name_change=True)
                self._over.wait()
                network.unregister_all_services()
        except (Error, OSError) as error:
            log.warning("no names on the network: %s", error)
            failed(f"surfaces cannot find this machine by name ({error}): type its address there")
