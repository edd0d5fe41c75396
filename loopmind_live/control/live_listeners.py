"""Who asked, AbletonOSC's way, to be told of single properties. Pure."""

from collections.abc import Iterator

from loopmind_live.control.datagrams import Address
from loopmind_live.control.live_addresses import Watch, value
from loopmind_live.control.osc_packet import Argument, Message
from loopmind_live.errors import ControlError
from loopmind_live.session.panel import Panel

MOST = 1024
Key = tuple[Address, str, tuple[int, ...]]


class LiveListeners:
    """Properties that are watched, by whom, and what each was told last."""

    def __init__(self) -> None:
        self._told: dict[Key, tuple[Argument, ...]] = {}

    def __len__(self) -> int:
        """Return how many properties are watched."""
        return len(self._told)

    def places(self) -> set[Address]:
        """Return where anything is told."""
        return {to for to, _, _ in self._told}

    def take(self, to: Address, watch: Watch, panel: Panel) -> Message | None:
        """Begin to watch, and return what is told at once; or watch no more.

        Raise ControlError where there is no such track or scene, or too much is watched.
        """
        key = (to, watch.address, watch.ids)
        if not watch.on:
            self._told.pop(key, None)
            return None
        now = value(watch, panel)
        if key not in self._told and len(self._told) >= MOST:
            raise ControlError(f"OSC: {MOST} properties are listened to: no more are told")
        self._told[key] = now.arguments
        return now

    def drop(self, to: Address) -> bool:
        """Tell `to` nothing more; False where it was told nothing."""
        keys = [key for key in self._told if key[0] == to]
        for key in keys:
            del self._told[key]
        return bool(keys)

    def changed(self, panel: Panel) -> Iterator[tuple[Address, Message]]:
        """Yield what is not as it was told last; what is not there any more is watched no more."""
        for key, before in list(self._told.items()):
            to, address, ids = key
            try:
                now = value(Watch(address, ids), panel)
            except ControlError:  # its scene is gone
                del self._told[key]
                continue
            if now.arguments != before:
                self._told[key] = now.arguments
                yield to, now
