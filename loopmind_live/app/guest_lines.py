"""What goes over the socket between a performance and its guests: one JSON object a line.

A guest is a prompt opened by `loopmind attach`. It sends {"type": text}, and nothing else. It gets
{"hello": version, "name"}, {"view", "names", "panel"} as they change (`guest_views`), {"say": text}
for what others do and what happens, {"answer": text or null} for each line it sent, in order, and
{"bye": why}.
"""

import json
import struct
from pathlib import Path
from socket import socket
from typing import Any

from loopmind_live.errors import SessionError

VERSION = 2
SOCKET_NAME = "performer.sock"
"""In the engine's folder, which is this user's alone."""
MAX_TYPED = 4096
"""Characters in a typed line."""
MAX_SENT_BYTES = 6 * MAX_TYPED + 64
"""A line that a guest sends: a character may take six bytes in JSON."""
MAX_TOLD_BYTES = 1 << 18
"""A line that a guest gets."""
_CUT = " ... (cut)"
_UCRED = struct.Struct("3i")
_SO_PEERCRED = 17


def line(**facts: Any) -> bytes:
    r"""Return the line that tells `facts`; a text too long for one is cut.

    >>> line(say="hook: drums change")
    b'{"say": "hook: drums change"}\n'
    """
    data = json.dumps(facts, ensure_ascii=False).encode()
    if len(data) >= MAX_TOLD_BYTES:
        room = MAX_TOLD_BYTES // 8
        facts = {
            name: fact[:room] + _CUT if isinstance(fact, str) else fact
            for name, fact in facts.items()
        }
        data = json.dumps(facts, ensure_ascii=False).encode()
    return data + b"\n"


def read_line(data: bytes) -> dict[str, Any]:
    """Return what a line tells; SessionError where it is no line of this protocol."""
    try:
        facts = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SessionError("what came over the socket is no JSON object") from error
    if not isinstance(facts, dict):
        raise SessionError("what came over the socket is no JSON object")
    return facts


def typed(data: bytes) -> str:
    """Return the line that a guest typed; SessionError where it sent anything else."""
    facts = read_line(data)
    text = facts.get("type")
    if set(facts) != {"type"} or not isinstance(text, str):
        raise SessionError("a guest sends what it types, and nothing else")
    if len(text) > MAX_TYPED:
        raise SessionError(f"a line of {len(text)} characters: type {MAX_TYPED} at most")
    return text


def peer_uid(connection: socket) -> int | None:
    """Return the user at the other end, None where the system does not say."""
    try:
        told = connection.getsockopt(1, _SO_PEERCRED, _UCRED.size)
    except OSError:
        return None
    return int(_UCRED.unpack(told)[1]) if len(told) == _UCRED.size else None


def socket_path(engine_folder: Path) -> Path:
    """Return where a performance listens for guests."""
    return engine_folder / SOCKET_NAME
