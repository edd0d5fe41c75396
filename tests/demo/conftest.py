"""One small set of demo loops for all tests of the room, rendered once."""

from pathlib import Path

import pytest

from loopmind_live.demo.catalog import all_recipes
from loopmind_live.demo.loops import DemoLoop, make_demo_loops
from loopmind_live.demo.recipe import Recipe

SEED = 3


def chosen_recipes() -> list[Recipe]:
    """Return a loop of each role, and the drums, basses and shots of all tempi and rates."""
    chosen: dict[tuple[str, str, float], Recipe] = {}
    for recipe in all_recipes():
        everywhere = recipe.role in ("drums", "bass", "kick") or recipe.kind == "one_shot"
        chosen.setdefault((recipe.role, recipe.kind, recipe.bpm if everywhere else 0.0), recipe)
    return list(chosen.values())


@pytest.fixture(scope="session")
def demo_loops(tmp_path_factory: pytest.TempPathFactory) -> list[DemoLoop]:
    return make_demo_loops(
        tmp_path_factory.mktemp("loops"), seed=SEED, workers=2, recipes=chosen_recipes()
    )


@pytest.fixture(scope="session")
def demo_folder(demo_loops: list[DemoLoop]) -> Path:
    return demo_loops[0].path.parent
