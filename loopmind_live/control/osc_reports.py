"""Who does not listen any more: what the system reports of packets that nobody took.

Linux alone tells this of a socket that sends to many (ip(7), IP_RECVERR); elsewhere nothing is ever
reported. The report of one packet fails the next call on the socket, whomever that is for: after
any error on a watched socket, `reports` must be called, and what failed tried again.
"""

import errno
import socket
import struct
import sys
from dataclasses import dataclass, field

from loopmind_live.control.datagrams import Address

_IP_RECVERR = 11
_ERROR = struct.Struct("=I")
"""The first field of `struct sock_extended_err`: the error's number."""
_ROOM = 512
_MOST = 256
"""So many reports are read at a time."""
_UNREACHABLE = (errno.EHOSTUNREACH, errno.ENETUNREACH)


def watch(sender: socket.socket) -> None:
    """Have the system report of `sender`'s packets, where it can."""
    if sys.platform == "linux":
        sender.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)


@dataclass(slots=True)
class Reports:
    """What the system reported: `gone` are addresses at which nobody listens.

    `unreachable` are hosts to which no network leads at the moment.
    """

    gone: set[Address] = field(default_factory=set)
    unreachable: set[str] = field(default_factory=set)


def reports(sender: socket.socket) -> Reports:
    """Return what was reported since the last time."""
    told = Reports()
    for _ in range(_MOST):
        try:
            _, notes, _, to = sender.recvmsg(1, _ROOM, socket.MSG_ERRQUEUE | socket.MSG_DONTWAIT)
        except OSError:
            break  # all are read
        for level, kind, data in notes:
            if (level, kind) == (socket.IPPROTO_IP, _IP_RECVERR) and len(data) >= _ERROR.size:
                (number,) = _ERROR.unpack_from(data)
                if number == errno.ECONNREFUSED and isinstance(to, tuple):
                    told.gone.add((str(to[0]), int(to[1])))
                elif number in _UNREACHABLE and isinstance(to, tuple):
                    told.unreachable.add(str(to[0]))
    return told
