"""All recipes of the demo."""

from loopmind_live.demo import dnb, house, lofi, shots, techno, trap
from loopmind_live.demo.recipe import Recipe


def all_recipes() -> list[Recipe]:
    """Return every loop and one-shot that the demo makes, in the order in which it makes them."""
    return [
        *trap.recipes(),
        *house.recipes(),
        *lofi.recipes(),
        *dnb.recipes(),
        *techno.recipes(),
        *shots.recipes(),
    ]
