"""Looking at the surfaces of a performance from another process, or at a port where none is."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from loopmind_live.app.attach import where
from loopmind_live.app.guest_lines import MAX_TOLD_BYTES, line, read_line
from loopmind_live.app.monitor import Note, meant_by
from loopmind_live.app.onlookers import SOCKET_NAME
from loopmind_live.control.fixed_addresses import CONTROLS, MOST_PADS, asked
from loopmind_live.control.live_addresses import ADDRESSES, Watch, live
from loopmind_live.control.osc_addresses import BY_ADDRESS, meaning, shown
from loopmind_live.control.osc_packet import Message
from loopmind_live.control.osc_server import OscServer
from loopmind_live.errors import LoopMindError, SessionError
from loopmind_live.session.panel import Pad, Panel, blank_panel

ANSWER_S = 3.0
_TURN_S = 0.01


def surfaces_of(root: Path) -> list[str]:
    """Return the lines that tell of the surfaces of the newest performance.

    Raise SessionError where none is under way, or it does not answer.
    """
    for facts in _look(root, "surfaces", ANSWER_S):
        return [str(text) for text in facts.get("surfaces", [])]
    raise SessionError("the performer does not answer")


def lines_there(root: Path) -> Iterator[str]:
    """Yield what comes in to the newest performance, until it ends."""
    for facts in _look(root, "monitor", None):
        if "surfaces" in facts:
            yield from (str(text) for text in facts["surfaces"] or ["no surface is open"])
        elif "note" in facts:
            time_s, *texts = facts["note"]
            yield str(Note(float(time_s), *map(str, texts)))
    yield "the performance ended"


def lines_here(port: int) -> Iterator[str]:
    """Yield what comes to a port of this machine, and what it would stand for in a performance.

    Raise ControlError where the port cannot be had.
    """
    with closing(OscServer(port, (*BY_ADDRESS, *CONTROLS, *ADDRESSES))) as server:
        yield f"OSC on port {server.port} of this machine: nothing is played"
        panel = _full_panel()
        while True:
            while (received := server.inbox.take()) is not None:
                source = "OSC {}:{}".format(*received.sender)
                told = would_mean(received.message, panel)
                yield str(Note(time.time(), source, shown(received.message), told))
            time.sleep(_TURN_S)


def would_mean(message: Message, panel: Panel) -> str:
    """Return what a message stands for in a set that looks like `panel`, as words."""
    try:
        if message.address in CONTROLS:
            return meant_by(asked(message, panel))
        if message.address not in ADDRESSES:
            return meant_by(meaning(message))
        answer = live(message, panel)
    except LoopMindError as error:
        return f"refused: {error}"
    if isinstance(answer, Message):
        return f"answered: {shown(answer)}"
    return f"listens to {answer.address}" if isinstance(answer, Watch) else meant_by(answer)


def _look(root: Path, what: str, patience_s: float | None) -> Iterator[dict[str, Any]]:
    """Yield what the newest performance tells of `what`, until it ends."""
    path = where(root).with_name(SOCKET_NAME)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_S)
        try:
            connection.connect(str(path))
            connection.sendall(line(look=what))
            connection.settimeout(patience_s)
            with connection.makefile("rb") as told:
                while data := told.readline(MAX_TOLD_BYTES):
                    yield read_line(data)
        except OSError as error:
            raise SessionError(
                f"{path}: the performer does not answer ({error.strerror or error}): it starts or "
                "ends at this moment, try again"
            ) from error


def _full_panel() -> Panel:
    """Return a panel with all the sections there can be."""
    pads = (Pad(f"section {n}", "hook", n, 8, "stopped") for n in range(1, MOST_PADS + 1))
    return replace(blank_panel(), pads=tuple(pads))
