from loopmind_live.app.benches import BENCHES
from loopmind_live.arranger.rules import RuleArranger
from loopmind_live.bench.arrange_speed import run_arrange_bench
from loopmind_live.bench.known_loops import known_loops
from loopmind_live.dsp.profile import unpack
from loopmind_live.score.loop import ROLES


def test_the_bench_tells_every_wait_against_its_bar() -> None:
    rows = run_arrange_bench(lambda _what, _part: None, loops=60, times=3)
    asked = [row for row in rows if row.bar is not None]
    assert len(asked) == 4
    assert all(row.value is not None and row.value >= 0.0 for row in rows)
    assert [row.met for row in asked if "imported" in row.figure] == [True]
    assert "arrange" in BENCHES


def test_the_made_up_library_is_one_that_can_be_arranged() -> None:
    loops = known_loops(110)
    assert loops == known_loops(110)
    assert {loop.role for loop in loops} == set(ROLES)
    assert all(unpack(loop.profile) is not None for loop in loops)
    assert len({loop.content_hash for loop in loops}) == 110
    assert RuleArranger(loops).arrange("trap 140 bpm", 1).sections
