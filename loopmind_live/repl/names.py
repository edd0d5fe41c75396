"""What a performance has by name, for completion. Data only."""

from dataclasses import dataclass

Named = tuple[str, str]
"""A name, and a note on it."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names that there are. `sections` as the arrangement has them, none before there is one.

    `patches` are effects from files; `knobs` those of the patches in parts, as (part, knob, where
    it stands and may go); `offers` the loops that were listed last, number 1 first; `loops` those
    of the library with tempo, key and part; `code` what code has made; `sets` are saved.
    """

    sections: tuple[str, ...] = ()
    patches: tuple[str, ...] = ()
    knobs: tuple[tuple[str, str, str], ...] = ()
    offers: tuple[str, ...] = ()
    loops: tuple[Named, ...] = ()
    code: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()


NO_NAMES = Names()
