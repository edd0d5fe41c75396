"""Who may play from another machine: a list of addresses and networks. Pure."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from loopmind_live.errors import ControlError

WIDEST_PREFIX = 16
"""A network of more than 65,536 addresses is refused: that is not a stage's own."""
_LOOPBACK = ipaddress.IPv4Network("127.0.0.0/8")
_MOST_NETWORKS = 32


@dataclass(frozen=True, slots=True)
class Allowed:
    """Those who may send: this machine, and the `networks` that were named."""

    networks: tuple[ipaddress.IPv4Network, ...] = ()

    def __contains__(self, host: str) -> bool:
        """Tell whether a host, by its IPv4 address, may send."""
        address = ipaddress.IPv4Address(host)
        return address in _LOOPBACK or any(address in network for network in self.networks)

    def __bool__(self) -> bool:
        """Tell whether any other machine may send."""
        return bool(self.networks)

    def __str__(self) -> str:
        """Say who may send."""
        named = [str(one.network_address if one.prefixlen == 32 else one) for one in self.networks]
        return ", ".join(["this machine", *named])


THIS_MACHINE = Allowed()


def allowed(asked: Iterable[str]) -> Allowed:
    """Return who may send, from addresses ("192.168.1.20") and networks ("192.168.1.0/24").

    Raise ControlError where one is neither, or wider than a stage needs.

    >>> who = allowed(["192.168.1.20", "10.0.5.0/24"])
    >>> [host in who for host in ("127.0.0.1", "192.168.1.20", "192.168.1.21", "10.0.5.9")]
    [True, True, False, True]
    >>> str(who)
    'this machine, 192.168.1.20, 10.0.5.0/24'
    """
    networks = tuple(dict.fromkeys(_network(one.strip()) for one in asked))
    if len(networks) > _MOST_NETWORKS:
        raise ControlError(
            f"{len(networks)} addresses: {_MOST_NETWORKS} at most: name a network, "
            "as in 192.168.1.0/24"
        )
    return Allowed(networks)


def _network(asked: str) -> ipaddress.IPv4Network:
    try:
        network = ipaddress.IPv4Network(asked, strict=False)
    except ValueError as error:
        raise ControlError(
            f"{asked:.60}: not an address or network of IPv4: "
            "give some as in 192.168.1.20,192.168.2.0/24"
        ) from error
    if network.prefixlen < WIDEST_PREFIX:
        raise ControlError(
            f"{asked}: {network.num_addresses:,} addresses may send then: "
            f"name at most a /{WIDEST_PREFIX}, as in 192.168.1.0/24"
        )
    return network
