"""The cells that an earlier process ran: what a new one is given, to be as it was. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace

MOST_CELLS = 100
MOST_CHARACTERS = 60_000


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells by number, oldest first, each with its source; and the routines that there are."""

    ran: tuple[tuple[int, str], ...] = ()
    routines: tuple[str, ...] = ()

    def with_cell(self, number: int, source: str) -> "Cells":
        """Return the cells with one more; of too many, the oldest are forgotten.

        >>> Cells().with_cell(1, "x = 1").with_cell(2, "y = 2").ran
        ((1, 'x = 1'), (2, 'y = 2'))
        """
        ran = (*self.ran, (number, source))[-MOST_CELLS:]
        while len(ran) > 1 and sum(len(source) for _, source in ran) > MOST_CHARACTERS:
            ran = ran[1:]
        return replace(self, ran=ran)

    def with_routines(self, names: Collection[str]) -> "Cells":
        """Return the cells with the routines that there are now."""
        return replace(self, routines=tuple(names))

    def after_end(self, name: str, recalling: bool) -> "Cells":
        """Return what is recalled once the cell or routine `name` has ended the process.

        A cell goes that does so as it is recalled, and all of them where none is known to.

        >>> cells = Cells(((1, "a"), (2, "b")), ("hats", "bass"))
        >>> cells.after_end("hats", False).routines, cells.after_end("cell 2", True).ran
        (('bass',), ((1, 'a'),))
        >>> cells.after_end("", True)
        Cells(ran=(), routines=())
        """
        ran = tuple(one for one in self.ran if f"cell {one[0]}" != name)
        if recalling and ran == self.ran:
            return Cells()
        return Cells(ran, tuple(one for one in self.routines if one != name))
