"""Damaged packets: nothing gets through, and whoever plays is heard."""

from tests.control.fuzz_osc import fuzz


def test_twenty_thousand_damaged_packets_do_no_harm() -> None:
    counted = fuzz(20_000, seed=7)
    assert counted.packets == 20_000
    assert counted.faults == []
    assert counted.pings_answered == 20 and not counted.pings_lost
    assert counted.passed, counted
