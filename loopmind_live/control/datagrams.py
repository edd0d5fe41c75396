"""Datagrams taken off a socket, all that wait at once, without letting the interpreter go.

Python's own `recvfrom` lets other threads run around each packet. Where one of them is busy, it
keeps the interpreter for a switch interval before the next packet is looked at: a flood is then
taken at two packets a millisecond. So the waiting is done in `poll`, and what waits is taken by
the system's recvfrom through ctypes, for which the interpreter is not let go.
"""

import ctypes
import errno
import os
import select
import socket
from collections.abc import Iterator

Address = tuple[str, int]
_ADDRESS_BYTES = 28
"""A sockaddr_in6."""
_MOST_SENDERS = 1024
_MOST_AT_ONCE = 128
"""So many are taken before others get their turn."""


class Datagrams:
    """Reads what comes to a UDP socket of IPv4. Datagrams longer than `size` are cut to it."""

    def __init__(self, listener: socket.socket, size: int) -> None:
        self._listener = listener
        self._size = size
        self._poll = select.poll()
        self._poll.register(listener, select.POLLIN)
        self._receive = ctypes.PyDLL(None, use_errno=True).recvfrom
        self._receive.restype = ctypes.c_ssize_t
        self._receive.argtypes = (
            ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int,
            ctypes.c_void_p, ctypes.c_void_p,
        )  # fmt: skip
        self._buffer = ctypes.create_string_buffer(size)
        self._from = ctypes.create_string_buffer(_ADDRESS_BYTES)
        self._length = ctypes.c_uint32(_ADDRESS_BYTES)
        self._senders: dict[bytes, Address] = {}

    def wait(self, timeout_s: float) -> bool:
        """Wait until something has come; tell whether it has. Raises OSError."""
        return bool(self._poll.poll(timeout_s * 1000.0))

    def take(self) -> Iterator[tuple[bytes, Address]]:
        """Yield what waits, with its sender, so many at once at most. Raises OSError."""
        buffer, size, length = self._buffer, self._size, self._length
        at, sender_at, length_at = map(ctypes.addressof, (buffer, self._from, length))
        view = memoryview(buffer)
        for _ in range(_MOST_AT_ONCE):
            length.value = _ADDRESS_BYTES
            got = self._receive(
                self._listener.fileno(), at, size, socket.MSG_DONTWAIT, sender_at, length_at
            )
            if got < 0:
                number = ctypes.get_errno()
                if number in (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR):
                    return
                raise OSError(number, os.strerror(number))
            yield view[:got].tobytes(), self._sender(self._from.raw[2:8])

    def _sender(self, place: bytes) -> Address:
        """Return the address of who sent, from a sockaddr_in after its family."""
        known = self._senders.get(place)
        if known is None:
            if len(self._senders) >= _MOST_SENDERS:
                self._senders.clear()
            known = socket.inet_ntoa(place[2:6]), int.from_bytes(place[:2], "big")
            self._senders[place] = known
        return known
