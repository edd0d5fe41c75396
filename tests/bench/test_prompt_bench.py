"""The bench "prompt", in short: each figure is measured at a terminal that plays."""

import pytest

from loopmind_live.bench.jack_server import missing
from loopmind_live.bench.prompt_keys import run_prompt_bench


@pytest.mark.slow
@pytest.mark.live
def test_keys_and_costs_are_measured_while_a_set_plays() -> None:
    reason = missing()
    if reason is not None:
        pytest.skip(f"program: {reason}")
    rows = {row.figure: row for row in run_prompt_bench(lambda _what, _part: None, 3, 1.0)}
    assert len(rows) == 6
    for row in rows.values():
        assert row.value is not None
    keys = [row.value for figure, row in rows.items() if "key" in figure]
    assert all(0.0 < value < 2000.0 for value in keys)
