"""The bench of survival kills what plays, and sees what that costs."""

import pytest

from loopmind_live.bench import jack_server, survival

pytestmark = pytest.mark.usefixtures("home")


def silent(_what: str, _done: float) -> None:
    pass


@pytest.mark.live
def test_one_kill_of_each_is_measured():
    reason = jack_server.missing()
    if reason is not None:
        pytest.skip(f"program: {reason}")
    rows = {row.figure: row for row in survival.run_survival_bench(silent, kills=1)}
    gap = rows["engine killed: gap, p95 over 1 kills"].value
    assert gap is not None and gap > 0.0
    for who in ("supervisor", "performer"):  # an engine that ends with them loses hundreds
        lost = rows[f"{who} killed: blocks lost over 1 kills"].value
        assert lost is not None and lost < 60


def test_a_lost_block_a_moved_frame_or_a_long_gap_misses_its_bar():
    rows = survival.survival_rows([251.0] * 2, [0, 1], [0], [0, 3])
    assert [row.met for row in rows] == [False, None, False, True, False]
