"""The process in which code runs: `python -m loopmind_live.repl.livecode.process DESCRIPTOR`.

Started by `child` with one end of a socket pair, and with nothing else of the performer's: no
engine, no arena, no files that are open there. What runs here has the rights of its user, whose own
code it is; the process is apart so that it can fail. It ends when the other end is closed.
"""

import os
import resource
import signal
import socket
import sys

from loopmind_live.errors import LoopMindError
from loopmind_live.repl.livecode.guarded import ALARMS
from loopmind_live.repl.livecode.runner import Runner
from loopmind_live.repl.livecode.wire import (
    MAX_TEXT,
    Decoder,
    Enter,
    Fault,
    FromCode,
    Go,
    Recall,
    encode,
)
from loopmind_live.workers.realtime import die_with_parent

MAX_MEMORY_BYTES = 2 << 30
NICENESS = 5
_READ_BYTES = 65536


def serve(connection: socket.socket) -> None:
    """Run what the performer sends, until it closes its end."""

    def tell(message: FromCode) -> None:
        try:
            data = encode(message)
        except (LoopMindError, TypeError, ValueError) as error:
            data = encode(Fault("code", f"cannot be told: {error}"[:MAX_TEXT]))
        # A run that ends too late must not end in the middle of a message.
        masked = signal.pthread_sigmask(signal.SIG_BLOCK, ALARMS)
        try:
            connection.sendall(data)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)

    runner, decoder = Runner(tell), Decoder()
    while data := connection.recv(_READ_BYTES):
        for message in decoder.feed(data):
            if isinstance(message, Enter | Recall | Go):
                runner.take(message)


def main() -> int:
    """Serve the performer at the other end of the inherited socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    os.nice(NICENESS)  # whatever plays comes first
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        serve(socket.socket(fileno=int(sys.argv[1])))
    except (BrokenPipeError, ConnectionResetError):
        return 0  # the performer is gone
    return 0


if __name__ == "__main__":
    sys.exit(main())
