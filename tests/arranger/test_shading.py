from hypothesis import given
from hypothesis import strategies as st

from loopmind_live.arranger.base import NEUTRAL, Direction
from loopmind_live.arranger.shading import HIGHEST_DB, LOWEST_DB, shaded
from loopmind_live.score.arrangement import Part
from tests.arranger.synthetic_loops import make_loop


def part(high_db: float) -> Part:
    return Part("pad", make_loop("pad"), high_db=high_db)


@given(st.floats(-24.0, 12.0), st.floats(-1.0, 1.0))
def test_a_shelf_moves_the_way_it_is_asked_and_never_back(high_db: float, wish: float) -> None:
    after = shaded(part(high_db), Direction(brightness=wish)).high_db
    if wish < 0.0:
        assert min(high_db, LOWEST_DB) - 0.05 <= after <= high_db + 0.05
    elif wish > 0.0:
        assert high_db - 0.05 <= after <= max(high_db, HIGHEST_DB) + 0.05
    else:
        assert after == high_db


def test_darker_again_ends_at_the_limit() -> None:
    now = part(0.0)
    for _ in range(10):
        now = shaded(now, Direction(brightness=-1.0))
    assert now.high_db == LOWEST_DB
    assert shaded(now, Direction(brightness=-1.0)) == now


def test_what_is_asked_for_energy_or_nothing_keeps_its_tone() -> None:
    for direction in (NEUTRAL, Direction(brightness=0.3, energy=1.0), Direction(fullness=-1.0)):
        assert shaded(part(-2.0), direction) == part(-2.0)
