"""The master's name and links in JACK: chosen at the first start, kept from then on.

A link goes when somebody cuts it. When its input goes (a device is unplugged, a program or the
server ends) it comes back with that input, and after a restart of the engine all of them do.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from loopmind_live.engine.jack import JackWatch
from loopmind_live.engine.outputs import STEREO, Outputs
from loopmind_live.errors import EngineError

CLIENT_NAME = "loopmind"
FILE_NAME = "links"
_NAME_S = 1.0
"""How long JACK may take to let the name of an engine go that was killed."""
_DOUBT_S = 0.5
"""How long the ports of a client that goes may stay after its links."""

Link = tuple[int, str]
"""An output of the client, from 0, and the input that it is connected to."""
Links = frozenset[Link]
_NONE: Links = frozenset()


@dataclass(frozen=True, slots=True)
class Wiring:
    """Links that stand, links that wait for their input, and links that seem to be cut."""

    standing: Links = _NONE
    awaited: Links = _NONE
    doubtful: Links = _NONE

    @property
    def wanted(self) -> Links:
        """Return all links that a restart brings back."""
        return self.standing | self.awaited | self.doubtful

    def with_made(self, link: Link) -> "Wiring":
        """Return the wiring once the awaited `link` is made."""
        return replace(self, standing=self.standing | {link}, awaited=self.awaited - {link})


def follow(
    wiring: Wiring, standing: Links, inputs: frozenset[str], fresh: frozenset[str], sure: bool
) -> tuple[Wiring, Links]:
    """Return the wiring once `standing` links and `inputs` were seen, and the links to make.

    `fresh` inputs came after the look before this one. A link whose input is there without it is
    doubtful, and counts as cut at the next look that is `sure`: when a client goes, its links go a
    moment before its ports.

    >>> awaited = Wiring(awaited=frozenset({(0, "card:1")}))
    >>> wiring, to_make = follow(awaited, frozenset(), frozenset({"card:1"}), frozenset(), True)
    >>> to_make == awaited.wanted, wiring == awaited
    (True, True)
    """
    missing = wiring.wanted - standing
    gone = frozenset(link for link in missing if link[1] not in inputs)
    back = frozenset(link for link in missing if link in wiring.awaited or link[1] in fresh) - gone
    doubtful = missing - gone - back - (wiring.doubtful if sure else _NONE)
    return Wiring(standing, gone | back, doubtful), back


def free_name(wanted: str, taken: frozenset[str]) -> str:
    """Return `wanted`, or the first of "wanted-2", "wanted-3", ... that is not taken.

    >>> free_name("loopmind", frozenset({"system", "loopmind"}))
    'loopmind-2'
    """
    names = (wanted if number == 1 else f"{wanted}-{number}" for number in count(1))
    return next(name for name in names if name not in taken)


def first_links(outputs: Outputs, card: Sequence[str]) -> Links:
    """Return the links to the sound card's inputs `card`, as far as it has those channels.

    >>> sorted(first_links(Outputs((1,), (2, 0)), ["card:1", "card:2"]))
    [(0, 'card:2'), (2, 'card:1')]
    """
    channels = enumerate(outputs.master + outputs.cue)
    return frozenset((port, card[channel]) for port, channel in channels if channel < len(card))


class Patchbay:
    """Keeps the links of one client's outputs, in a file that the next engine finds."""

    def __init__(self, watch: JackWatch, folder: Path, outputs: Outputs = STEREO) -> None:
        """Choose the client's name: the last engine's, or the first that is free.

        The first time its outputs, the master's and then the cue's, go to the sound card's channels
        that `outputs` names.
        """
        self._watch, self._path = watch, folder / FILE_NAME
        self._sure_s = 0.0
        self._refused = _NONE
        self._kept = _read(self._path)
        if self._kept is None:
            self.client = free_name(CLIENT_NAME, watch.client_names())
            self._wiring = Wiring(awaited=first_links(outputs, watch.inputs(physical=True)))
        else:
            self.client, links = self._kept
            self._wiring = Wiring(awaited=links)
            end = time.monotonic() + _NAME_S
            while self.client in watch.client_names() and time.monotonic() < end:
                time.sleep(0.002)
        self._outputs = [f"{self.client}:output_{i + 1}" for i in range(outputs.ports)]

    def join(self) -> None:
        """Connect the client's outputs as they were, the first time to the sound card.

        EngineError where JACK gave the client another name.
        """
        if self.client not in self._watch.client_names():
            raise EngineError(
                f"another JACK client took the name {self.client!r} at this moment: start again"
            )
        self.look()

    def look(self) -> None:
        """Follow what was connected and cut, where anything changed; connect what came back."""
        now = time.monotonic()
        before, sure = self._wiring, now >= self._sure_s
        if not (self._watch.changed or self._refused or (before.doubtful and sure)):
            return
        self._watch.changed = False
        fresh = frozenset(self._watch.new_ports())
        standing = frozenset(
            (channel, target)
            for channel, output in enumerate(self._outputs)
            for target in self._watch.connections(output)
        )
        inputs = frozenset(self._watch.inputs())
        self._wiring, to_make = follow(before, standing, inputs, fresh, sure)
        for channel, target in sorted(to_make):
            if self._watch.connect(self._outputs[channel], target):
                self._wiring = self._wiring.with_made((channel, target))
        # A program takes links only once it is active, of which JACK tells nothing: try again.
        self._refused = to_make & self._wiring.awaited
        if self._wiring.doubtful - before.doubtful:
            self._sure_s = now + _DOUBT_S
        newest = self.client, self._wiring.wanted
        if newest != self._kept:
            self._kept = newest
            _write(self._path, *newest)


def _read(path: Path) -> tuple[str, Links] | None:
    """Return the name and links that an engine before this one left, or None."""
    try:
        kept = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    links = frozenset((int(channel), str(target)) for channel, target in kept["links"])
    return str(kept["client"]), links


def _write(path: Path, client: str, links: Links) -> None:
    """Replace the file whole: an engine may end at any moment."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"client": client, "links": sorted(links)}))
    new.replace(path)
