"""Which channels of the device the master and the cue bus sound on. Pure."""

import re
from dataclasses import dataclass, replace

from loopmind_live.errors import ConfigError

MAX_CHANNELS = 64
EXAMPLE = "master=1-2,cue=3-4"
_ENTRY = re.compile(r"(master|cue)=(\d{1,3})(?:-(\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class Outputs:
    """A channel map: channels of the device, from 0, left and right, or one for mono.

    No cue bus where `cue` is empty.

    >>> str(Outputs((0, 1), (2, 3)))
    'master=1-2,cue=3-4'
    """

    master: tuple[int, ...] = (0, 1)
    cue: tuple[int, ...] = ()

    def __str__(self) -> str:
        named = ("master", self.master), ("cue", self.cue)
        return ",".join(
            f"{bus}={'-'.join(str(channel + 1) for channel in channels)}"
            for bus, channels in named
            if channels
        )

    @property
    def channels(self) -> int:
        """Return how many channels the device must have."""
        return 1 + max(self.master + self.cue)

    @property
    def ports(self) -> int:
        """Return how many outputs both buses have."""
        return len(self.master + self.cue)

    def within(self, channels: int) -> "Outputs":
        """Return what of the map a device of so many channels can do: the cue goes first.

        A master that is out of reach goes to the first channels.

        >>> Outputs((0, 1), (2, 3)).within(2)
        Outputs(master=(0, 1), cue=())
        >>> Outputs((4, 5), (6,)).within(2)
        Outputs(master=(0, 1), cue=())
        """
        if self.channels <= channels:
            return self
        if max(self.master) < channels:
            return replace(self, cue=())
        return Outputs((0, 1) if channels > 1 else (0,))

    def packed(self) -> "Outputs":
        """Return the map with its channels one after the other, as a client's ports are.

        >>> Outputs((4, 5), (1,)).packed()
        Outputs(master=(0, 1), cue=(2,))
        """
        first = len(self.master)
        return Outputs(tuple(range(first)), tuple(range(first, first + len(self.cue))))


STEREO = Outputs()


def parse_outputs(text: str) -> Outputs:
    """Return the map that `text` writes; ConfigError, with what to write, where it is none.

    >>> parse_outputs("cue=1-2, master=4-3")
    Outputs(master=(3, 2), cue=(0, 1))
    >>> parse_outputs("master=5")
    Outputs(master=(4,), cue=())
    """
    buses: dict[str, tuple[int, ...]] = {}
    for entry in text.lower().replace(" ", "").split(","):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise ConfigError(f"{entry[:40]!r} is no output: write {EXAMPLE}, or cue=3 for mono")
        bus, *numbers = match.groups()
        if bus in buses:
            raise ConfigError(f"{bus} stands twice in {text[:80]!r}: write {EXAMPLE}")
        channels = tuple(int(number) - 1 for number in numbers if number is not None)
        if not all(0 <= channel < MAX_CHANNELS for channel in channels):
            raise ConfigError(f"{entry}: channels are 1 to {MAX_CHANNELS}, as in {EXAMPLE}")
        buses[bus] = channels
    outputs = Outputs(**buses)
    taken = outputs.master + outputs.cue
    if len(set(taken)) < len(taken):
        raise ConfigError(f"{outputs}: a channel stands twice: give each to one side of one bus")
    return outputs
