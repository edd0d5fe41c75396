"""A loop as the library keeps it: what was heard, and what the user says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loopmind_live.library.corrections import Field
from loopmind_live.score.loop import Loop


@dataclass(frozen=True, slots=True)
class Entry:
    """A loop of the library. `loop` is what counts: the `estimate` with the corrections over it.

    `number` is the loop's place in the library by path, from 1: `listen 12` means the same one.
    """

    number: int
    loop: Loop
    estimate: Loop
    corrections: Mapping[Field, str | None] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    favorite: bool = False
